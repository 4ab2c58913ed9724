import { z } from 'zod';
import { type Conversation, type Locale, roomOf } from '../core/chat.ts';
import { type Store, StoreError } from '../jobs/store.ts';
import type { Dispatcher } from './dispatch.ts';

/** What people set for a room. What is absent is as the channel and each message say. */
export type ConversationSettings = {
  /** Answers to a message of a channel begin a post of their own. */
  readonly answers?: 'channel';
  /** Whatever language a message comes in. */
  readonly language?: Locale;
};

const settingsKey = 'settings';

const Stored = z.object({
  answers: z.literal('channel').optional().catch(undefined),
  language: z.enum(['en', 'zh']).optional().catch(undefined),
});

export async function recallSettings(
  conversation: Conversation,
  store: Pick<Store, 'recall'>,
): Promise<ConversationSettings> {
  const parsed = Stored.safeParse(await store.recall(roomOf(conversation), settingsKey));
  if (!parsed.success) return {};
  const { answers, language } = parsed.data;
  return { ...(answers && { answers }), ...(language && { language }) };
}

export async function rememberSettings(
  conversation: Conversation,
  store: Pick<Store, 'remember'>,
  settings: ConversationSettings,
): Promise<void> {
  await store.remember(roomOf(conversation), settingsKey, settings);
}

/**
 * The dispatcher, told of each message in the language and at the place that its room wants the answer. A press is answered
 * where its card is. `outside` is a thread's channel, as the transport speaks in it.
 */
export function heedSettings(
  dispatcher: Dispatcher,
  store: Pick<Store, 'recall'>,
  outside: (thread: Conversation) => Conversation,
): Dispatcher {
  const settle = async <Turn extends { readonly conversation: Conversation; readonly locale: Locale }>(
    turn: Turn,
  ): Promise<Turn> => {
    const { language } = await settingsOf(turn.conversation);
    return language ? { ...turn, locale: language } : turn;
  };
  const settingsOf = (conversation: Conversation) =>
    recallSettings(conversation, store).catch((error: unknown): ConversationSettings => {
      // That the store fails is said where something has to be stored.
      if (error instanceof StoreError) return {};
      throw error;
    });
  const place = async (conversation: Conversation): Promise<Conversation> => {
    const { answers } = await settingsOf(conversation);
    return answers === 'channel' && conversation.kind === 'channel' ? outside(conversation) : conversation;
  };
  const both = async <Turn extends { readonly conversation: Conversation; readonly locale: Locale }>(
    turn: Turn,
  ): Promise<Turn> => {
    const { answers, language } = await settingsOf(turn.conversation);
    const isOutside = answers === 'channel' && turn.conversation.kind === 'channel';
    return {
      ...turn,
      ...(language && { locale: language }),
      ...(isOutside && { conversation: outside(turn.conversation) }),
    };
  };
  return {
    hear: async (utterance) => dispatcher.hear(await both(utterance)),
    revise: async (utterance) => dispatcher.revise(await both(utterance)),
    withdraw: async (conversation, ...rest) => dispatcher.withdraw(await place(conversation), ...rest),
    press: async (press) => dispatcher.press(await settle(press)),
    signedIn: async (turn) => dispatcher.signedIn(await settle(turn)),
    greet: async (conversation, locale, addedBy) => {
      const { language } = await settingsOf(conversation);
      return dispatcher.greet(conversation, language ?? locale, addedBy);
    },
  };
}

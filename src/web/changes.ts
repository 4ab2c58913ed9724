import {
  deletionActivity,
  type Envelope,
  editActivity,
  mentionsBot,
  type Place,
  undeletionActivity,
} from './activity.ts';
import type { Conversations, Message } from './conversations.ts';
import { type Delivery, deliver } from './deliver.ts';
import { people } from './people.ts';

/** What a person does to a message of theirs. */
export type Change = { readonly message: Message; readonly locale?: string };

export type Changes = {
  /** Rewrites a message; in a channel the bot hears of it only where it is mentioned in the new words. */
  edit(change: Change & { readonly text: string }): Promise<Delivery | 'not mentioned'>;
  erase(change: Change): Promise<Delivery>;
  /** Undoes a deletion. */
  restore(change: Change): Promise<Delivery>;
};

export type ChangesOptions = {
  readonly botUrl: () => string;
  readonly conversations: Conversations;
  readonly envelope: (id: string, person: (typeof people)[number]['id'], place: Place, locale?: string) => Envelope;
};

export function createChanges({ botUrl, conversations, envelope }: ChangesOptions): Changes {
  const envelopeOf = ({ message, locale }: Change): Envelope => {
    const author = people.find(({ userId }) => userId === message.author);
    if (author === undefined) throw new Error('only what a person wrote can be changed');
    const { threadId } = message;
    return envelope(
      message.id,
      author.id,
      threadId === undefined ? { kind: 'personal' } : { kind: 'channel', threadId },
      locale,
    );
  };

  return {
    async edit({ text, ...change }) {
      const addressed = envelopeOf(change);
      conversations.update(change.message, { ...change.message.activity, text });
      if (addressed.place.kind === 'channel' && !mentionsBot(text)) return 'not mentioned';
      return deliver(botUrl(), editActivity(addressed, text));
    },
    async erase(change) {
      const addressed = envelopeOf(change);
      conversations.remove(change.message);
      return deliver(botUrl(), deletionActivity(addressed));
    },
    async restore(change) {
      const addressed = envelopeOf(change);
      conversations.update({ ...change.message, deleted: false }, change.message.activity);
      return deliver(botUrl(), undeletionActivity(addressed, String(change.message.activity.text ?? '')));
    },
  };
}

import { type Activity, ActivityTypes } from 'botbuilder';
import pRetry, { AbortError } from 'p-retry';
import { z } from 'zod';
import type { Conversation, Reply } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import { ConversationGone, type Replier } from '../jobs/job.ts';
import type { Reference } from './activity.ts';
import type { Connectors } from './connectors.ts';
import { type Door, servesUrl } from './front-door.ts';

export type ReplierOptions = {
  readonly connectors: Connectors;
  readonly render: (reply: Reply) => Json;
  readonly door: Door;
  readonly clock: Clock;
};

const Stored = z.object({
  serviceUrl: z.string(),
  conversationId: z.string(),
  botId: z.string(),
  botName: z.string(),
}) satisfies z.ZodType<Reference>;

const cardType = 'application/vnd.microsoft.card.adaptive';

/** A create may be repeated only where the channel says it did nothing (412, 429); an update is the same however often it is made. */
const repeatable = { create: [412, 429], update: [408, 412, 429, 500, 502, 503, 504] } as const;

/** Longest Retry-After that is obeyed; an answer that is later than this helps nobody. */
const patienceMs = 60_000;

export function createReplier({ connectors, render, door, clock }: ReplierOptions): Replier {
  const activityOf = (reply: Reply, reference: Reference): Partial<Activity> => ({
    type: ActivityTypes.Message,
    from: { id: reference.botId, name: reference.botName },
    conversation: { id: reference.conversationId, isGroup: false, conversationType: '', name: '' },
    summary: reply.summary,
    attachments: [{ contentType: cardType, content: render(reply) }],
  });

  const speak = async <T>(
    kind: keyof typeof repeatable,
    conversation: Conversation,
    send: (reference: Reference) => Promise<T>,
  ) => {
    const reference = Stored.parse(conversation.reference);
    // The token goes along: a stored conversation is looked at as closely as a new one.
    if (!servesUrl(reference.serviceUrl, door))
      throw new Error(`the conversation's service URL is not allowed: ${conversation.id}`);
    return pRetry(() => send(reference), {
      retries: 4,
      minTimeout: 500,
      maxTimeout: 8000,
      randomize: true,
      async onFailedAttempt({ error }) {
        const { status, retryAfterMs } = faultOf(error);
        const lost = status === undefined && kind === 'update';
        const codes: readonly number[] = repeatable[kind];
        if (!lost && !(status !== undefined && codes.includes(status))) throw new AbortError(error);
        if (retryAfterMs) await clock.sleep(Math.min(retryAfterMs, patienceMs));
      },
    });
  };

  return {
    async send(conversation, reply) {
      const sent = await speak('create', conversation, async (reference) => {
        const { conversations } = await connectors(reference.serviceUrl);
        return conversations.sendToConversation(reference.conversationId, activityOf(reply, reference));
      }).catch((error: unknown) => {
        const { status } = faultOf(error);
        if (status !== 403 && status !== 404) throw error;
        throw new ConversationGone(`the channel answers ${status} to a send`, { cause: error });
      });
      return sent.id || undefined;
    },
    async update(conversation, messageId, reply) {
      try {
        await speak('update', conversation, async (reference) => {
          const { conversations } = await connectors(reference.serviceUrl);
          const activity = { ...activityOf(reply, reference), id: messageId };
          return conversations.updateActivity(reference.conversationId, messageId, activity);
        });
        return 'updated';
      } catch (error) {
        const { status } = faultOf(error);
        if (status === 403 || status === 404) return 'gone';
        throw error;
      }
    },
  };
}

type Headers = { get(name: string): string | undefined };

/** The headers stay the object they are: parsed into a copy, their methods would lose what they read from. */
const Fault = z.object({
  statusCode: z.number().optional(),
  response: z
    .object({ headers: z.custom<Headers>((value) => typeof value === 'object' && value !== null && 'get' in value) })
    .optional(),
});

function faultOf(error: unknown): { readonly status?: number; readonly retryAfterMs?: number } {
  const parsed = Fault.safeParse(error);
  if (!parsed.success) return {};
  const { statusCode, response } = parsed.data;
  const told = response?.headers.get('retry-after');
  return {
    ...(statusCode !== undefined && { status: statusCode }),
    ...(told !== undefined && /^\d{1,6}$/.test(told) && { retryAfterMs: Number(told) * 1000 }),
  };
}

import { type Activity, ActivityTypes } from 'botbuilder';
import { type Conversation, type Reply, roomOf } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import { keepTrace } from '../core/telemetry.ts';
import { ConversationGone, type Manner, type Replier } from '../jobs/job.ts';
import type { Reference } from './activity.ts';
import { readFault } from './connector-fault.ts';
import type { Connectors } from './connectors.ts';
import { type Door, servesUrl } from './front-door.ts';
import { readReference } from './reference.ts';
import type { Sender } from './sender.ts';
import { signInAttachment } from './sign-in-card.ts';

export type ReplierOptions = {
  readonly sender: Sender;
  readonly connectors: Connectors;
  readonly render: (reply: Reply) => Json;
  readonly door: Door;
  readonly clock: Clock;
  /** The channel says that nobody in this conversation can be spoken to any more. */
  readonly gone: (conversation: Conversation) => void;
};

const cardType = 'application/vnd.microsoft.card.adaptive';

export function createReplier({ sender, connectors, render, door, clock, gone }: ReplierOptions): Replier {
  const activityOf = (reply: Reply, reference: Reference): Partial<Activity> => ({
    type: ActivityTypes.Message,
    from: { id: reference.botId, name: reference.botName },
    conversation: { id: reference.conversationId, isGroup: false, conversationType: '', name: '' },
    summary: reply.summary,
    attachments: [signInAttachment(reply) ?? { contentType: cardType, content: render(reply) }],
  });

  const referenceOf = (conversation: Conversation): Reference => {
    const reference = readReference(conversation);
    // The token goes along: a stored conversation is looked at as closely as a new one.
    if (servesUrl(reference.serviceUrl, door)) return reference;
    throw new Error(`the conversation's service URL is not allowed: ${conversation.id}`);
  };

  const statusOf = (error: unknown) => readFault(error, 'update', clock.now()).status;
  const isGone = (status: number | undefined) => status === 403 || status === 404;
  const lineOf = (conversation: Conversation) => ({ room: roomOf(conversation), tenant: conversation.tenantId ?? '' });

  return {
    async send(conversation, reply, manner: Manner = {}) {
      const reference = referenceOf(conversation);
      const inTrace = keepTrace();
      const sending = sender.send({
        ...manner,
        ...lineOf(conversation),
        prepare() {
          const activity = activityOf(reply, reference);
          return inTrace(async () => {
            const { conversations } = await connectors(reference.serviceUrl);
            const sent = await conversations.sendToConversation(reference.conversationId, activity);
            return sent.id || undefined;
          });
        },
      });
      return sending.catch((error: unknown) => {
        const status = statusOf(error);
        if (!isGone(status)) throw error;
        const reason = new ConversationGone(`the channel answers ${status} to a send`, { cause: error });
        sender.drop(roomOf(conversation), reason);
        gone(conversation);
        throw reason;
      });
    },
    async update(conversation, messageId, reply, manner: Manner = {}) {
      const reference = referenceOf(conversation);
      const inTrace = keepTrace();
      try {
        await sender.send({
          ...manner,
          ...lineOf(conversation),
          messageId,
          prepare() {
            const activity = { ...activityOf(reply, reference), id: messageId };
            return inTrace(async () => {
              const { conversations } = await connectors(reference.serviceUrl);
              await conversations.updateActivity(reference.conversationId, messageId, activity);
              return undefined;
            });
          },
        });
        return 'updated';
      } catch (error) {
        if (isGone(statusOf(error))) return 'gone';
        throw error;
      }
    },
  };
}

import type { ConversationParameters } from 'botbuilder';
import type { Conversation, Requester } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Reference } from './activity.ts';
import { readFault } from './connector-fault.ts';
import type { Connectors } from './connectors.ts';
import { type Door, servesUrl } from './front-door.ts';
import { readReference } from './reference.ts';

export type OwnChatOptions = { readonly connectors: Connectors; readonly door: Door; readonly clock: Clock };

/** Opens a person's own chat with the bot, the same one each time; undefined where the bot is not installed for them. */
export type OwnChat = (conversation: Conversation, requester: Requester) => Promise<Conversation | undefined>;

export function createOwnChat({ connectors, door, clock }: OwnChatOptions): OwnChat {
  return async (conversation, requester) => {
    if (conversation.kind === 'personal') return conversation;
    const { tenantId } = conversation;
    const { serviceUrl, botId, botName } = readReference(conversation);
    if (!servesUrl(serviceUrl, door)) {
      throw new Error(`the conversation's service URL is not allowed: ${conversation.id}`);
    }
    const wish: Partial<ConversationParameters> = {
      isGroup: false,
      bot: { id: botId, name: botName },
      members: [{ id: requester.id, name: '' }],
      ...(tenantId && { tenantId, channelData: { tenant: { id: tenantId } } }),
    };
    try {
      const { conversations } = await connectors(serviceUrl);
      const { id } = await conversations.createConversation(wish as ConversationParameters);
      const reference: Reference = { serviceUrl, conversationId: id, botId, botName };
      return { id, kind: 'personal', ...(tenantId && { tenantId }), reference };
    } catch (error) {
      const { status } = readFault(error, 'create', clock.now());
      if (status === 403 || status === 404) return undefined;
      throw error;
    }
  };
}

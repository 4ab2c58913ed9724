import { EventEmitter } from 'node:events';
import type { JsonObject } from '../core/json.ts';

export type Conversation = {
  /** As Teams spells it, without `;messageid=…`. */
  readonly id: string;
  readonly kind: 'personal' | 'channel' | 'groupChat';
  readonly members: readonly Member[];
};

export type Member = { readonly id: string; readonly name: string; readonly objectId?: string };

/** A message as it stands now, whoever wrote it. */
export type Message = {
  readonly id: string;
  readonly conversationId: string;
  /** In a channel: the id of the thread's first message, which may be this one. */
  readonly threadId?: string;
  /** `bot`, or the member id of the person. */
  readonly author: string;
  readonly sentAt: string;
  readonly editedAt?: string;
  readonly deleted: boolean;
  /** Grows with every change anywhere, so that of two copies the newer one is known. */
  readonly revision: number;
  /** The activity as it was sent, text and attachments among the rest. */
  readonly activity: JsonObject;
  /** Cards that only one person sees in place of the message's own, by member id: the answers to that person's presses. */
  readonly views: Readonly<Record<string, JsonObject>>;
};

export type Change =
  | { readonly kind: 'created' | 'updated' | 'deleted' | 'viewed'; readonly message: Message }
  | { readonly kind: 'typing'; readonly conversationId: string; readonly threadId?: string };

/** What the chat service holds in memory: conversations and their messages, and who wants to hear of changes. */
export type Conversations = {
  open(conversation: Conversation): void;
  /** Makes a conversation unknown, as when the bot was removed from it; its messages stay. */
  shut(conversationId: string): void;
  /** By id, with or without `;messageid=…`. */
  find(id: string): Conversation | undefined;
  list(): readonly Conversation[];
  messages(): readonly Message[];
  message(conversationId: string, messageId: string): Message | undefined;
  /** Posts into a conversation or, where the id carries `;messageid=…`, into that thread. In a channel a post without one starts a thread. */
  post(conversationId: string, author: string, activity: JsonObject): Message;
  /** Replaces the activity for everyone; what single persons saw in its place is gone. */
  update(message: Message, activity: JsonObject): Message;
  remove(message: Message): Message;
  /** Shows a card to one member alone. */
  show(message: Message, memberId: string, card: JsonObject): Message;
  type(conversationId: string): void;
  /** A message id as Teams makes them: milliseconds since the epoch, unique here. */
  nextId(): string;
  subscribe(listener: (change: Change) => void): () => void;
};

const separator = ';messageid=';

/** `19:…;messageid=1` -> the channel and its thread; other ids have no thread. */
export function splitThread(id: string): { readonly conversationId: string; readonly threadId?: string } {
  const at = id.indexOf(separator);
  if (at < 0) return { conversationId: id };
  return { conversationId: id.slice(0, at), threadId: id.slice(at + separator.length) };
}

export const joinThread = (conversationId: string, threadId: string | undefined): string =>
  threadId === undefined ? conversationId : `${conversationId}${separator}${threadId}`;

export function createConversations(now: () => number): Conversations {
  const conversations = new Map<string, Conversation>();
  const messages = new Map<string, Message>();
  const changes = new EventEmitter<{ change: [Change] }>().setMaxListeners(0);
  let lastId = 0;
  let revision = 0;

  const key = (conversationId: string, messageId: string) => `${conversationId} ${messageId}`;
  const nextId = () => {
    lastId = Math.max(lastId + 1, now());
    return String(lastId);
  };
  const timestamp = () => new Date(now()).toISOString();
  const keep = (kind: 'created' | 'updated' | 'deleted' | 'viewed', message: Omit<Message, 'revision'>): Message => {
    revision += 1;
    const kept = { ...message, revision };
    messages.set(key(kept.conversationId, kept.id), kept);
    changes.emit('change', { kind, message: kept });
    return kept;
  };

  return {
    open: (conversation) => {
      conversations.set(conversation.id, conversation);
    },
    shut: (id) => {
      conversations.delete(id);
    },
    find: (id) => conversations.get(splitThread(id).conversationId),
    list: () => [...conversations.values()],
    messages: () => [...messages.values()],
    message: (conversationId, messageId) => messages.get(key(splitThread(conversationId).conversationId, messageId)),
    post: (id, author, activity) => {
      const { conversationId, threadId } = splitThread(id);
      const conversation = conversations.get(conversationId);
      if (conversation === undefined) throw new Error(`there is no conversation "${conversationId}"`);
      const messageId = nextId();
      const thread = conversation.kind === 'channel' ? { threadId: threadId ?? messageId } : {};
      const at = { sentAt: timestamp(), deleted: false, views: {} };
      return keep('created', { id: messageId, conversationId, ...thread, author, activity, ...at });
    },
    update: (message, activity) => keep('updated', { ...message, activity, views: {}, editedAt: timestamp() }),
    remove: (message) => keep('deleted', { ...message, deleted: true, views: {} }),
    show: (message, memberId, card) => keep('viewed', { ...message, views: { ...message.views, [memberId]: card } }),
    type: (id) => {
      changes.emit('change', { kind: 'typing', ...splitThread(id) });
    },
    nextId,
    subscribe: (listener) => {
      changes.on('change', listener);
      return () => changes.off('change', listener);
    },
  };
}

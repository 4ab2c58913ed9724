import type { JsonObject } from './json.ts';

/** Languages the product speaks. */
export type Locale = 'en' | 'zh';

/** Who asks. `id` is the channel's user id; `objectId` the Entra object id where the channel gives one. */
export type Requester = {
  readonly id: string;
  readonly objectId?: string;
  readonly name?: string;
};

/** Where they ask. Ids, never display names. */
export type Conversation = {
  readonly id: string;
  readonly kind: 'personal' | 'channel' | 'groupChat';
  readonly tenantId?: string;
  readonly teamId?: string;
  readonly channelId?: string;
  /** What the transport needs to speak here again, days later and from another process. Opaque to everyone else. */
  readonly reference: JsonObject;
};

/** One message of a person, as text with the markup of the channel already taken off. */
export type Utterance = {
  readonly text: string;
  readonly requester: Requester;
  readonly conversation: Conversation;
  readonly activityId: string;
  /** When the person sent it, by the channel's clock; part of the re-delivery key. */
  readonly sentAt?: string;
  readonly locale: Locale;
};

/** A press of a card's button or the sending of its form. All else is looked up by `jobId`. */
export type Press = {
  readonly verb: string;
  readonly jobId: string;
  readonly nonce: string;
  /** The form's fields, as the person left them. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly requester: Requester;
  readonly conversation: Conversation;
  readonly activityId: string;
  /** The message that carries the card. */
  readonly messageId?: string;
  readonly locale: Locale;
};

/** An answer, before it is drawn: a template of `cards/`, its data, and the line a notification shows. */
export type Reply = {
  readonly card: string;
  readonly data: JsonObject;
  readonly summary: string;
};

/** A conversation without its thread: a thread of a channel has the channel's id with `;messageid=` behind it. */
export function roomOf(conversation: Conversation): string {
  return conversation.id.split(';')[0] ?? conversation.id;
}

import { z } from 'zod';
import type { Conversation, Locale, Press, Requester, Utterance } from '../core/chat.ts';
import type { Departure } from '../jobs/departures.ts';
import { localeOf } from '../language/say.ts';
import { type KnownActivity, tenantOf } from './front-door.ts';
import { readSignInSignal, type SignInSignal } from './sign-in-signal.ts';

/** What an activity means to the bot. */
export type Heard =
  | { readonly kind: 'message'; readonly utterance: Utterance }
  | { readonly kind: 'press'; readonly press: Press; readonly invoke: boolean }
  | { readonly kind: 'added'; readonly conversation: Conversation; readonly locale: Locale; readonly by: Requester }
  /** A message with its words as they stand after an edit; `activityId` is the message's own. */
  | { readonly kind: 'edited'; readonly utterance: Utterance }
  | {
      readonly kind: 'deleted';
      readonly conversation: Conversation;
      readonly activityId: string;
      readonly by: Requester;
    }
  | (Common & { readonly kind: 'signIn'; readonly signal: SignInSignal })
  | { readonly kind: 'left'; readonly departure: Departure }
  | { readonly kind: 'nothing' };

/** Enough to speak in a conversation later and from another process. */
export type Reference = {
  readonly serviceUrl: string;
  readonly conversationId: string;
  readonly botId: string;
  readonly botName: string;
};

const short = z.string().max(256);
const PressData = z.looseObject({ verb: short, jobId: short, nonce: short });
const ExecuteValue = z.looseObject({
  action: z.looseObject({ verb: short.optional(), data: z.record(z.string(), z.unknown()).optional() }),
});

export function readActivity(known: KnownActivity, fallback: Locale): Heard {
  const locale = localeOf(known.locale ?? undefined, fallback);
  const conversation = conversationOf(known);
  const requester = requesterOf(known);
  const common = { requester, conversation, locale, activityId: known.id ?? '' };
  const sentAt = known.timestamp ?? undefined;
  const utterance: Utterance = { ...common, text: known.text ?? '', ...(sentAt && { sentAt }) };
  if (known.type === 'message') {
    const submitted = PressData.safeParse(known.value);
    return submitted.success ? pressOf(submitted.data, known, common, false) : { kind: 'message', utterance };
  }
  if (known.type === 'messageUpdate' && known.id && eventOf(known) === 'editMessage') {
    return { kind: 'edited', utterance };
  }
  if (known.type === 'messageDelete' && known.id && eventOf(known) === 'softDeleteMessage') {
    return { kind: 'deleted', conversation, activityId: known.id, by: requester };
  }
  const signal = readSignInSignal(known);
  if (signal) return { kind: 'signIn', signal, ...common };
  if (known.type === 'invoke' && known.name === 'adaptiveCard/action') {
    const executed = ExecuteValue.safeParse(known.value);
    if (!executed.success) return { kind: 'nothing' };
    const { verb, data } = executed.data.action;
    const pressed = PressData.safeParse({ verb, ...data });
    return pressed.success ? pressOf(pressed.data, known, common, true) : { kind: 'nothing' };
  }
  if (known.type === 'installationUpdate' && known.action === 'add') {
    return { kind: 'added', conversation, locale, by: requester };
  }
  if (isRemoval(known)) {
    return { kind: 'left', departure: { from: conversation.teamId ? 'team' : 'room', conversation } };
  }
  return { kind: 'nothing' };
}

type Common = Pick<Press, 'requester' | 'conversation' | 'locale' | 'activityId'>;

/** Teams' own name of an event, beside the activity's type. */
function eventOf({ channelData }: KnownActivity): unknown {
  return channelData?.eventType;
}

const Removed = z.array(z.looseObject({ id: short }));

function isRemoval(known: KnownActivity): boolean {
  if (known.type === 'installationUpdate') return known.action === 'remove' || known.action === 'remove-upgrade';
  if (known.type !== 'conversationUpdate') return false;
  const removed = Removed.safeParse(known.membersRemoved);
  const botId = known.recipient.id.toLowerCase();
  return removed.success && removed.data.some(({ id }) => id.toLowerCase() === botId);
}

function pressOf(data: z.infer<typeof PressData>, known: KnownActivity, common: Common, invoke: boolean): Heard {
  const { verb, jobId, nonce, ...rest } = data;
  const inputs = Object.fromEntries(
    Object.entries(rest).flatMap(([id, value]) => (typeof value === 'string' ? [[id, value.slice(0, 4096)]] : [])),
  );
  const messageId = known.replyToId ?? undefined;
  return { kind: 'press', invoke, press: { ...common, verb, jobId, nonce, inputs, ...(messageId && { messageId }) } };
}

function requesterOf({ from }: KnownActivity): Requester {
  return {
    id: from.id,
    ...(from.aadObjectId && { objectId: from.aadObjectId }),
    ...(from.name && { name: from.name }),
  };
}

function conversationOf(known: KnownActivity): Conversation {
  const { conversation, channelData, recipient } = known;
  const tenantId = tenantOf(known);
  const type = conversation.conversationType;
  const reference: Reference = {
    serviceUrl: known.serviceUrl,
    conversationId: conversation.id,
    botId: recipient.id,
    botName: recipient.name ?? '',
  };
  return {
    id: conversation.id,
    kind: type === 'channel' || type === 'groupChat' ? type : 'personal',
    ...(tenantId && { tenantId }),
    ...(channelData?.team?.id && { teamId: channelData.team.id }),
    ...(channelData?.channel?.id && { channelId: channelData.channel.id }),
    reference,
  };
}

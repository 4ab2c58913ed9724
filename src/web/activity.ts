import type { JsonObject } from '../core/json.ts';
import { joinThread } from './conversations.ts';
import { bot, channel, type Person, personalConversationId, team, tenantId } from './people.ts';

/** Where someone speaks; `threadId` is the first message of a channel's thread. */
export type Place = { readonly kind: 'personal' } | { readonly kind: 'channel'; readonly threadId?: string };

export type Envelope = {
  /** The activity's id. */
  readonly id: string;
  readonly person: Person;
  readonly place: Place;
  readonly serviceUrl: string;
  /** `en-US`, `zh-CN`, … */
  readonly locale: string;
  readonly atMs: number;
};

/** A button of a card with what its form holds, as Teams merges the two. */
export type CardPress = {
  readonly kind: 'execute' | 'submit';
  readonly id?: string;
  readonly title?: string;
  readonly verb?: string;
  readonly data: JsonObject;
};

export const conversationIdOf = (person: Person, place: Place): string =>
  place.kind === 'personal' ? personalConversationId(person.id) : joinThread(channel.id, place.threadId);

/** A mention as it is typed; a test may also write it as the client sends it. */
const typedMention = new RegExp(`(?:@${bot.name}\\b|<at>${bot.name}</at>)[,:]?[ \\u00a0]*`, 'i');

export const mentionsBot = (text: string): boolean => typedMention.test(text);

/** What a person typed, as it leaves a Teams client. In a channel the text carries the mention where it was typed. */
export function messageActivity(envelope: Envelope, text: string): JsonObject {
  const common = { ...base(envelope), type: 'message', textFormat: 'plain' };
  const mention = envelope.place.kind === 'channel' ? typedMention.exec(text) : null;
  if (mention === null) {
    return {
      ...common,
      text,
      attachments: [{ contentType: 'text/html', content: `<p>${escapeHtml(text)}</p>` }],
      entities: [clientInfo(envelope.locale)],
    };
  }
  const tag = `<at>${bot.name}</at>`;
  const before = text.slice(0, mention.index);
  const after = text.slice(mention.index + mention[0].length);
  const span = `<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="0">${bot.name}</span>`;
  return {
    ...common,
    text: `${before}${tag}&nbsp;${after}`,
    attachments: [
      { contentType: 'text/html', content: `<p>${escapeHtml(before)}${span}&nbsp;${escapeHtml(after)}</p>` },
    ],
    entities: [{ type: 'mention', mentioned: { id: bot.id, name: bot.name }, text: tag }, clientInfo(envelope.locale)],
  };
}

/** A pressed button: an invoke for Action.Execute, a message with a value for Action.Submit. */
export function pressActivity(envelope: Envelope, messageId: string, press: CardPress): JsonObject {
  const common = { ...base(envelope), replyToId: messageId, entities: [clientInfo(envelope.locale)] };
  if (press.kind === 'submit') return { ...common, type: 'message', value: press.data };
  return {
    ...common,
    type: 'invoke',
    name: 'adaptiveCard/action',
    value: {
      action: {
        type: 'Action.Execute',
        ...(press.id === undefined ? {} : { id: press.id }),
        ...(press.title === undefined ? {} : { title: press.title }),
        verb: press.verb ?? '',
        data: press.data,
      },
      trigger: 'manual',
    },
  };
}

/** The two activities that adding the bot to a chat or a team brings, in an order that Teams does not promise. */
export function installationActivities(envelope: Envelope, secondId: string): readonly JsonObject[] {
  const added = envelope.place.kind === 'channel' ? { eventType: 'teamMemberAdded' } : {};
  const common = base(envelope);
  return [
    { ...common, type: 'installationUpdate', action: 'add' },
    {
      ...common,
      id: secondId,
      type: 'conversationUpdate',
      membersAdded: [{ id: bot.id }],
      channelData: { ...common.channelData, ...added },
    },
  ];
}

/** An edit of a message; the envelope carries that message's id. */
export function editActivity(envelope: Envelope, text: string): JsonObject {
  const message = messageActivity(envelope, text);
  return {
    ...message,
    type: 'messageUpdate',
    channelData: { ...base(envelope).channelData, eventType: 'editMessage' },
  };
}

/** The deletion of a message; the envelope carries that message's id. */
export function deletionActivity(envelope: Envelope): JsonObject {
  const common = base(envelope);
  return { ...common, type: 'messageDelete', channelData: { ...common.channelData, eventType: 'softDeleteMessage' } };
}

/** A deletion that was undone; the envelope carries the message's id. */
export function undeletionActivity(envelope: Envelope, text: string): JsonObject {
  const message = messageActivity(envelope, text);
  return {
    ...message,
    type: 'messageUpdate',
    channelData: { ...base(envelope).channelData, eventType: 'undeleteMessage' },
  };
}

/** The two activities that removing the bot brings. */
export function removalActivities(envelope: Envelope, secondId: string): readonly JsonObject[] {
  const removed = envelope.place.kind === 'channel' ? { eventType: 'teamMemberRemoved' } : {};
  const common = base(envelope);
  return [
    { ...common, type: 'installationUpdate', action: 'remove' },
    {
      ...common,
      id: secondId,
      type: 'conversationUpdate',
      membersRemoved: [{ id: bot.id }],
      channelData: { ...common.channelData, ...removed },
    },
  ];
}

function base({ id, person, place, serviceUrl, locale, atMs }: Envelope) {
  const timestamp = new Date(atMs).toISOString();
  const inChannel = place.kind === 'channel';
  return {
    id,
    channelId: 'msteams',
    serviceUrl,
    timestamp,
    localTimestamp: timestamp,
    locale,
    from: { id: person.userId, name: person.name, aadObjectId: person.objectId },
    recipient: { id: bot.id, name: bot.name },
    conversation: {
      id: conversationIdOf(person, place),
      conversationType: place.kind,
      tenantId,
      ...(inChannel ? { isGroup: true } : {}),
    },
    channelData: {
      tenant: { id: tenantId },
      ...(inChannel
        ? {
            teamsTeamId: team.id,
            teamsChannelId: channel.id,
            team: { id: team.id, name: team.name, aadGroupId: team.aadGroupId },
            channel: { id: channel.id },
          }
        : {}),
    },
  };
}

const clientInfo = (locale: string): JsonObject => ({ type: 'clientInfo', locale, platform: 'Web' });

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeHtml = (text: string): string => text.replace(/[&<>]/g, (mark) => entities[mark] ?? mark);

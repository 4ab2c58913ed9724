import { z } from 'zod';
import type { Json, JsonObject } from '../core/json.ts';
import { type Conversation, type Conversations, joinThread, type Message, splitThread } from './conversations.ts';
import type { Send } from './faults.ts';

export type Answer = { readonly status: number; readonly body: Json };

/** One request, understood but not yet carried out. `send` is set where it changes what people see. */
export type Operation = { readonly send?: Send; run(body: unknown): Answer };

/** Teams counts UTF-16, cards included, and refuses a message of about 100 KB. */
const messageLimitBytes = 102_400;

export const known = [
  'POST /v3/conversations',
  'POST /v3/conversations/{conversationId}/activities',
  'POST /v3/conversations/{conversationId}/activities/{replyToId}',
  'PUT /v3/conversations/{conversationId}/activities/{activityId}',
  'DELETE /v3/conversations/{conversationId}/activities/{activityId}',
  'GET /v3/conversations/{conversationId}/members',
  'GET /v3/conversations/{conversationId}/pagedmembers',
  'GET /v3/conversations/{conversationId}/members/{memberId}',
] as const;

const activityShape = z.looseObject({ type: z.string().min(1) });
const creationShape = z.looseObject({
  members: z.array(z.looseObject({ id: z.string() })).optional(),
  activity: activityShape.optional(),
  channelData: z.looseObject({ channel: z.looseObject({ id: z.string() }).optional() }).optional(),
});

/** What the connector can be asked, over the conversations it holds. Undefined for anything but `known`. */
export function createOperations(
  conversations: Conversations,
): (method: string, path: string) => Operation | undefined {
  return (method, path) => {
    const [version, noun, conversationId, part, id, ...more] = path.slice(1).split('/').map(decode);
    if (version !== 'v3' || noun !== 'conversations' || more.length > 0) return undefined;
    if (conversationId === undefined) return method === 'POST' ? { send: 'create', run: create } : undefined;
    if (part === 'activities') return onActivities(method, conversationId, id);
    if (method !== 'GET') return undefined;
    if (part === 'members') return { run: inside(conversationId, (it) => membersOf(it, id)) };
    if (part === 'pagedmembers' && id === undefined) {
      return { run: inside(conversationId, (it) => ok({ members: it.members.map(member) })) };
    }
    return undefined;
  };

  function onActivities(method: string, conversationId: string, id: string | undefined): Operation | undefined {
    if (method === 'POST')
      return { send: 'create', run: inside(conversationId, (_, body) => post(conversationId, id, body)) };
    if (id === undefined) return undefined;
    const posted = (run: (message: Message, body: unknown) => Answer) =>
      inside(conversationId, (_, body) => {
        const message = conversations.message(conversationId, id);
        if (message?.author === 'bot' && !message.deleted) return run(message, body);
        return missing(`The bot has no message "${id}" in "${conversationId}".`);
      });
    if (method === 'PUT') return { send: 'update', run: posted(update) };
    if (method === 'DELETE') return { send: 'delete', run: posted(remove) };
    return undefined;
  }

  function inside(
    conversationId: string,
    run: (conversation: Conversation, body: unknown) => Answer,
  ): Operation['run'] {
    return (body) => {
      const conversation = conversations.find(conversationId);
      return conversation ? run(conversation, body) : missing(`There is no conversation "${conversationId}".`);
    };
  }

  function membersOf(conversation: Conversation, id: string | undefined): Answer {
    if (id === undefined) return ok(conversation.members.map(member));
    const found = conversation.members.find((one) => one.id === id || one.objectId === id);
    return found ? ok(member(found)) : missing(`"${id}" is not a member of "${conversation.id}".`);
  }

  function create(body: unknown): Answer {
    const wish = creationShape.safeParse(body);
    if (!wish.success)
      return malformed('A conversation is created from {bot, members | channelData.channel, activity}.');
    const channelId = wish.data.channelData?.channel?.id;
    const memberId = wish.data.members?.[0]?.id;
    const conversation =
      channelId === undefined
        ? conversations.list().find((one) => one.kind === 'personal' && one.members.some((it) => it.id === memberId))
        : conversations.find(channelId);
    if (conversation === undefined) return missing(`There is no conversation for "${channelId ?? memberId ?? ''}".`);
    if (wish.data.activity === undefined) {
      return conversation.kind === 'channel'
        ? malformed('A thread in a channel starts with an activity.')
        : { status: 201, body: { id: conversation.id } };
    }
    const checked = check(wish.data.activity);
    if (!checked.ok) return checked.answer;
    const message = conversations.post(conversation.id, 'bot', checked.activity);
    return { status: 201, body: { id: joinThread(conversation.id, message.threadId), activityId: message.id } };
  }

  function post(conversationId: string, replyToId: string | undefined, body: unknown): Answer {
    const checked = check(body);
    if (!checked.ok) return checked.answer;
    const { activity } = checked;
    if (activity.type === 'typing') {
      conversations.type(conversationId);
      return { status: 201, body: { id: conversations.nextId() } };
    }
    if (activity.type !== 'message') return malformed(`An activity of type "${String(activity.type)}" cannot be sent.`);
    const target = splitThread(conversationId);
    const answered = replyToId === undefined ? undefined : conversations.message(conversationId, replyToId);
    const thread = target.threadId ?? answered?.threadId;
    const message = conversations.post(joinThread(target.conversationId, thread), 'bot', activity);
    return { status: 201, body: { id: message.id } };
  }

  function update(message: Message, body: unknown): Answer {
    const checked = check(body);
    return checked.ok ? ok({ id: conversations.update(message, checked.activity).id }) : checked.answer;
  }

  function remove(message: Message): Answer {
    conversations.remove(message);
    return ok({});
  }
}

type Checked = { readonly ok: true; readonly activity: JsonObject } | { readonly ok: false; readonly answer: Answer };

function check(body: unknown): Checked {
  const shaped = activityShape.safeParse(body);
  if (!shaped.success) return { ok: false, answer: malformed('An activity is an object with a type.') };
  const text = JSON.stringify(shaped.data);
  if (text.length * 2 > messageLimitBytes) {
    return { ok: false, answer: { status: 413, body: failure('MessageSizeTooBig', 'Message size too large.') } };
  }
  const activity: JsonObject = JSON.parse(text);
  return { ok: true, activity };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const member = (one: Conversation['members'][number]): JsonObject => ({
  id: one.id,
  name: one.name,
  ...(one.objectId === undefined ? {} : { objectId: one.objectId, aadObjectId: one.objectId }),
});

/** An error as the connector words it. */
export const failure = (code: string, message: string): JsonObject => ({ error: { code, message } });
const ok = (body: Json): Answer => ({ status: 200, body });
const missing = (message: string): Answer => ({ status: 404, body: failure('ConversationNotFound', message) });
const malformed = (message: string): Answer => ({ status: 400, body: failure('BadSyntax', message) });

import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Json, JsonObject } from '../core/json.ts';
import {
  type CardPress,
  conversationIdOf,
  type Envelope,
  installationActivities,
  mentionsBot,
  messageActivity,
  type Place,
  pressActivity,
  removalActivities,
} from './activity.ts';
import { readAsset } from './assets.ts';
import { type Changes, createChanges } from './changes.ts';
import { type Connector, createConnector } from './connector.ts';
import type { Message } from './conversations.ts';
import { type Delivery, deliver, type InvokeAnswer, invoke } from './deliver.ts';
import { pathOf, readJson, refusal, sendJson } from './http.ts';
import { bot, channel, findPerson, type PersonId, people, personalConversationId, team } from './people.ts';
import { createStream } from './stream.ts';

export type ChatOptions = {
  /** Where the bot listens, e.g. `http://127.0.0.1:3978`; asked anew each time, since the port is known only after listening. */
  readonly botUrl: () => string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Said on the page: whether the Azure behind the bot is simulated too. True unless said. */
  readonly azureIsSimulated?: boolean;
  /** Commands to try, by locale (`en-US`, `zh-CN`); the page offers them above its message box. */
  readonly examples?: Readonly<Record<string, readonly string[]>>;
  /** Called once for each request of the bot that the connector does not know. */
  readonly log?: (line: string) => void;
};

/** Something typed into the chat. */
export type Words = {
  readonly person: PersonId;
  readonly place: Place;
  /** In a channel the bot hears it only where `@hopcheck` (or `<at>hopcheck</at>`) stands in it, as in Teams. */
  readonly text: string;
  /** `en-US` unless said. */
  readonly locale?: string;
};

/** A button pressed on a card of the bot. */
export type PressOn = {
  readonly person: PersonId;
  readonly conversationId: string;
  readonly messageId: string;
  readonly press: CardPress;
  readonly locale?: string;
};

/**
 * The stand-in for Teams in local mode: the page at `/`, its own routes under `/chat`, and the connector. What the page
 * does can be done from a test as well:
 *
 * ```ts
 * const chat = createChat({ botUrl: () => `http://127.0.0.1:${port}` });
 * await chat.say({ person: 'on-call', place: { kind: 'personal' }, text: 'check from app0 to vm db0 port 80' });
 * const message = await chat.connector.waitFor((one) => String(one.activity.summary).startsWith('Unreachable'));
 * await chat.press({ person: 'on-call', ...message, messageId: message.id, press: { kind: 'execute', verb, data } });
 * ```
 */
export type Chat = Changes & {
  /** True where it took the request: `/`, `/chat/*`, `/connector/*`. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  readonly connector: Connector;
  /** Posts a message and sends it to the bot; resolves when the bot's turn is over. In a channel without a mention nothing is sent. */
  say(words: Words): Promise<{ readonly message: Message; readonly delivery: Delivery | 'not mentioned' }>;
  /** Presses a button. A card in the answer replaces the message's card for that person; an Action.Submit has no answer of its own. */
  press(press: PressOn): Promise<InvokeAnswer | Delivery>;
  /** Opens the personal chat or the channel: the first time, the bot learns that it was added. */
  visit(person: PersonId, kind: Place['kind'], locale?: string): Promise<Delivery>;
  /** Removes the bot from the personal chat or the team; from then on the connector takes nothing for it there. */
  uninstall(person: PersonId, kind: Place['kind']): Promise<Delivery>;
  close(): void;
};

const bodyLimitBytes = 262_144;
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/** Of the embedded Azure's default network; the sample of the grants lets On-call ask the first and not the second. */
const defaultExamples = {
  'en-US': [
    'check from app0 to vm db0 port 80',
    'check from MultiTierApp0 to vm Database0 port 80',
    'why',
    'whoami',
    'check vm db0 port 1433',
    'help',
  ],
  'zh-CN': [
    '检查 从 app0 到 db0 端口 80',
    '检查 从 MultiTierApp0 到 虚拟机 Database0 端口 80',
    '为什么',
    '我是谁',
    '帮助',
  ],
};

const personShape = z.enum(['on-call', 'network-team']);
const placeShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('personal') }),
  z.object({ kind: z.literal('channel'), threadId: z.string().exactOptional() }),
]);
const localeShape = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/);
const jsonObjectShape: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const wordsShape = z.object({
  person: personShape,
  place: placeShape,
  text: z.string().trim().min(1).max(28_000),
  locale: localeShape,
});
const pressShape = z.object({
  person: personShape,
  conversationId: z.string(),
  messageId: z.string(),
  locale: localeShape,
  press: z.object({
    kind: z.enum(['execute', 'submit']),
    id: z.string().exactOptional(),
    title: z.string().exactOptional(),
    verb: z.string().exactOptional(),
    data: jsonObjectShape,
  }),
});
const visitShape = z.object({ person: personShape, kind: z.enum(['personal', 'channel']), locale: localeShape });

export function createChat(options: ChatOptions): Chat {
  const now = options.now ?? Date.now;
  const connector = createConnector({ now, ...(options.log ? { log: options.log } : {}) });
  const { conversations } = connector;
  const members = people.map((person) => ({ id: person.userId, name: person.name, objectId: person.objectId }));
  const stream = createStream(conversations);
  const added = new Map<string, Promise<Delivery>>();

  const open = (kind: Place['kind'], person: PersonId) => {
    const own = members.filter((one) => one.id === findPerson(person).userId);
    if (kind === 'channel') connector.open({ id: channel.id, kind, members });
    else connector.open({ id: personalConversationId(person), kind, members: own });
  };

  for (const { id } of people) {
    open('personal', id);
    open('channel', id);
  }

  const envelope = (id: string, person: PersonId, place: Place, locale = 'en-US', atMs = now()): Envelope => ({
    id,
    person: findPerson(person),
    place,
    serviceUrl: `${options.botUrl()}/connector`,
    locale,
    atMs,
  });

  async function say({ person, place, text, locale }: Words): ReturnType<Chat['say']> {
    const author = findPerson(person);
    const message = conversations.post(conversationIdOf(author, place), author.userId, { type: 'message', text });
    if (place.kind === 'channel' && !mentionsBot(text)) return { message, delivery: 'not mentioned' };
    const thread: Place = message.threadId === undefined ? place : { kind: 'channel', threadId: message.threadId };
    const sentAtMs = Date.parse(message.sentAt);
    const activity = messageActivity(envelope(message.id, person, thread, locale, sentAtMs), text);
    return { message, delivery: await deliver(options.botUrl(), activity) };
  }

  async function press({
    person,
    conversationId,
    messageId,
    press,
    locale,
  }: PressOn): Promise<InvokeAnswer | Delivery> {
    const message = conversations.message(conversationId, messageId);
    if (message === undefined || message.deleted) return { kind: 'failed', why: 'This message is no longer there.' };
    if (press.kind === 'submit' && press.data.msteams !== undefined) {
      return { kind: 'failed', why: 'Action.Submit with an msteams block is not emulated here.' };
    }
    const place: Place =
      message.threadId === undefined ? { kind: 'personal' } : { kind: 'channel', threadId: message.threadId };
    const activity = pressActivity(envelope(conversations.nextId(), person, place, locale), messageId, press);
    if (press.kind === 'submit') return deliver(options.botUrl(), activity);
    const answer = await invoke(options.botUrl(), activity);
    const still = conversations.message(conversationId, messageId);
    // An update for everyone that arrived in the meantime is newer than the answer to this press.
    if (answer.kind === 'card' && still?.activity === message.activity && !still.deleted) {
      conversations.show(still, findPerson(person).userId, answer.card);
    }
    return answer;
  }

  function visit(person: PersonId, kind: Place['kind'], locale?: string): Promise<Delivery> {
    const id = conversationIdOf(findPerson(person), { kind });
    const already = added.get(id);
    if (already !== undefined) return already;
    const adding = add(person, kind, locale);
    added.set(id, adding);
    return adding.then((delivery) => {
      if (!delivery.ok) added.delete(id);
      return delivery;
    });
  }

  async function add(person: PersonId, kind: Place['kind'], locale: string | undefined): Promise<Delivery> {
    open(kind, person);
    const first = envelope(conversations.nextId(), person, { kind }, locale);
    return deliverAll(installationActivities(first, conversations.nextId()));
  }

  async function uninstall(person: PersonId, kind: Place['kind']): Promise<Delivery> {
    const id = conversationIdOf(findPerson(person), { kind });
    added.delete(id);
    conversations.shut(id);
    const first = envelope(conversations.nextId(), person, { kind });
    return deliverAll(removalActivities(first, conversations.nextId()));
  }

  async function deliverAll(activities: readonly JsonObject[]): Promise<Delivery> {
    for (const activity of activities) {
      const delivery = await deliver(options.botUrl(), activity);
      if (!delivery.ok) return delivery;
    }
    return { ok: true };
  }

  const settings: JsonObject = {
    bot: { name: bot.name },
    people: people.map(({ id, name, userId }) => ({ id, name, userId, conversationId: personalConversationId(id) })),
    team: { name: team.name },
    channel: { id: channel.id, name: channel.name },
    azureIsSimulated: options.azureIsSimulated ?? true,
    examples: options.examples ?? defaultExamples,
  };

  async function act<Shape>(
    req: IncomingMessage,
    res: ServerResponse,
    shape: z.ZodType<Shape>,
    run: (wish: Shape) => Promise<Json>,
  ): Promise<void> {
    const body = await readJson(req, bodyLimitBytes);
    if (!body.ok) return sendJson(res, body.status, { why: body.why });
    const wish = shape.safeParse(body.value);
    if (!wish.success) return sendJson(res, 400, { why: z.prettifyError(wish.error) });
    sendJson(res, 200, await run(wish.data));
  }

  async function serve(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const reading = req.method === 'GET' || req.method === 'HEAD';
    if (reading && path === '/chat/settings') return sendJson(res, 200, settings);
    if (reading && path === '/chat/events') return stream.attach(res);
    if (req.method === 'POST' && path === '/chat/messages') {
      return act(req, res, wordsShape, async (wish) => {
        const { message, delivery } = await say(wish);
        return { messageId: message.id, delivery };
      });
    }
    if (req.method === 'POST' && path === '/chat/presses') {
      return act(req, res, pressShape, (wish) => press(wish));
    }
    if (req.method === 'POST' && path === '/chat/visits') {
      return act(req, res, visitShape, (wish) => visit(wish.person, wish.kind, wish.locale));
    }
    const asset = reading ? await readAsset(path) : undefined;
    if (asset === undefined) return sendJson(res, 404, { why: `There is no ${req.method} ${path} here.` });
    res.writeHead(200, {
      'content-type': asset.contentType,
      'content-length': asset.body.length,
      'cache-control': 'no-cache',
    });
    res.end(req.method === 'HEAD' ? undefined : asset.body);
  }

  return {
    handle: async (req, res) => {
      const path = pathOf(req);
      if (await connector.handle(req, res)) return true;
      if (path !== '/' && path !== '/chat' && !path.startsWith('/chat/')) return false;
      res.setHeader('content-security-policy', contentSecurityPolicy);
      res.setHeader('x-content-type-options', 'nosniff');
      res.setHeader('referrer-policy', 'no-referrer');
      const refused = refusal(req);
      if (refused === undefined) await serve(req, res, path);
      else sendJson(res, 403, { why: refused });
      return true;
    },
    connector,
    say,
    press,
    visit,
    uninstall,
    ...createChanges({ botUrl: options.botUrl, conversations, envelope }),
    close: () => {
      stream.close();
      connector.close();
    },
  };
}

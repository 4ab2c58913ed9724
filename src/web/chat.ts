import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '../core/json.ts';
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
import { type Changes, createChanges } from './changes.ts';
import { type Connector, createConnector } from './connector.ts';
import type { Message } from './conversations.ts';
import { type Delivery, deliver, type InvokeAnswer, invoke } from './deliver.ts';
import { createPage } from './page-routes.ts';
import { channel, findPerson, type PersonId, people, personalConversationId } from './people.ts';
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

  const page = createPage({ ...options, attach: stream.attach, say, press, visit });

  return {
    handle: async (req, res) => (await connector.handle(req, res)) || page.handle(req, res),
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

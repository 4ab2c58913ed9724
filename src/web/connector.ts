import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Conversation,
  type Conversations,
  createConversations,
  type Message,
  splitThread,
} from './conversations.ts';
import { createFaults, type Fault, type Send } from './faults.ts';
import { pathOf, readJson, refusal, sendJson } from './http.ts';
import { createOperations, failure, known } from './operations.ts';
import { mostWithin } from './rates.ts';

/** One request of the bot, and what became of it. */
export type Asked = {
  readonly atMs: number;
  readonly method: string;
  /** Without the `/connector` prefix, still encoded. */
  readonly path: string;
  /** The status sent, or what a planted fault did instead. */
  readonly outcome: number | 'silence' | 'reset';
  readonly send?: Send;
};

export type ConnectorOptions = {
  /** Milliseconds since the epoch; message ids and timestamps come from it. */
  readonly now?: () => number;
  /** Called once for each request that this connector does not know. */
  readonly log?: (line: string) => void;
};

/**
 * The Bot Framework connector as far as this bot needs it, over plain HTTP under `/connector`, for loopback only: with
 * `serviceUrl` `http://127.0.0.1:<port>/connector` a bot's replies, updates and deletions arrive here. It is the chat
 * page's back end and the double of Teams in tests:
 *
 * ```ts
 * const connector = createConnector();
 * const server = createServer(async (req, res) => { if (!(await connector.handle(req, res))) res.writeHead(404).end(); });
 * connector.open({ id: 'a:1', kind: 'personal', members: [{ id: '29:1', name: 'On-call' }] });
 * const card = await connector.waitFor((message) => message.activity.summary === 'Reachable');
 * ```
 */
export type Connector = {
  /** True where it took the request: every path under `/connector`. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Makes a conversation known; a send to any other is answered 404. */
  open(conversation: Conversation): void;
  /** The bot's messages as they stand now, oldest first; with a thread's id only that thread's. Deleted ones are included. */
  activities(conversationId: string): readonly Message[];
  /**
   * The latest message of the bot for which the predicate holds, now or as soon as one is sent, updated or deleted.
   * Rejects after `deadlineMs` (10,000) and says what the bot did send.
   */
  waitFor(predicate: (message: Message) => boolean, deadlineMs?: number): Promise<Message>;
  plant(fault: Fault): void;
  /** Every request so far, oldest first; the last 10,000. */
  requests(): readonly Asked[];
  /** The most sends, updates and deletions that a conversation with its threads got within any stretch of `withinMs`. */
  busiest(conversationId: string, withinMs: number): number;
  readonly conversations: Conversations;
  /** Ends requests that a fault keeps waiting, and rejects whoever still waits. */
  close(): void;
};

const prefix = '/connector';
const bodyLimitBytes = 1_048_576;
const rememberedRequests = 10_000;

export function createConnector(options: ConnectorOptions = {}): Connector {
  const now = options.now ?? Date.now;
  const conversations = createConversations(now);
  const operationOf = createOperations(conversations);
  const faults = createFaults();
  const requests: Asked[] = [];
  const silenced = new Set<ServerResponse>();
  const waiting = new Set<(error: Error) => void>();

  const remember = (asked: Asked) => {
    requests.push(asked);
    if (requests.length > rememberedRequests) requests.shift();
  };

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const path = pathOf(req);
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return false;
    const refused = refusal(req);
    if (refused !== undefined) {
      sendJson(res, 403, failure('Forbidden', refused));
      return true;
    }
    const asked = { atMs: now(), method: req.method ?? 'GET', path: path.slice(prefix.length) || '/' };
    const operation = operationOf(asked.method, asked.path);
    if (operation === undefined) {
      const message = `The local connector has no ${asked.method} ${asked.path}. It has: ${known.join(', ')}.`;
      options.log?.(message);
      remember({ ...asked, outcome: 501 });
      sendJson(res, 501, failure('NotImplemented', message));
      return true;
    }
    const send = operation.send === undefined ? {} : { send: operation.send };
    const body = asked.method === 'POST' || asked.method === 'PUT' ? await readJson(req, bodyLimitBytes) : undefined;
    if (body?.ok === false) {
      remember({ ...asked, ...send, outcome: body.status });
      sendJson(res, body.status, failure('BadSyntax', body.why));
      return true;
    }
    const fault = operation.send === undefined ? undefined : faults.take(operation.send);
    if (fault === undefined) {
      const answer = operation.run(body?.value);
      remember({ ...asked, ...send, outcome: answer.status });
      sendJson(res, answer.status, answer.body);
      return true;
    }
    if (fault.kept) operation.run(body?.value);
    remember({ ...asked, ...send, outcome: fault.answer.kind === 'status' ? fault.answer.status : fault.answer.kind });
    strike(fault, res);
    return true;
  }

  function strike(fault: Fault, res: ServerResponse): void {
    if (fault.answer.kind === 'reset') {
      res.destroy();
    } else if (fault.answer.kind === 'silence') {
      silenced.add(res);
      res.on('close', () => silenced.delete(res));
    } else {
      const { status, retryAfterS } = fault.answer;
      const headers: Record<string, string> = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
      sendJson(res, status, failure(status === 429 ? 'Throttled' : 'ServiceError', 'A planted fault.'), headers);
    }
  }

  function waitFor(predicate: (message: Message) => boolean, deadlineMs = 10_000): Promise<Message> {
    const ofBot = () => conversations.messages().filter((message) => message.author === 'bot');
    const already = ofBot().findLast(predicate);
    if (already !== undefined) return Promise.resolve(already);
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        unsubscribe();
        waiting.delete(fail);
        end();
      };
      const fail = (error: Error) => settle(() => reject(error));
      const unsubscribe = conversations.subscribe((change) => {
        if (change.kind === 'typing' || change.message.author !== 'bot' || !predicate(change.message)) return;
        settle(() => resolve(change.message));
      });
      const timer = setTimeout(() => {
        const seen = ofBot().map((message) => `${message.conversationId} ${message.id}: ${summaryOf(message)}`);
        fail(new Error(`no such message within ${deadlineMs} ms; the bot sent ${seen.length}\n${seen.join('\n')}`));
      }, deadlineMs);
      waiting.add(fail);
    });
  }

  return {
    handle,
    open: conversations.open,
    activities: (id) => {
      const { conversationId, threadId } = splitThread(id);
      return conversations
        .messages()
        .filter((one) => one.author === 'bot' && one.conversationId === conversationId)
        .filter((one) => threadId === undefined || one.threadId === threadId);
    },
    waitFor,
    plant: faults.plant,
    requests: () => [...requests],
    busiest: (conversationId, withinMs) => {
      const sends = requests.filter(({ send, path }) => send !== undefined && roomOf(path) === conversationId);
      return mostWithin(
        sends.map(({ atMs }) => atMs),
        withinMs,
      );
    },
    conversations,
    close: () => {
      faults.clear();
      for (const res of silenced) res.destroy();
      for (const fail of [...waiting]) fail(new Error('the connector was closed'));
    },
  };
}

/** The conversation in the path of a send, without its thread. */
function roomOf(path: string): string | undefined {
  const [, id] = /^\/v3\/conversations\/([^/]+)\//.exec(path) ?? [];
  return id === undefined ? undefined : splitThread(decodeURIComponent(id)).conversationId;
}

/** What a list of messages shows of one: its notification line, else its text, else what it carries. */
function summaryOf(message: Message): string {
  const { summary, text } = message.activity;
  if (typeof summary === 'string' && summary !== '') return summary;
  return typeof text === 'string' && text !== '' ? text : '(a card without a summary)';
}

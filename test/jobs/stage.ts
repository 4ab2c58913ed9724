import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../../src/simulator/server.ts';
import { messageActivity } from '../../src/web/activity.ts';
import { type Connector, createConnector } from '../../src/web/connector.ts';
import type { Message } from '../../src/web/conversations.ts';
import { deliver } from '../../src/web/deliver.ts';
import { findPerson, personalConversationId, tenantId } from '../../src/web/people.ts';
import { isFinal, summaryOf } from '../support/app.ts';
import type { Doom, Orders } from './victim.ts';

/** Azure and Teams, in the test's own process, and hopcheck in processes that may die. */
export type Stage = {
  readonly connector: Connector;
  /** connectivityChecks that Azure has taken. */
  readonly checksTaken: number;
  start(orders: Pick<Orders, 'dataDir' | 'databaseUrl'>): Promise<Victim>;
  /** Delivers a question, under another id if there is one. Says whether the process took it. */
  ask(victim: Victim, question: Question, id?: string): Promise<boolean>;
  /** Every card that answers the question for good, as the conversation stands now. */
  answers(question: Question): readonly Message[];
  close(): Promise<void>;
};

/** Its port tells its card from the others'. */
export type Question = {
  readonly id: string;
  readonly source: string;
  readonly port: number;
  readonly to?: string;
  /** Asked in a conversation of its own, so that no other one's messages count against its rates. */
  readonly apart?: boolean;
};

export type Victim = {
  readonly url: string;
  /** What it reached, oldest first, e.g. `kept <job id>`. */
  readonly reached: readonly string[];
  /** Resolves with the signal or the exit code. */
  readonly exited: Promise<string | number>;
  readonly process: ChildProcess;
  doom(doom: Doom): void;
};

const person = findPerson('on-call');
const conversationId = personalConversationId(person.id);

const conversationOf = ({ id, apart }: Question) => (apart ? `${conversationId}-${id}` : conversationId);

export type StageOptions = {
  /** A topology file in place of the demo's network. */
  readonly topology?: string;
  /** What is run instead of the victim; it takes the same orders. */
  readonly script?: URL;
  /** For Node, before the script. */
  readonly flags?: readonly string[];
  /** How fast Azure works beside its clock; as the real one unless said. */
  readonly speed?: number;
  /** Hears of each request that Azure has answered. */
  readonly log?: (line: string) => void;
};

/** Time passes `factor` times faster than it does. */
export async function openStage(factor: number, options: StageOptions = {}): Promise<Stage> {
  const script = fileURLToPath(options.script ?? new URL('victim.ts', import.meta.url));
  const time = { epochMs: Date.now(), factor };
  let checksTaken = 0;
  const simulator = await startSimulator({
    speed: options.speed ?? 1,
    ...(options.topology && { topology: options.topology }),
    now: () => Math.round(time.epochMs + (Date.now() - time.epochMs) * factor),
    log: (line) => {
      if (/connectivityCheck.* 202 /.test(line)) checksTaken += 1;
      options.log?.(line);
    },
  });
  const connector = createConnector();
  const open = (id: string) =>
    connector.open({ id, kind: 'personal', members: [{ id: person.userId, name: person.name }] });
  open(conversationId);
  const server = createServer((req, res) => void connector.handle(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const serviceUrl = `http://127.0.0.1:${address.port}/connector`;
  const alive = new Set<ChildProcess>();

  return {
    connector,
    get checksTaken() {
      return checksTaken;
    },
    async start(given) {
      const { token, expiresOnTimestamp } = simulator.token();
      const azure = { endpoint: simulator.endpoint, ca: simulator.ca, token, expiresOnTimestamp };
      const orders: Orders = { ...given, azure, clock: time };
      const child = spawn(process.execPath, [...(options.flags ?? []), script, JSON.stringify(orders)], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      alive.add(child);
      const reached: string[] = [];
      const exited = new Promise<string | number>((resolve) =>
        child.once('close', (code, signal) => {
          alive.delete(child);
          resolve(signal ?? code ?? 'gone');
        }),
      );
      const url = new Promise<string>((resolve, reject) => {
        if (!child.stdout) throw new Error('the process has no output');
        createInterface({ input: child.stdout }).on('line', (line) => {
          if (line.startsWith('ready ')) resolve(line.slice(6));
          else reached.push(line);
        });
        void exited.then((how) => reject(new Error(`the process ended (${how}) before it was ready`)));
      });
      return { url: await url, reached, exited, process: child, doom: (doom) => void child.send(doom) };
    },
    async ask(victim, question, id = question.id) {
      const { source, port, to = '10.2.3.4' } = question;
      const text = `check from ${source} to ${to} port ${port}`;
      const atMs = time.epochMs + port;
      const envelope = { id, person, place: { kind: 'personal' as const }, serviceUrl, locale: 'en-US', atMs };
      const activity = messageActivity(envelope, text);
      if (question.apart) open(conversationOf(question));
      const conversation = { conversationType: 'personal', tenantId, id: conversationOf(question) };
      return (await deliver(victim.url, { ...activity, conversation })).ok;
    },
    answers: (question) =>
      connector
        .activities(conversationOf(question))
        .filter(
          (message) => !message.deleted && isFinal(message) && summaryOf(message).includes(String(question.port)),
        ),
    async close() {
      for (const child of alive) child.kill('SIGKILL');
      connector.close();
      server.closeAllConnections();
      server.close();
      await simulator.close();
    },
  };
}

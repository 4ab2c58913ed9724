import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { connectAzure } from '../src/connect.ts';
import { systemClock } from '../src/core/clock.ts';
import type { Log } from '../src/log.ts';
import { everyone } from '../src/policy/grants.ts';
import { messageActivity } from '../src/web/activity.ts';
import { deliver } from '../src/web/deliver.ts';
import { findPerson, tenantId } from '../src/web/people.ts';
import { type Figure, percentile, under } from './figure.ts';

/** What a person waits for: the start, the acknowledgement, and what hopcheck adds to Azure's own time. */
export async function benchProduct(): Promise<Figure[]> {
  const starts = [await timeStart(), await timeStart(), await timeStart()];
  return [
    under('ready after node starts, local mode, best of 3', Math.min(...starts), 'ms', 1500),
    ...(await timeChecks()),
  ];
}

/** From the spawn of node to the ready line. */
async function timeStart(): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['src/main.ts', 'serve', '--local'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('is ready')) break;
  }
  const tookMs = performance.now() - startedMs;
  child.kill('SIGTERM');
  await ended;
  return tookMs;
}

const rounds = 25;
const warmUps = 3;

type ArmCall = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly tookMs: number;
  readonly atMs: number;
};

async function timeChecks(): Promise<Figure[]> {
  const reading = readConfig({ PORT: '0', HOPCHECK_SPEED: '1000' }, 'local');
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const calls: ArmCall[] = [];
  const log: Log = {
    debug: (facts) => calls.push({ ...(facts as Omit<ArmCall, 'atMs'>), atMs: Date.now() }),
    info: () => {},
    warn: () => {},
    error: (facts, message) => console.error(message, facts),
  };
  const connection = await connectAzure(reading.config, log, systemClock);
  const grants = everyone('bench');
  const app = await createApp(reading.config, { log, connection, grants: () => grants });
  await app.warm;
  const { chat } = app;
  if (!chat) throw new Error('local mode has a chat');
  const person = findPerson('on-call');
  const serviceUrl = `${app.url}/connector`;
  const acknowledged: number[] = [];
  const before: number[] = [];
  const after: number[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const callsBefore = calls.length;
    const requestsBefore = chat.connector.requests().length;
    const receivedMs = Date.now();
    const startedMs = performance.now();
    // A conversation of its own: what Teams takes in one is less than is said here.
    const conversationId = `a:bench-${round}`;
    chat.connector.open({ id: conversationId, kind: 'personal', members: [] });
    const id = chat.connector.conversations.nextId();
    const envelope = {
      id,
      person,
      place: { kind: 'personal' as const },
      serviceUrl,
      locale: 'en-US',
      atMs: receivedMs,
    };
    const activity = messageActivity(envelope, `check from app0 to db0 port ${1000 + round}`);
    const conversation = { conversationType: 'personal', tenantId, id: conversationId };
    const delivery = await deliver(app.url, { ...activity, conversation });
    if (!delivery.ok) throw new Error(delivery.why);
    const ackMs = performance.now() - startedMs;
    await chat.connector.waitFor(
      (message) =>
        message.conversationId === conversationId && !String(message.activity.summary).startsWith('Checking'),
      30_000,
    );
    if (round < warmUps) continue;
    acknowledged.push(ackMs);
    const own = calls.slice(callsBefore);
    const post = own.find((call) => call.path.endsWith('/connectivityCheck'));
    const put = chat.connector
      .requests()
      .slice(requestsBefore)
      .findLast(({ method }) => method === 'PUT');
    const last = own.findLast(
      (call) => call.path.includes('/operationResults/') && call.status === 200 && call.atMs <= (put?.atMs ?? 0),
    );
    if (!post || !last || !put) throw new Error('a check without its POST, its result or its answer');
    before.push(post.atMs - post.tookMs - receivedMs);
    after.push(put.atMs - last.atMs);
  }
  await app.stop();
  await connection.close();
  const added = before.map((ms, index) => ms + (after[index] ?? 0));
  return [
    under(`acknowledgement, p99 of ${rounds}`, percentile(acknowledged, 0.99), 'ms', 300),
    under('activity received -> POST leaves for Azure, p50', percentile(before, 0.5), 'ms', 100),
    under('last 200 of Azure -> PUT of the answer, p50', percentile(after, 0.5), 'ms', 100),
    under('added time of a check, p50', percentile(added, 0.5), 'ms', 100),
  ];
}

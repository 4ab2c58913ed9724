import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Conversation, Reply } from '../../src/core/chat.ts';
import { createDepartures } from '../../src/jobs/departures.ts';
import { createEmbeddedEngine } from '../../src/jobs/embedded-engine.ts';
import type { Task } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { createWorker } from '../../src/jobs/worker.ts';
import { createAuthentication } from '../../src/teams/authentication.ts';
import { botClouds } from '../../src/teams/bot-cloud.ts';
import { createConnectors } from '../../src/teams/connectors.ts';
import { createReplier } from '../../src/teams/replier.ts';
import { createSender, roomLimits } from '../../src/teams/sender.ts';
import { createConnector } from '../../src/web/connector.ts';
import { jobOf } from '../jobs/job.ts';
import { summaryOf } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';

const results = process.env.SOAK === undefined ? 500 : 2500;
const rooms = ['19:flooded@thread.tacv2', '19:quiet@thread.tacv2'] as const;
const [flooded, quiet] = rooms;

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const replyOf = (text: string): Reply => ({ card: 'notice', data: {}, summary: text });

/** The worker and everything below it, over HTTP to a connector that counts by the same fast clock. */
async function open() {
  const clock = createFastClock(200);
  const connector = createConnector({ now: clock.now });
  for (const id of rooms) connector.open({ id, kind: 'channel', members: [] });
  const server = createServer((req, res) => void connector.handle(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const serviceUrl = `http://127.0.0.1:${address.port}/connector`;
  const conversation = (id: string): Conversation => ({
    id,
    kind: 'channel',
    reference: { serviceUrl, conversationId: id, botId: '28:1', botName: 'hopcheck' },
  });
  const departures = createDepartures((_departure, error) => {
    throw error;
  });
  const sender = createSender({ clock });
  const replier = createReplier({
    sender,
    connectors: createConnectors({ authentication: createAuthentication(undefined, botClouds.AzureCloud), appId: '' }),
    render: () => ({}),
    door: { local: true, serviceOrigins: [], tenants: [] },
    clock,
    gone: (left) => void departures.announce({ from: 'room', conversation: left }),
  });
  const store = openSqliteStore();
  const surprises: unknown[] = [];
  const task: Task = {
    async run(job, { show, signal }) {
      for (const part of ['one', 'two']) {
        await clock.sleep(1500, signal);
        show(() => replyOf(`${job.id} ${part}`));
      }
      return job.id;
    },
    fail: (job) => job.id,
    draw: (_job, outcome) => replyOf(`${String(outcome)} answered`),
  };
  const worker = createWorker({
    store,
    engine: createEmbeddedEngine({ store, clock }),
    replier,
    clock,
    task: () => task,
    surprised: (_job, _reference, error) => surprises.push(error),
  });
  departures.subscribe(worker.abandon);
  await worker.resume();
  closing.push(
    () => store.close(),
    () => {
      connector.close();
      server.closeAllConnections();
      server.close();
    },
    async () => {
      const stopped = worker.stop();
      sender.close();
      await stopped;
    },
  );
  const accept = (id: string, room: string) =>
    worker.accept(jobOf(id, { conversation: conversation(room), createdAtMs: clock.now() }), replyOf(`${id} asked`));
  return { clock, connector, worker, store, surprises, accept };
}

const ids = Array.from({ length: results }, (_, index) => `q-${index}`);

test(`${results} results to one channel: none lost, none twice, no window exceeded, and another channel is not held up`, async () => {
  const { clock, connector, store, surprises, accept, worker } = await open();
  const startedMs = clock.now();
  const accepted = Promise.all(ids.map((id) => accept(id, flooded)));
  await clock.sleep(5000);
  await accept('other', quiet);
  await connector.waitFor((message) => summaryOf(message) === 'other answered');
  const saidMeanwhile = connector.activities(flooded).filter((message) => summaryOf(message).endsWith('answered'));
  expect(saidMeanwhile.length).toBeLessThan(results / 2);
  await accepted;
  await expect.poll(() => worker.inFlight, { timeout: 300_000, interval: 20 }).toBe(0);
  expect(connector.activities(flooded).map(summaryOf).sort()).toEqual(ids.map((id) => `${id} answered`).sort());
  for (const { most, withinMs } of roomLimits) {
    expect(connector.busiest(flooded, withinMs)).toBeLessThanOrEqual(most);
  }
  expect(clock.now() - startedMs).toBeGreaterThan((results / 60 - 1) * 30_000);
  expect(surprises).toEqual([]);
  expect(await store.unfinished()).toEqual([]);
});

test('the same with a channel that refuses now and then', async () => {
  const { connector, store, accept, worker } = await open();
  const few = ids.slice(0, 40);
  for (const status of [429, 412]) connector.plant({ answer: { kind: 'status', status }, times: 3 });
  connector.plant({ answer: { kind: 'status', status: 429, retryAfterS: 20 }, times: 2 });
  connector.plant({ on: 'update', answer: { kind: 'status', status: 502 }, times: 5, kept: true });
  connector.plant({ on: 'update', answer: { kind: 'reset' }, times: 3, kept: true });
  await Promise.all(few.map((id) => accept(id, flooded)));
  await expect.poll(() => worker.inFlight, { timeout: 300_000, interval: 20 }).toBe(0);
  expect(connector.activities(flooded).map(summaryOf).sort()).toEqual(few.map((id) => `${id} answered`).sort());
  expect(await store.unfinished()).toEqual([]);
});

test('a channel that the bot is removed from: everything there ends, answered or not, and nothing more is sent', async () => {
  const { clock, connector, store, accept, worker, surprises } = await open();
  await Promise.all(ids.slice(0, 60).map((id) => accept(id, flooded)));
  await clock.sleep(4000);
  connector.conversations.shut(flooded);
  await expect.poll(() => worker.inFlight, { timeout: 300_000, interval: 20 }).toBe(0);
  expect(await store.unfinished()).toEqual([]);
  const states = await Promise.all(ids.slice(0, 60).map(async (id) => (await store.job(id))?.state));
  expect(states).toContain('abandoned');
  const sent = connector.requests().length;
  await clock.sleep(60_000);
  expect(connector.requests()).toHaveLength(sent);
  expect(connector.requests().filter(({ outcome, send }) => outcome === 404 && send === 'create').length).toBeLessThan(
    5,
  );
  expect(surprises).toEqual([]);
});

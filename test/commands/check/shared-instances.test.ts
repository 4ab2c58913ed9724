import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp } from '../../../src/app.ts';
import { jobIdOf } from '../../../src/commands/deliveries.ts';
import { type Connection, connectAzure } from '../../../src/connect.ts';
import { everyone } from '../../../src/policy/grants.ts';
import { deletionActivity, messageActivity } from '../../../src/web/activity.ts';
import { deliver } from '../../../src/web/deliver.ts';
import { findPerson, personalConversationId } from '../../../src/web/people.ts';
import { type Database, openDatabase } from '../../jobs/database.ts';
import { openStage } from '../../jobs/stage.ts';
import { cardOf, configOf, isFinal, summaryOf, textsOf } from '../../support/app.ts';
import { createFastClock } from '../../support/clock.ts';

const grants = everyone('test');
const clock = createFastClock(20);
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let database: Database;
let connection: Connection;
let asked = 0;
beforeAll(async () => {
  const debug = (call: object) => {
    if ('path' in call && String(call.path).endsWith('/connectivityCheck')) asked += 1;
  };
  database = await openDatabase();
  connection = await connectAzure(configOf(), { ...quiet, debug }, clock);
});
afterAll(async () => {
  await connection.close();
  await database.close();
});

/** One of the instances that share the database. */
async function start(databaseUrl: string) {
  const reached: string[] = [];
  const app: App = await createApp(configOf({ DATABASE_URL: databaseUrl }), {
    log: { ...quiet, debug: () => {} },
    clock,
    connection,
    grants: () => grants,
    reach: (point, job) => void reached.push(`${point} ${job.id}`),
  });
  await app.warm;
  const { chat } = app;
  if (!chat) throw new Error('local mode has a chat');
  const finals = (person: 'on-call' | 'network-team') =>
    chat.connector
      .activities(personalConversationId(person))
      .filter((message) => message.author === 'bot' && isFinal(message));
  return { app, chat, finals, reached };
}

test('two instances ask once; the one that asks goes, and the other one answers both', {
  timeout: 60_000,
}, async ({ skip }) => {
  if (!database.url) return skip('PGlite is one process');
  const [leading, other] = await Promise.all([start(database.url), start(database.url)]);
  // Both speak where it can be seen: the connector of the one that stays.
  const say = (to: App, person: 'on-call' | 'network-team', id: string) =>
    deliver(
      to.url,
      messageActivity(
        {
          id,
          person: findPerson(person),
          place: { kind: 'personal' },
          serviceUrl: `${other.app.url}/connector`,
          locale: 'en-US',
          atMs: 1,
        },
        'check from app0 to db0 port 1433',
      ),
    );
  try {
    expect(await say(leading.app, 'on-call', 'q1')).toEqual({ ok: true });
    await expect.poll(() => leading.reached.some((line) => line.startsWith('kept')), { interval: 10 }).toBe(true);
    expect(await say(other.app, 'network-team', 'q2')).toEqual({ ok: true });
  } finally {
    await leading.app.stop();
  }
  try {
    const all = () => [...other.finals('on-call'), ...other.finals('network-team')];
    await expect.poll(() => all().length, { timeout: 20_000, interval: 20 }).toBe(2);
    expect(all().map(summaryOf)).toEqual(['Reachable: app0 → db0:1433', 'Reachable: app0 → db0:1433']);
    const joined = all().map((message) => /joined the check that a colleague/.test(textsOf(cardOf(message)).join()));
    expect(joined).toEqual([false, true]);
    expect(asked).toBe(1);
  } finally {
    await other.app.stop();
  }
});

test('cancelled, or its message deleted, on an instance that does not run it: a check ends, and who joined it goes on', {
  timeout: 60_000,
}, async ({ skip }) => {
  if (!database.url) return skip('PGlite is one process');
  const instances = await Promise.all([start(database.url), start(database.url)]);
  const [speaking] = instances;
  const askedBefore = asked;
  const envelope = (id: string, person: 'on-call' | 'network-team') => ({
    id,
    person: findPerson(person),
    place: { kind: 'personal' as const },
    serviceUrl: `${speaking.app.url}/connector`,
    locale: 'en-US',
    atMs: 2,
  });
  const say = (to: App, person: 'on-call' | 'network-team', id: string, text: string) =>
    deliver(to.url, messageActivity(envelope(id, person), text));
  const conversation = { id: personalConversationId('on-call'), kind: 'personal', reference: {} } as const;
  /** Once the check has begun that a message asks for: who does not run it. */
  const beside = async (activityId: string): Promise<App> => {
    const kept = `kept ${jobIdOf({ activityId, conversation })}`;
    const those = (isRunning: boolean) => instances.filter(({ reached }) => reached.includes(kept) === isRunning);
    await expect.poll(() => those(true).length, { interval: 10, timeout: 5000 }).toBe(1);
    const [other] = those(false);
    if (!other) throw new Error('both run one check');
    return other.app;
  };
  const shown = (person: 'on-call' | 'network-team') =>
    speaking.chat.connector
      .activities(personalConversationId(person))
      .filter(({ author }) => author === 'bot')
      .map((message) => textsOf(cardOf(message)).join());
  const cancelled = () => shown('on-call').filter((texts) => texts.includes('Cancelled by On-call.')).length;
  try {
    // Nothing listens at either, which Azure takes longest to find out.
    const text = (port: number) => `check from app0 to db0 port ${port}`;
    expect(await say(speaking.app, 'on-call', 'c1', text(4712))).toEqual({ ok: true });
    const besideFirst = await beside('c1');
    expect(await say(besideFirst, 'network-team', 'c2', text(4712))).toEqual({ ok: true });
    const joined = () => shown('network-team').some((texts) => /joined the check that a colleague/.test(texts));
    await expect.poll(joined, { interval: 10 }).toBe(true);
    expect(await say(besideFirst, 'on-call', 'c3', 'cancel')).toEqual({ ok: true });
    expect(shown('on-call').at(-1)).toMatch(/^I no longer wait for one question of yours/);
    await expect.poll(cancelled, { interval: 10, timeout: 3000 }).toBe(1);
    expect(await say(speaking.app, 'on-call', 'c4', text(4713))).toEqual({ ok: true });
    const besideSecond = await beside('c4');
    expect(await deliver(besideSecond.url, deletionActivity(envelope('c4', 'on-call')))).toEqual({ ok: true });
    await expect.poll(cancelled, { interval: 10, timeout: 3000 }).toBe(2);
    await expect.poll(() => speaking.finals('network-team').length, { timeout: 20_000, interval: 20 }).toBe(1);
    expect(speaking.finals('network-team').map(summaryOf)).toEqual([
      expect.stringMatching(/^Unreachable: app0 → db0:4712/),
    ]);
    expect(asked - askedBefore).toBe(2);
  } finally {
    for (const { app } of instances.toReversed()) await app.stop();
  }
  const sql = database.connect();
  const ended = await sql.query(
    `SELECT entry FROM hopcheck.audit WHERE reference = ANY($1) AND entry LIKE '%"event":"finished"%'`,
    [['c1', 'c4'].map((activityId) => jobIdOf({ activityId, conversation }))],
  );
  await sql.close();
  expect(ended.rows.map(({ entry }) => JSON.parse(String(entry)).outcome)).toEqual(['CANCELLED', 'CANCELLED']);
  // Neither check has said anything else, and nobody else has answered it.
  expect(shown('on-call')).toHaveLength(3);
  expect(cancelled()).toBe(2);
  expect(instances.flatMap(({ reached }) => reached).filter((line) => line.startsWith('updated '))).toHaveLength(3);
});

/** What a process that died held is anybody's at once. How long that takes by itself is seen in test/jobs/instances.test.ts. */
async function endLeases(jobIds: readonly string[]) {
  const sql = database.connect();
  const { rowCount } = await sql.query(
    `UPDATE hopcheck_queue.job SET heartbeat_on = heartbeat_on - interval '1 minute' WHERE state = 'active' AND data->>'jobId' = ANY($1)`,
    [jobIds],
  );
  await sql.close();
  return rowCount;
}

test.runIf(process.env.SOAK)(
  'the instance that asks is killed: it and who joined it, there and elsewhere, are answered once by what it had asked',
  {
    timeout: 60_000,
  },
  async ({ skip }) => {
    const { url: databaseUrl } = database;
    if (!databaseUrl) return skip('PGlite is one process');
    const stage = await openStage(20);
    try {
      const [leading, other] = await Promise.all([
        stage.start({ dataDir: '', databaseUrl }),
        stage.start({ dataDir: '', databaseUrl }),
      ]);
      // Nothing listens there, which Azure takes longest to find out.
      const question = { source: 'app0', port: 4711, apart: true };
      const led = { id: 'led', ...question };
      const joined = [
        { id: 'here', ...question },
        { id: 'elsewhere', ...question },
      ] as const;
      const all = [led, ...joined];
      expect(await stage.ask(leading, led)).toBe(true);
      await expect.poll(() => leading.reached.some((line) => line.startsWith('kept ')), { interval: 10 }).toBe(true);
      const asked = [stage.ask(leading, joined[0]), stage.ask(other, joined[1])];
      expect(await Promise.all(asked)).toEqual([true, true]);
      const cards = () => stage.connector.conversations.messages().map((message) => textsOf(cardOf(message)).join());
      const joining = () => cards().filter((texts) => /joined the check that a colleague/.test(texts)).length;
      await expect.poll(joining, { interval: 10 }).toBe(2);
      leading.process.kill('SIGKILL');
      expect(await leading.exited).toBe('SIGKILL');
      expect(all.map((each) => stage.answers(each).length)).toEqual([0, 0, 0]);
      const left = leading.reached.filter((line) => line.startsWith('inserted ')).map((line) => line.slice(9));
      expect(leading.reached.filter((line) => line.startsWith('asked '))).toEqual([`asked ${left[0]}`]);
      expect(await endLeases(left)).toBe(2);
      await expect.poll(() => all.map((each) => stage.answers(each).length), { timeout: 30_000 }).toEqual([1, 1, 1]);
      expect(all.flatMap(stage.answers).map(summaryOf)).toEqual(all.map(() => expect.stringMatching(/^Unreachable/)));
      expect(joining()).toBe(2);
      expect(other.reached.filter((line) => line.startsWith('asked '))).toEqual([]);
      expect(stage.checksTaken).toBe(1);
      // Another answer would come from whoever finds a job that is not over.
      other.process.kill('SIGTERM');
      expect(await other.exited).toBe(0);
      expect(all.map((each) => stage.answers(each).length)).toEqual([1, 1, 1]);
      expect(cards()).toHaveLength(3);
    } finally {
      await stage.close();
    }
  },
);

test.runIf(process.env.SOAK)(
  'a killed process leaves a question and who joined it, and the next one answers both',
  {
    timeout: 60_000,
  },
  async () => {
    const stage = await openStage(20);
    const dataDir = mkdtempSync(join(tmpdir(), 'hopcheck-shared-'));
    try {
      const first = await stage.start({ dataDir });
      expect(await stage.ask(first, { id: 'one', source: 'app0', port: 4711 })).toBe(true);
      await expect.poll(() => first.reached.some((line) => line.startsWith('kept ')), { interval: 10 }).toBe(true);
      expect(await stage.ask(first, { id: 'two', source: 'ShopRG/app0', port: 4711 })).toBe(true);
      first.process.kill('SIGKILL');
      await first.exited;
      await stage.start({ dataDir });
      const answers = () => stage.answers({ id: 'one', source: 'app0', port: 4711 });
      await expect.poll(() => answers().length, { timeout: 30_000, interval: 20 }).toBe(2);
      expect(stage.checksTaken).toBe(1);
    } finally {
      await stage.close();
      rmSync(dataDir, { recursive: true });
    }
  },
);

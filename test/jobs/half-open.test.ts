import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { connectAzure } from '../../src/connect.ts';
import { openPostgres } from '../../src/jobs/postgres.ts';
import { openPool } from '../../src/jobs/postgres-pool.ts';
import { everyone } from '../../src/policy/grants.ts';
import { findPerson, personalConversationId } from '../../src/web/people.ts';
import { cardOf, configOf, isFinal, summaryOf, textsOf } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';
import { type Database, openDatabase } from './database.ts';
import { jobOf } from './job.ts';
import { openWire, type Wire } from './wire.ts';

const patience = { connectMs: 300, answerMs: 300 };

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

let wire: Wire | undefined;
beforeEach(async ({ skip }) => {
  wire = undefined;
  if (!database.url) return skip('PGlite has no wire');
  wire = await openWire(database.url);
});
afterEach(() => wire?.close());

let schemas = 0;
/** A store by way of the wire, with a schema of its own. */
async function open() {
  if (!wire) throw new Error('no wire');
  schemas += 1;
  const worked: string[] = [];
  const { store, engine } = await openPostgres({
    sql: openPool({ url: wire.url, patience, cut: () => {} }),
    schema: `half_open_${process.pid}_${schemas}`,
    troubled: () => {},
  });
  await engine.start(async (jobId) => {
    worked.push(jobId);
  });
  return { wire, store, engine, worked };
}

/** How long it takes, in milliseconds. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}

describe('a connection that is half open', () => {
  test('is told from a slow one soon, nothing is written, and new ones serve without a restart', async () => {
    const { wire, store, engine, worked } = await open();
    await store.insert(jobOf('before'));
    wire.lose();
    const fault = { fault: 'unreachable' };
    for (const call of [
      () => store.insert(jobOf('during')),
      () => store.job('before'),
      () => store.advance('before', 'queued', 'running'),
      () => store.runs.succeed('question', 'before', 'during', true),
      () => store.audit.write({ event: 'accepted' }),
    ]) {
      expect(await timed(() => expect(call()).rejects.toMatchObject(fault))).toBeLessThan(2000);
    }
    wire.restore();
    await expect.poll(() => store.job('before').catch(String), { timeout: 5000 }).toMatchObject({ state: 'queued' });
    expect(await store.job('during')).toBeUndefined();
    await expect.poll(() => store.insert(jobOf('after')).catch(String), { timeout: 5000 }).toBe('stored');
    await engine.release('after');
    await expect.poll(() => worked, { timeout: 5000 }).toContain('after');
    await engine.stop();
    await store.close();
  });

  test('in the middle of a transaction leaves no lock behind: the same question is taken when it is asked again', async () => {
    const { wire, store, engine, worked } = await open();
    wire.loseAt('COMMIT\0');
    await expect(store.insert(jobOf('a'))).rejects.toMatchObject({ fault: 'unreachable' });
    expect(wire.isLost).toBe(true);
    wire.restore();
    await expect.poll(() => store.insert(jobOf('a')).catch(String), { timeout: 5000 }).toBe('stored');
    await engine.release('a');
    await expect.poll(() => worked, { timeout: 5000 }).toEqual(['a']);
    await engine.stop();
    await store.close();
  });
});

test('questions meanwhile are refused in words, and the one under way is answered once when the database is back', async () => {
  if (!wire) throw new Error('no wire');
  const config = configOf({ DATABASE_URL: wire.url });
  const posted: string[] = [];
  const log = {
    debug(call: object) {
      if ('path' in call && String(call.path).endsWith('/connectivityCheck')) posted.push(String(call.path));
    },
    info: () => {},
    warn: () => {},
    error: () => {},
  };
  const clock = createFastClock(50);
  const connection = await connectAzure(config, log, clock);
  const reached: string[] = [];
  const app = await createApp(config, {
    log,
    clock,
    connection,
    patience,
    grants: () => everyone('test'),
    reach: (point) => void reached.push(point),
  });
  await app.warm;
  const { chat } = app;
  if (!chat) throw new Error('local mode has a chat');
  const person = findPerson('on-call').id;
  const say = (port: number) =>
    chat.say({ person, place: { kind: 'personal' }, text: `check from app0 to db0 port ${port}` });
  const said = () => chat.connector.activities(personalConversationId(person)).filter(({ author }) => author === 'bot');
  const answers = () => said().filter(isFinal).map(summaryOf);
  try {
    await say(80);
    await expect.poll(() => reached.includes('kept'), { interval: 5 }).toBe(true);
    wire.lose();
    const before = said().length;
    const refusals = () => said().slice(before);
    for (const port of [81, 82]) await say(port);
    await expect.poll(() => refusals().length, { timeout: 2000 }).toBe(2);
    expect(refusals().map(summaryOf)).toEqual(Array(2).fill('I did not take this on: I could not write it down.'));
    expect(
      refusals()
        .flatMap((message) => textsOf(cardOf(message)))
        .join(),
    ).toContain('My database does not answer.');
    expect(reached.filter((point) => point === 'inserted')).toHaveLength(1);
    expect(posted).toHaveLength(1);
    wire.restore();
    await expect.poll(answers, { timeout: 8000 }).toContainEqual(expect.stringMatching(/^Unreachable: app0 → db0:80/));
    await say(1433);
    await expect.poll(answers, { timeout: 8000 }).toContain('Reachable: app0 → db0:1433');
    expect(answers()).toHaveLength(4);
    expect(posted).toHaveLength(2);
  } finally {
    await app.stop();
    await connection.close();
  }
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openPostgres } from '../src/jobs/postgres.ts';
import { openSqliteStore } from '../src/jobs/sqlite-store.ts';
import type { Store } from '../src/jobs/store.ts';
import { openDatabase } from '../test/jobs/database.ts';
import { jobOf } from '../test/jobs/job.ts';
import type { Victim } from '../test/jobs/stage.ts';
import { measure, openCrowd } from './crowd.ts';
import { exactly, type Figure, percentile, shown, under } from './figure.ts';

/** What the store costs, and what thousands of checks at once do to the process; ten thousand with `full`, some ten minutes. */
export async function benchJobs({ full = false, steps = [100, 1000, 2000] } = {}): Promise<Figure[]> {
  return [
    ...(await timeSqlite()),
    ...(await timePostgres()),
    ...(await fillOverSqlite(steps)),
    ...(await fillOverPostgres(steps.at(-1) ?? 0)),
    ...(full ? await fillWithTenThousand() : []),
  ];
}

async function timeSqlite(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-bench-'));
  const store = openSqliteStore(folder);
  const figures = await timeStore('SQLite', store, 10);
  await store.close();
  rmSync(folder, { recursive: true });
  return figures;
}

async function timePostgres(): Promise<Figure[]> {
  const database = await openDatabase();
  const { store, engine } = await openPostgres({
    sql: database.connect(),
    backend: database.backend,
    schema: `bench_${process.pid}`,
    troubled: (error) => console.error(error),
  });
  const figures = await timeStore(database.name, store, 50);
  await engine.stop();
  await store.close();
  await database.close();
  return figures;
}

/** Durable writes: one after the other, and a crowd at once. */
async function timeStore(name: string, store: Store, limitMs: number): Promise<Figure[]> {
  const alone: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    const startedMs = performance.now();
    await store.insert(jobOf(`alone-${index}`));
    alone.push(performance.now() - startedMs);
  }
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: 500 }, (_, index) => store.insert(jobOf(`crowd-${index}`))));
  const crowdMs = performance.now() - startedMs;
  return [
    under(`${name}: a question made durable, p50`, percentile(alone, 0.5), 'ms', limitMs),
    under(`${name}: a question made durable, p99`, percentile(alone, 0.99), 'ms', limitMs * 5),
    under(`${name}: 500 at once`, crowdMs, 'ms', 2000),
  ];
}

const subscriptions = 40;

/** Until those asked last only wait as well. */
const settleMs = 2000;

type Growth = { readonly checks: number; readonly rssMb: number };

/** Two thousand at once, in one process over SQLite: as they come in, and after a kill -9 at the peak until all have their answer. */
async function fillOverSqlite(steps: readonly number[]): Promise<Figure[]> {
  const perSubscription = Math.ceil((steps.at(-1) ?? 0) / subscriptions);
  const crowd = await openCrowd({ subscriptions, perSubscription, speed: 1, gapMs: 25 });
  const { questions } = crowd;
  try {
    const first = await crowd.start();
    const growth: Growth[] = [];
    let asked = 0;
    for (const checks of steps) {
      await crowd.ask(first, asked, checks);
      asked = checks;
      await delay(settleMs);
      growth.push({ checks, rssMb: (await measure(first)).rssMb });
    }
    const inFlight = questions.length - crowd.answered();
    const full = await measure(first);
    await kill(first);
    crowd.polls.forget();
    const second = await crowd.start();
    const endMs = performance.now() + 240_000;
    while (crowd.answered() < questions.length && performance.now() < endMs) await delay(1000);
    const after = await measure(second);
    return [
      exactly('SQLite: checks in flight in one process', inFlight, questions.length),
      under('SQLite: event-loop delay while they start and run, p99', full.loopDelayP99Ms, 'ms', 50),
      under('SQLite: event-loop delay after a kill -9, p99', after.loopDelayP99Ms, 'ms', 50),
      under('SQLite: memory at its peak while they start and run (RSS)', full.peakRssMb, 'MB', 350),
      under('SQLite: memory at its peak after a kill -9 (RSS)', after.peakRssMb, 'MB', 350),
      under(`SQLite: from the start to ready with ${inFlight} unfinished`, after.readyMs, 'ms', 2000),
      exactly('SQLite: questions without an answer after it', questions.length - crowd.answered(), 0),
      exactly(`polls earlier than Retry-After as Azure sees it, of ${crowd.polls.count}`, crowd.polls.early, 0),
      ...growthFigures(growth),
    ];
  } finally {
    await crowd.close();
  }
}

/** The same two thousand over PostgreSQL, until they are taken up again after a kill -9. */
async function fillOverPostgres(checks: number): Promise<Figure[]> {
  const database = await openDatabase();
  if (!database.url) {
    console.error('no PostgreSQL server here: what two thousand checks cost over it is left out');
    await database.close();
    return [];
  }
  const { url: databaseUrl } = database;
  const perSubscription = Math.ceil(checks / subscriptions);
  const crowd = await openCrowd({ subscriptions, perSubscription, speed: 1, gapMs: 25, databaseUrl });
  const { questions } = crowd;
  try {
    const first = await crowd.start();
    await crowd.ask(first, 0, questions.length);
    const inFlight = questions.length - crowd.answered();
    const full = await measure(first);
    await kill(first);
    const second = await crowd.start();
    const { readyMs } = await measure(second);
    await kill(second);
    return [
      exactly('PostgreSQL: checks in flight in one process', inFlight, questions.length),
      under('PostgreSQL: event-loop delay while they start and run, p99', full.loopDelayP99Ms, 'ms', 50),
      under('PostgreSQL: memory at its peak while they start and run (RSS)', full.peakRssMb, 'MB', 350),
      under(`PostgreSQL: from the start to ready with ${inFlight} unfinished`, readyMs, 'ms', 2000),
    ];
  } finally {
    await crowd.close();
    await database.close();
  }
}

/** Ten thousand at once; so many take minutes to ask, so Azure takes five times as long as it does. */
async function fillWithTenThousand(): Promise<Figure[]> {
  const crowd = await openCrowd({ subscriptions: 200, perSubscription: 50, speed: 0.15, gapMs: 25 });
  const { questions } = crowd;
  try {
    const victim = await crowd.start();
    const growth: Growth[] = [];
    let asked = 0;
    for (const checks of [100, 1000, 2000, 5000, questions.length]) {
      await crowd.ask(victim, asked, checks);
      asked = checks;
      await delay(settleMs);
      growth.push({ checks, rssMb: (await measure(victim)).rssMb });
      console.error(`${checks} asked, ${crowd.answered()} answered`);
    }
    const inFlight = questions.length - crowd.answered();
    const endMs = performance.now() + 600_000;
    while (crowd.answered() < questions.length && performance.now() < endMs) await delay(2000);
    const after = await measure(victim);
    return [
      exactly('checks in flight in one process', inFlight, questions.length),
      exactly('of them without an answer in the end', questions.length - crowd.answered(), 0),
      exactly(`polls earlier than Retry-After as Azure sees it, of ${crowd.polls.count}`, crowd.polls.early, 0),
      shown('event-loop delay until all are over, p99', after.loopDelayP99Ms, 'ms'),
      shown('memory at its peak (RSS)', after.peakRssMb, 'MB'),
      ...growthFigures(growth),
    ];
  } finally {
    await crowd.close();
  }
}

async function kill(victim: Victim): Promise<void> {
  victim.process.kill('SIGKILL');
  await victim.exited;
}

/** What each check adds, and whether the later ones add more than the first. */
function growthFigures(growth: readonly Growth[]): Figure[] {
  const steps = growth.slice(1).flatMap((to, index) => {
    const from = growth[index];
    return from ? [{ from, to, kb: ((to.rssMb - from.rssMb) * 1024) / (to.checks - from.checks) }] : [];
  });
  const [first] = growth;
  const last = growth.at(-1);
  if (!first || !last) return [];
  const whole = ((last.rssMb - first.rssMb) * 1024) / (last.checks - first.checks);
  return [
    ...growth.map(({ checks, rssMb }) => shown(`memory with ${checks} in flight (RSS)`, rssMb, 'MB')),
    ...steps.map(({ from, to, kb }) => shown(`memory for each check, from ${from.checks} to ${to.checks}`, kb, 'kB')),
    under(`memory for each check, from ${first.checks} to ${last.checks}`, whole, 'kB', 20),
  ];
}

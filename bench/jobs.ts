import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openPostgres } from '../src/jobs/postgres.ts';
import { openSqliteStore } from '../src/jobs/sqlite-store.ts';
import type { Store } from '../src/jobs/store.ts';
import { openDatabase } from '../test/jobs/database.ts';
import { jobOf } from '../test/jobs/job.ts';
import { openStage, type Question, type Stage, type Victim } from '../test/jobs/stage.ts';
import { type Figure, percentile, under } from './figure.ts';
import type { Measured } from './jobs-process.ts';

const subscriptions = 40;
const perSubscription = 50;
const inFlight = subscriptions * perSubscription;

/** What the store costs, and what two thousand checks at once do to the process. */
export async function benchJobs(): Promise<Figure[]> {
  return [...(await timeSqlite()), ...(await timePostgres()), ...(await fillOneProcess())];
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

/** Forty subscriptions of a subnet each, so that no cap and no allowance of one is in the way. */
function topology(): string {
  const lines = [
    'name: crowd',
    'title: Many small subscriptions',
    'principals:',
    '  - { name: hopcheck, grants: [{ actions: "*" }] }',
    'subscriptions:',
  ];
  for (let at = 0; at < subscriptions; at += 1) {
    lines.push(
      `  - id: 00000000-0000-0000-0000-${String(at).padStart(12, '0')}`,
      `    name: Crowd ${at}`,
      '    groups:',
      '      - name: rg',
      '        region: westeurope',
      '        watchers: [{ name: watcher }]',
      '        vnets:',
      `          - { name: vnet, prefixes: 10.${at}.0.0/16, subnets: [{ name: all, prefix: 10.${at}.0.0/16 }] }`,
      '        vms:',
    );
    for (let vm = 0; vm <= perSubscription; vm += 1) {
      const nic = `{ name: nic-${at}-${vm}, subnet: vnet/all, address: 10.${at}.1.${vm + 4} }`;
      lines.push(`          - { name: vm-${at}-${vm}, nics: [${nic}] }`);
    }
  }
  return lines.join('\n');
}

async function fillOneProcess(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-bench-'));
  const file = join(folder, 'crowd.yaml');
  writeFileSync(file, topology());
  const stage = await openStage(1, { topology: file, script: new URL('jobs-process.ts', import.meta.url) });
  try {
    const dataDir = join(folder, 'data');
    const questions = Array.from({ length: inFlight }, (_, index): Question => {
      const at = index % subscriptions;
      const vm = Math.floor(index / subscriptions);
      return {
        id: `q-${index}`,
        source: `vm-${at}-${vm}`,
        to: `10.${at}.1.${perSubscription + 4}`,
        port: 10_000 + index,
        apart: true,
      };
    });
    const first = await stage.start({ dataDir });
    await askAll(stage, first, questions);
    const unanswered = inFlight - countAnswered(stage, questions);
    const full = await measure(first);
    first.process.kill('SIGKILL');
    await first.exited;

    const second = await stage.start({ dataDir });
    const endMs = performance.now() + 400_000;
    while (countAnswered(stage, questions) < inFlight && performance.now() < endMs) await delay(1000);
    const after = await measure(second);
    second.process.kill('SIGTERM');
    return [
      {
        name: 'checks in flight in one process',
        value: unanswered,
        unit: '',
        aim: `${inFlight}`,
        ok: unanswered === inFlight,
      },
      under('event-loop delay while they start and run, p99', full.loopDelayP99Ms, 'ms', 50),
      under('event-loop delay while as many go on and end, p99', after.loopDelayP99Ms, 'ms', 50),
      under('memory at its peak while they start and run (RSS)', full.peakRssMb, 'MB', 350),
      under('memory at its peak while as many go on and end (RSS)', after.peakRssMb, 'MB', 350),
      none(`polls earlier than Retry-After, of ${full.polls + after.polls}`, full.earlyPolls + after.earlyPolls),
      under(`from the start to ready with ${unanswered} unfinished`, after.readyMs, 'ms', 2000),
      none('questions without an answer after a kill -9 at the peak', inFlight - countAnswered(stage, questions)),
    ];
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true });
  }
}

async function askAll(stage: Stage, process: Victim, questions: readonly Question[]): Promise<void> {
  const gapMs = 25;
  const startedMs = performance.now();
  const asked = questions.map(async (question, index) => {
    await delay(index * gapMs);
    if (!(await stage.ask(process, question))) throw new Error(`${question.id} was not taken`);
  });
  await Promise.all(asked);
  console.error(`asked in ${Math.round(performance.now() - startedMs)} ms`);
}

function countAnswered(stage: Stage, questions: readonly Question[]): number {
  return questions.filter((question) => stage.answers(question).length > 0).length;
}

async function measure({ process }: Victim): Promise<Measured> {
  const answer = once(process, 'message');
  process.send('measure');
  const [measured] = await answer;
  return measured;
}

function none(name: string, value: number): Figure {
  return { name, value, unit: '', aim: '0', ok: value === 0 };
}

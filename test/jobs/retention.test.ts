import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepTidy } from '../../src/jobs/retention.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { type Store, StoreError } from '../../src/jobs/store.ts';
import { createManualClock, type ManualClock } from '../support/clock.ts';
import { jobOf } from './job.ts';

const dayMs = 24 * 3_600_000;
const startMs = Date.UTC(2026, 10, 23, 8);

let store: Store;
let clock: ManualClock;
let stopping: AbortController;
let running: Promise<void>[];
let told: unknown[];
beforeEach(() => {
  store = openSqliteStore();
  clock = createManualClock(startMs);
  stopping = new AbortController();
  running = [];
  told = [];
});
afterEach(async () => {
  stopping.abort();
  await Promise.all(running);
  await store.close();
});

/** One more instance on the same store. */
function start(on: Parameters<typeof keepTidy>[0]['store'] = store) {
  const options = { store: on, clock, keepMs: 30 * dayMs, failed: (error: unknown) => void told.push(error) };
  running.push(keepTidy({ ...options, pruned: (counts) => void told.push(counts) }, stopping.signal));
}

async function insert(count: number, ageDays: number, state: 'delivered' | 'running' = 'delivered') {
  for (let index = 0; index < count; index += 1) {
    const id = `${state} ${ageDays} ${index}`;
    await store.insert(jobOf(id, { state, createdAtMs: clock.now() - ageDays * dayMs }));
  }
}

const isThere = async (id: string) => (await store.job(id)) !== undefined;

describe('what is over and old', () => {
  test('is dropped at the start, in small batches; what is younger or waited for stays', async () => {
    await insert(120, 31);
    await insert(2, 29);
    await insert(2, 400, 'running');
    start();
    await clock.advance(0);
    const left = (
      await Promise.all(Array.from({ length: 120 }, (_, index) => isThere(`delivered 31 ${index}`)))
    ).filter(Boolean);
    expect(left).toHaveLength(70);
    await clock.advance(1000);
    expect(told).toEqual([{ jobs: 120, watches: 0 }]);
    expect(await isThere('delivered 29 1')).toBe(true);
    expect(await isThere('running 400 1')).toBe(true);
  });

  test('is dropped once a day by one of several instances', async () => {
    await insert(3, 31);
    start();
    start();
    start();
    await clock.advance(1000);
    expect(told).toEqual([{ jobs: 3, watches: 0 }]);
    await insert(2, 29.5);
    await clock.advance(dayMs);
    expect(told).toEqual([
      { jobs: 3, watches: 0 },
      { jobs: 2, watches: 0 },
    ]);
    expect(await store.spend('retention', '2026-11-24')).toBe(false);
  });

  test('is dropped the day after where the store failed', async () => {
    await insert(1, 31);
    let isBroken = true;
    start({
      watches: store.watches,
      spend: store.spend,
      pruning: {
        ...store.pruning,
        jobs: (...args) => (isBroken ? Promise.reject(new StoreError('locked')) : store.pruning.jobs(...args)),
      },
    });
    await clock.advance(1000);
    expect(told).toEqual([expect.any(StoreError)]);
    isBroken = false;
    await clock.advance(dayMs);
    expect(told.slice(1)).toEqual([{ jobs: 1, watches: 0 }]);
  });
});

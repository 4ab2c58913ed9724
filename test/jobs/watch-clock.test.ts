import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Job, JobState } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import type { Store } from '../../src/jobs/store.ts';
import { runIdOf, type WatchRun } from '../../src/jobs/watch.ts';
import { createWatchClock, type WatchClock } from '../../src/jobs/watch-clock.ts';
import { createManualClock, type ManualClock } from '../support/clock.ts';
import { jobOf } from './job.ts';

const everyMs = 300_000;
const week = 7 * 24 * 3_600_000;
let clock: ManualClock;
let store: Store;
let begun: Job[];

beforeEach(() => {
  clock = createManualClock();
  store = openSqliteStore();
  begun = [];
});
afterEach(() => store.close());

const begin = async (job: Job): Promise<boolean> => {
  if ((await store.insert(job)) === 'duplicate') return false;
  begun.push(job);
  return true;
};

function clockOf(more: Partial<Parameters<typeof createWatchClock>[0]> = {}): WatchClock {
  return createWatchClock({
    store,
    clock,
    begin,
    command: 'watch',
    deadlineMs: 600_000,
    surprised: (error) => {
      throw error;
    },
    random: () => 0.5,
    ...more,
  });
}

/** A watch whose first run is over, as `state` says. */
async function addWatch(id = 'w', endsAfterMs = week, state: JobState = 'delivered'): Promise<void> {
  const { requester, conversation, locale } = jobOf(id);
  const nowMs = clock.now();
  await store.insert(jobOf(id, { command: 'watch', state, messageId: 'm-1', outcome: { kind: 'ran', run: 1 } }));
  await store.watches.add(
    {
      id,
      room: 'room',
      nextAtMs: nowMs + everyMs,
      everyMs,
      endsAtMs: nowMs + endsAfterMs,
      requester,
      conversation,
      locale,
      nonce: 'n-1',
      plan: null,
    },
    99,
  );
}

async function finish(job: Job | undefined, state: JobState = 'delivered', messageId = job?.messageId): Promise<void> {
  if (!job) throw new Error('no run has begun');
  const outcome = { kind: 'ran', of: job.id };
  await store.advance(job.id, 'queued', state, { outcome, ...(messageId && { messageId }) });
}

const requestOf = (job: Job | undefined) => job?.request as WatchRun | undefined;

describe('a watch that is due', () => {
  test('runs as a job of its own over the same message, with what the run before it left', async () => {
    await addWatch();
    const watchClock = clockOf();
    await watchClock.tick();
    expect(begun).toEqual([]);
    await clock.advance(everyMs);
    await watchClock.tick();
    expect(begun).toMatchObject([
      { id: 'w.2', command: 'watch', state: 'queued', messageId: 'm-1', nonce: 'n-1', requester: jobOf('w').requester },
    ]);
    expect(begun[0]?.request).toMatchObject({ kind: 'run', watch: { id: 'w' }, before: { kind: 'ran', run: 1 } });
    await finish(begun[0], 'delivered', 'm-2');
    await clock.advance(everyMs);
    await watchClock.tick();
    expect(begun[1]).toMatchObject({ id: 'w.3', messageId: 'm-2', request: { before: { of: 'w.2' } } });
  });

  test('runs once however often it was missed, and then an interval later', async () => {
    await addWatch();
    await clock.advance(10 * everyMs);
    const watchClock = clockOf();
    await watchClock.tick();
    await finish(begun[0]);
    await watchClock.tick();
    expect(begun).toHaveLength(1);
    expect((await store.watches.get('w'))?.nextAtMs).toBe(clock.now() + everyMs);
  });

  test.each([
    [0, 0.9],
    [0.5, 1],
    [0.999_999, 1.1],
  ])('varies its interval: chance %d makes it %d of what was asked', async (chance, part) => {
    await addWatch();
    await clock.advance(everyMs);
    await clockOf({ random: () => chance }).tick();
    expect(((await store.watches.get('w'))?.nextAtMs ?? 0) - clock.now()).toBeCloseTo(everyMs * part, -1);
    expect(requestOf(begun[0])?.nextAtMs).toBe((await store.watches.get('w'))?.nextAtMs);
  });

  test('waits while the run before it is under way', async () => {
    await addWatch('w', week, 'running');
    const watchClock = clockOf();
    await clock.advance(everyMs);
    await watchClock.tick();
    expect(begun).toEqual([]);
    await store.advance('w', 'running', 'delivered');
    await watchClock.tick();
    expect(begun).toEqual([]);
    await clock.advance(3000);
    await watchClock.tick();
    expect(begun.map(({ id }) => id)).toEqual(['w.2']);
  });

  test('runs once for several processes over one store', async () => {
    for (const id of ['a', 'b', 'c']) await addWatch(id);
    const clocks = [clockOf(), clockOf(), clockOf()];
    for (let round = 0; round < 4; round += 1) {
      await clock.advance(everyMs);
      await Promise.all(clocks.map((each) => each.tick()));
      for (const job of begun) await finish(job);
    }
    const expected = ['a', 'b', 'c'].flatMap((id) => [2, 3, 4, 5].map((run) => runIdOf({ id }, run)));
    expect(begun.map(({ id }) => id).sort()).toEqual(expected.sort());
    expect(await store.watches.get('a')).toMatchObject({ runs: 5 });
  });

  test('is found again when a process dies after storing its run', async () => {
    await addWatch();
    await clock.advance(everyMs);
    const dying = clockOf({
      begin: async (job) => {
        await begin(job);
        throw new Error('killed');
      },
      surprised: () => {},
    });
    await dying.tick();
    expect(await store.watches.get('w')).toMatchObject({ runs: 1 });
    await clockOf().tick();
    expect(begun.map(({ id }) => id)).toEqual(['w.2']);
    expect(await store.watches.get('w')).toMatchObject({ runs: 2 });
  });

  test('keeps the jobs of its first run and of the last two', async () => {
    await addWatch();
    const watchClock = clockOf();
    for (let run = 2; run <= 6; run += 1) {
      await clock.advance(everyMs);
      await watchClock.tick();
      await finish(begun.at(-1));
    }
    const kept = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (run) => (await store.job(runIdOf({ id: 'w' }, run)))?.id),
    );
    expect(kept).toEqual(['w', undefined, undefined, undefined, 'w.5', 'w.6']);
  });

  test('leaves others for the next look where many are due at once', async () => {
    for (let index = 0; index < 45; index += 1) await addWatch(`w${index}`);
    await clock.advance(everyMs);
    const watchClock = clockOf();
    await watchClock.tick();
    expect(begun).toHaveLength(20);
    await watchClock.tick();
    expect(begun).toHaveLength(40);
  });
});

describe('the end of a watch', () => {
  test('when its time is up is said by a last job that asks nothing', async () => {
    await addWatch('w', 2 * everyMs);
    const watchClock = clockOf();
    await clock.advance(everyMs);
    await watchClock.tick();
    await finish(begun[0]);
    expect((await store.watches.get('w'))?.nextAtMs).toBe(clock.now() + everyMs);
    await clock.advance(everyMs);
    await watchClock.tick();
    expect(requestOf(begun[1])).toMatchObject({ ending: { reason: 'over' } });
    expect(await store.watches.get('w')).toMatchObject({ state: 'ended', ending: { reason: 'over' } });
    await clock.advance(week);
    await watchClock.tick();
    expect(begun).toHaveLength(2);
  });

  test('by a person is said at once, after a run that is under way', async () => {
    await addWatch('w', week, 'running');
    const ending = { reason: 'stopped', by: { id: '29:one' } } as const;
    await store.watches.end('w', ending, 'ending', clock.now());
    const watchClock = clockOf();
    await watchClock.tick();
    expect(begun).toEqual([]);
    await store.advance('w', 'running', 'delivered');
    await clock.advance(3000);
    await watchClock.tick();
    expect(requestOf(begun[0])).toMatchObject({ ending });
    expect(await store.watches.live()).toEqual([]);
  });

  test('comes without a word where nobody can hear it', async () => {
    await addWatch();
    await clock.advance(everyMs);
    const watchClock = clockOf();
    await watchClock.tick();
    await finish(begun[0], 'abandoned');
    await clock.advance(everyMs);
    await watchClock.tick();
    expect(begun).toHaveLength(1);
    expect(await store.watches.get('w')).toMatchObject({ state: 'ended', ending: { reason: 'gone' } });
  });

  test('comes with the bot leaving the conversation, and only that one', async () => {
    await addWatch();
    const { conversation } = jobOf('w');
    const watchClock = clockOf();
    await watchClock.abandon({ from: 'room', conversation: { ...conversation, id: '19:other@thread.tacv2' } });
    expect(await store.watches.live()).toHaveLength(1);
    await watchClock.abandon({ from: 'room', conversation });
    expect(await store.watches.live()).toEqual([]);
  });
});

test('looks about once a second until it is stopped, whatever the store does', async () => {
  await addWatch();
  const faults: unknown[] = [];
  let isBroken = true;
  const watches: Store['watches'] = {
    ...store.watches,
    due: (...asked) => (isBroken ? Promise.reject(new Error('locked')) : store.watches.due(...asked)),
  };
  const watchClock = clockOf({
    store: { job: store.job, watches },
    surprised: (error) => void faults.push(error),
  });
  watchClock.start();
  await clock.advance(everyMs);
  expect(faults.length).toBeGreaterThan(100);
  isBroken = false;
  await clock.advance(2000);
  expect(begun).toHaveLength(1);
  await watchClock.stop();
  await clock.advance(10 * everyMs);
  expect(begun).toHaveLength(1);
});

import { afterEach, describe, expect, test } from 'vitest';
import type { Reply } from '../../src/core/chat.ts';
import type { Json } from '../../src/core/json.ts';
import { createEmbeddedEngine } from '../../src/jobs/embedded-engine.ts';
import { type Hooks, type Replier, Resting, type Task } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { type Store, StoreError } from '../../src/jobs/store.ts';
import { createWorker, type Worker } from '../../src/jobs/worker.ts';
import { createManualClock, settle } from '../support/clock.ts';
import { jobOf } from './job.ts';

const replyOf = (text: string): Reply => ({ card: 'notice', data: { text }, summary: text });

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const { stop } of opened.splice(0)) await stop();
});

/** Two workers over one store; only the first one is given jobs. */
function open({ isShared = true, wrap = (store: Store) => store } = {}) {
  const store = openSqliteStore();
  const clock = createManualClock();
  const history: string[] = [];
  const surprises: string[] = [];
  let unsaid: Promise<void> | undefined;
  const replier: Replier = {
    async send(_conversation, { summary }) {
      history.push(`send ${summary}`);
      return 'm1';
    },
    async update(_conversation, _id, { summary }, manner) {
      await unsaid;
      manner?.signal?.throwIfAborted();
      history.push(`update ${summary}`);
      return 'updated';
    },
  };
  const started: { hooks: Hooks; finish(step: Json | Resting): void }[] = [];
  const task: Task = {
    run: (_job, hooks) =>
      new Promise((resolve, reject) => {
        started.push({ hooks, finish: resolve });
        hooks.signal.addEventListener('abort', () => reject(hooks.signal.reason));
      }),
    fail: (_job, reference) => ({ failed: reference }),
    draw: (_job, outcome) => replyOf(`answer ${JSON.stringify(outcome)}`),
  };
  const workerOver = (over: Store): Worker =>
    createWorker({
      store: over,
      engine: createEmbeddedEngine({ store: over, clock }),
      replier,
      clock,
      isShared,
      task: () => task,
      surprised: (_job, _reference, error) => surprises.push(String(error)),
    });
  const worker = workerOver(wrap(store));
  const other = workerOver(store);
  opened.push({
    async stop() {
      await worker.stop();
      await store.close();
    },
  });
  return {
    store,
    clock,
    history,
    surprises,
    started,
    worker,
    other,
    /** Keeps what is written over a message from arriving. */
    holdUpdates() {
      const { promise, resolve } = Promise.withResolvers<void>();
      unsaid = promise;
      return resolve;
    },
    endElsewhere: (from: 'queued' | 'running' = 'running') =>
      store.advance('a', from, 'answered', { outcome: 'theirs' }),
  };
}

async function running(options?: Parameters<typeof open>[0]) {
  const stage = open(options);
  await stage.worker.resume();
  await stage.worker.accept(jobOf('a'), replyOf('running'));
  await settle();
  const [run] = stage.started;
  if (!run) throw new Error('nothing has started');
  return { ...stage, run };
}

async function resting() {
  const stage = await running();
  const came = Promise.withResolvers<Json>();
  stage.run.hooks.signal.addEventListener('abort', () => came.reject(stage.run.hooks.signal.reason));
  stage.run.finish(new Resting(came.promise));
  await settle();
  return { ...stage, came };
}

const theirs = ['send running', 'update answer "theirs"'];

describe('a job that another process ends', () => {
  test('while it runs: is broken off within three seconds, and its answer said once', async () => {
    const { endElsewhere, run, clock, history, store, surprises, worker, started } = await running();
    await clock.advance(10_000);
    expect(run.hooks.signal.aborted).toBe(false);
    expect(await endElsewhere()).toBe(true);
    await clock.advance(3000);
    expect(run.hooks.signal.aborted).toBe(true);
    await clock.advance(60_000);
    expect(history).toEqual(theirs);
    expect(started).toHaveLength(1);
    expect((await store.job('a'))?.state).toBe('delivered');
    expect(worker.inFlight).toBe(0);
    expect(surprises).toEqual([]);
  });

  test('while it rests: is not run again', async () => {
    const { endElsewhere, clock, history, started, worker, surprises } = await resting();
    await endElsewhere();
    await clock.advance(3000);
    expect(history).toEqual(theirs);
    expect(started).toHaveLength(1);
    expect(worker.inFlight).toBe(0);
    expect(surprises).toEqual([]);
  });

  test('before what it waits for is there, and nobody has looked in between: is let go of too', async () => {
    const { endElsewhere, run, came, history, started, worker } = await resting();
    await endElsewhere();
    came.resolve('the probe');
    await settle();
    expect(run.hooks.signal.aborted).toBe(true);
    expect(history).toEqual(theirs);
    expect(started).toHaveLength(1);
    expect(worker.inFlight).toBe(0);
  });

  test('in the moment in which it comes to an outcome of its own: the first one counts', async () => {
    const { endElsewhere, run, clock, history } = await running();
    await endElsewhere();
    run.finish('own');
    await settle();
    expect(history).toEqual(theirs);
    await clock.advance(60_000);
    expect(history).toEqual(theirs);
  });

  test('without a card, as when its question was changed: nothing more is said', async () => {
    const { other, run, clock, history, store, worker } = await running();
    expect(await other.supersede('a', 'b')).toBe(true);
    await clock.advance(3000);
    expect(run.hooks.signal.aborted).toBe(true);
    expect(history).toEqual(['send running']);
    expect((await store.job('a'))?.state).toBe('abandoned');
    expect(worker.inFlight).toBe(0);
  });

  test('before anybody took it: is only said', async () => {
    const { store, worker, endElsewhere, history, started } = open();
    await store.insert(jobOf('a', { messageId: 'm1' }));
    await endElsewhere('queued');
    await worker.resume();
    await settle();
    expect(history).toEqual(['update answer "theirs"']);
    expect(started).toEqual([]);
  });

  test('as it is about to begin: is only said', async () => {
    const { worker, history, started } = open({
      wrap: (store) => ({
        ...store,
        async advance(id, from, to, change) {
          if (to === 'running') await store.advance(id, 'queued', 'answered', { outcome: 'theirs' });
          return store.advance(id, from, to, change);
        },
      }),
    });
    await worker.resume();
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    expect(history).toEqual(theirs);
    expect(started).toEqual([]);
  });
});

test('an answer of its own that is on its way is not broken off', async () => {
  const { run, clock, history, holdUpdates } = await running();
  const say = holdUpdates();
  run.finish('own');
  await clock.advance(20_000);
  expect(history).toEqual(['send running']);
  say();
  await settle();
  expect(run.hooks.signal.aborted).toBe(false);
  expect(history).toEqual(['send running', 'update answer "own"']);
});

test('while the store does not answer nothing is broken off, and it is asked again', async () => {
  let isAway = true;
  const { endElsewhere, run, clock, history } = await running({
    wrap: (store) => ({
      ...store,
      runs: {
        ...store.runs,
        underWay: async (ids) => {
          if (isAway) throw new StoreError('unreachable');
          return store.runs.underWay(ids);
        },
      },
    }),
  });
  await endElsewhere();
  await clock.advance(10_000);
  expect(run.hooks.signal.aborted).toBe(false);
  isAway = false;
  await clock.advance(3000);
  expect(history).toEqual(theirs);
});

test('a store that one process has to itself is not asked', async () => {
  const { run, clock } = await running({ isShared: false });
  expect(clock.sleepers).toBe(0);
  expect(run.hooks.signal.aborted).toBe(false);
});

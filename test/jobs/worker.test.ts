import { afterEach, describe, expect, test } from 'vitest';
import type { Conversation, Reply } from '../../src/core/chat.ts';
import type { Json } from '../../src/core/json.ts';
import { createEmbeddedEngine } from '../../src/jobs/embedded-engine.ts';
import { ConversationGone, type Hooks, type Job, type Replier, Resting, type Task } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { type Store, StoreError } from '../../src/jobs/store.ts';
import { createWorker, type Worker } from '../../src/jobs/worker.ts';
import { createManualClock, type ManualClock, settle } from '../support/clock.ts';
import { jobOf } from './job.ts';

const replyOf = (text: string): Reply => ({ card: 'notice', data: { text }, summary: text });

/** A channel as seen by a reader: what each message says now, and how it came to say it. */
function createChannel() {
  const shown = new Map<string, string>();
  const history: string[] = [];
  let fault: Error | undefined;
  let sendingFault: Error | undefined;
  let gone = false;
  const replier: Replier = {
    async send(_conversation: Conversation, reply) {
      if (fault ?? sendingFault) throw fault ?? sendingFault;
      const id = `m${shown.size + 1}`;
      shown.set(id, reply.summary);
      history.push(`send ${id} ${reply.summary}`);
      return id;
    },
    async update(_conversation, id, reply) {
      if (fault) throw fault;
      if (gone) return 'gone';
      shown.set(id, reply.summary);
      history.push(`update ${id} ${reply.summary}`);
      return 'updated';
    },
  };
  return {
    replier,
    shown,
    history,
    breakWith: (error: Error | undefined) => {
      fault = error;
    },
    breakSending: (error: Error) => {
      sendingFault = error;
    },
    loseMessages: () => {
      gone = true;
    },
  };
}

/** A task whose end the test decides. */
function createTask() {
  const started: { job: Job; hooks: Hooks; finish: (step: Json | Resting) => void; fail: (error: Error) => void }[] =
    [];
  const task: Task = {
    run: (job, hooks) =>
      new Promise((resolve, reject) => {
        started.push({ job, hooks, finish: resolve, fail: reject });
        hooks.signal.addEventListener('abort', () => reject(hooks.signal.reason));
      }),
    fail: (_job, reference) => ({ failed: reference }),
    draw: (_job, outcome) => replyOf(`answer ${JSON.stringify(outcome)}`),
  };
  return { task, started };
}

const opened: { worker: Worker; store: Store }[] = [];
afterEach(async () => {
  for (const { worker, store } of opened.splice(0)) {
    await worker.stop();
    await store.close();
  }
});

function open(store = openSqliteStore(), clock = createManualClock()) {
  const channel = createChannel();
  const { task, started } = createTask();
  const surprises: string[] = [];
  const worker = createWorker({
    store,
    engine: createEmbeddedEngine({ store, clock }),
    replier: channel.replier,
    clock,
    task: (command) => (command === 'check' ? task : undefined),
    surprised: (_job, _reference, error) => surprises.push(error instanceof Error ? error.message : String(error)),
  });
  opened.push({ worker, store });
  const resumed = worker.resume();
  return { resumed, store, channel, clock, started, surprises, worker };
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('nothing has started');
  return item;
}

describe('a job that rests', () => {
  async function resting() {
    const opened = open();
    const { worker, started } = opened;
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    const { hooks, finish } = first(started);
    const came = Promise.withResolvers<Json>();
    await hooks.keep({ poller: 'P' });
    return { ...opened, hooks, came, rest: () => finish(new Resting(came.promise)) };
  }

  test('is run again, as it is stored by then, with what came', async () => {
    const { rest, came, started, channel, store, worker } = await resting();
    rest();
    await settle();
    expect(started).toHaveLength(1);
    expect(worker.inFlight).toBe(1);
    expect((await store.job('a'))?.state).toBe('running');
    came.resolve('the probe');
    await settle();
    expect(started[1]?.job).toMatchObject({ state: 'running', operation: { poller: 'P' }, messageId: 'm1' });
    expect(started[1]?.hooks.came).toBe('the probe');
    started[1]?.finish('yes');
    await settle();
    expect(channel.history).toEqual(['send m1 running', 'update m1 answer "yes"']);
    expect(worker.inFlight).toBe(0);
  });

  test('may rest more than once', async () => {
    const { rest, came, started, channel } = await resting();
    rest();
    came.resolve(1);
    await settle();
    started[1]?.finish(new Resting(Promise.resolve(2)));
    await settle();
    started[2]?.finish(`${started[2].hooks.came}`);
    await settle();
    expect([...channel.shown.values()]).toEqual(['answer "2"']);
  });

  test('has what it said last on its card, though a card is edited once a second', async () => {
    const { rest, hooks, channel, clock, came, started } = await resting();
    for (const text of ['one', 'two']) {
      hooks.show(() => replyOf(text));
      await settle();
    }
    rest();
    await settle();
    expect([...channel.shown.values()]).toEqual(['one']);
    await clock.advance(1000);
    expect([...channel.shown.values()]).toEqual(['two']);
    came.resolve(null);
    await clock.advance(1000);
    started[1]?.finish('yes');
    await clock.advance(5000);
    expect([...channel.shown.values()]).toEqual(['answer "yes"']);
  });

  test('does not wait for its card once something came', async () => {
    const { rest, hooks, channel, came, started, clock } = await resting();
    for (const text of ['one', 'two']) {
      hooks.show(() => replyOf(text));
      await settle();
    }
    rest();
    came.resolve(null);
    await settle();
    started[1]?.finish('yes');
    await clock.advance(5000);
    expect(channel.history).toEqual(['send m1 running', 'update m1 one', 'update m1 answer "yes"']);
  });

  test('stays for the next process when this one stops, which knows nothing of what came', async () => {
    const { rest, came, worker, store, surprises } = await resting();
    rest();
    await settle();
    const stopped = worker.stop();
    came.reject(new Error('hopcheck is stopping'));
    await stopped;
    expect((await store.job('a'))?.state).toBe('running');
    expect(surprises).toEqual([]);
    const after = open(store);
    await after.resumed;
    await settle();
    expect(first(after.started).hooks.came).toBeUndefined();
    opened.splice(0, 1);
  });

  test('that is superseded ends without a card', async () => {
    const { rest, came, hooks, worker, store, started, channel } = await resting();
    rest();
    await settle();
    hooks.signal.addEventListener('abort', () => came.reject(hooks.signal.reason));
    expect(await worker.supersede('a', 'b')).toBe(true);
    await settle();
    expect(started).toHaveLength(1);
    expect((await store.job('a'))?.state).toBe('abandoned');
    expect(channel.history).toEqual(['send m1 running']);
  });
});

describe('the worker', () => {
  test('stores, acknowledges, works, and turns the acknowledgement into the answer', async () => {
    const { worker, store, channel, started } = open();
    expect(await worker.accept(jobOf('a'), replyOf('running'))).toBe(true);
    expect(await store.job('a')).toMatchObject({ messageId: 'm1' });
    await settle();
    expect((await store.job('a'))?.state).toBe('running');
    first(started).finish('yes');
    await settle();
    expect([...channel.shown.values()]).toEqual(['answer "yes"']);
    expect(await store.job('a')).toMatchObject({ state: 'delivered', outcome: 'yes' });
    expect(worker.inFlight).toBe(0);
  });

  test('a message delivered again says and starts nothing', async () => {
    const { worker, channel, started } = open();
    await worker.accept(jobOf('a'), replyOf('running'), 'key');
    expect(await worker.accept(jobOf('a'), replyOf('running'), 'key')).toBe(false);
    expect(await worker.accept(jobOf('b'), replyOf('running'), 'key')).toBe(false);
    await settle();
    expect(channel.history).toEqual(['send m1 running']);
    expect(started).toHaveLength(1);
  });

  test('a job with its outcome is said and done', async () => {
    const { worker, store, channel, started } = open();
    await worker.accept(jobOf('a', { state: 'answered', outcome: 'form' }), replyOf('choose'));
    await settle();
    expect(channel.history).toEqual(['send m1 choose']);
    expect(started).toHaveLength(0);
    expect((await store.job('a'))?.state).toBe('delivered');
  });

  test('a job may take over a message that is there', async () => {
    const { worker, channel } = open();
    await worker.accept(jobOf('a', { messageId: 'form' }), replyOf('running'));
    expect(channel.history).toEqual(['update form running']);
  });

  test('edits are at least a second apart, merged, and none lands after the answer', async () => {
    const { worker, channel, clock, started } = open();
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    const { hooks, finish } = first(started);
    for (const text of ['one', 'two', 'three']) {
      hooks.show(() => replyOf(text));
      await settle();
    }
    expect(channel.history.slice(1)).toEqual(['update m1 one']);
    await clock.advance(999);
    expect(channel.history).toHaveLength(2);
    await clock.advance(1);
    expect(channel.history.slice(1)).toEqual(['update m1 one', 'update m1 three']);
    hooks.show(() => replyOf('four'));
    finish('done');
    await clock.advance(5000);
    expect(channel.history.slice(3)).toEqual(['update m1 answer "done"']);
  });

  test('an exception becomes an answer with the reference of the log', async () => {
    const { worker, channel, started, surprises } = open();
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    first(started).fail(new Error('boom'));
    await settle();
    expect([...channel.shown.values()]).toEqual(['answer {"failed":"a"}']);
    expect(surprises).toEqual(['boom']);
  });

  test('an acknowledgement that could not be said costs nobody the answer', async () => {
    const { worker, channel, started, surprises } = open();
    channel.breakWith(new Error('connector down'));
    expect(await worker.accept(jobOf('a'), replyOf('running'))).toBe(true);
    channel.breakWith(undefined);
    await settle();
    first(started).finish('late');
    await settle();
    expect(channel.history).toEqual(['send m1 answer "late"']);
    expect(surprises).toEqual(['connector down']);
  });

  test('a message that is gone is answered with a new one', async () => {
    const { worker, channel, started } = open();
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    channel.loseMessages();
    first(started).finish('new');
    await settle();
    expect(channel.history).toEqual(['send m1 running', 'send m2 answer "new"']);
  });

  test('what an earlier process left is gone on with, from where it stood', async () => {
    const before = open();
    await before.worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    await first(before.started).hooks.keep({ poller: 'P' });
    await before.store.insert(jobOf('b', { state: 'answered', outcome: 'known', messageId: 'm7' }));
    await before.worker.stop();
    expect((await before.store.job('a'))?.state).toBe('running');
    expect(before.surprises).toEqual([]);

    const after = open(before.store);
    expect(await after.resumed).toBe(2);
    await settle();
    expect(after.channel.history).toEqual(['update m7 answer "known"']);
    expect(first(after.started).job).toMatchObject({ id: 'a', operation: { poller: 'P' }, messageId: 'm1' });
    first(after.started).finish('at last');
    await settle();
    expect(after.channel.history).toContain('update m1 answer "at last"');
    opened.splice(0, 1);
  });

  test('while the channel takes no answer the job stays answered, and is said as soon as it does', async () => {
    const { worker, store, channel, clock, started } = open();
    await worker.accept(jobOf('a', { createdAtMs: clock.now() }), replyOf('running'));
    await settle();
    channel.breakWith(new Error('connector down'));
    first(started).finish('late');
    await clock.advance(10 * 60_000);
    expect((await store.job('a'))?.state).toBe('answered');
    channel.breakWith(undefined);
    await clock.advance(60_000);
    expect(channel.history.slice(1)).toEqual(['update m1 answer "late"']);
    expect((await store.job('a'))?.state).toBe('delivered');
    expect(started).toHaveLength(1);
  });

  test('an answer that nobody takes for a day is given up', async () => {
    const { worker, store, channel, clock, started } = open();
    await worker.accept(jobOf('a', { createdAtMs: clock.now() }), replyOf('running'));
    await settle();
    channel.breakWith(new Error('connector down'));
    first(started).finish('late');
    await clock.advance(25 * 3_600_000);
    expect((await store.job('a'))?.state).toBe('abandoned');
    expect(worker.inFlight).toBe(0);
    expect(await store.unfinished()).toEqual([]);
  });

  test('an answer for a conversation that is gone is given up at once', async () => {
    const { worker, store, channel, started } = open();
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    channel.loseMessages();
    channel.breakSending(new ConversationGone('403'));
    first(started).finish('too late');
    await settle();
    expect((await store.job('a'))?.state).toBe('abandoned');
    expect(worker.inFlight).toBe(0);
  });

  test.each(Array.from({ length: 12 }, (_, index) => index))(
    'an update shown %i promises after the wait of the one before is shown too',
    async (promises) => {
      let onWake = async () => {};
      const manual = createManualClock();
      const clock: ManualClock = {
        ...manual,
        sleep: async (ms, signal) => {
          await manual.sleep(ms, signal);
          void onWake();
        },
      };
      const { worker, channel, started } = open(openSqliteStore(), clock);
      await worker.accept(jobOf('a'), replyOf('running'));
      await settle();
      const { hooks } = first(started);
      hooks.show(() => replyOf('before'));
      await settle();
      onWake = async () => {
        onWake = async () => {};
        for (let promise = 0; promise < promises; promise += 1) await null;
        hooks.show(() => replyOf('after'));
      };
      await clock.advance(2000);
      expect(channel.history.at(-1)).toBe('update m1 after');
    },
  );

  test('what is under way waits for the store to recover, and is not done again', async () => {
    const store = openSqliteStore();
    let broken = false;
    const failing: Store = {
      ...store,
      async advance(...given) {
        if (broken) throw new StoreError('full');
        return store.advance(...given);
      },
      async amend(...given) {
        if (broken) throw new StoreError('full');
        return store.amend(...given);
      },
    };
    const { worker, channel, clock, started } = open(failing);
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    const { hooks, finish } = first(started);
    broken = true;
    const kept = hooks.keep({ poller: 'P' });
    await clock.advance(120_000);
    expect((await store.job('a'))?.operation).toBeUndefined();
    broken = false;
    await clock.advance(60_000);
    await kept;
    expect((await store.job('a'))?.operation).toEqual({ poller: 'P' });
    broken = true;
    finish('known');
    await clock.advance(120_000);
    broken = false;
    await clock.advance(60_000);
    expect(channel.history.at(-1)).toBe('update m1 answer "known"');
    expect(started).toHaveLength(1);
  });

  test('a question that cannot be stored is neither said nor begun', async () => {
    const store = openSqliteStore();
    const full: Store = { ...store, insert: () => Promise.reject(new StoreError('full')) };
    const { worker, channel, started } = open(full);
    await expect(worker.accept(jobOf('a'), replyOf('running'))).rejects.toMatchObject({ fault: 'full' });
    await settle();
    expect(channel.history).toEqual([]);
    expect(started).toEqual([]);
  });

  test('a job that fails in the store is tried again later', async () => {
    const store = openSqliteStore();
    let broken = true;
    const failing: Store = {
      ...store,
      async job(id) {
        if (broken) throw new StoreError('locked');
        return store.job(id);
      },
    };
    const { worker, channel, clock, started } = open(failing);
    await worker.accept(jobOf('a'), replyOf('running'));
    await clock.advance(30_000);
    expect(started).toEqual([]);
    broken = false;
    await clock.advance(60_000);
    first(started).finish('at last');
    await settle();
    expect(channel.history.at(-1)).toBe('update m1 answer "at last"');
  });

  test('two workers cannot both end a job', async () => {
    const { worker, store, started } = open();
    await worker.accept(jobOf('a'), replyOf('running'));
    await settle();
    first(started).finish(1);
    await settle();
    expect(await store.advance('a', 'running', 'answered', { outcome: 2 })).toBe(false);
    expect((await store.job('a'))?.outcome).toBe(1);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { createSharedRuns, type Shared, type SharedRuns, type Sharing } from '../../src/commands/shared-runs.ts';
import type { Json } from '../../src/core/json.ts';
import { type Job, Resting } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { type Store, StoreError } from '../../src/jobs/store.ts';
import { jobOf } from '../jobs/job.ts';
import { createManualClock, type ManualClock, settle } from '../support/clock.ts';

type Answer = { readonly said: string; readonly forAll: boolean; readonly endedAtMs: number };

const open: Store[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
});

/** A store that several instances share, and what each of them does with one question. */
function stage() {
  const clock = createManualClock(1_000_000);
  const store = openSqliteStore();
  open.push(store);
  let looks = 0;
  const counted: Pick<Store, 'job' | 'runs'> = {
    job: store.job,
    runs: {
      ...store.runs,
      underWay(ids) {
        looks += 1;
        return store.runs.underWay(ids);
      },
    },
  };
  return {
    clock,
    store,
    instance: () => createSharedRuns({ store: counted, clock }),
    get looks() {
      return looks;
    },
  };
}

/** One job that asks, and how the test ends what it asks. */
function asks(
  { store, clock }: { readonly store: Store; readonly clock: ManualClock },
  runs: SharedRuns,
  job: Job,
  question = 'q',
) {
  const ending = new AbortController();
  const leads: {
    operation: Json | undefined;
    tell(news: string): void;
    end(answer: Answer | Resting): void;
    fail(error: Error): void;
  }[] = [];
  const heard: string[] = [];
  const joined: string[] = [];
  const outcome: Promise<Shared<Answer> | string> = runs
    .share<string, Answer>({
      question,
      job,
      signal: ending.signal,
      lead: (operation, tell) =>
        new Promise((end, fail) => {
          leads.push({ operation, tell, end, fail });
          ending.signal.addEventListener('abort', () => fail(ending.signal.reason));
        }),
      joined: (leader) => void joined.push(leader.id),
      heard: (news) => void heard.push(news),
      read(outcome) {
        const answer = outcome as Answer;
        return { endedAtMs: answer.endedAtMs, ...(answer.forAll && { answer }) };
      },
    })
    .catch((error: Error) => error.message);
  return {
    job,
    leads,
    heard,
    joined,
    outcome,
    cancel: () => ending.abort(new Error('cancelled')),
    /** As a worker does it: the outcome is in the store, then the job is delivered. */
    async finish(said: string, forAll = true) {
      const answer = { said, forAll, endedAtMs: clock.now() };
      await store.advance(job.id, 'running', 'answered', { outcome: answer });
      await store.advance(job.id, 'answered', 'delivered');
      return answer;
    },
  };
}

async function running(store: Store, clock: ManualClock, id: string, more: Partial<Job> = {}): Promise<Job> {
  const job = jobOf(id, { state: 'running', createdAtMs: clock.now(), deadlineMs: clock.now() + 600_000, ...more });
  await store.insert(job);
  return job;
}

describe('in one process', () => {
  test('whoever asks the same hears what is known, and has the answer at once', async () => {
    const all = stage();
    const runs = all.instance();
    const leader = asks(all, runs, await running(all.store, all.clock, 'a'));
    await settle();
    leader.leads[0]?.tell('the rule');
    const follower = asks(all, runs, await running(all.store, all.clock, 'b'));
    await settle();
    leader.leads[0]?.tell('the probe');
    expect(follower.joined).toEqual(['a']);
    expect(follower.heard).toEqual(['the rule', 'the probe']);
    leader.leads[0]?.end({ said: 'yes', forAll: true, endedAtMs: all.clock.now() });
    expect(await leader.outcome).toMatchObject({ kind: 'led', answer: { said: 'yes' } });
    expect(await follower.outcome).toMatchObject({ kind: 'joined', answer: { said: 'yes' }, leader: { id: 'a' } });
    expect(follower.leads).toEqual([]);
    expect(all.looks).toBe(0);
  });

  test('one that rests still leads, and is followed until it has gone on to its end', async () => {
    const all = stage();
    const runs = all.instance();
    const job = await running(all.store, all.clock, 'a');
    const resting = asks(all, runs, job);
    await settle();
    resting.leads[0]?.tell('the rule');
    resting.leads[0]?.end(new Resting(Promise.resolve(null)));
    expect(await resting.outcome).toMatchObject({ kind: 'rests' });
    const follower = asks(all, runs, await running(all.store, all.clock, 'b'));
    await settle();
    expect(follower.joined).toEqual(['a']);
    expect(follower.heard).toEqual([]);
    const again = asks(all, runs, job);
    await settle();
    again.leads[0]?.tell('the probe');
    again.leads[0]?.end({ said: 'yes', forAll: true, endedAtMs: all.clock.now() });
    expect(await again.outcome).toMatchObject({ kind: 'led', answer: { said: 'yes' } });
    expect(await follower.outcome).toMatchObject({ kind: 'joined', answer: { said: 'yes' } });
    expect(follower.heard).toEqual(['the probe']);
    expect(follower.leads).toEqual([]);
  });

  test('whoever follows one that rested and came to nothing asks in its place', async () => {
    const all = stage();
    const runs = all.instance();
    const resting = asks(all, runs, await running(all.store, all.clock, 'a'));
    await settle();
    resting.leads[0]?.end(new Resting(Promise.resolve(null)));
    await resting.outcome;
    const follower = asks(all, runs, await running(all.store, all.clock, 'b'));
    await settle();
    await resting.finish('denied', false);
    runs.leave('a');
    await all.clock.advance(5000);
    follower.leads[0]?.end({ said: 'own', forAll: true, endedAtMs: all.clock.now() });
    expect(await follower.outcome).toMatchObject({ kind: 'led', answer: { said: 'own' } });
  });

  test('another question is asked on its own', async () => {
    const all = stage();
    const runs = all.instance();
    const one = asks(all, runs, await running(all.store, all.clock, 'a'), 'q1');
    const two = asks(all, runs, await running(all.store, all.clock, 'b'), 'q2');
    await settle();
    expect([one.leads.length, two.leads.length]).toEqual([1, 1]);
  });

  test('a leader that is cancelled leaves its operation to one of those that wait, and the rest wait for that one', async () => {
    const all = stage();
    const runs = all.instance();
    const leader = asks(all, runs, await running(all.store, all.clock, 'a'));
    await settle();
    await all.store.amend('a', { operation: 'its poller' });
    const others = await Promise.all(
      ['b', 'c', 'd'].map(async (id) => asks(all, runs, await running(all.store, all.clock, id))),
    );
    await settle();
    leader.cancel();
    await leader.finish('cancelled', false);
    expect(await leader.outcome).toBe('cancelled');
    await all.clock.advance(1_100);
    const leading = others.filter(({ leads }) => leads.length > 0);
    expect(leading).toHaveLength(1);
    expect(leading[0]?.leads.map(({ operation }) => operation)).toEqual(['its poller']);
    expect((await all.store.job(leading[0]?.job.id ?? ''))?.operation).toBe('its poller');
    leading[0]?.leads[0]?.end({ said: 'yes', forAll: true, endedAtMs: all.clock.now() });
    const outcomes = await Promise.all(others.map(({ outcome }) => outcome));
    expect(outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : outcome.kind)).sort()).toEqual([
      'joined',
      'joined',
      'led',
    ]);
  });

  test('an exception of the leader is not an answer of the others', async () => {
    const all = stage();
    const runs = all.instance();
    const leader = asks(all, runs, await running(all.store, all.clock, 'a'));
    await settle();
    const follower = asks(all, runs, await running(all.store, all.clock, 'b'));
    await settle();
    leader.leads[0]?.fail(new Error('boom'));
    await leader.finish('INTERNAL', false);
    await all.clock.advance(1_100);
    expect(follower.leads).toHaveLength(1);
  });

  test('its own deadline ends the waiting of each', async () => {
    const all = stage();
    const runs = all.instance();
    asks(all, runs, await running(all.store, all.clock, 'a'));
    await settle();
    const hasty = asks(all, runs, await running(all.store, all.clock, 'b', { deadlineMs: all.clock.now() + 5_000 }));
    await settle();
    await all.clock.advance(5_000);
    expect(await hasty.outcome).toEqual({ kind: 'late' });
  });

  test('one that waits can be cancelled, and nobody is looked out for any more', async () => {
    const all = stage();
    const elsewhere = asks(all, all.instance(), await running(all.store, all.clock, 'a'));
    await settle();
    const follower = asks(all, all.instance(), await running(all.store, all.clock, 'b'));
    await settle();
    follower.cancel();
    expect(await follower.outcome).toBe('cancelled');
    expect(elsewhere.leads).toHaveLength(1);
    expect(all.clock.sleepers).toBe(0);
  });
});

describe('across instances', () => {
  test('ten that wait look at the store once a second, together', async () => {
    const all = stage();
    const leader = asks(all, all.instance(), await running(all.store, all.clock, 'a'));
    await settle();
    const here = all.instance();
    const others = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => asks(all, here, await running(all.store, all.clock, `b${index}`))),
    );
    await all.clock.advance(10_000);
    expect(all.looks).toBe(10);
    await leader.finish('yes');
    await all.clock.advance(1_000);
    const outcomes = await Promise.all(others.map(({ outcome }) => outcome));
    expect(outcomes).toEqual(
      outcomes.map(() => expect.objectContaining({ kind: 'joined', answer: expect.objectContaining({ said: 'yes' }) })),
    );
    expect(all.clock.sleepers).toBe(0);
  });

  test('a leader whose process died goes on in another one, which asks nothing twice', async () => {
    const all = stage();
    const dead = asks(all, all.instance(), await running(all.store, all.clock, 'a'));
    await settle();
    await all.store.amend('a', { operation: 'its poller' });
    const here = all.instance();
    const follower = asks(all, here, await running(all.store, all.clock, 'b'));
    await settle();
    const resumed = await all.store.job('a');
    if (!resumed) throw new Error('the job is stored');
    const again = asks(all, here, resumed);
    await settle();
    expect(again.leads.map(({ operation }) => operation)).toEqual(['its poller']);
    again.leads[0]?.end(await again.finish('yes'));
    await all.clock.advance(1_000);
    expect(await follower.outcome).toMatchObject({ kind: 'joined', answer: { said: 'yes' } });
    expect(dead.leads).toHaveLength(1);
  });

  test('one that had joined before a restart has the answer that came meanwhile', async () => {
    const all = stage();
    const waiting = await running(all.store, all.clock, 'b');
    asks(all, all.instance(), await running(all.store, all.clock, 'a'));
    await all.clock.advance(3_000);
    const answer = { said: 'yes', forAll: true, endedAtMs: all.clock.now() };
    await all.store.advance('a', 'running', 'delivered', { outcome: answer });
    const follower = asks(all, all.instance(), waiting);
    expect(await follower.outcome).toMatchObject({ kind: 'joined', answer: { said: 'yes' }, leader: { id: 'a' } });
  });
});

describe('what is over', () => {
  test.each([
    ['answered', true],
    ['cancelled', false],
  ])('and was %s before the question was asked is asked anew, without its operation', async (said, forAll) => {
    const all = stage();
    const runs = all.instance();
    const first = asks(all, runs, await running(all.store, all.clock, 'a', { operation: 'old' }));
    await settle();
    first.leads[0]?.end(await first.finish(said, forAll));
    await first.outcome;
    await all.clock.advance(10);
    const next = asks(all, runs, await running(all.store, all.clock, 'b'));
    await settle();
    expect(next.leads.map(({ operation }) => operation)).toEqual([undefined]);
    expect((await all.store.job('b'))?.operation).toBeUndefined();
  });

  test('and is gone from the store hinders nobody', async () => {
    const all = stage();
    await all.store.runs.claim('q', 'gone');
    const next = asks(all, all.instance(), await running(all.store, all.clock, 'b'));
    await settle();
    expect(next.leads).toHaveLength(1);
  });
});

describe('a store that fails for a moment', () => {
  test('delays what is asked, what is waited for and what is taken over, and loses nothing', async () => {
    const { clock, store } = stage();
    let isBroken = true;
    const flaky =
      <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
      (...args: Args): Promise<T> =>
        isBroken ? Promise.reject(new StoreError('locked')) : call(...args);
    const { claim, succeed, underWay } = store.runs;
    const runs = createSharedRuns({
      store: {
        job: flaky(store.job),
        runs: { claim: flaky(claim), succeed: flaky(succeed), underWay: flaky(underWay) },
      },
      clock,
    });
    const turnOff = async () => {
      isBroken = true;
      await clock.advance(30_000);
      isBroken = false;
    };
    const leader = asks({ store, clock }, runs, await running(store, clock, 'a'));
    await turnOff();
    await clock.advance(60_000);
    expect(leader.leads).toHaveLength(1);
    const follower = asks({ store, clock }, runs, await running(store, clock, 'b'));
    await settle();
    leader.cancel();
    await leader.finish('cancelled', false);
    await turnOff();
    await clock.advance(60_000);
    expect(follower.leads).toHaveLength(1);
  });

  test('for good, and for a reason of its own, is no store to wait for', async () => {
    const { clock, store } = stage();
    const underWay = () => Promise.reject(new Error('no such column'));
    const broken = createSharedRuns({ store: { job: store.job, runs: { ...store.runs, underWay } }, clock });
    await running(store, clock, 'a');
    await store.runs.claim('q', 'a');
    const follower = asks({ store, clock }, broken, await running(store, clock, 'b'));
    await clock.advance(2_000);
    expect(await follower.outcome).toBe('no such column');
  });
});

test('who takes a question over goes on with its operation, even when nobody hears that it was taken over', async () => {
  const { store, clock } = stage();
  const deadlineMs = clock.now() + 600_000;
  const joining = jobOf('joining', { deadlineMs });
  await store.insert(jobOf('leading', { deadlineMs }));
  await store.insert(joining);
  await store.amend('leading', { operation: 'what Azure does' });
  await store.runs.claim('question', 'leading');
  let unheard = 1;
  const runs = {
    ...store.runs,
    async succeed(...given: Parameters<typeof store.runs.succeed>) {
      const done = await store.runs.succeed(...given);
      unheard -= 1;
      if (unheard >= 0) throw new StoreError('unreachable');
      return done;
    },
  };
  const led: (Json | undefined)[] = [];
  const sharing: Sharing<never, string> = {
    question: 'question',
    job: joining,
    signal: new AbortController().signal,
    lead: async (operation) => {
      led.push(operation);
      return 'answer';
    },
    joined: () => {},
    heard: () => {},
    read: () => ({}),
  };
  const shared = createSharedRuns({ store: { job: store.job, runs }, clock }).share(sharing);
  while (clock.sleepers === 0) await clock.advance(0);
  await store.advance('leading', 'queued', 'abandoned');
  while (led.length === 0) await clock.advance(1000);
  expect(await shared).toEqual({ kind: 'led', answer: 'answer' });
  expect(led).toEqual(['what Azure does']);
});

import { afterEach, describe, expect, test } from 'vitest';
import { createEndings } from '../../src/commands/endings.ts';
import type { Reply } from '../../src/core/chat.ts';
import type { Json } from '../../src/core/json.ts';
import { type Hooks, type Job, Resting } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import type { Store } from '../../src/jobs/store.ts';
import { jobOf } from '../jobs/job.ts';

const by = { id: '29:one', name: 'On-call' };
const nothing: Reply = { card: 'notice', data: {}, summary: '' };

/** A job whose end the test decides, and that notices an abort only where it is told to. */
function open({ notices, store }: { readonly notices: boolean; readonly store?: Store }) {
  const endings = createEndings(store);
  const noted: string[] = [];
  const stopping = new AbortController();
  let finish: (step: Json | Resting) => void = () => undefined;
  let runs = 0;
  let seen: AbortSignal | undefined;
  const task = endings.watch(
    'check',
    {
      run: (_job, { signal }) =>
        new Promise((resolve, reject) => {
          runs += 1;
          seen = signal;
          finish = resolve;
          if (notices) signal.addEventListener('abort', () => reject(signal.reason));
        }),
      fail: () => 'failed',
      cancel: (job, who) => `${job.id} cancelled by ${who.name}`,
      draw: () => nothing,
    },
    async (job, outcome) => void noted.push(`${job.state} ${outcome}`),
  );
  const hooks: Hooks = { signal: stopping.signal, keep: async () => undefined, show: () => undefined };
  return {
    endings,
    noted,
    stopping,
    done: store ? undefined : task.run(jobOf('a'), hooks),
    again: () => task.run(jobOf('a'), hooks),
    finish: (step: Json | Resting) => finish(step),
    runs: () => runs,
    isAborted: () => seen?.aborted,
  };
}

describe('a job that runs', () => {
  test.each([true, false])('ends at once when somebody cancels it (it notices: %s)', async (notices) => {
    const { endings, done, isAborted } = open({ notices });
    expect(await endings.end('a', by)).toBe(true);
    expect(await done).toBe('a cancelled by On-call');
    expect(isAborted()).toBe(true);
    expect(await endings.end('a', by)).toBe(false);
  });

  test('cannot be ended twice, nor when it is answered, nor by another id', async () => {
    const { endings, done, finish } = open({ notices: true });
    expect(await endings.end('b', by)).toBe(false);
    finish('answer');
    expect(await done).toBe('answer');
    expect(await endings.end('a', by)).toBe(false);
  });

  test('is given back, not cancelled, when the process stops', async () => {
    const { stopping, done } = open({ notices: true });
    stopping.abort(new Error('hopcheck is stopping'));
    await expect(done).rejects.toThrow('hopcheck is stopping');
  });
});

describe('a job that rests', () => {
  async function resting() {
    const opened = open({ notices: true });
    const came = Promise.withResolvers<Json>();
    opened.finish(new Resting(came.promise));
    const step = await opened.done;
    if (!(step instanceof Resting)) throw new Error('it does not rest');
    return { ...opened, came, step };
  }

  test('is cancelled at once, and says by whom without being run', async () => {
    const { endings, step, again, runs, isAborted } = await resting();
    expect(await endings.end('a', by)).toBe(true);
    expect(await endings.end('a', by)).toBe(false);
    expect(isAborted()).toBe(true);
    expect(await step.came).toBeNull();
    expect(await again()).toBe('a cancelled by On-call');
    expect(runs()).toBe(1);
    expect(await endings.end('a', by)).toBe(false);
  });

  test('goes on with what came, and can still be cancelled then', async () => {
    const { endings, step, came, again, runs } = await resting();
    came.resolve('the probe');
    expect(await step.came).toBe('the probe');
    const done = again();
    expect(runs()).toBe(2);
    expect(await endings.end('a', by)).toBe(true);
    expect(await done).toBe('a cancelled by On-call');
  });

  test('is forgotten when its rest is broken off', async () => {
    const { endings, step, came, isAborted } = await resting();
    came.reject(new Error('hopcheck is stopping'));
    await expect(step.came).rejects.toThrow('hopcheck is stopping');
    expect(isAborted()).toBe(true);
    expect(await endings.end('a', by)).toBe(false);
  });

  test('is forgotten when nobody waits any more, though what it waits for is there', async () => {
    const { endings, step, came, stopping, isAborted } = await resting();
    came.resolve('the probe');
    await step.came;
    stopping.abort(new Error('another process has ended this job'));
    expect(isAborted()).toBe(true);
    expect(await endings.end('a', by)).toBe(false);
  });

  test('lets go of what a rest holds when it goes on and ends without having asked for it', async () => {
    const { step, came, again, finish, isAborted } = await resting();
    came.resolve('the probe');
    await step.came;
    const done = again();
    finish('Azure cannot be read');
    await done;
    expect(isAborted()).toBe(true);
  });
});

describe('a job that does not run here', () => {
  const stores: Store[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  async function stored(job: Job) {
    const store = openSqliteStore();
    stores.push(store);
    await store.insert(job);
    return { store, ...open({ notices: true, store }) };
  }

  test.each(['queued', 'running'] as const)(
    'is answered in its place while it is %s, and that is noted',
    async (state) => {
      const { endings, store, noted } = await stored(jobOf('b', { state }));
      expect(await endings.end('b', by)).toBe(true);
      expect(await store.job('b')).toMatchObject({ state: 'answered', outcome: 'b cancelled by On-call' });
      expect(noted).toEqual([`${state} b cancelled by On-call`]);
      expect(await endings.end('b', by)).toBe(false);
      expect(noted).toHaveLength(1);
    },
  );

  test.each([
    jobOf('b', { state: 'answered', outcome: 'known' }),
    jobOf('b', { state: 'delivered', outcome: 'known' }),
    jobOf('b', { state: 'abandoned' }),
    jobOf('b', { command: 'unread' }),
    jobOf('c'),
  ])('stays as it is where nobody waits for it or nobody can cancel it: $state $command $id', async (job) => {
    const { endings, store, noted } = await stored(job);
    const before = await store.job('b');
    expect(await endings.end('b', by)).toBe(false);
    expect(await store.job('b')).toEqual(before);
    expect(noted).toEqual([]);
  });

  test('is ended by one of those who try at once', async () => {
    const { endings, store, noted } = await stored(jobOf('b'));
    const other = open({ notices: true, store });
    const ended = await Promise.all([endings.end('b', by), other.endings.end('b', by), endings.end('b', by)]);
    expect(ended.filter(Boolean)).toHaveLength(1);
    expect([...noted, ...other.noted]).toHaveLength(1);
  });

  test('but has begun here in the meantime: is ended here as well, and noted by who runs it', async () => {
    const store = openSqliteStore();
    stores.push(store);
    await store.insert(jobOf('a'));
    let begun: Promise<unknown> = Promise.resolve();
    const { endings, again, noted, isAborted } = open({
      notices: true,
      store: {
        ...store,
        async advance(...given) {
          begun = again();
          return store.advance(...given);
        },
      },
    });
    expect(await endings.end('a', by)).toBe(true);
    expect(isAborted()).toBe(true);
    expect(await begun).toBe('a cancelled by On-call');
    expect(noted).toEqual([]);
  });
});

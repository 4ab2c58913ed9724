import { describe, expect, test } from 'vitest';
import { createEndings } from '../../src/commands/endings.ts';
import type { Reply } from '../../src/core/chat.ts';
import type { Json } from '../../src/core/json.ts';
import { type Hooks, Resting } from '../../src/jobs/job.ts';
import { jobOf } from '../jobs/job.ts';

const by = { id: '29:one', name: 'On-call' };
const nothing: Reply = { card: 'notice', data: {}, summary: '' };

/** A job whose end the test decides, and that notices an abort only where it is told to. */
function open({ notices }: { readonly notices: boolean }) {
  const endings = createEndings();
  const stopping = new AbortController();
  let finish: (step: Json | Resting) => void = () => undefined;
  let runs = 0;
  let seen: AbortSignal | undefined;
  const task = endings.watch({
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
  });
  const hooks: Hooks = { signal: stopping.signal, keep: async () => undefined, show: () => undefined };
  return {
    endings,
    stopping,
    done: task.run(jobOf('a'), hooks),
    again: () => task.run(jobOf('a'), hooks),
    finish: (step: Json | Resting) => finish(step),
    runs: () => runs,
    isAborted: () => seen?.aborted,
  };
}

describe('a job that runs', () => {
  test.each([true, false])('ends at once when somebody cancels it (it notices: %s)', async (notices) => {
    const { endings, done, isAborted } = open({ notices });
    expect(endings.end('a', by)).toBe(true);
    expect(await done).toBe('a cancelled by On-call');
    expect(isAborted()).toBe(true);
    expect(endings.end('a', by)).toBe(false);
  });

  test('cannot be ended twice, nor when it is answered, nor by another id', async () => {
    const { endings, done, finish } = open({ notices: true });
    expect(endings.end('b', by)).toBe(false);
    finish('answer');
    expect(await done).toBe('answer');
    expect(endings.end('a', by)).toBe(false);
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
    expect(endings.end('a', by)).toBe(true);
    expect(endings.end('a', by)).toBe(false);
    expect(isAborted()).toBe(true);
    expect(await step.came).toBeNull();
    expect(await again()).toBe('a cancelled by On-call');
    expect(runs()).toBe(1);
    expect(endings.end('a', by)).toBe(false);
  });

  test('goes on with what came, and can still be cancelled then', async () => {
    const { endings, step, came, again, runs } = await resting();
    came.resolve('the probe');
    expect(await step.came).toBe('the probe');
    const done = again();
    expect(runs()).toBe(2);
    expect(endings.end('a', by)).toBe(true);
    expect(await done).toBe('a cancelled by On-call');
  });

  test('is forgotten when its rest is broken off', async () => {
    const { endings, step, came } = await resting();
    came.reject(new Error('hopcheck is stopping'));
    await expect(step.came).rejects.toThrow('hopcheck is stopping');
    expect(endings.end('a', by)).toBe(false);
  });
});

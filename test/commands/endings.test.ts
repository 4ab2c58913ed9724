import { describe, expect, test } from 'vitest';
import { createEndings } from '../../src/commands/endings.ts';
import type { Reply } from '../../src/core/chat.ts';
import type { Json } from '../../src/core/json.ts';
import type { Hooks } from '../../src/jobs/job.ts';
import { jobOf } from '../jobs/job.ts';

const by = { id: '29:one', name: 'On-call' };
const nothing: Reply = { card: 'notice', data: {}, summary: '' };

/** A job whose end the test decides, and that notices an abort only where it is told to. */
function open({ notices }: { readonly notices: boolean }) {
  const endings = createEndings();
  const stopping = new AbortController();
  let finish: (outcome: Json) => void = () => undefined;
  let seen: AbortSignal | undefined;
  const task = endings.watch({
    run: (_job, { signal }) =>
      new Promise((resolve, reject) => {
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
    finish: (outcome: Json) => finish(outcome),
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

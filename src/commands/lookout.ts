import type { Clock } from '../core/clock.ts';
import type { Runs } from '../jobs/runs.ts';
import { StoreError } from '../jobs/store.ts';

/** Waits for jobs of other processes: one look at the store a second, however many are waited for. */
export type Lookout = {
  /** Resolves when the job has an outcome or is gone. Rejects with the signal's reason. */
  untilOver(jobId: string, signal: AbortSignal): Promise<void>;
};

const lookMs = 1000;

type Waiter = { wake(): void; fail(error: unknown): void };

export function createLookout(store: Pick<Runs, 'underWay'>, clock: Clock): Lookout {
  const waiting = new Map<string, Set<Waiter>>();
  let looking: AbortController | undefined;

  const look = async (signal: AbortSignal) => {
    for (;;) {
      await clock.sleep(lookMs, signal);
      const underWay = await store.underWay([...waiting.keys()]).catch((error: unknown) => {
        // It may be there again a moment later.
        if (error instanceof StoreError) return undefined;
        throw error;
      });
      if (!underWay) continue;
      for (const [jobId, waiters] of waiting) {
        if (underWay.has(jobId)) continue;
        for (const { wake } of waiters) wake();
      }
    }
  };

  const begin = () => {
    if (looking) return;
    const own = new AbortController();
    looking = own;
    void look(own.signal).catch((error: unknown) => {
      if (own.signal.aborted) return;
      for (const waiters of [...waiting.values()]) for (const { fail } of waiters) fail(error);
    });
  };

  return {
    untilOver: (jobId, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const waiters = waiting.get(jobId) ?? new Set();
        waiting.set(jobId, waiters);
        const leave = () => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', stop);
          if (waiters.size === 0) waiting.delete(jobId);
          if (waiting.size > 0) return;
          looking?.abort(new Error('nothing is waited for'));
          looking = undefined;
        };
        const waiter: Waiter = {
          wake() {
            leave();
            resolve();
          },
          fail(error) {
            leave();
            reject(error);
          },
        };
        const stop = () => waiter.fail(signal.reason);
        waiters.add(waiter);
        signal.addEventListener('abort', stop, { once: true });
        begin();
      }),
  };
}

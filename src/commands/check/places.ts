import pLimit, { type LimitFunction } from 'p-limit';
import { Resting } from '../../jobs/job.ts';

/** So many checks at once for each subscription; the others wait, in the order they came. */
export type Places = {
  within<T>(subscriptionId: string, run: () => Promise<T>): Promise<T>;
  /** The same for a job that may rest: it keeps its place meanwhile, until the signal aborts. */
  keep<T>(
    subscriptionId: string,
    job: { readonly id: string; readonly signal: AbortSignal },
    run: () => Promise<T | Resting>,
  ): Promise<T | Resting>;
};

export function createPlaces(most: number): Places {
  const limits = new Map<string, LimitFunction>();
  const taken = new Map<string, () => void>();
  const limitOf = (subscriptionId: string): LimitFunction => {
    const limit = limits.get(subscriptionId) ?? pLimit(most);
    limits.set(subscriptionId, limit);
    return limit;
  };
  const take = (subscriptionId: string): Promise<() => void> =>
    new Promise((enter) => void limitOf(subscriptionId)(() => new Promise<void>((leave) => enter(leave))));
  return {
    within: (subscriptionId, run) => limitOf(subscriptionId)(run),
    async keep(subscriptionId, { id, signal }, run) {
      const leave = taken.get(id) ?? (await take(subscriptionId));
      taken.delete(id);
      let rests = false;
      try {
        const step = await run();
        rests = step instanceof Resting && !signal.aborted;
        if (rests) holdUntil(signal, taken, id, leave);
        return step;
      } finally {
        if (!rests) leave();
      }
    },
  };
}

/** It may never be run again, though what it waits for has come. */
function holdUntil(signal: AbortSignal, taken: Map<string, () => void>, jobId: string, leave: () => void): void {
  taken.set(jobId, leave);
  const giveUp = () => {
    if (taken.get(jobId) !== leave) return;
    taken.delete(jobId);
    leave();
  };
  signal.addEventListener('abort', giveUp, { once: true });
}

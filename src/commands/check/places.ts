import pLimit, { type LimitFunction } from 'p-limit';
import { Resting } from '../../jobs/job.ts';

/** So many checks at once for each subscription; the others wait, in the order they came. */
export type Places = {
  within<T>(subscriptionId: string, run: () => Promise<T>): Promise<T>;
  /** The same for a job that may rest: it keeps its place meanwhile. */
  keep<T>(subscriptionId: string, jobId: string, run: () => Promise<T | Resting>): Promise<T | Resting>;
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
    async keep(subscriptionId, jobId, run) {
      const leave = taken.get(jobId) ?? (await take(subscriptionId));
      taken.delete(jobId);
      let resting: Resting | undefined;
      try {
        const step = await run();
        if (!(step instanceof Resting)) return step;
        taken.set(jobId, leave);
        resting = new Resting(step.came.catch((error: unknown) => giveUp(taken, jobId, error)));
        return resting;
      } finally {
        if (!resting) leave();
      }
    },
  };
}

function giveUp(taken: Map<string, () => void>, jobId: string, error: unknown): never {
  taken.get(jobId)?.();
  taken.delete(jobId);
  throw error;
}

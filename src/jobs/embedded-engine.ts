import type { Clock } from '../core/clock.ts';
import type { Engine, Work } from './engine.ts';
import type { Store } from './store.ts';
import { tryUntilDone } from './try-until-done.ts';

export type EmbeddedEngineOptions = {
  readonly store: Pick<Store, 'unfinished'>;
  readonly clock: Clock;
};

/** For a store that one process has to itself: everything unfinished is this process's to do. */
export function createEmbeddedEngine({ store, clock }: EmbeddedEngineOptions): Engine {
  const stopping = new AbortController();
  const { signal } = stopping;
  const underWay = new Map<string, Promise<void>>();
  let work: Work | undefined;

  const launch = (jobId: string) => {
    if (!work || signal.aborted || underWay.has(jobId)) return;
    underWay.set(
      jobId,
      tryUntilDone(work, jobId, clock, signal).then(() => void underWay.delete(jobId)),
    );
  };

  return {
    async start(given) {
      work = given;
      const jobs = await store.unfinished();
      for (const job of jobs) launch(job.id);
      return jobs.length;
    },
    async release(jobId) {
      launch(jobId);
    },
    get inFlight() {
      return underWay.size;
    },
    async stop() {
      stopping.abort(new Error('hopcheck is stopping'));
      await Promise.allSettled(underWay.values());
    },
  };
}

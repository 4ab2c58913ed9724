import type { Clock } from '../core/clock.ts';
import type { Linked } from '../core/linked.ts';
import type { Runs } from './runs.ts';
import { StoreError } from './store.ts';

/** A job while this process works on it. */
export type Stint = {
  readonly ending: Linked;
  /** Its task is run, or rests: an outcome that the store has by now is not from here. */
  isOpen: boolean;
};

/** The reason with which a stint is broken off whose job another process has ended. What is left of the job is in the store. */
export const endedElsewhere = new Error('another process has ended this job');

export type Heeding = {
  readonly store: Pick<Runs, 'underWay'>;
  readonly clock: Clock;
  /** By job. */
  readonly stints: ReadonlyMap<string, Stint>;
  readonly signal: AbortSignal;
};

const lookMs = 2500;

/** Breaks off what other processes have ended: one look at the store for all, until the signal aborts. */
export async function heedOthers({ store, clock, stints, signal }: Heeding): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal).catch(() => undefined);
    const open = [...stints].filter(([, { isOpen }]) => isOpen);
    if (signal.aborted || open.length === 0) continue;
    const underWay = await store.underWay(open.map(([jobId]) => jobId)).catch((error: unknown) => {
      // It may be there again a moment later.
      if (error instanceof StoreError) return undefined;
      throw error;
    });
    for (const [jobId, stint] of underWay ? open : []) {
      // Meanwhile it may have come to its own outcome, which is on its way.
      if (stint.isOpen && !underWay?.has(jobId)) stint.ending.abort(endedElsewhere);
    }
  }
}

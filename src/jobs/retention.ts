import type { Clock } from '../core/clock.ts';
import { type Store, StoreError } from './store.ts';

export type RetentionOptions = {
  readonly store: Pick<Store, 'pruning' | 'watches' | 'spend'>;
  readonly clock: Clock;
  /** How long what is over is kept. */
  readonly keepMs: number;
  /** What was dropped in one go. */
  readonly pruned: (counts: { readonly jobs: number; readonly watches: number }) => void;
  readonly failed: (error: unknown) => void;
};

const dayMs = 24 * 3_600_000;
/** So few that nothing else has to wait for it, however large the answers are. */
const batch = 50;
const pauseMs = 200;

/**
 * Drops what is over and old, at the start and then once a day; of several instances that share a store the first one each day
 * does it. Resolves when `signal` aborts.
 */
export async function keepTidy(options: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { store, clock, failed } = options;
  while (!signal.aborted) {
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    try {
      if (await store.spend('retention', day)) await prune(options, signal);
    } catch (error) {
      if (signal.aborted) return;
      // It is tried again tomorrow, or by the next one to start.
      if (error instanceof StoreError) failed(error);
      else throw error;
    }
    await clock.sleep(dayMs - (clock.now() % dayMs), signal).catch(() => undefined);
  }
}

async function prune({ store, clock, keepMs, pruned }: RetentionOptions, signal: AbortSignal): Promise<void> {
  const beforeMs = clock.now() - keepMs;
  let jobs = 0;
  for (;;) {
    const dropped = await store.pruning.jobs(beforeMs, batch);
    jobs += dropped;
    if (dropped < batch) break;
    await clock.sleep(pauseMs, signal);
  }
  await store.pruning.leftovers(new Date(clock.now() - dayMs).toISOString().slice(0, 10));
  const watches = await store.watches.prune(beforeMs);
  if (jobs + watches > 0) pruned({ jobs, watches });
}

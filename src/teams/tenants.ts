import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import { createWindows, type Limit } from './windows.ts';

/** What Teams takes from an app in one tenant. */
export const tenantLimit: Limit = { most: 50, withinMs: 1000 };

/** The part of each window that progress may use; it leaves the rest to answers. */
export const progressShare = 0.5;

/** While too many wait for their turn, progress looks again after this, up to twice as late. */
const crowdedMs = 1000;

/** The rate that all conversations of a tenant share. */
export type Tenant = {
  /** Milliseconds until progress may ask for its turn; answers ask at once. */
  spareMs(nowMs: number): number;
  /** Waits for the rate, each conversation in its turn, and counts. */
  turn(): Promise<void>;
};

export function createTenant(clock: Clock, random: () => number, closing: AbortSignal): Tenant {
  const windows = createWindows([tenantLimit]);
  const oneByOne = pLimit(1);
  return {
    spareMs(nowMs) {
      const queued = oneByOne.activeCount + oneByOne.pendingCount;
      const free = progressShare - queued / tenantLimit.most;
      return free > 0 ? windows.waitMs(nowMs, free) : crowdedMs * (1 + random());
    },
    turn: () =>
      oneByOne(async () => {
        const waitMs = windows.waitMs(clock.now());
        if (waitMs > 0) await clock.sleep(waitMs, closing);
        windows.count(clock.now());
      }),
  };
}

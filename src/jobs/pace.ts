import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';

export type Pace = (signal: AbortSignal) => Promise<void>;

/** Lets `burst` through at once and after that one every `everyMs`, in the order they came. */
export function createPace(
  clock: Clock,
  { burst, everyMs }: { readonly burst: number; readonly everyMs: number },
): Pace {
  let lastMs = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    const nowMs = clock.now();
    lastMs = Math.max(lastMs, nowMs - burst * everyMs) + everyMs;
    if (lastMs > nowMs) await clock.sleep(lastMs - nowMs, signal);
  };
}

/** Waits for a place, and resolves with how to leave it. */
export type Entrance = (clock: Clock) => Promise<() => void>;

/** Lets `most` in at once, in the order they came. Who has not left within `longestMs` no longer counts. */
export function createEntrance(most: number, longestMs: number): Entrance {
  const place = pLimit(most);
  return (clock) =>
    new Promise((enter) => {
      void place(async () => {
        const left = new AbortController();
        enter(() => left.abort());
        await clock.sleep(longestMs, left.signal).catch(() => undefined);
      });
    });
}

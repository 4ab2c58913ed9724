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

import { type Clock, systemClock } from '../../src/core/clock.ts';

/** A clock that stands still until a test turns it. Sleepers wake in the order of their time. */
export type ManualClock = Clock & {
  /** Moves time on and wakes who is due; lets woken code run before the next sleeper wakes. */
  advance(ms: number): Promise<void>;
  readonly sleepers: number;
};

export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let nowMs = startMs;
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  return {
    now: () => nowMs,
    get sleepers() {
      return sleepers.length;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = {
          atMs: nowMs + ms,
          wake: () => {
            signal?.removeEventListener('abort', stop);
            resolve();
          },
        };
        const stop = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', stop, { once: true });
        sleepers.push(sleeper);
      }),
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        await settle();
        const [next] = sleepers.filter((sleeper) => sleeper.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
        if (!next) break;
        sleepers = sleepers.filter((other) => other !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}

/** Lets everything that is ready run; each write of the store takes a round of the event loop. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The real clock, `factor` times faster: what takes Azure a minute takes a test a fraction of a second. */
export function createFastClock(factor = 200): Clock {
  const startMs = Date.now();
  const startReal = performance.now();
  return {
    now: () => Math.round(startMs + (performance.now() - startReal) * factor),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}

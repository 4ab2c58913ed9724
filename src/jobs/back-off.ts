import type { Clock } from '../core/clock.ts';

const firstMs = 1000;
const mostMs = 60_000;

/** Waits before attempt `attempt` + 2: a second at first, a minute at most, each up to half shorter so that many do not return at once. */
export function backOff(clock: Clock, attempt: number, signal?: AbortSignal): Promise<void> {
  return clock.sleep(backOffMs(attempt), signal);
}

export function backOffMs(attempt: number, random: () => number = Math.random): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 10)) * (1 - random() / 2);
}

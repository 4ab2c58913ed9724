import type { Clock } from '../core/clock.ts';

export type Refusal = {
  readonly status: number;
  /** One of our own sentences, never a part of the request. */
  readonly reason: string;
  /** The peer's address. */
  readonly from: string;
};

const windowMs = 10_000;
const mostPerWindow = 20;

/**
 * One line for each refusal, but a flood fills no disk: after `mostPerWindow` in `windowMs` the rest are counted, and the
 * first line of a later window says how many were left out.
 */
export function createRefusalLog(
  clock: Clock,
  write: (facts: Refusal & { readonly leftOut?: number }) => void,
): (refusal: Refusal) => void {
  let sinceMs = Number.NEGATIVE_INFINITY;
  let written = 0;
  let leftOut = 0;
  return (refusal) => {
    const now = clock.now();
    if (now - sinceMs >= windowMs) {
      sinceMs = now;
      written = 0;
    }
    if (written >= mostPerWindow) {
      leftOut += 1;
      return;
    }
    written += 1;
    write({ ...refusal, ...(leftOut > 0 && { leftOut }) });
    leftOut = 0;
  };
}

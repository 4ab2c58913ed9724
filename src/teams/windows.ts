/** At most `most` in any stretch of `withinMs`. */
export type Limit = { readonly most: number; readonly withinMs: number };

/** What was sent lately, and whether one more fits into every limit. */
export type Windows = {
  /** Milliseconds until one more fits; 0 for now. A `share` below 1 leaves the rest of each window to others. */
  waitMs(nowMs: number, share?: number): number;
  /** Counts one. Times never go back. */
  count(atMs: number): void;
  /** Whether nothing is counted any more. */
  isEmpty(nowMs: number): boolean;
};

export function createWindows(limits: readonly Limit[]): Windows {
  const longestMs = Math.max(...limits.map(({ withinMs }) => withinMs));
  const times: number[] = [];

  const forget = (nowMs: number) => {
    let old = 0;
    while (times.length > old && (times[old] ?? nowMs) + longestMs < nowMs) old += 1;
    if (old > 0) times.splice(0, old);
  };

  return {
    waitMs(nowMs, share = 1) {
      forget(nowMs);
      let waitMs = 0;
      for (const { most, withinMs } of limits) {
        const oldest = times[times.length - Math.max(1, Math.floor(most * share))];
        if (oldest !== undefined) waitMs = Math.max(waitMs, oldest + withinMs + 1 - nowMs);
      }
      return waitMs;
    },
    count(atMs) {
      times.push(atMs);
    },
    isEmpty(nowMs) {
      forget(nowMs);
      return times.length === 0;
    },
  };
}

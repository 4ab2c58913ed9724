/** The most of these moments that lie within any stretch of `withinMs`. */
export function mostWithin(timesMs: readonly number[], withinMs: number): number {
  const sorted = timesMs.toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [last, timeMs] of sorted.entries()) {
    while ((sorted[first] ?? timeMs) <= timeMs - withinMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Chance as an input: the same seed gives the same numbers, so that a run can be replayed. */
export type Chance = {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [from, to]. */
  between(from: number, to: number): number;
  /** A version-4 shaped identifier. */
  guid(): string;
};

/** FNV-1a: a name becomes a seed. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value ^= text.charCodeAt(at);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}

/** mulberry32: small, fast, and good enough for jitter and durations. */
export function seeded(seed: number | string): Chance {
  let state = typeof seed === 'string' ? hash(seed) : seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const hex = (digits: number) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join('');
  return {
    next,
    between,
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'.charAt(between(0, 3))}${hex(3)}-${hex(12)}`,
  };
}

/** One measured figure with its aim beside it. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Empty for what is only shown beside another figure. */
  readonly aim: string;
  readonly ok: boolean;
};

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export function under(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: rounded(value), unit, aim: `< ${limit}`, ok: value < limit };
}

export function atMost(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: rounded(value), unit, aim: `<= ${limit}`, ok: value <= limit };
}

export function atLeast(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: rounded(value), unit, aim: `>= ${limit}`, ok: value >= limit };
}

export function exactly(name: string, value: number, aim: number): Figure {
  return { name, value, unit: '', aim: `${aim}`, ok: value === aim };
}

/** What others are measured against. */
export function shown(name: string, value: number, unit: string): Figure {
  return { name, value: rounded(value), unit, aim: '', ok: true };
}

const rounded = (value: number) => Math.round(value * 100) / 100;

/** One measured figure with its aim beside it. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly aim: string;
  readonly ok: boolean;
};

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function under(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: Math.round(value * 100) / 100, unit, aim: `< ${limit}`, ok: value < limit };
}

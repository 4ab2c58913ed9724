/** Reading of outside JSON without trusting it: what does not have the wanted shape is absent. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function fieldsIn(value: unknown): readonly Fields[] {
  return listOf(value).filter(isFields);
}

export function textsIn(value: unknown): readonly string[] {
  return listOf(value).flatMap((item) => textOf(item) ?? []);
}

/** How a body is described when it is not what it should be; short enough for a log line. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return /^\s*</.test(value) ? 'HTML' : 'text';
  return typeof value === 'object' ? 'an object' : typeof value;
}

import type { Json } from '../../core/json.ts';

/** What the lines of a raw card may weigh, with what the template puts around each. */
const budgetBytes = 21_000;
const lineBytes = 130;
const widthCharacters = 60;

/**
 * A body as lines for a monospaced block: two blanks of indentation a level, and a list or object that fits on one line on one
 * line. Blanks at the start are non-breaking ones, which clients keep.
 */
export function rawLines(raw: Json | undefined): { lines: string[]; hidden: number; total: number } {
  if (raw === undefined) return { lines: [], hidden: 0, total: 0 };
  const all = layOut(raw, '', '').flatMap((line) => (line.length > 2000 ? [`${line.slice(0, 2000)}…`] : [line]));
  const lines: string[] = [];
  let bytes = 0;
  for (const line of all) {
    bytes += Buffer.byteLength(JSON.stringify(line)) + lineBytes;
    if (bytes > budgetBytes) break;
    lines.push(line);
  }
  return { lines, hidden: all.length - lines.length, total: all.length };
}

function layOut(value: Json | undefined, lead: string, indent: string): string[] {
  const flat = JSON.stringify(value ?? null);
  const isOpen = typeof value === 'object' && value !== null && flat.length > widthCharacters;
  if (!isOpen) return [`${indent}${lead}${isLeaf(value) ? flat : airy(value)}`];
  const inner = `${indent}\u00a0\u00a0`;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => layOut(item, '', inner))
    : Object.entries(value).map(([key, item]) => layOut(item, `${JSON.stringify(key)}: `, inner));
  for (const part of parts.slice(0, -1)) part.push(`${part.pop()},`);
  return [`${indent}${lead}${isList ? '[' : '{'}`, ...parts.flat(), `${indent}${isList ? ']' : '}'}`];
}

function isLeaf(value: Json | undefined): boolean {
  return typeof value !== 'object' || value === null;
}

/** One line of JSON with blanks where people expect them. */
function airy(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(airy).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${airy(item)}`).join(', ')} }`;
}

import { type Document, isMap, isNode, isPair, isScalar, type LineCounter } from 'yaml';

export type Problem = { readonly line: number; readonly column: number; readonly message: string };

type Path = readonly (string | number)[];

/** A problem by its place in the content, not yet in the text. */
export type Complaint = { readonly path: Path; readonly message: string; readonly at?: 'key' };

/** Problems in the order of the text, each once. */
export function locate(complaints: readonly Complaint[], document: Document, lines: LineCounter): readonly Problem[] {
  const found = complaints.map(({ path, message, at }) => {
    const { line, col } = lines.linePos(at === 'key' ? keyOffset(document, path) : offsetOf(document, path));
    return { line, column: col, message };
  });
  const once = new Map(found.map((problem) => [JSON.stringify(problem), problem]));
  return [...once.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Where the value stands; for one that is missing, where it would. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(document: Document, path: Path): number {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  const pair = isMap(parent)
    ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
    : undefined;
  return isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : offsetOf(document, path);
}

/** Whether the text gives anything at this place. */
export function isGiven(content: unknown, path: readonly PropertyKey[]): boolean {
  let value = content;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = Reflect.get(value, key);
  }
  return true;
}

/** Decisions name rules, so each name stands once. Looks only at what has the right shape: the schema says the rest. */
export function findRepeats(content: unknown): readonly Complaint[] {
  if (!isGiven(content, ['rules'])) return [];
  const rules: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, 'rules') : undefined;
  if (!Array.isArray(rules)) return [];
  const first = new Map<string, number>();
  const complaints: Complaint[] = [];
  for (const [index, rule] of rules.entries()) {
    const name: unknown = typeof rule === 'object' && rule !== null ? Reflect.get(rule, 'name') : undefined;
    if (typeof name !== 'string') continue;
    const key = name.trim().toLowerCase();
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    else
      complaints.push({
        path: ['rules', index, 'name'],
        message: `"${name}" is already the name of rule ${earlier + 1}`,
      });
  }
  return complaints;
}

import type { Operation } from './exchange.ts';

export type Match =
  | { readonly kind: 'found'; readonly operation: Operation; readonly names: Readonly<Record<string, string>> }
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] };

type Entry = { readonly operation: Operation; readonly parts: readonly string[] };

/** Finds the operation of a method and path. Fixed parts compare without case; the most literal pattern wins. */
export function openRouter(operations: readonly Operation[]): (method: string, path: string) => Match {
  const bySize = new Map<number, Entry[]>();
  for (const operation of operations) {
    const parts = split(operation.path);
    const entries = bySize.get(parts.length) ?? [];
    entries.push({ operation, parts });
    bySize.set(parts.length, entries);
  }
  const literals = (entry: Entry) => entry.parts.filter((part) => !part.startsWith('{')).length;
  for (const entries of bySize.values()) entries.sort((one, other) => literals(other) - literals(one));
  return (method, path) => {
    const asked = split(path);
    for (const { operation, parts } of bySize.get(asked.length) ?? []) {
      if (operation.method !== method) continue;
      const names = bind(parts, asked);
      if (names !== undefined) return { kind: 'found', operation, names };
    }
    return { kind: 'unknown', nearest: nearest(operations, asked) };
  };
}

function split(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}

function bind(parts: readonly string[], asked: readonly string[]): Readonly<Record<string, string>> | undefined {
  const names: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const given = asked[at] ?? '';
    if (part.startsWith('{')) names[part.slice(1, -1)] = decodePart(given);
    else if (part.toLowerCase() !== given.toLowerCase()) return undefined;
  }
  return names;
}

/** A part that is no percent-encoding stands for itself. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What exists, those that share most with the question first. */
function nearest(operations: readonly Operation[], asked: readonly string[]): readonly string[] {
  const score = (operation: Operation) => {
    const parts = split(operation.path);
    const wanted = asked.map((part) => part.toLowerCase());
    return parts.filter((part) => wanted.includes(part.toLowerCase())).length - Math.abs(parts.length - asked.length);
  };
  return operations
    .toSorted((one, other) => score(other) - score(one))
    .slice(0, 5)
    .map((operation) => `${operation.method} ${operation.path}`);
}

import { type Document, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { readPrefix } from './address.ts';
import { findRepeats, locate, type Problem } from './problems.ts';
import type { Limits, Rule } from './rule.ts';
import { readFile } from './schema.ts';

export type Grants = {
  /** The file they were read from, or the reason why there is none. */
  readonly source: string;
  /** Lower case. `any` where there is no file: the front door has checked the tenant. */
  readonly tenants: 'any' | ReadonlySet<string>;
  /** People who may read the full reasons of refusals. */
  readonly operators: 'anyone' | ReadonlySet<string>;
  /** In the order of the file. */
  readonly rules: readonly Rule[];
  /** The name of the rule that decides where no other speaks of this person at this place. */
  readonly otherwise: string;
  /** Where no rule sets its own. */
  readonly limits: Limits;
};

export type GrantsReading =
  | { readonly ok: true; readonly grants: Grants }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const everyAddress = ['0.0.0.0/0', '::/0'].flatMap((text) => {
  const reading = readPrefix(text);
  return 'prefix' in reading ? [reading.prefix] : [];
});

const unlimited: Limits = { person: {}, channel: {}, subscription: {} };

/** Everything but the built-in refusals, for local mode; `because` is the rule that decisions name. */
export function everyone(because: string): Grants {
  const rule: Rule = {
    name: because,
    who: 'anyone',
    where: 'anywhere',
    commands: 'all',
    machines: 'all',
    destinations: { vnets: true, internet: true, addresses: everyAddress, hosts: [], ports: 'any' },
    limits: unlimited,
  };
  return { source: because, tenants: 'any', operators: 'anyone', rules: [rule], otherwise: because, limits: unlimited };
}

/** Nothing at all; `because` is the rule that decisions name. */
export function nobody(because: string): Grants {
  return {
    source: because,
    tenants: 'any',
    operators: new Set(),
    rules: [],
    otherwise: because,
    limits: unlimited,
  };
}

/**
 * Reads a grants file and names everything that is wrong with it at once. With `commands` (the registry's names) a rule for
 * an unknown one is a problem too.
 */
export function readGrants(text: string, file: string, commands?: readonly string[]): GrantsReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const broken = findBroken(document);
  if (broken.length > 0) {
    return {
      ok: false,
      problems: broken.map(({ offset, message }) => {
        const { line, col } = lines.linePos(offset);
        return { line, column: col, message };
      }),
    };
  }
  const content: unknown = document.toJS({ maxAliasCount: -1 });
  const reading = readFile(content, commands);
  const repeats = findRepeats(content);
  if (!reading.ok || repeats.length > 0) {
    const found = [...(reading.ok ? [] : reading.complaints), ...repeats];
    return { ok: false, problems: locate(found, document, lines) };
  }
  return { ok: true, grants: { source: file, otherwise: 'deny by default', ...reading.content } };
}

function findBroken(document: Document.Parsed): readonly { readonly offset: number; readonly message: string }[] {
  const broken = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    message: code === 'MULTIPLE_DOCS' ? 'a second document begins here; grants are one' : message,
  }));
  visit(document, {
    Pair(_key, { key }) {
      // Libraries drop this key in silence, and a rule that loses a part allows more.
      if (isScalar(key) && key.value === '__proto__')
        broken.push({ offset: key.range?.[0] ?? 0, message: '"__proto__" is not a key' });
    },
    Alias(_key, alias) {
      const offset = alias.range?.[0] ?? 0;
      const target = alias.resolve(document);
      if (!target) broken.push({ offset, message: `there is no &${alias.source} before this *${alias.source}` });
      else if (holdsAlias(target)) broken.push({ offset, message: 'an anchor may not hold an alias' });
    },
  });
  return broken;
}

/** An alias among what another stands for makes a small text grow without bound. */
function holdsAlias(node: Node): boolean {
  let found = false;
  visit(node, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

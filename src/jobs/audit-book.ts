import { type AuditEntry, canonical, type Head, hashOf, headOf, noHash } from './audit.ts';
import type { Row, Tables } from './tables.ts';

/** What is wrong with a chain at one place. */
export type Flaw = {
  readonly instance: string;
  readonly sequence: number;
  /**
   * gap: entries are missing before this one. altered: the entry is not the one that was written, or not at its place.
   * cut: the end of the chain is missing from here on. vanished: another chain, or the one that was noted down, came further than
   * what is here, or had another entry here.
   */
  readonly kind: 'gap' | 'altered' | 'cut' | 'vanished';
};

export type Examination = {
  readonly entries: number;
  readonly heads: readonly Head[];
  readonly flaws: readonly Flaw[];
};

/** Flaws that are listed; a broken chain has no need of more. */
const mostFlaws = 100;
const pageSize = 1000;

/**
 * Reads every chain from its beginning and names what does not fit. `noted` are heads that somebody wrote down elsewhere. What
 * cannot be seen: that the end of a chain was taken away together with its line in the table of heads, where no later process
 * vouches for it and nobody has noted it down.
 */
export async function examine(tables: Tables, noted: readonly Head[] = []): Promise<Examination> {
  const flaws: Flaw[] = [];
  const heads = new Map<string, Head>();
  /** What has to be there, by chain and place. */
  const vouched: Head[] = [...noted];
  let entries = 0;
  const complain = (flaw: Flaw) => {
    if (flaws.length < mostFlaws) flaws.push(flaw);
  };
  // Entries may come in meanwhile: what the heads said before has to be there, and what is there the heads have to say after.
  const headsBefore = await readHeads(tables);
  for await (const row of rowsOf(tables)) {
    entries += 1;
    const { instance, sequence, hash } = headOf(row);
    const before = heads.get(instance) ?? { instance, sequence: 0, hash: noHash };
    heads.set(instance, { instance, sequence, hash });
    if (sequence !== before.sequence + 1) complain({ instance, sequence, kind: 'gap' });
    else if (hash !== hashOf(before.hash, instance, sequence, Number(row.at_ms), String(row.entry))) {
      complain({ instance, sequence, kind: 'altered' });
    }
    const entry = entryOf(row);
    if (!entry || canonical(entry) !== String(row.entry) || (entry.reference ?? null) !== (row.reference ?? null)) {
      complain({ instance, sequence, kind: 'altered' });
    }
    if (Array.isArray(entry?.others)) vouched.push(...entry.others);
  }
  const headsAfter = new Map((await readHeads(tables)).map((head) => [head.instance, head]));
  for (const head of headsBefore) {
    const last = heads.get(head.instance);
    if (!last || last.sequence < head.sequence) {
      complain({ instance: head.instance, sequence: (last?.sequence ?? 0) + 1, kind: 'cut' });
    } else if ((await hashAt(tables, head)) !== head.hash) {
      complain({ instance: head.instance, sequence: head.sequence, kind: 'altered' });
    }
  }
  for (const { instance, sequence } of heads.values()) {
    if ((headsAfter.get(instance)?.sequence ?? 0) < sequence) complain({ instance, sequence, kind: 'altered' });
  }
  for (const head of new Map(vouched.map((each) => [JSON.stringify(headOf(each)), each])).values()) {
    if ((await hashAt(tables, head)) !== head.hash)
      complain({ instance: head.instance, sequence: head.sequence, kind: 'vanished' });
  }
  return { entries, heads: [...heads.values()], flaws };
}

async function readHeads({ prefix, rows }: Tables): Promise<readonly Head[]> {
  return (await rows(`SELECT instance, sequence, hash FROM ${prefix}audit_head ORDER BY instance`)).map(headOf);
}

async function hashAt({ prefix, rows }: Tables, { instance, sequence }: Head): Promise<string | undefined> {
  const [row] = await rows(`SELECT hash FROM ${prefix}audit WHERE instance = ? AND sequence = ?`, [instance, sequence]);
  return row && String(row.hash);
}

function entryOf(row: Row): AuditEntry | undefined {
  try {
    const entry: unknown = JSON.parse(String(row.entry));
    return typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? (entry as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

export type Span = { readonly sinceMs?: number; readonly untilMs?: number };

/** Every entry within a span (from `sinceMs`, before `untilMs`) with its place and hash, chain by chain, one JSON object a line. */
export async function* linesOf(tables: Tables, span: Span = {}): AsyncGenerator<string> {
  for await (const row of rowsOf(tables, span)) {
    const { instance, sequence, hash } = headOf(row);
    const at = new Date(Number(row.at_ms)).toISOString();
    yield JSON.stringify({ instance, sequence, at, hash, entry: entryOf(row) ?? String(row.entry) });
  }
}

async function* rowsOf({ prefix, rows }: Tables, { sinceMs, untilMs }: Span = {}): AsyncGenerator<Row> {
  const from = sinceMs ?? Number.MIN_SAFE_INTEGER;
  const to = untilMs ?? Number.MAX_SAFE_INTEGER;
  let [instance, sequence] = ['', 0];
  for (;;) {
    const page = await rows(
      `SELECT instance, sequence, at_ms, entry, hash, reference FROM ${prefix}audit
       WHERE (instance > ? OR (instance = ? AND sequence > ?)) AND at_ms >= ? AND at_ms < ?
       ORDER BY instance, sequence LIMIT ${pageSize}`,
      [instance, instance, sequence, from, to],
    );
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    [instance, sequence] = [String(last.instance), Number(last.sequence)];
  }
}

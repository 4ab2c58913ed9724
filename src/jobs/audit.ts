import { createHash } from 'node:crypto';
import type { Conversation, Requester } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Denied, ToGrant } from '../policy/decide.ts';
import type { Row, Statement, Tables } from './tables.ts';

/** What was decided, by which rule. */
export type AuditDecision = {
  readonly allowed: boolean;
  readonly rule: string;
  readonly reason?: Denied['reason'];
  readonly toGrant?: ToGrant;
};

/**
 * One thing that happened, by ids. Holds no names of people and no text of theirs but `understood`, which is the command as
 * hopcheck prints it.
 */
export type AuditEntry = {
  /**
   * started: a process began to write. accepted and refused: a message, press or run, before anything is done about it.
   * repeated: a second delivery of what was accepted. finished: its answer is known. abandoned: nobody is there to have it. signed-in: a person gave the bot their rights.
   */
  readonly event: 'started' | 'accepted' | 'refused' | 'repeated' | 'finished' | 'abandoned' | 'signed-in';
  /** The job's id, or what the card of a refusal calls it. */
  readonly reference?: string;
  readonly who?: Pick<Requester, 'id' | 'objectId'>;
  readonly where?: Omit<Conversation, 'reference'>;
  readonly command?: string;
  readonly understood?: string;
  /** Of the button that was pressed, and the job whose card carries it. */
  readonly verb?: string;
  readonly card?: string;
  readonly decisions?: readonly AuditDecision[];
  /** A verdict, an error code, or what else it came to. */
  readonly outcome?: string;
  /** x-ms-request-id of what was asked of ARM. */
  readonly requestIds?: readonly string[];
  /** With `started`: how far other processes' chains had come, so that a chain cannot vanish or be cut without a trace. */
  readonly others?: readonly Head[];
};

/** The last entry of a chain. */
export type Head = { readonly instance: string; readonly sequence: number; readonly hash: string };

export type Audit = {
  /**
   * Resolves when the entry is durable. Entries that come together are committed together.
   * Errors: StoreError, and then the entry counts as not written.
   */
  write(entry: AuditEntry): Promise<void>;
  /** What was written about a job or a refusal, oldest first. */
  find(reference: string): Promise<readonly Written[]>;
};

export type Written = { readonly atMs: number; readonly entry: AuditEntry };

/** Before the first entry of a chain. */
export const noHash = '0'.repeat(64);

/** Powers of four: whatever the size of a group, few different statements. */
const groupSizes = [256, 64, 16, 4, 1] as const;
/** How many other chains a new one vouches for, the last written first. */
const mostOthers = 50;

type Waiting = { readonly entry: AuditEntry; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/**
 * Writes one chain of entries, each with the hash of the one before. `instance` names the chain: no other process may write to it
 * at the same time. The head moves only with what was committed; a group that fails is rejected as a whole.
 */
export function createAudit(tables: Tables, instance: string, clock: Clock): Audit {
  let waiting: Waiting[] = [];
  let isWriting = false;
  /** Unknown at first, and after a failure: what seemed to fail may have been committed. */
  let head: Head | undefined;
  let hasStarted = false;

  const commit = async (group: readonly Waiting[]) => {
    head ??= await readHead(tables, instance);
    const entries = group.map(({ entry }) => entry);
    if (!hasStarted) entries.unshift({ event: 'started', others: await readOthers(tables, instance) });
    const atMs = clock.now();
    let last = head;
    const rows = entries.map((entry) => {
      const text = canonical(entry);
      last = {
        instance,
        sequence: last.sequence + 1,
        hash: hashOf(last.hash, instance, last.sequence + 1, atMs, text),
      };
      return [instance, last.sequence, atMs, text, last.hash, entry.reference ?? null] as const;
    });
    await tables.together([...insertsOf(tables.prefix, rows), moveHead(tables.prefix, last, atMs)]);
    head = last;
    hasStarted = true;
  };

  const writeAll = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await commit(group);
        for (const { resolve } of group) resolve();
      } catch (error) {
        head = undefined;
        for (const { reject } of group) reject(error);
      }
    }
    isWriting = false;
  };

  return {
    write: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        // What is written in one turn of the event loop goes into one group.
        if (!isWriting && waiting.length === 1) queueMicrotask(() => void writeAll());
      }),
    async find(reference) {
      const rows = await tables.rows(
        `SELECT at_ms, entry FROM ${tables.prefix}audit WHERE reference = ? ORDER BY at_ms, instance, sequence`,
        [reference],
      );
      return rows.map((row) => ({ atMs: Number(row.at_ms), entry: JSON.parse(String(row.entry)) }));
    },
  };
}

type EntryRow = readonly [
  instance: string,
  sequence: number,
  atMs: number,
  entry: string,
  hash: string,
  reference: string | null,
];

function insertsOf(prefix: string, rows: readonly EntryRow[]): readonly Statement[] {
  const statements: Statement[] = [];
  let from = 0;
  for (const size of groupSizes) {
    const places = Array.from({ length: size }, () => '(?, ?, ?, ?, ?, ?)').join(', ');
    for (; rows.length - from >= size; from += size) {
      statements.push([
        `INSERT INTO ${prefix}audit (instance, sequence, at_ms, entry, hash, reference) VALUES ${places}`,
        rows.slice(from, from + size).flat(),
      ]);
    }
  }
  return statements;
}

function moveHead(prefix: string, { instance, sequence, hash }: Head, atMs: number): Statement {
  return [
    `INSERT INTO ${prefix}audit_head (instance, sequence, at_ms, hash) VALUES (?, ?, ?, ?)
     ON CONFLICT (instance) DO UPDATE SET sequence = excluded.sequence, at_ms = excluded.at_ms, hash = excluded.hash`,
    [instance, sequence, atMs, hash],
  ];
}

/** Where the chain goes on: after the head, even where the entries before it are gone, so that the gap stays to be seen. */
async function readHead({ prefix, rows }: Tables, instance: string): Promise<Head> {
  const [row] = await rows(`SELECT instance, sequence, hash FROM ${prefix}audit_head WHERE instance = ?`, [instance]);
  return row ? headOf(row) : { instance, sequence: 0, hash: noHash };
}

async function readOthers({ prefix, rows }: Tables, instance: string): Promise<readonly Head[]> {
  const found = await rows(
    `SELECT instance, sequence, hash FROM ${prefix}audit_head WHERE instance <> ? ORDER BY at_ms DESC, instance LIMIT ${mostOthers}`,
    [instance],
  );
  return found.map(headOf);
}

export function headOf(row: Row): Head {
  return { instance: String(row.instance), sequence: Number(row.sequence), hash: String(row.hash) };
}

export function hashOf(previous: string, instance: string, sequence: number, atMs: number, text: string): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, instance, sequence, atMs, text]))
    .digest('hex');
}

/** JSON with its keys in order and nothing absent: the same entry is the same text. */
export function canonical(entry: AuditEntry): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(entry))));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const object = value as JsonObject;
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .flatMap((key) => {
        const held = object[key];
        return held === undefined ? [] : [[key, sorted(held)] as const];
      }),
  );
}

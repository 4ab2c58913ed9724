import { z } from 'zod';
import type { Committer } from './sqlite-committer.ts';
import { StoreError, type StoreFault } from './store.ts';
import type { Statement } from './tables.ts';

export type Writer = {
  /**
   * Runs statements in the next transaction, all or none; resolves with the rows that each changed when that is on the disk.
   * Errors: StoreError, and nothing was written.
   */
  write(statements: readonly Statement[]): Promise<readonly number[]>;
  /** Resolves when nothing waits to be committed. */
  settled(): Promise<void>;
};

type Waiting = {
  readonly statements: readonly Statement[];
  readonly resolve: (counts: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Commits at once everything that one turn of the event loop wants written, and that came while the last commit was under way: a
 * commit waits for the disk, whatever is in it.
 */
export function createWriter({ commit }: Pick<Committer, 'commit'>): Writer {
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;

  const commitBatch = async (batch: readonly Waiting[]) => {
    try {
      const counts = await commit(batch.flatMap(({ statements }) => statements));
      let from = 0;
      for (const { statements, resolve } of batch) {
        resolve(counts.slice(from, from + statements.length));
        from += statements.length;
      }
    } catch (error) {
      const failure = failureOf(error);
      for (const { reject } of batch) reject(failure);
    }
  };

  const flush = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await commitBatch(batch);
    }
    // In the same breath as the look at what waits: what comes a moment later begins a flush of its own.
    flushing = undefined;
  };

  return {
    write: (statements) =>
      new Promise((resolve, reject) => {
        waiting.push({ statements, resolve, reject });
        flushing ??= flush();
      }),
    settled: async () => flushing,
  };
}

/** Runs a statement; what SQLite throws becomes a StoreError. */
export function guard<T>(statement: () => T): T {
  try {
    return statement();
  } catch (error) {
    throw failureOf(error);
  }
}

const SqliteFault = z.object({ errcode: z.number() });

/** SQLite's primary result codes; the extended ones keep them in their lowest byte. */
const faults: Readonly<Record<number, StoreFault>> = {
  5: 'locked',
  6: 'locked',
  11: 'damaged',
  13: 'full',
  26: 'damaged',
};

function failureOf(error: unknown): StoreError {
  const parsed = SqliteFault.safeParse(error);
  const fault = parsed.success ? faults[parsed.data.errcode & 0xff] : undefined;
  return new StoreError(fault ?? 'other', { cause: error });
}

import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { StoreError, type StoreFault } from './store.ts';

export type Writer = {
  /** Runs a statement in the next transaction; resolves when that is on the disk. Errors: StoreError, and nothing was written. */
  write<T>(statement: () => T): Promise<T>;
  /** Commits what waits. */
  flush(): void;
};

type Waiting = { readonly run: () => void; readonly settle: () => void; readonly reject: (error: unknown) => void };

/** Commits everything that one turn of the event loop wants written at once: a commit waits for the disk, whatever is in it. */
export function createWriter(db: DatabaseSync): Writer {
  let waiting: Waiting[] = [];

  const flush = () => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      guard(() => {
        db.exec('BEGIN IMMEDIATE');
        try {
          for (const { run } of batch) run();
          db.exec('COMMIT');
        } catch (error) {
          // A full disk has rolled back already.
          if (db.isTransaction) db.exec('ROLLBACK');
          throw error;
        }
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { settle } of batch) settle();
  };

  return {
    write: (statement) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        let result: ReturnType<typeof statement>;
        waiting.push({
          run: () => {
            result = statement();
          },
          settle: () => resolve(result),
          reject,
        });
      }),
    flush,
  };
}

/** Runs a statement; what SQLite throws becomes a StoreError. */
export function guard<T>(statement: () => T): T {
  try {
    return statement();
  } catch (error) {
    throw new StoreError(faultOf(error), { cause: error });
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

function faultOf(error: unknown): StoreFault {
  const parsed = SqliteFault.safeParse(error);
  return parsed.success ? (faults[parsed.data.errcode & 0xff] ?? 'other') : 'other';
}

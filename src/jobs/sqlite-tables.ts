import type { DatabaseSync } from 'node:sqlite';
import { type Committer, commitHere } from './sqlite-committer.ts';
import { preparing, transacting } from './sqlite-transaction.ts';
import { createWriter, guard } from './sqlite-writer.ts';
import type { Tables } from './tables.ts';

export type SqliteTables = Tables & {
  /** Commits what waits, and ends. */
  close(): Promise<void>;
};

/** Reads over `db`, and writes over another connection to the same file where there is one. */
export function createSqliteTables(db: DatabaseSync, elsewhere?: Committer): SqliteTables {
  const prepare = preparing(db);
  const committer = elsewhere ?? commitHere(transacting(db, prepare));
  const { write, settled } = createWriter(committer);
  return {
    prefix: '',
    async write(text, values) {
      const [changed = 0] = await write([[text, values]]);
      return changed;
    },
    together: write,
    rows: async (text, values = []) => guard(() => prepare(text).all(...values)),
    async close() {
      await settled();
      await committer.close();
      db.close();
    },
  };
}

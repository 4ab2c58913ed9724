import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { createWriter, guard } from './sqlite-writer.ts';
import type { Statement, Tables } from './tables.ts';

export type SqliteTables = Tables & {
  /** Commits what waits. */
  flush(): void;
};

export function createSqliteTables(db: DatabaseSync): SqliteTables {
  const { write, flush } = createWriter(db);
  const prepared = new Map<string, StatementSync>();
  const prepare = (text: string) => {
    const known = prepared.get(text);
    if (known) return known;
    const statement = db.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  const run = ([text, values]: Statement) => Number(prepare(text).run(...values).changes);
  return {
    prefix: '',
    write: (text, values) => write(() => run([text, values])),
    together: (statements) => write(() => statements.map(run)),
    rows: async (text, values = []) => guard(() => prepare(text).all(...values)),
    flush,
  };
}

import { createPostgresTables, runAll } from './postgres-tables.ts';
import { guardSql, type Sql } from './sql.ts';
import type { Store } from './store.ts';
import { createTableStore } from './table-store.ts';

export type PostgresStoreOptions = {
  readonly sql: Sql;
  readonly schema: string;
  /** Puts a new job before the engine, in the transaction that stores it. */
  readonly enqueue: (jobId: string, tx: Pick<Sql, 'query'>) => Promise<void>;
};

/** A store in PostgreSQL, for any number of processes. Its tables are there (`migrate`). */
export function createPostgresStore({ sql, schema, enqueue }: PostgresStoreOptions): Store {
  return createTableStore({
    tables: createPostgresTables(sql, schema),
    insert: (statement, jobId) =>
      guardSql(() =>
        sql.transaction(async (tx) => {
          const [count = 0] = await runAll(tx, [statement]);
          if (count === 1) await enqueue(jobId, tx);
          return count;
        }),
      ),
    close: () => sql.close(),
  });
}

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../core/clock.ts';
import { createAudit } from './audit.ts';
import { createPostgresTables, runAll } from './postgres-tables.ts';
import { guardSql, type Sql } from './sql.ts';
import type { Store } from './store.ts';
import { createTableStore } from './table-store.ts';

export type PostgresStoreOptions = {
  readonly sql: Sql;
  readonly schema: string;
  /** Puts a new job before the engine, in the transaction that stores it. */
  readonly enqueue: (jobId: string, tx: Pick<Sql, 'query'>) => Promise<void>;
  readonly clock?: Clock;
};

/** A store in PostgreSQL, for any number of processes. Its tables are there (`migrate`). */
export function createPostgresStore({ sql, schema, enqueue, clock = systemClock }: PostgresStoreOptions): Store {
  const tables = createPostgresTables(sql, schema);
  return createTableStore({
    tables,
    audit: createAudit(tables, nameChain(clock), clock),
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

/** Each start of a process writes a chain of its own, so that no two ever write to one. */
function nameChain(clock: Clock): string {
  return `${hostname()} ${new Date(clock.now()).toISOString()} ${randomUUID().slice(0, 8)}`;
}

import { PgBoss } from 'pg-boss';
import { systemClock } from '../core/clock.ts';
import { createBossEngine, makeQueue } from './boss-engine.ts';
import type { Engine } from './engine.ts';
import { migrate, queueSchemaOf } from './postgres-migrations.ts';
import { createPostgresStore } from './postgres-store.ts';
import type { Sql } from './sql.ts';
import { type Store, StoreUnusable } from './store.ts';

export type PostgresParts = {
  readonly sql: Sql;
  /** The database did not answer for a moment, or pg-boss has something to say. */
  readonly troubled: (error: unknown) => void;
  /** Of the tables; pg-boss's stand in one of this name with `_queue` behind it. */
  readonly schema?: string;
  readonly backend?: 'postgres' | 'pglite';
};

/**
 * A store and an engine that any number of instances share. Closes `sql` with the store.
 * Errors: StoreUnusable, saying what an operator can do.
 */
export async function openPostgres({
  sql,
  troubled,
  schema = 'hopcheck',
  backend = 'postgres',
}: PostgresParts): Promise<{ readonly store: Store; readonly engine: Engine }> {
  const db = {
    executeSql: async (text: string, values?: unknown[]) => ({ rows: [...(await sql.query(text, values)).rows] }),
  };
  const boss = new PgBoss({
    db,
    backend,
    schema: queueSchemaOf(schema),
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on('error', troubled);
  try {
    await migrate(sql, schema);
    await boss.start();
    await makeQueue(boss);
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    await sql.close();
    if (error instanceof StoreUnusable) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreUnusable(`the database that DATABASE_URL names cannot be used: ${why}`, { cause: error });
  }
  const engine = createBossEngine({ boss, clock: systemClock, troubled });
  return { store: createPostgresStore({ sql, schema, enqueue: engine.enqueue }), engine };
}

import type { Config } from './config.ts';
import type { Clock } from './core/clock.ts';
import { createEmbeddedEngine } from './jobs/embedded-engine.ts';
import type { Engine } from './jobs/engine.ts';
import type { Patience } from './jobs/postgres-pool.ts';
import { openSqliteStore } from './jobs/sqlite-store.ts';
import type { Store } from './jobs/store.ts';
import type { Log } from './log.ts';

/** The store that the configuration names, and who decides what is worked on in it. Errors: StoreUnusable. */
export async function openStore(
  config: Config,
  log: Log,
  clock: Clock,
  patience?: Patience,
): Promise<{ readonly store: Store; readonly engine: Engine }> {
  const { databaseUrl } = config;
  if (!databaseUrl) {
    const store = openSqliteStore(config.dataDir, clock);
    return { store, engine: createEmbeddedEngine({ store, clock }) };
  }
  const [{ openPool }, { openPostgres }, { createDatabasePassword }] = await Promise.all([
    import('./jobs/postgres-pool.ts'),
    import('./jobs/postgres.ts'),
    import('./azure/database-password.ts'),
  ]);
  const troubled = (error: unknown) => log.warn({ error }, 'database');
  const password = createDatabasePassword(config.cloud);
  const sql = openPool({ url: databaseUrl, password, cut: troubled, ...(patience && { patience }) });
  return openPostgres({ sql, troubled });
}

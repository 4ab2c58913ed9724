import type { Config } from './config.ts';
import { type AuditReader, readPostgresAudit, readSqliteAudit } from './jobs/audit-reader.ts';

/** The audit of the store that the configuration names, or of production's default one. Errors: StoreUnusable. */
export async function openAuditTables({ databaseUrl, dataDir = './data', cloud }: Config): Promise<AuditReader> {
  if (!databaseUrl) return readSqliteAudit(dataDir);
  const [{ openPool }, { createDatabasePassword }] = await Promise.all([
    import('./jobs/postgres-pool.ts'),
    import('./azure/database-password.ts'),
  ]);
  return readPostgresAudit(openPool({ url: databaseUrl, password: createDatabasePassword(cloud), cut: () => {} }));
}

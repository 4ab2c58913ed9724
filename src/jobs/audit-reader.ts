import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createPostgresTables } from './postgres-tables.ts';
import type { Sql } from './sql.ts';
import { createSqliteTables } from './sqlite-tables.ts';
import { StoreUnusable } from './store.ts';
import type { Tables } from './tables.ts';

/** The audit of a store that another process may be writing to. */
export type AuditReader = { readonly tables: Tables; close(): Promise<void> };

/** Errors: StoreUnusable, where there is no store or it has no audit yet. */
export async function readSqliteAudit(folder: string): Promise<AuditReader> {
  const file = join(folder, 'hopcheck.sqlite');
  if (!existsSync(file))
    throw new StoreUnusable(`there is no store in ${folder}: name its folder with HOPCHECK_DATA_DIR`);
  let db: DatabaseSync;
  try {
    // Without the folder's lock: a reader of the write-ahead log disturbs nobody.
    db = new DatabaseSync(file, { readOnly: true });
    db.exec('PRAGMA busy_timeout = 5000');
  } catch (error) {
    throw new StoreUnusable(`the store ${file} cannot be read: ${wordsOf(error)}`, { cause: error });
  }
  return withAudit({ tables: createSqliteTables(db), close: async () => db.close() }, file);
}

/** Errors: StoreUnusable, where the database does not answer or has no audit yet. */
export async function readPostgresAudit(sql: Sql, schema = 'hopcheck'): Promise<AuditReader> {
  return withAudit({ tables: createPostgresTables(sql, schema), close: () => sql.close() }, 'that DATABASE_URL names');
}

async function withAudit(reader: AuditReader, name: string): Promise<AuditReader> {
  try {
    await reader.tables.rows(`SELECT instance FROM ${reader.tables.prefix}audit_head LIMIT 1`);
    return reader;
  } catch (error) {
    await reader.close();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new StoreUnusable(`the store ${name} has no audit that can be read: ${wordsOf(cause)}`, { cause: error });
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '../core/clock.ts';
import { createAudit } from './audit.ts';
import { lockFolder } from './folder-lock.ts';
import { commitElsewhere } from './sqlite-committer.ts';
import { createSqliteTables, type SqliteTables } from './sqlite-tables.ts';
import { guard } from './sqlite-writer.ts';
import { type Store, StoreError, StoreUnusable } from './store.ts';
import { createTableStore } from './table-store.ts';

/** One entry a version, run in order; `PRAGMA user_version` counts how many a file has seen. Never edit one that shipped. */
const migrations: readonly string[] = [
  `CREATE TABLE job (
     id TEXT PRIMARY KEY, delivery_key TEXT UNIQUE, command TEXT NOT NULL, state TEXT NOT NULL, request TEXT NOT NULL,
     requester TEXT NOT NULL, conversation TEXT NOT NULL, locale TEXT NOT NULL, nonce TEXT NOT NULL,
     created_at_ms INTEGER NOT NULL, deadline_ms INTEGER NOT NULL, message_id TEXT, operation TEXT, outcome TEXT
   ) STRICT;
   CREATE INDEX job_unfinished ON job (created_at_ms) WHERE state <> 'delivered';
   CREATE TABLE spent_nonce (job_id TEXT NOT NULL, nonce TEXT NOT NULL, PRIMARY KEY (job_id, nonce)) STRICT, WITHOUT ROWID;
   CREATE TABLE conversation_setting (
     conversation_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (conversation_id, key)
   ) STRICT, WITHOUT ROWID;`,
  `DROP INDEX job_unfinished;
   CREATE INDEX job_unfinished ON job (created_at_ms) WHERE state NOT IN ('delivered', 'abandoned');`,
  `ALTER TABLE job ADD COLUMN room TEXT NOT NULL DEFAULT '';
   ALTER TABLE job ADD COLUMN admitted INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE job ADD COLUMN question TEXT;
   ALTER TABLE job ADD COLUMN verdict TEXT;
   CREATE INDEX job_history ON job (room, created_at_ms, id, question, verdict) WHERE question IS NOT NULL;
   CREATE INDEX job_age ON job (created_at_ms);
   CREATE TABLE run (question TEXT PRIMARY KEY, job_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE watch (
     id TEXT PRIMARY KEY, room TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, runs INTEGER NOT NULL,
     next_at_ms INTEGER NOT NULL, body TEXT NOT NULL, ending TEXT, UNIQUE (room, number)
   ) STRICT;
   CREATE INDEX watch_due ON watch (next_at_ms) WHERE state <> 'ended';
   CREATE TABLE audit (
     instance TEXT NOT NULL, sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL, entry TEXT NOT NULL, hash TEXT NOT NULL,
     reference TEXT, PRIMARY KEY (instance, sequence)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX audit_reference ON audit (reference) WHERE reference IS NOT NULL;
   CREATE TABLE audit_head (
     instance TEXT PRIMARY KEY, sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL, hash TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
];

/**
 * A store in SQLite, durable on each write, for one process. `folder` is made when it is missing; undefined keeps everything
 * in memory. Errors: StoreUnusable, saying what an operator can do.
 */
export function openSqliteStore(folder?: string, clock: Clock = systemClock): Store {
  if (folder) mkdirSync(folder, { recursive: true });
  const unlock = folder ? lockFolder(folder) : undefined;
  try {
    return storeOf(openTables(folder), unlock, clock);
  } catch (error) {
    unlock?.();
    throw error;
  }
}

/** Waits for an outside writer only briefly: all that wants to be written waits with it. */
const pragmas = 'PRAGMA busy_timeout = 250; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;';

function openTables(folder: string | undefined): SqliteTables {
  const file = folder ? join(folder, 'hopcheck.sqlite') : ':memory:';
  const db = new DatabaseSync(file);
  try {
    guard(() => db.exec(pragmas));
    migrate(db);
    return createSqliteTables(db, folder ? commitElsewhere({ file, pragmas }) : undefined);
  } catch (error) {
    db.close();
    if (!(error instanceof StoreError)) throw error;
    throw new StoreUnusable(`the store ${file} cannot be opened: ${adviceOn[error.fault]}`, { cause: error.cause });
  }
}

const adviceOn: Readonly<Record<StoreError['fault'], string>> = {
  full: 'its disk is full; make room',
  locked: 'another program writes to it; close that one',
  damaged: 'the file is damaged; put a backup in its place, or move it away to begin anew (docs/operations.md)',
  unreachable: 'it does not answer',
  other: 'look at the cause below',
};

/** One process has the folder to itself: its chain goes on over restarts. */
const instance = 'embedded';

function storeOf(tables: SqliteTables, unlock: (() => void) | undefined, clock: Clock): Store {
  return createTableStore({
    tables,
    insert: ([text, values]) => tables.write(text, values),
    audit: createAudit(tables, instance, clock),
    async close() {
      await tables.close();
      unlock?.();
    },
  });
}

function migrate(db: DatabaseSync) {
  const version = Number(guard(() => db.prepare('PRAGMA user_version').get())?.user_version ?? 0);
  if (version > migrations.length) {
    throw new StoreUnusable(
      `the data folder was written by a newer hopcheck (schema ${version}, this one knows ${migrations.length}): run that version, or use another HOPCHECK_DATA_DIR`,
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    guard(() => db.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`));
  }
}

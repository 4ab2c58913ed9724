import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { lockFolder } from './folder-lock.ts';
import { type Column, columnsOfChange, columnsOfJob, type JobRow, jobFromRow } from './job-row.ts';
import { createWriter, guard } from './sqlite-writer.ts';
import { type Store, StoreError, StoreUnusable } from './store.ts';

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
];

/**
 * A store in SQLite, durable on each write, for one process. `folder` is made when it is missing; undefined keeps everything
 * in memory. Errors: StoreUnusable, saying what an operator can do.
 */
export function openSqliteStore(folder?: string): Store {
  if (folder) mkdirSync(folder, { recursive: true });
  const unlock = folder ? lockFolder(folder) : undefined;
  try {
    return storeOf(openDatabase(folder), unlock);
  } catch (error) {
    unlock?.();
    throw error;
  }
}

/** Waits for an outside writer only briefly: the whole process waits with it. */
const busyMs = 250;

function openDatabase(folder: string | undefined): DatabaseSync {
  const file = folder ? join(folder, 'hopcheck.sqlite') : ':memory:';
  const db = new DatabaseSync(file);
  try {
    guard(() => db.exec(`PRAGMA busy_timeout = ${busyMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`));
    migrate(db);
    return db;
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

function storeOf(db: DatabaseSync, unlock: (() => void) | undefined): Store {
  const { write, flush } = createWriter(db);
  const insert = db.prepare(
    `INSERT INTO job (id, delivery_key, command, state, request, requester, conversation, locale, nonce, created_at_ms, deadline_ms,
       message_id, operation, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const select = db.prepare('SELECT * FROM job WHERE id = ?');
  const pending = db.prepare(
    `SELECT * FROM job WHERE state NOT IN ('delivered', 'abandoned') ORDER BY created_at_ms, id`,
  );
  const spend = db.prepare('INSERT INTO spent_nonce (job_id, nonce) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const remember = db.prepare(
    `INSERT INTO conversation_setting (conversation_id, key, value) VALUES (?, ?, ?)
     ON CONFLICT (conversation_id, key) DO UPDATE SET value = excluded.value`,
  );
  const recall = db.prepare('SELECT value FROM conversation_setting WHERE conversation_id = ? AND key = ?');

  const change = (where: string, values: readonly SQLInputValue[], columns: readonly Column[]) => {
    const sets = columns.map(([column]) => `${column} = ?`).join(', ');
    const update = db.prepare(`UPDATE job SET ${sets} WHERE ${where}`);
    return write(() => update.run(...columns.map(([, value]) => value), ...values));
  };

  return {
    async insert(job, deliveryKey) {
      const values = columnsOfJob(job, deliveryKey).map(([, value]) => value);
      const { changes } = await write(() => insert.run(...values));
      return changes === 1 ? 'stored' : 'duplicate';
    },
    async job(id) {
      const row = guard(() => select.get(id));
      return row ? jobFromRow(row as JobRow) : undefined;
    },
    async advance(id, from, to, more = {}) {
      const { changes } = await change('id = ? AND state = ?', [id, from], [['state', to], ...columnsOfChange(more)]);
      return changes === 1;
    },
    async amend(id, more) {
      const columns = columnsOfChange(more);
      if (columns.length > 0) await change('id = ?', [id], columns);
    },
    async unfinished() {
      return guard(() => pending.all()).map((row) => jobFromRow(row as JobRow));
    },
    async spend(jobId, nonce) {
      const { changes } = await write(() => spend.run(jobId, nonce));
      return changes === 1;
    },
    async remember(conversationId, key, value) {
      const json = JSON.stringify(value);
      await write(() => remember.run(conversationId, key, json));
    },
    async recall(conversationId, key) {
      const row = guard(() => recall.get(conversationId, key));
      return row ? JSON.parse(String(row.value)) : undefined;
    },
    async close() {
      flush();
      db.close();
      unlock?.();
    },
  };
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

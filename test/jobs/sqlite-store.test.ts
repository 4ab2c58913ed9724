import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { StoreUnusable } from '../../src/jobs/store.ts';
import { jobOf } from './job.ts';
import { storeContract } from './store-contract.ts';

const root = mkdtempSync(join(tmpdir(), 'hopcheck-store-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = '';
let folders = 0;
beforeEach(() => {
  folders += 1;
  folder = join(root, String(folders));
});

storeContract('SQLite in a folder', async () => {
  const own = mkdtempSync(join(root, 'contract-'));
  let store = openSqliteStore(own);
  return {
    store,
    async reopen() {
      await store.close();
      store = openSqliteStore(own);
      return store;
    },
    dispose: () => store.close(),
  };
});

describe('one process a folder', () => {
  test('a second one is refused, and told who has it', async () => {
    const store = openSqliteStore(folder);
    expect(() => openSqliteStore(folder)).toThrow(StoreUnusable);
    expect(() => openSqliteStore(folder)).toThrow(
      new RegExp(`in use by process ${process.pid} on ${hostname()}, since 20.*: stop that one, or name another`),
    );
    expect(await store.insert(jobOf('a'))).toBe('stored');
    await store.close();
    await openSqliteStore(folder).close();
  });

  test('the kernel gives the folder back when the process is killed', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module-typescript',
        '-e',
        `const { openSqliteStore } = await import(${JSON.stringify(new URL('../../src/jobs/sqlite-store.ts', import.meta.url))});
         openSqliteStore(${JSON.stringify(folder)});
         console.log('open');
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('../..', import.meta.url)) },
    );
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(() => openSqliteStore(folder)).toThrow(new RegExp(`in use by process ${child.pid} `));
    child.kill('SIGKILL');
    await exited;
    await openSqliteStore(folder).close();
  });
});

describe('a file that cannot be used', () => {
  test('written by a newer version: not touched', () => {
    mkdirSync(folder);
    const db = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
    db.exec('PRAGMA user_version = 999');
    db.close();
    expect(() => openSqliteStore(folder)).toThrow(/newer hopcheck \(schema 999/);
    // The folder is free again for whoever knows that version.
    expect(() => openSqliteStore(folder)).toThrow(/newer hopcheck/);
  });

  test('damaged: said so, with what to do', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'hopcheck.sqlite'), 'this is no database, '.repeat(500));
    expect(() => openSqliteStore(folder)).toThrow(/cannot be opened: the file is damaged; put a backup in its place/);
  });

  test('written by an older version: brought up to date, with what is in it', async () => {
    mkdirSync(folder);
    const db = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
    db.exec(
      `CREATE TABLE job (
         id TEXT PRIMARY KEY, delivery_key TEXT UNIQUE, command TEXT NOT NULL, state TEXT NOT NULL, request TEXT NOT NULL,
         requester TEXT NOT NULL, conversation TEXT NOT NULL, locale TEXT NOT NULL, nonce TEXT NOT NULL,
         created_at_ms INTEGER NOT NULL, deadline_ms INTEGER NOT NULL, message_id TEXT, operation TEXT, outcome TEXT
       ) STRICT;
       CREATE INDEX job_unfinished ON job (created_at_ms) WHERE state <> 'delivered';
       CREATE TABLE spent_nonce (job_id TEXT, nonce TEXT, PRIMARY KEY (job_id, nonce)) STRICT, WITHOUT ROWID;
       CREATE TABLE conversation_setting (
         conversation_id TEXT, key TEXT, value TEXT, PRIMARY KEY (conversation_id, key)
       ) STRICT, WITHOUT ROWID;
       INSERT INTO job VALUES ('old', NULL, 'check', 'queued', 'null', '{"id":"29:one"}',
         '{"id":"19:room","kind":"channel","reference":{}}', 'en', 'n', 1, 2, NULL, NULL, NULL);
       PRAGMA user_version = 1;`,
    );
    db.close();
    const store = openSqliteStore(folder);
    expect((await store.unfinished()).map(({ id }) => id)).toEqual(['old']);
    await store.close();
  });
});

describe('faults while it runs', () => {
  test('locked by another program: refused whole, and fine again afterwards', async () => {
    const store = openSqliteStore(folder);
    const other = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const refused = await Promise.allSettled([store.insert(jobOf('a')), store.insert(jobOf('b'))]);
    expect(refused).toMatchObject([
      { status: 'rejected', reason: { fault: 'locked', problem: { code: 'STORE_FAILED' } } },
      { status: 'rejected', reason: { fault: 'locked' } },
    ]);
    expect(await store.job('a')).toBeUndefined();
    other.exec('COMMIT');
    other.close();
    expect(await store.insert(jobOf('a'))).toBe('stored');
    await store.close();
  });

  test('a full disk: refused whole, what was there stays, and fine again with room', async ({ skip }) => {
    mkdirSync(folder);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    if (mounted.status !== 0) return skip('a small disk can be made only as root');
    try {
      const store = openSqliteStore(folder);
      const blob = 'x'.repeat(50_000);
      let stored = 0;
      const fault = await (async () => {
        for (; stored < 100; stored += 1) await store.insert(jobOf(`job-${stored}`, { request: blob }));
      })().catch((error: unknown) => error);
      expect(fault).toMatchObject({ fault: 'full' });
      expect(stored).toBeGreaterThan(1);
      expect(await store.unfinished()).toHaveLength(stored);
      expect(spawnSync('mount', ['-o', 'remount,size=4m', folder]).status).toBe(0);
      expect(await store.insert(jobOf('with room', { request: blob }))).toBe('stored');
      expect(await store.unfinished()).toHaveLength(stored + 1);
      await store.close();
    } finally {
      spawnSync('umount', [folder]);
    }
  });

  test('a backup made while it runs holds everything, and opens elsewhere', async () => {
    const store = openSqliteStore(folder);
    await store.insert(jobOf('a'));
    const other = join(folder, 'restored');
    mkdirSync(other);
    const reader = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
    reader.prepare('VACUUM INTO ?').run(join(other, 'hopcheck.sqlite'));
    reader.close();
    await store.insert(jobOf('b'));
    const restored = openSqliteStore(other);
    expect((await restored.unfinished()).map(({ id }) => id)).toEqual(['a']);
    await restored.close();
    await store.close();
  });

  test('what is waiting to be committed is committed on close', async () => {
    const store = openSqliteStore(folder);
    const inserted = store.insert(jobOf('last'));
    await store.close();
    expect(await inserted).toBe('stored');
    const again = openSqliteStore(folder);
    expect(await again.job('last')).toBeDefined();
    await again.close();
  });
});

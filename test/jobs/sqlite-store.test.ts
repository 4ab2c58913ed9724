import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { storeContract } from './store-contract.ts';

storeContract('SQLite in a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-store-'));
  let store = openSqliteStore(folder);
  return {
    store,
    async reopen() {
      await store.close();
      store = openSqliteStore(folder);
      return store;
    },
    async dispose() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});

test('a folder written by a newer version is not touched', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-store-'));
  const db = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
  db.exec('PRAGMA user_version = 999');
  db.close();
  expect(() => openSqliteStore(folder)).toThrow(/newer hopcheck \(schema 999/);
  rmSync(folder, { recursive: true });
});

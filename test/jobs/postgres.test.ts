import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres } from '../../src/jobs/postgres.ts';
import { openPool } from '../../src/jobs/postgres-pool.ts';
import { StoreUnusable } from '../../src/jobs/store.ts';
import { type Database, openDatabase } from './database.ts';
import { jobOf } from './job.ts';
import { storeContract } from './store-contract.ts';

let database: Database;
let schemas = 0;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

/** Each test has tables of its own. */
function newSchema(): string {
  schemas += 1;
  return `test_${process.pid}_${schemas}`;
}

async function open(schema = newSchema()) {
  const troubles: unknown[] = [];
  const parts = await openPostgres({
    sql: database.connect(),
    backend: database.backend,
    schema,
    troubled: (error) => troubles.push(error),
  });
  return { ...parts, schema, troubles };
}

storeContract('PostgreSQL', async () => {
  const schema = newSchema();
  let opened = await open(schema);
  const close = async () => {
    await opened.engine.stop();
    await opened.store.close();
  };
  return {
    store: opened.store,
    async reopen() {
      await close();
      opened = await open(schema);
      return opened.store;
    },
    dispose: close,
  };
});

describe('the schema', () => {
  test('of a newer version is refused with the reason', async () => {
    const first = await open();
    await first.engine.stop();
    await first.store.close();
    const sql = database.connect();
    await sql.query(`UPDATE ${first.schema}.schema_version SET version = 999;`);
    await sql.close();
    await expect(open(first.schema)).rejects.toThrow(StoreUnusable);
    await expect(open(first.schema)).rejects.toThrow(/newer hopcheck \(schema 999/);
  });

  test('is made once when instances start together', async ({ skip }) => {
    if (database.backend === 'pglite') return skip('PGlite is one connection');
    const schema = newSchema();
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => open(schema)));
    expect(await all[0]?.store.insert(jobOf('a'))).toBe('stored');
    expect(await all[4]?.store.insert(jobOf('a'))).toBe('duplicate');
    for (const { engine, store } of all) {
      await engine.stop();
      await store.close();
    }
  });
});

describe('the connection', () => {
  test('to nowhere: the start says why', async () => {
    const sql = openPool({ url: 'postgres://nobody@127.0.0.1:1/none', cut: () => {} });
    await expect(openPostgres({ sql, troubled: () => {} })).rejects.toThrow(
      /DATABASE_URL names cannot be used: .*ECONNREFUSED/,
    );
  });

  test('asks for its password each time, as a token that changes needs it', async ({ skip }) => {
    if (!database.url) return skip('PGlite has no passwords');
    const url = new URL(database.url);
    const secret = url.password;
    url.password = '';
    let asked = 0;
    const sql = openPool({
      url: url.href,
      password: async () => {
        asked += 1;
        return secret;
      },
      cut: () => {},
    });
    await Promise.all([1, 2, 3].map(() => sql.query('SELECT pg_sleep($1)', [0.1])));
    expect(asked).toBe(3);
    await sql.close();
    const wrong = openPool({ url: url.href, password: async () => 'stale', cut: () => {} });
    await expect(wrong.query('SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await wrong.close();
  });

  test('cut: refused as unreachable, and fine again when the server is back', async ({ skip }) => {
    const { server } = database;
    if (!server) return skip('only a private server is taken away');
    const { store, engine } = await open();
    const worked: string[] = [];
    await engine.start(async (jobId) => {
      worked.push(jobId);
    });
    await store.insert(jobOf('before'));
    server.stop();
    await expect(store.insert(jobOf('during'))).rejects.toMatchObject({ fault: 'unreachable' });
    await expect(store.job('before')).rejects.toMatchObject({ fault: 'unreachable' });
    server.start();
    expect(await store.job('before')).toBeDefined();
    expect(await store.job('during')).toBeUndefined();
    expect(await store.insert(jobOf('after'))).toBe('stored');
    await engine.release('after');
    await expect.poll(() => worked, { timeout: 5000 }).toEqual(['after']);
    await engine.stop();
    await store.close();
  });
});

describe('the engine', () => {
  test('hands out a job once it is released, to one of those who share it', async () => {
    const schema = newSchema();
    const one = await open(schema);
    const two = database.backend === 'pglite' ? undefined : await open(schema);
    const worked: string[] = [];
    for (const instance of [one, two]) {
      await instance?.engine.start(async (jobId) => {
        worked.push(jobId);
      });
    }
    const ids = Array.from({ length: 40 }, (_, index) => `job-${index}`);
    for (const id of ids) await one.store.insert(jobOf(id));
    expect(worked).toEqual([]);
    for (const id of ids) await one.engine.release(id);
    await expect.poll(() => worked.length, { timeout: 5000 }).toBe(ids.length);
    expect(worked.toSorted()).toEqual(ids.toSorted());
    for (const instance of [one, two]) {
      await instance?.engine.stop();
      await instance?.store.close();
    }
    expect(one.troubles).toEqual([]);
  });

  test('gives back what it holds when it stops', async () => {
    const schema = newSchema();
    const one = await open(schema);
    const started: string[] = [];
    await one.engine.start(
      (jobId, signal) =>
        new Promise((_, reject) => {
          started.push(jobId);
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    await one.store.insert(jobOf('a'));
    await one.engine.release('a');
    await expect.poll(() => started, { timeout: 5000 }).toEqual(['a']);
    expect(one.engine.inFlight).toBe(1);
    await one.engine.stop();
    expect(one.engine.inFlight).toBe(0);
    await one.store.close();

    const two = await open(schema);
    const again: string[] = [];
    const atMs = performance.now();
    expect(
      await two.engine.start(async (jobId) => {
        again.push(jobId);
      }),
    ).toBe(1);
    await expect.poll(() => again, { timeout: 5000 }).toEqual(['a']);
    expect(performance.now() - atMs).toBeLessThan(2000);
    await two.engine.stop();
    await two.store.close();
  });

  test('tries a job again that fails, and nobody else has it meanwhile', async () => {
    const { store, engine } = await open();
    let tries = 0;
    await engine.start(async () => {
      tries += 1;
      if (tries < 2) throw new Error('not yet');
    });
    await store.insert(jobOf('a'));
    await engine.release('a');
    await expect.poll(() => tries, { timeout: 8000 }).toBe(2);
    await expect.poll(() => engine.inFlight).toBe(0);
    await engine.stop();
    await store.close();
  });
});

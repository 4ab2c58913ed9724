import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditEntry, canonical, createAudit, type Head } from '../../src/jobs/audit.ts';
import { examine, linesOf } from '../../src/jobs/audit-book.ts';
import { migrate } from '../../src/jobs/postgres-migrations.ts';
import { createPostgresTables } from '../../src/jobs/postgres-tables.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { createSqliteTables } from '../../src/jobs/sqlite-tables.ts';
import { StoreError } from '../../src/jobs/store.ts';
import type { Statement, Tables } from '../../src/jobs/tables.ts';
import { createManualClock } from '../support/clock.ts';
import { type Database, openDatabase } from './database.ts';

const clock = createManualClock();
const accepted = (reference: string): AuditEntry => ({ event: 'accepted', reference, who: { id: '29:a' } });

/** The two tables alone, of a database that a test may tamper with. */
function openSqlite() {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE TABLE audit (instance TEXT, sequence INTEGER, at_ms INTEGER, entry TEXT, hash TEXT, reference TEXT,
             PRIMARY KEY (instance, sequence)) STRICT;
           CREATE TABLE audit_head (instance TEXT PRIMARY KEY, sequence INTEGER, at_ms INTEGER, hash TEXT) STRICT;`);
  const tables = createSqliteTables(db);
  let commits = 0;
  let failures = 0;
  const counted: Tables = {
    ...tables,
    async together(statements: readonly Statement[]) {
      commits += 1;
      if (failures > 0) {
        failures -= 1;
        throw new StoreError('full');
      }
      return tables.together(statements);
    },
  };
  return {
    tables: counted,
    tamper: (sql: string) => db.exec(sql),
    fail: (times: number) => {
      failures = times;
    },
    commits: () => commits,
  };
}

async function lines(tables: Tables, span?: Parameters<typeof linesOf>[1]) {
  const found: { instance: string; sequence: number; at: string; entry: AuditEntry }[] = [];
  for await (const line of linesOf(tables, span)) found.push(JSON.parse(line));
  return found;
}

const kinds = async (tables: Tables, noted: readonly Head[] = []) =>
  (await examine(tables, noted)).flaws.map(({ kind, sequence }) => `${kind} ${sequence}`);

describe('the chain', () => {
  test('what comes in one turn of the event loop is one commit, in its order', async () => {
    const { tables, commits } = openSqlite();
    const audit = createAudit(tables, 'one', clock);
    await Promise.all(Array.from({ length: 350 }, (_, index) => audit.write(accepted(`job ${index}`))));
    expect(commits()).toBe(1);
    const written = await lines(tables);
    expect(written.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 351 }, (_, index) => index + 1));
    expect(written[0]?.entry.event).toBe('started');
    expect(written.slice(1).map(({ entry }) => entry.reference)).toEqual(
      Array.from({ length: 350 }, (_, index) => `job ${index}`),
    );
    expect(await examine(tables)).toMatchObject({ entries: 351, flaws: [] });
  });

  test('goes on over restarts, and finds what is said of a job', async () => {
    const { tables } = openSqlite();
    for (const event of ['accepted', 'finished'] as const) {
      await createAudit(tables, 'one', clock).write({ event, reference: 'a' });
    }
    expect((await lines(tables)).map(({ entry }) => entry.event)).toEqual([
      'started',
      'accepted',
      'started',
      'finished',
    ]);
    expect((await createAudit(tables, 'one', clock).find('a')).map(({ entry }) => entry.event)).toEqual([
      'accepted',
      'finished',
    ]);
    expect(await kinds(tables)).toEqual([]);
  });

  test('a group that fails is refused whole, and the chain stays whole', async () => {
    const { tables, fail } = openSqlite();
    const audit = createAudit(tables, 'one', clock);
    await audit.write(accepted('a'));
    fail(1);
    const settled = await Promise.allSettled([audit.write(accepted('b')), audit.write(accepted('c'))]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(settled[0]).toMatchObject({ reason: { problem: { code: 'STORE_FAILED' } } });
    await audit.write(accepted('d'));
    expect((await lines(tables)).map(({ entry }) => entry.reference)).toEqual([undefined, 'a', 'd']);
    expect(await kinds(tables)).toEqual([]);
  });

  test('a commit that only seemed to fail does not break the chain', async () => {
    const { tables } = openSqlite();
    let lost = 1;
    const unsure: Tables = {
      ...tables,
      async together(statements) {
        const counts = await tables.together(statements);
        lost -= 1;
        if (lost === 0) throw new StoreError('unreachable');
        return counts;
      },
    };
    const audit = createAudit(unsure, 'one', clock);
    await expect(audit.write(accepted('a'))).rejects.toThrow(StoreError);
    await audit.write(accepted('b'));
    expect(await kinds(tables)).toEqual([]);
  });

  test('whatever fails, what was promised is there and in order, and nothing is wrong with it', async () => {
    const step = fc.oneof(
      fc.record({ write: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ fail: fc.integer({ min: 1, max: 3 }) }),
    );
    const runs = process.env.SOAK ? 2000 : 60;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { tables, fail } = openSqlite();
        const audit = createAudit(tables, 'one', clock);
        const promised: string[] = [];
        let count = 0;
        for (const each of steps) {
          if ('fail' in each) {
            fail(each.fail);
            continue;
          }
          const names = Array.from({ length: each.write }, () => `job ${count++}`);
          const settled = await Promise.allSettled(names.map((name) => audit.write(accepted(name))));
          promised.push(...names.filter((_, index) => settled[index]?.status === 'fulfilled'));
        }
        const written = (await lines(tables)).flatMap(({ entry }) => entry.reference ?? []);
        expect(written).toEqual(promised);
        expect(await kinds(tables)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  test('the same entry is the same text', () => {
    const one: AuditEntry = { event: 'refused', outcome: 'DENIED', who: { id: 'a', objectId: 'b' } };
    const other: AuditEntry = { who: { objectId: 'b', id: 'a' }, outcome: 'DENIED', event: 'refused' };
    expect(canonical(one)).toBe(canonical(other));
  });
});

describe('what was done to it is seen', () => {
  async function written() {
    const opened = openSqlite();
    const audit = createAudit(opened.tables, 'one', clock);
    for (const name of ['a', 'b', 'c', 'd']) await audit.write(accepted(name));
    return opened;
  }
  const rows: readonly (readonly [what: string, sql: string, flaw: string])[] = [
    ['an entry taken out', 'DELETE FROM audit WHERE sequence = 3', 'gap 4'],
    ['the first one taken out', 'DELETE FROM audit WHERE sequence = 1', 'gap 2'],
    ['another text', `UPDATE audit SET entry = replace(entry, '"b"', '"x"') WHERE sequence = 3`, 'altered 3'],
    ['another time', 'UPDATE audit SET at_ms = at_ms + 1 WHERE sequence = 2', 'altered 2'],
    ['another reference', `UPDATE audit SET reference = 'x' WHERE sequence = 2`, 'altered 2'],
    ['no JSON', `UPDATE audit SET entry = 'x' WHERE sequence = 2`, 'altered 2'],
    ['another hash', `UPDATE audit SET hash = 'x' WHERE sequence = 5`, 'altered 5'],
    [
      'two in each other’s place',
      'UPDATE audit SET sequence = CASE sequence WHEN 3 THEN -4 ELSE -3 END WHERE sequence IN (3, 4); UPDATE audit SET sequence = -sequence WHERE sequence < 0',
      'altered 3',
    ],
    ['a cut end', 'DELETE FROM audit WHERE sequence > 3', 'cut 4'],
    ['all of it', 'DELETE FROM audit', 'cut 1'],
    [
      'an entry put at the end',
      `INSERT INTO audit SELECT instance, 6, at_ms, entry, hash, reference FROM audit WHERE sequence = 5`,
      'altered 6',
    ],
    ['its head forgotten', 'DELETE FROM audit_head', 'altered 5'],
  ];
  test.each(rows)('%s', async (_what, sql, flaw) => {
    const { tables, tamper } = await written();
    expect(await kinds(tables)).toEqual([]);
    tamper(sql);
    expect(await kinds(tables)).toContain(flaw);
  });

  test('an end cut together with its head, by the one that was noted down', async () => {
    const { tables, tamper } = await written();
    const { heads } = await examine(tables);
    tamper(
      'DELETE FROM audit WHERE sequence > 3; UPDATE audit_head SET sequence = 3, hash = (SELECT hash FROM audit WHERE sequence = 3)',
    );
    expect(await kinds(tables)).toEqual([]);
    expect(await kinds(tables, heads)).toEqual(['vanished 5']);
  });

  test('a whole chain that is gone, by the ones that began after it', async () => {
    const { tables, tamper } = await written();
    await createAudit(tables, 'two', clock).write(accepted('e'));
    expect(await kinds(tables)).toEqual([]);
    tamper(`DELETE FROM audit WHERE instance = 'one'; DELETE FROM audit_head WHERE instance = 'one'`);
    expect(await kinds(tables)).toEqual(['vanished 5']);
  });

  test('any one entry altered or taken away', async () => {
    const { tables, tamper } = openSqlite();
    const audit = createAudit(tables, 'one', clock);
    await Promise.all(Array.from({ length: 40 }, (_, index) => audit.write(accepted(`${index}`))));
    for (let place = 1; place <= 41; place += 5) {
      tamper(`BEGIN; DELETE FROM audit WHERE sequence = ${place}`);
      expect(await kinds(tables)).not.toEqual([]);
      tamper('ROLLBACK');
    }
    expect(await kinds(tables)).toEqual([]);
  });
});

test('an export takes a span of time, more than a page of it', async () => {
  const { tables } = openSqlite();
  const time = createManualClock();
  const audit = createAudit(tables, 'one', time);
  for (let hour = 0; hour < 3; hour += 1) {
    await Promise.all(Array.from({ length: 700 }, (_, index) => audit.write(accepted(`${hour}/${index}`))));
    await time.advance(3_600_000);
  }
  expect(await lines(tables)).toHaveLength(2101);
  const startMs = Date.UTC(2026, 0, 1);
  const middle = await lines(tables, { sinceMs: startMs + 3_600_000, untilMs: startMs + 7_200_000 });
  expect(middle).toHaveLength(700);
  expect(middle.every(({ entry }) => entry.reference?.startsWith('1/'))).toBe(true);
  expect((await examine(tables)).entries).toBe(2101);
});

test('the embedded store keeps one over a restart', async () => {
  const store = openSqliteStore();
  await store.audit.write(accepted('a'));
  expect((await store.audit.find('a')).map(({ entry }) => entry)).toEqual([accepted('a')]);
  await store.close();
});

describe('in PostgreSQL', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  afterAll(() => database.close());

  test('each process has its chain, and vouches for the others', async () => {
    const sql = database.connect();
    await migrate(sql, 'audit_test');
    const tables = createPostgresTables(sql, 'audit_test');
    const [one, two] = [createAudit(tables, 'one', clock), createAudit(tables, 'two', clock)];
    await one.write(accepted('0'));
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 ? one : two).write({ ...accepted(`${index}`), understood: 'läuft\u0000' }),
      ),
    );
    expect(await examine(tables)).toMatchObject({ entries: 103, flaws: [] });
    expect(await two.find('6')).toMatchObject([{ entry: { event: 'accepted', understood: 'läuft\u0000' } }]);
    await sql.query(`DELETE FROM audit_test.audit WHERE instance = 'one'`);
    await sql.query(`DELETE FROM audit_test.audit_head WHERE instance = 'one'`);
    expect(await kinds(tables)).toEqual(['vanished 2']);
    await sql.close();
  });
});

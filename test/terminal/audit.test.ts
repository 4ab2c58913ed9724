import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSqliteAudit } from '../../src/jobs/audit-reader.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import type { Store } from '../../src/jobs/store.ts';
import { runAudit } from '../../src/terminal/audit.ts';
import { createManualClock } from '../support/clock.ts';

let folder: string;
let store: Store;
const clock = createManualClock();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hopcheck-audit-'));
  store = openSqliteStore(folder, clock);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function run(...argv: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) };
  return { exitCode: await runAudit(argv, () => readSqliteAudit(folder), io), out, err };
}

describe('while the bot has the folder', () => {
  test('verify says that nothing is wrong, and what to note down', async () => {
    await store.audit.write({ event: 'accepted', reference: 'a' });
    const { exitCode, out } = await run('verify');
    expect(exitCode).toBe(0);
    expect(out[0]).toBe('2 entries in one chain, nothing wrong. The last of each, to be noted down elsewhere:');
    expect(out[1]).toMatch(/^2 [0-9a-f]{64} embedded$/);
    expect((await run('verify', '--language', 'zh')).out[0]).toMatch(/没有问题/);

    await store.audit.write({ event: 'finished', reference: 'a' });
    expect((await run('verify', '--head', out[1] ?? '')).exitCode).toBe(0);
    const other = (out[1] ?? '').replace(/[0-9a-f]{64}/, 'f'.repeat(64));
    expect(await run('verify', '--head', other)).toMatchObject({
      exitCode: 1,
      err: ['Entry 2 of “embedded”, which is vouched for elsewhere, is missing or another one.'],
    });
  });

  test('verify names what is wrong', async () => {
    await Promise.all(['a', 'b', 'c'].map((reference) => store.audit.write({ event: 'accepted', reference })));
    const db = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
    db.exec('DELETE FROM audit WHERE sequence = 2');
    db.close();
    expect(await run('verify')).toMatchObject({
      exitCode: 1,
      err: ['Entries are missing before entry 3 of “embedded”.'],
    });
  });

  test('export gives one JSON object a line, of a span of time', async () => {
    await store.audit.write({ event: 'accepted', reference: 'a', who: { id: '29:a' } });
    await clock.advance(86_400_000);
    await store.audit.write({ event: 'finished', reference: 'a', outcome: 'Reachable' });
    const { exitCode, out } = await run('export');
    expect(exitCode).toBe(0);
    expect(out.map((line) => JSON.parse(line).entry.event)).toEqual(['started', 'accepted', 'finished']);
    expect(JSON.parse(out[1] ?? '')).toMatchObject({
      instance: 'embedded',
      sequence: 2,
      at: '2026-01-01T00:00:00.000Z',
      entry: { event: 'accepted', reference: 'a', who: { id: '29:a' } },
    });
    expect((await run('export', '--since', '2026-01-02')).out).toHaveLength(1);
    expect((await run('export', '--until', '2026-01-01T12:00Z', '--format', 'ndjson')).out).toHaveLength(2);
  });
});

test.each([
  [],
  ['look'],
  ['verify', 'more'],
  ['verify', '--since', '2026-01-01'],
  ['verify', '--head', 'x'],
  ['export', '--since', 'yesterday'],
  ['export', '--format', 'csv'],
  ['export', '--head', '1'],
  ['verify', '--language', 'de'],
  ['verify', '--unknown'],
])('wrong usage: %s', async (...argv) => {
  const { exitCode, err } = await run(...argv);
  expect(exitCode).toBe(64);
  expect(err[0]).toContain('npm run --silent audit -- verify');
});

test('where there is nothing to read it says so', async () => {
  const io = { out: () => {}, err: (text: string) => void said.push(text) };
  const said: string[] = [];
  expect(await runAudit(['verify'], () => readSqliteAudit(join(folder, 'nothing')), io)).toBe(69);
  expect(said[0]).toMatch(/there is no store in .*nothing: name its folder with HOPCHECK_DATA_DIR/);
  const empty = mkdtempSync(join(tmpdir(), 'hopcheck-audit-'));
  new DatabaseSync(join(empty, 'hopcheck.sqlite')).close();
  expect(await runAudit(['export'], () => readSqliteAudit(empty), io)).toBe(69);
  expect(said[1]).toMatch(/has no audit that can be read: no such table/);
  rmSync(empty, { recursive: true });
});

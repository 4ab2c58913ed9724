import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { boot, cardOf, summaryOf, textsOf } from '../support/app.ts';

test('a question that cannot be written down is refused in words, costs Azure nothing, and works once the store does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-refusal-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const booted = await boot({ HOPCHECK_DATA_DIR: folder });
  const other = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  const refused = await booted.ask('check from app0 to db0 port 80');
  expect(summaryOf(refused)).toBe('I did not take this on: I could not write it down.');
  expect(textsOf(cardOf(refused)).join(' ')).toContain('Another process holds my store.');
  expect(booted.asked('/connectivityCheck')).toBe(0);
  expect(booted.logged).toMatchObject([{ message: 'turn failed' }]);
  const chinese = await booted.ask('check from app0 to db0 port 81', { locale: 'zh-CN' });
  expect(summaryOf(chinese)).toBe('没有受理：无法记录这个请求。');
  other.exec('COMMIT');
  other.close();
  expect(summaryOf(await booted.ask('check from app0 to db0 port 80'))).toMatch(/Unreachable|Reachable/);
  await booted.stop();
});

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { openStage } from './stage.ts';

const stopLimitMs = 10_000;

/** For this test alone, and gone after it. */
function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-stop-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('told to stop, it takes no more, leaves its work in the store, ends by itself, and the next one goes on', async () => {
  const dataDir = dataFolder();
  const stage = await openStage(50);
  try {
    const first = await stage.start({ dataDir });
    const questions = ['app0', 'web0', 'Database0'].map((source, index) => ({
      id: `q-${index}`,
      source,
      port: 7000 + index,
    }));
    for (const question of questions) expect(await stage.ask(first, question)).toBe(true);
    while (!first.reached.some((line) => line.startsWith('kept'))) await delay(10);
    const toldMs = performance.now();
    first.process.kill('SIGTERM');
    const late = { id: 'late', source: 'app0', port: 7099 };
    while (!first.reached.includes('stopping')) await delay(5);
    const refused = stage.ask(first, late);
    expect(await first.exited).toBe(0);
    expect(performance.now() - toldMs).toBeLessThan(stopLimitMs);
    expect(await refused).toBe(false);

    const store = openSqliteStore(dataDir);
    expect((await store.unfinished()).length).toBe(questions.length);
    await store.close();

    const second = await stage.start({ dataDir });
    expect(await stage.ask(second, late)).toBe(true);
    const all = [...questions, late];
    while (all.some((question) => stage.answers(question).length === 0)) await delay(20);
    expect(all.map((question) => stage.answers(question).length)).toEqual(all.map(() => 1));
    const kept = first.reached.filter((line) => line.startsWith('kept ')).map((line) => line.slice(5));
    expect(second.reached.filter((line) => kept.some((id) => line === `asked ${id}`))).toEqual([]);
  } finally {
    await stage.close();
  }
});

test('told to stop while the channel does not answer at all, it ends in time', async () => {
  const dataDir = dataFolder();
  const stage = await openStage(50);
  try {
    const victim = await stage.start({ dataDir });
    expect(await stage.ask(victim, { id: 'q', source: 'app0', port: 7100 })).toBe(true);
    stage.connector.plant({ on: 'update', answer: { kind: 'silence' }, times: 100 });
    while (!stage.connector.requests().some(({ outcome }) => outcome === 'silence')) await delay(10);
    const toldMs = performance.now();
    victim.process.kill('SIGTERM');
    expect(await victim.exited).toBe(0);
    expect(performance.now() - toldMs).toBeLessThan(stopLimitMs);
  } finally {
    await stage.close();
  }
});

test('a second start on the same folder says who has it', async () => {
  const dataDir = dataFolder();
  const run = () => {
    const child = spawn(process.execPath, ['src/main.ts', 'serve', '--local'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { PATH: process.env.PATH, PORT: '0', HOPCHECK_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, exited };
  };
  const first = run();
  for await (const line of createInterface({ input: first.child.stdout })) if (line.includes('is ready')) break;
  const second = run();
  let complaint = '';
  second.child.stderr.on('data', (data) => {
    complaint += String(data);
  });
  expect(await second.exited).toBe(1);
  expect(complaint).toContain(`in use by process ${first.child.pid} on `);
  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
});

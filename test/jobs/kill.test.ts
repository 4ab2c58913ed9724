import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { createDice } from './dice.ts';
import { openStage, type Question, type Stage, type Victim } from './stage.ts';

const rounds = process.env.SOAK ? 300 : 20;
const resumeLimitMs = 10_000;
const points = ['inserted', 'acknowledged', 'posted', 'kept', 'polling', 'answered', 'updated', 'at random'];
const sources = ['app0', 'web0', 'Database0'];

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const dice = createDice(seed);
const dataDir = mkdtempSync(join(tmpdir(), 'hopcheck-kill-'));
let stage: Stage;
beforeAll(async () => {
  stage = await openStage(100);
});
afterAll(async () => {
  await stage.close();
  rmSync(dataDir, { recursive: true });
});

/** Kills the process where the round says, or where it is when it did not get there. */
async function killAt(point: string, victim: Victim): Promise<void> {
  if (point === 'at random') {
    await delay(dice(800));
    victim.process.kill('SIGKILL');
  } else {
    const late = setTimeout(() => victim.process.kill('SIGKILL'), 5000);
    await victim.exited;
    clearTimeout(late);
  }
  expect(await victim.exited).toBe('SIGKILL');
}

/** Jobs that the dead process left without their operation, from the store itself. */
async function readStore() {
  const store = openSqliteStore(dataDir);
  const left = await store.unfinished();
  await store.close();
  return { left: left.length, unrecorded: left.filter((job) => !job.operation && !job.outcome).length };
}

async function untilAnswered(questions: readonly Question[], limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (questions.some((question) => stage.answers(question).length === 0)) {
    if (performance.now() > endMs) throw new Error(`not all answered within ${limitMs} ms`);
    await delay(20);
  }
}

test(`killed ${rounds} times, each question ends in one card and no recorded operation is asked for again (seed ${seed})`, {
  timeout: rounds * 20_000,
}, async () => {
  const all: Question[] = [];
  const reached: string[] = [];
  let victim = await stage.start({ dataDir });
  for (let round = 0; round < rounds; round += 1) {
    const point = points[round % points.length] ?? 'at random';
    const questions = sources.map((source, index) => ({
      id: `${round}-${index}`,
      source,
      port: 10_000 + round * sources.length + index,
    }));
    all.push(...questions);
    victim.doom({ point, nth: 1 + dice(point === 'polling' ? 12 : sources.length) });
    const dying = victim;
    const delivered = Promise.all(questions.map((question) => stage.ask(dying, question)));
    await killAt(point, victim);
    const taken = await delivered;
    reached.push(...victim.reached);
    const { left, unrecorded } = await readStore();
    const checksBefore = stage.checksTaken;

    const restartedMs = performance.now();
    victim = await stage.start({ dataDir });
    // What got no answer is delivered again, as Teams does.
    const again = questions.filter((_, index) => !taken[index]);
    for (const question of again) expect(await stage.ask(victim, question)).toBe(true);
    await untilAnswered(questions, resumeLimitMs).catch((error: unknown) => {
      throw new Error(`round ${round}, killed at ${point}, ${left} jobs left: ${String(error)}`);
    });
    expect(performance.now() - restartedMs).toBeLessThan(resumeLimitMs);
    if (unrecorded === 0 && again.length === 0) expect(stage.checksTaken).toBe(checksBefore);
  }
  await delay(500);
  victim.process.kill('SIGTERM');
  expect(await victim.exited).toBe(0);
  reached.push(...victim.reached);

  expect(all.filter((question) => stage.answers(question).length !== 1)).toEqual([]);
  expect(await readStore()).toEqual({ left: 0, unrecorded: 0 });
  const jobs = new Set(reached.filter((line) => line.startsWith('kept ')));
  const askedAgain = reached.filter((line, index) => {
    const [point, id] = line.split(' ');
    return point === 'posted' && reached.indexOf(`kept ${id}`) >= 0 && reached.indexOf(`kept ${id}`) < index;
  });
  expect(jobs.size).toBe(all.length);
  expect(askedAgain).toEqual([]);
});

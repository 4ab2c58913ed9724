import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { createDice } from './dice.ts';
import { openStage, type Question, type Stage } from './stage.ts';

const soak = process.env.SOAK !== undefined;
const activities = soak ? 1000 : 40;
const instances = soak ? 5 : 3;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const dice = createDice(seed);

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const questionsOf = (count: number, firstPort: number): readonly Question[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `q-${firstPort + index}`,
    source: ['app0', 'web0', 'Database0'][index % 3] ?? 'app0',
    port: firstPort + index,
  }));

async function untilAnswered(stage: Stage, questions: readonly Question[], limitMs: number) {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const open = questions.filter((question) => stage.answers(question).length === 0);
    if (open.length === 0) return;
    if (performance.now() > endMs) throw new Error(`${open.length} not answered within ${limitMs} ms`);
    await delay(50);
  }
}

test(`${activities} activities delivered four times each to two instances are as many answers (seed ${seed})`, {
  timeout: soak ? 900_000 : 90_000,
}, async ({ skip }) => {
  const { url: databaseUrl } = database;
  if (!databaseUrl) return skip('PGlite is one process');
  const stage = await openStage(soak ? 10 : 50);
  try {
    const [one, two] = await Promise.all([
      stage.start({ dataDir: '', databaseUrl }),
      stage.start({ dataDir: '', databaseUrl }),
    ]);
    const questions = questionsOf(activities, 10_000);
    // Twice under its own id, twice under a new one, as Teams repeats a slow turn.
    const deliveries = questions
      .flatMap((question) =>
        [question.id, question.id, `${question.id}-b`, `${question.id}-c`].map((id) => ({ question, id })),
      )
      .map((delivery) => ({ ...delivery, at: dice(1_000_000), to: dice(2) === 0 ? one : two }))
      .sort((a, b) => a.at - b.at);
    for (let start = 0; start < deliveries.length; start += 16) {
      const batch = deliveries.slice(start, start + 16);
      const taken = await Promise.all(batch.map(({ question, id, to }) => stage.ask(to, question, id)));
      expect(taken).toEqual(batch.map(() => true));
    }
    await untilAnswered(stage, questions, soak ? 600_000 : 60_000);
    await delay(1000);
    expect(questions.filter((question) => stage.answers(question).length !== 1)).toEqual([]);
    expect(stage.connector.conversations.messages().filter(({ author }) => author === 'bot')).toHaveLength(activities);
    const inserted = [...one.reached, ...two.reached].filter((line) => line.startsWith('inserted '));
    expect(inserted).toHaveLength(activities);
    for (const victim of [one, two]) {
      victim.process.kill('SIGTERM');
      expect(await victim.exited).toBe(0);
    }
  } finally {
    await stage.close();
  }
});

test(`one of ${instances} instances is killed, and its checks end elsewhere in less than 30 s`, {
  timeout: 120_000,
}, async ({ skip }) => {
  const { url: databaseUrl } = database;
  if (!databaseUrl) return skip('PGlite is one process');
  const stage = await openStage(10);
  try {
    const all = await Promise.all(Array.from({ length: instances }, () => stage.start({ dataDir: '', databaseUrl })));
    const questions = questionsOf(instances * 4, 30_000);
    for (const [index, question] of questions.entries()) {
      const victim = all[index % instances];
      if (victim) expect(await stage.ask(victim, question)).toBe(true);
    }
    const [victim, ...others] = all;
    if (!victim) throw new Error('nobody to kill');
    while (!victim.reached.some((line) => line.startsWith('kept '))) await delay(10);
    const kept = victim.reached.filter((line) => line.startsWith('kept ')).map((line) => line.slice(5));
    victim.process.kill('SIGKILL');
    const killedMs = performance.now();
    await untilAnswered(stage, questions, 30_000);
    expect(performance.now() - killedMs).toBeLessThan(30_000);
    await delay(1000);
    expect(questions.map((question) => stage.answers(question).length)).toEqual(questions.map(() => 1));
    const elsewhere = others.flatMap(({ reached }) => reached);
    expect(elsewhere.filter((line) => kept.some((id) => line === `asked ${id}`))).toEqual([]);
    expect(kept.some((id) => elsewhere.includes(`updated ${id}`))).toBe(true);
  } finally {
    await stage.close();
  }
});

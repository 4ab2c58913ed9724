import { afterEach, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { createEmbeddedEngine } from '../../src/jobs/embedded-engine.ts';
import type { FaultPoint, Job, Replier, Task } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { createWorker, type Worker } from '../../src/jobs/worker.ts';
import { createManualClock, settle } from '../support/clock.ts';
import { jobOf } from './job.ts';

const replyOf = (outcome: Json) => ({ card: 'notice', data: {}, summary: JSON.stringify(outcome) });

/** Says its answer, and in a message of its own that there was one. */
const task: Task = {
  run: async () => 'answer',
  fail: () => 'failed',
  draw: (_job, outcome) => replyOf(outcome),
  also(job, outcome) {
    if (outcome !== 'answer') return undefined;
    const { messageId: _, ...rest } = job;
    return { ...rest, id: `${job.id}.news`, state: 'answered', outcome: 'news' };
  },
};

/** As old as the clock is, so that somebody still waits for it. */
const asked = jobOf('a', { messageId: 'm-0', createdAtMs: createManualClock().now() });

const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});

function open() {
  const store = openSqliteStore();
  const said: string[] = [];
  const replier: Replier = {
    async send(_conversation, { summary }) {
      said.push(`new ${summary}`);
      return `m-${said.length}`;
    },
    async update(_conversation, messageId, { summary }) {
      said.push(`over ${messageId} ${summary}`);
      return 'updated';
    },
  };
  const start = async (reach?: (point: FaultPoint, job: Job) => void) => {
    const clock = createManualClock();
    const engine = createEmbeddedEngine({ store, clock });
    const worker = createWorker({
      store,
      engine,
      replier,
      clock,
      task: () => task,
      surprised: () => {},
      ...(reach && { reach }),
    });
    workers.push(worker);
    await worker.resume();
    return worker;
  };
  return { store, said, start };
}

test('what has to be said beside an answer is a message of its own, said once', async () => {
  const { store, said, start } = open();
  const worker = await start();
  expect(await worker.begin(asked)).toBe(true);
  expect(await worker.begin(asked)).toBe(false);
  await settle();
  expect(said.sort()).toEqual(['new "news"', 'over m-0 "answer"']);
  expect(await store.job('a.news')).toMatchObject({ state: 'delivered', messageId: 'm-1' });
});

test.each(['answered', 'updated'] as const)('and once when the process ends at “%s”', async (doomed) => {
  const { store, said, start } = open();
  const dying = await start((point, { id }) => {
    if (point === doomed && id === 'a') throw new Error('killed');
  });
  await dying.begin(asked);
  await settle();
  await dying.stop();
  await start();
  await settle();
  expect(said.filter((line) => line.startsWith('new'))).toHaveLength(1);
  expect((await store.job('a'))?.state).toBe('delivered');
  expect(await store.job('a.news')).toMatchObject({ state: 'delivered' });
});

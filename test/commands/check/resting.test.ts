import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Kept, notesOf } from '../../../src/commands/check/investigation.ts';
import { createTask } from '../../../src/commands/check/task.ts';
import type { Services } from '../../../src/commands/command.ts';
import { createEndings } from '../../../src/commands/endings.ts';
import { type Connection, connectAzure } from '../../../src/connect.ts';
import type { Json } from '../../../src/core/json.ts';
import { type Hooks, type Job, Resting } from '../../../src/jobs/job.ts';
import { everyone, type Grants } from '../../../src/policy/grants.ts';
import { jobOf } from '../../jobs/job.ts';
import { configOf } from '../../support/app.ts';
import { createFastClock } from '../../support/clock.ts';

const clock = createFastClock();
const nothing = async () => undefined;
/** What Azure was asked, but for polls. */
const asked: string[] = [];
let connection: Connection;
let services: Services;
let grants: Grants;
beforeAll(async () => {
  const config = configOf();
  const debug = (call: object) => {
    const { path } = call as { path: string };
    if (!path.includes('/operationResults/')) asked.push(path.split('/').at(-1) ?? '');
  };
  const log = { debug, info: () => {}, warn: () => {}, error: () => {} };
  connection = await connectAzure(config, log, clock);
  const { arm, inventory } = connection;
  const store = { remember: nothing, recall: nothing, job: nothing, unfinished: async () => [] };
  services = { arm, inventory, store, clock, grants: () => grants, settings: config, endings: createEndings() };
});
beforeEach(() => {
  grants = everyone('test');
});
afterAll(() => connection.close());

const request = {
  request: {
    sources: [{ kind: 'vm', name: 'app0' }],
    destinations: [{ kind: 'vm', name: 'db0' }],
    ports: [80],
  },
};

/** A check that is run until it rests, with what the store has of it by then. */
async function rested(more: Partial<Hooks> = {}) {
  const task = createTask(services);
  const kept: Json[] = [];
  const before = jobOf('a', { request, createdAtMs: clock.now(), deadlineMs: clock.now() + 600_000, state: 'running' });
  const hooks: Hooks = {
    signal: new AbortController().signal,
    keep: async (operation) => void kept.push(JSON.parse(JSON.stringify(operation))),
    show: () => {},
    ...more,
  };
  const step = await task.run(before, hooks);
  if (!(step instanceof Resting)) throw new Error(`it does not rest: ${JSON.stringify(step)}`);
  const job: Job = { ...before, operation: kept.at(-1) ?? null };
  const soFar = asked.length;
  return { task, step, job, kept, hooks, since: () => asked.slice(soFar) };
}

const diagnosed = {
  kind: 'diagnosed',
  answer: { question: { port: 80 }, diagnosis: { verdict: 'Unreachable' } },
};

test('keeps what all others said while its probe is out, and needs nobody but the probe to go on', async () => {
  const { task, step, job, kept, hooks, since } = await rested();
  expect(kept).toHaveLength(2);
  const [posted, rests] = kept as Kept[];
  expect(posted?.notes).toBeUndefined();
  expect({ ...rests, notes: undefined }).toEqual({ ...posted, notes: undefined });
  const notes = notesOf(job.operation);
  expect(notes?.testimonies.probe).toEqual({ state: 'pending' });
  expect(notes?.testimonies.nsg.map(({ state }) => state)).toEqual(['answered', 'answered']);
  expect(notes?.requestIds).toEqual([]);
  const came = await step.came;
  expect(since()).toEqual([]);
  const outcome = await task.run(job, { ...hooks, came });
  expect(outcome).toMatchObject(diagnosed);
  // The rule that the probe blames is read anew; nothing is asked of Network Watcher.
  expect(since().filter((what) => /Diagnostic|nextHop|connectivityCheck|instanceView/i.test(what))).toEqual([]);
});

test('another process polls on, and asks nobody again', async () => {
  const { job, step, since } = await rested();
  step.came.catch(() => undefined);
  const elsewhere = createTask(services);
  const hooks: Hooks = { signal: new AbortController().signal, keep: nothing, show: () => {} };
  const again = await elsewhere.run(job, hooks);
  if (!(again instanceof Resting)) throw new Error('it does not rest');
  const outcome = await elsewhere.run(job, { ...hooks, came: await again.came });
  expect(outcome).toMatchObject(diagnosed);
  expect(since().filter((what) => /Diagnostic|nextHop|connectivityCheck|instanceView/i.test(what))).toEqual([]);
  const calls = (outcome as { answer: { azure: { armCalls: number } } }).answer.azure.armCalls;
  expect(calls).toBeGreaterThan(10);
});

test('is decided anew when it goes on', async () => {
  const { task, step, job, hooks } = await rested();
  const came = await step.came;
  grants = { ...everyone('test'), rules: [] };
  const outcome = await task.run(job, { ...hooks, came });
  expect(outcome).toMatchObject({
    kind: 'failed',
    problem: { code: expect.stringMatching(/^(DENIED|VM_NOT_FOUND)$/) },
  });
});

test('goes on with the machines that it asked about, whatever their names stand for by then', async () => {
  const { task, step, job, hooks } = await rested();
  const came = await step.came;
  const other = { ...job, request: { request: { ...request.request, sources: [{ kind: 'vm', name: 'gone' }] } } };
  expect(await task.run(other, { ...hooks, came })).toMatchObject({
    ...diagnosed,
    answer: { question: { source: { name: 'app0' } } },
  });
});

test('stops polling when nobody waits any more', async () => {
  const ending = new AbortController();
  const { step } = await rested({ signal: ending.signal });
  ending.abort(new Error('stopped'));
  // Between two polls by the reason itself, in the middle of one as the SDK says it.
  await expect(step.came).rejects.toThrow(/stopped|aborted/);
});

import { afterEach, expect, test } from 'vitest';
import { withLedger, writeEnd } from '../../src/commands/ledger.ts';
import type { Reply } from '../../src/core/chat.ts';
import type { Json } from '../../src/core/json.ts';
import { type Hooks, Resting } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { type Store, StoreError } from '../../src/jobs/store.ts';
import { createRates, isRunning, resume } from '../../src/policy/rates.ts';
import { jobOf } from '../jobs/job.ts';
import { createManualClock, settle } from '../support/clock.ts';

const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

function openServices() {
  const store = openSqliteStore();
  stores.push(store);
  return { store, clock: createManualClock(), audit: store.audit, rates: createRates() };
}

const nothing: Reply = { card: 'notice', data: {}, summary: '' };
const job = jobOf('a', { state: 'running' });
const cancelled = { kind: 'failed', problem: { code: 'CANCELLED', facts: {} } };

test('a job that rests counts as running until nobody waits any more, though what it waits for has come', async () => {
  const services = openServices();
  const { rates } = services;
  const came = Promise.withResolvers<Json>();
  const step = new Resting(came.promise);
  const task = withLedger(services, { run: async () => step, fail: () => null, draw: () => nothing }, undefined);
  const stopping = new AbortController();
  const hooks: Hooks = { signal: stopping.signal, keep: async () => undefined, show: () => undefined };
  resume(rates, { jobId: 'a', who: job.requester, where: job.conversation, subscriptionIds: [], checks: 1 });
  expect(await task.run(job, hooks)).toBeInstanceOf(Resting);
  came.resolve(null);
  await settle();
  expect(isRunning(rates, 'a')).toBe(true);
  stopping.abort(new Error('another process has ended this job'));
  expect(isRunning(rates, 'a')).toBe(false);
  expect(await services.audit.find('a')).toEqual([]);
});

test('the end of a job that runs elsewhere is written down as that of one that runs here', async () => {
  const services = openServices();
  await writeEnd(services, job, cancelled, () => 'check from app0 to db0 port 80');
  const [written, ...others] = await services.audit.find('a');
  expect(written?.entry).toMatchObject({
    event: 'finished',
    command: 'check',
    understood: 'check from app0 to db0 port 80',
    outcome: 'CANCELLED',
    who: { id: job.requester.id },
  });
  expect(others).toEqual([]);
});

test.each([
  { faults: 4, isWritten: true },
  { faults: 5, isWritten: false },
])('a store that fails $faults times: written down is $isWritten', async ({ faults, isWritten }) => {
  const { store, clock, audit } = openServices();
  let left = faults;
  const write: typeof audit.write = async (entry) => {
    left -= 1;
    if (left >= 0) throw new StoreError('unreachable');
    return audit.write(entry);
  };
  const ended = writeEnd({ store, clock, audit: { ...audit, write } }, job, cancelled, undefined).then(
    () => true,
    () => false,
  );
  await clock.advance(60_000);
  expect(await ended).toBe(isWritten);
  expect(await audit.find('a')).toHaveLength(isWritten ? 1 : 0);
});

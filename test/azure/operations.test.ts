import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { finish, type Operation, start } from '../../src/azure/operations.ts';
import { type Connection, connectAzure } from '../../src/connect.ts';
import type { Clock } from '../../src/core/clock.ts';
import { configOf } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';

const group = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups';
const watcher = `${group}/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westcentralus`;
const machine = (name: string) => `${group}/ShopRG/providers/Microsoft.Compute/virtualMachines/${name}`;

let connection: Connection;
let clock: Clock;
let calls: { method: string; path: string; status: number; atMs: number }[] = [];

beforeAll(async () => {
  clock = createFastClock(100);
  const note = (facts: object) => {
    if ('path' in facts) calls.push({ ...(facts as (typeof calls)[number]), atMs: clock.now() });
  };
  const log = { debug: note, info: () => {}, warn: () => {}, error: () => {} };
  connection = await connectAzure(configOf(), log, clock);
});
afterAll(() => connection.close());
beforeEach(() => {
  calls = [];
  connection.simulator?.clearFaults();
});

const deadline = () => clock.now() + 600_000;

async function submit(port: number): Promise<Operation> {
  const parameters = { source: { resourceId: machine('app0') }, destination: { resourceId: machine('db0'), port } };
  const started = await start(connection.arm, watcher, { kind: 'connectivityCheck', parameters }, clock);
  if (!started.ok || 'done' in started.value) throw new Error(`not under way: ${JSON.stringify(started)}`);
  return started.value.operation;
}

describe('a long-running operation', () => {
  test('is never polled earlier than Retry-After, the first time included', async () => {
    const operation = await submit(1433);
    const finished = await finish(connection.arm, operation, clock, { deadlineMs: deadline() });
    expect(finished.ok).toBe(true);
    const moments = calls.filter(({ path }) => /connectivityCheck|operationResults/.test(path)).map(({ atMs }) => atMs);
    expect(moments.length).toBeGreaterThan(2);
    for (const [index, atMs] of moments.slice(1).entries()) {
      // The answer is noted when it has come back, which is never before it was asked for; a timer may fire a millisecond early.
      expect(atMs - (moments[index] ?? 0)).toBeGreaterThanOrEqual(10_000 - 200);
    }
  });

  test('is gone on with from its stored form, by another client, without another POST', async () => {
    const stored = JSON.stringify(await submit(1434));
    const posts = calls.filter(({ method }) => method === 'POST').length;
    const finished = await finish(connection.arm, JSON.parse(stored), clock, { deadlineMs: deadline() });
    expect(finished).toMatchObject({ ok: true, value: { body: { hops: expect.any(Array) } } });
    expect(calls.filter(({ method }) => method === 'POST').length).toBe(posts);
  });

  test('can be gone on with twice from the same stored form: every Location stays valid', async () => {
    const operation = await submit(1435);
    const [one, two] = await Promise.all([
      finish(connection.arm, operation, clock, { deadlineMs: deadline() }),
      finish(connection.arm, operation, clock, { deadlineMs: deadline() }),
    ]);
    expect(one.ok && two.ok).toBe(true);
  });

  test('ends at its deadline, whatever Azure does', async () => {
    connection.simulator?.plant({ on: 'connectivityCheck', fault: { kind: 'endless' } });
    const operation = await submit(1436);
    const untilMs = clock.now() + 25_000;
    const finished = await finish(connection.arm, operation, clock, { deadlineMs: untilMs });
    expect(finished).toMatchObject({ ok: false, failure: { code: 'NO_RESULT' } });
    expect(clock.now()).toBeGreaterThanOrEqual(untilMs - 200);
    expect(clock.now()).toBeLessThan(untilMs + 20_000);
  });

  test('stops when told to', async () => {
    const operation = await submit(1437);
    const controller = new AbortController();
    const waiting = finish(connection.arm, operation, clock, { deadlineMs: deadline(), signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('is not followed to another host, and the token stays home', async () => {
    connection.simulator?.plant({ on: 'connectivityCheck', fault: { kind: 'foreignLocation', host: 'evil.example' } });
    const operation = await submit(1438);
    const finished = await finish(connection.arm, operation, clock, { deadlineMs: deadline() });
    expect(finished).toMatchObject({ ok: false, failure: { code: 'AZURE_FOREIGN_HOST', message: 'evil.example' } });
    expect(calls.some(({ path }) => path.includes('operationResults'))).toBe(false);
  });
});

describe('the inventory', () => {
  test('finds machines by name, group and address, and the watcher by region', async () => {
    const answer = await connection.inventory.estate();
    if (!answer.ok) throw new Error(answer.failure.message);
    const estate = answer.value;
    expect(estate.find({ kind: 'vm', name: 'APP0' })).toMatchObject({
      kind: 'one',
      machine: { group: 'ShopRG', region: 'westcentralus' },
    });
    expect(estate.find({ kind: 'vm', name: 'app0', group: 'contosorg' })).toEqual({ kind: 'none' });
    expect(estate.findByAddress('10.1.2.4')?.name).toBe('Firewall0');
    expect(estate.watcherOf('00000000-0000-0000-0000-000000000000', 'westcentralus')).toBe(watcher);
    expect(estate.watcherOf('00000000-0000-0000-0000-000000000000', 'eastus')).toBeUndefined();
  });

  test('an unknown name makes one new picture, not one for each time it is typed', async () => {
    await connection.inventory.estate();
    const lists = () => calls.filter(({ path }) => path.endsWith('/virtualMachines')).length;
    const before = lists();
    const ask = () => connection.inventory.find({ kind: 'vm', name: 'nobody' });
    await Promise.all([ask(), ask(), ask(), ask()]);
    expect(lists() - before).toBeLessThanOrEqual(1);
  });
});

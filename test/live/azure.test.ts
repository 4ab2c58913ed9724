import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../../src/azure/arm.ts';
import type { Answer } from '../../src/azure/failure.ts';
import { finish, type Operation, type Started, start, type WatcherQuestion } from '../../src/azure/operations.ts';
import { readPermissions } from '../../src/azure/permissions.ts';
import { readConfig } from '../../src/config.ts';
import { type Connection, connectAzure } from '../../src/connect.ts';
import type { Machine } from '../../src/core/check.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import type { Json } from '../../src/core/json.ts';
import { configOf } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';

/**
 * The claims of docs/live-checklist.md that a program can settle, by their numbers. `LIVE=1` asks a real Azure about two running
 * machines, LIVE_SOURCE (with the agent) and LIVE_DESTINATION; without it the embedded Azure is asked, which shows that the
 * questions themselves are right.
 */
const live = process.env.LIVE === '1';
const minutes = { timeout: live ? 600_000 : 20_000 };

let connection: Connection;
let clock: Clock;
let source: Machine;
let destination: Machine;
let watcher: string;

beforeAll(async () => {
  clock = live ? systemClock : createFastClock(200);
  if (!live) console.warn('LIVE is not 1: the claims about Azure are put to the embedded one');
  connection = await connectAzure(live ? liveConfig() : configOf(), silent, clock);
  const found = await connection.inventory.estate();
  if (!found.ok) throw new Error(`the estate cannot be read: ${JSON.stringify(found.failure)}`);
  const machine = (name: string) => {
    const named = found.value.find({ kind: 'vm', name });
    if (named.kind !== 'one') throw new Error(`"${name}" names not one machine`);
    return named.machine;
  };
  source = machine(live ? (process.env.LIVE_SOURCE ?? '') : 'app0');
  destination = machine(live ? (process.env.LIVE_DESTINATION ?? '') : 'db0');
  watcher = found.value.watcherOf(source.subscriptionId, source.region) ?? '';
});
afterAll(() => connection.close());

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function liveConfig() {
  const reading = readConfig({ ...process.env, HOPCHECK_AZURE: 'azure' }, 'terminal');
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

const addressOf = ({ nics }: Machine) => nics[0]?.addresses[0] ?? '';
const ask = (question: WatcherQuestion): Promise<Answer<Started>> =>
  start(connection.arm, watcher, question, clock, AbortSignal.timeout(300_000));

/** To another port each time: an operation that still runs holds the next one that is the same. */
let port = 20_000;
function connectivity(to = port++): WatcherQuestion {
  return {
    kind: 'connectivityCheck',
    parameters: {
      source: { resourceId: source.resourceId },
      destination: { address: addressOf(destination), port: to },
    },
  };
}

async function underWay(question: WatcherQuestion): Promise<Operation> {
  const started = await ask(question);
  if (!started.ok || 'done' in started.value) throw new Error(`not under way: ${JSON.stringify(started)}`);
  return started.value.operation;
}

const wait = (operation: Operation) =>
  finish(connection.arm, operation, clock, { deadlineMs: clock.now() + 600_000, signal: AbortSignal.timeout(590_000) });

async function answerTo(question: WatcherQuestion): Promise<Json> {
  const started = await ask(question);
  if (!started.ok) throw new Error(JSON.stringify(started.failure));
  if ('done' in started.value) return started.value.done.body;
  const finished = await wait(started.value.operation);
  if (!finished.ok) throw new Error(JSON.stringify(finished.failure));
  return finished.value.body;
}

describe('operations', () => {
  test('A1: the first Location stays valid while later polls hand out newer ones', minutes, async () => {
    const operation = await underWay(connectivity());
    expect(await wait(operation)).toMatchObject({ ok: true });
    expect(await wait(operation)).toMatchObject({ ok: true, value: { body: { hops: expect.any(Array) } } });
  });

  test(
    'A2: the same question while one runs is refused with a time to wait; A33: another is not',
    minutes,
    async () => {
      const question = connectivity();
      const first = await underWay(question);
      const [same, other] = await Promise.all([ask(question), ask(connectivity())]);
      expect(same).toMatchObject({
        ok: false,
        failure: { code: 'AZURE_BUSY', azureCode: 'RetryableError', retryAfterMs: expect.any(Number) },
      });
      expect(other).toMatchObject({ ok: true });
      expect(await wait(first)).toMatchObject({ ok: true });
      if (other.ok && 'operation' in other.value) await wait(other.value.operation);
    },
  );
});

describe('what the other witnesses take', () => {
  test(
    'A4, A30: a diagnosis takes a machine and several profiles, and repeats each with its result',
    minutes,
    async () => {
      const profile = (destinationPort: string, protocol: 'TCP' | 'ICMP') => ({
        direction: 'Outbound',
        protocol,
        source: addressOf(source),
        destination: addressOf(destination),
        destinationPort,
      });
      const profiles = [profile('443', 'TCP'), profile('8443', 'TCP'), profile('*', 'ICMP')];
      const parameters = { targetResourceId: source.resourceId, verbosityLevel: 'Normal', profiles };
      const body = await answerTo({ kind: 'networkConfigurationDiagnostic', parameters });
      const ports = profiles.map(({ destinationPort }) => ({ profile: { destinationPort } }));
      expect(body).toMatchObject({ results: ports });
    },
  );

  test("A5: nextHop refuses a source address that is not the machine's own", minutes, async () => {
    const parameters = {
      targetResourceId: source.resourceId,
      sourceIPAddress: '192.0.2.77',
      destinationIPAddress: addressOf(destination),
    };
    await expect(answerTo({ kind: 'nextHop', parameters })).rejects.toThrow(/AZURE_REJECTED/);
  });

  test('A32: ipFlowVerify takes * as the port that does not matter', minutes, async () => {
    const parameters = {
      targetResourceId: source.resourceId,
      direction: 'Outbound' as const,
      protocol: 'TCP' as const,
      localPort: '*',
      remotePort: '443',
      localIPAddress: addressOf(source),
      remoteIPAddress: addressOf(destination),
    };
    expect(await answerTo({ kind: 'ipFlowVerify', parameters })).toMatchObject({ access: expect.any(String) });
  });
});

describe('what is read', () => {
  test('A26: the permissions API answers for a resource group', async () => {
    const group = source.resourceId.split('/').slice(0, 5).join('/');
    const permissions = await readPermissions(connection.arm, group);
    expect(permissions).toMatchObject({ ok: true, value: [{ actions: expect.any(Array) }] });
  });

  test('A31: the list of machines with statusOnly carries power states', async () => {
    const compute = connection.arm.compute(source.subscriptionId);
    const machines = await collect(compute.virtualMachines.listAll({ statusOnly: 'true' }));
    const own = machines.find(({ id }) => id?.toLowerCase() === source.resourceId.toLowerCase());
    expect(own?.instanceView?.statuses?.map(({ code }) => code)).toContain('PowerState/running');
  });
});

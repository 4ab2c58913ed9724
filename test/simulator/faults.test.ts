import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openFaults } from '../../src/simulator/faults.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import { ask, contoso, machineId, startLeaping, watcher } from './support/wire.ts';

const version = 'api-version=2023-09-01';
const check = `${watcher}/connectivityCheck?${version}`;
const vms = `${contoso}/providers/Microsoft.Compute/virtualMachines?${version}`;
let nth = 1024;
/** A question of its own each time, so that none meets the one before it. */
const question = () => {
  nth += 1;
  return {
    source: { resourceId: machineId('ShopRG', 'app0') },
    destination: { resourceId: machineId('ShopRG', 'db0'), port: nth },
  };
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startLeaping();
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const control = (path: string, asking: Parameters<typeof ask>[2]) =>
  ask(simulator, `/_control${path}`, { token: null, ...asking });
const start = () => ask(simulator, check, { body: question() });

describe('a planted fault', () => {
  test.each([
    [{ kind: 'error', status: 429, code: 'TooManyRequests', retryAfter: 7 }, 429, 'TooManyRequests'],
    [{ kind: 'error', status: 403, code: 'AuthorizationFailed' }, 403, 'AuthorizationFailed'],
    [{ kind: 'error', status: 500, code: 'InternalServerError' }, 500, 'InternalServerError'],
    [{ kind: 'busy', seconds: 4 }, 429, 'RetryableError'],
    [{ kind: 'serverTimeout' }, 503, 'ServerTimeout'],
  ])('%j', async (fault, status, code) => {
    await control('/faults', { body: { on: 'connectivityCheck', fault } });
    const answer = await start();
    expect(answer.status).toBe(status);
    expect(answer.body.error.code).toBe(code);
    expect(answer.headers['retry-after']).toBe('retryAfter' in fault ? String(fault.retryAfter) : undefined);
    expect((await start()).status).toBe(202);
  });

  test('html, half of the JSON, another body', async () => {
    simulator.plant({ fault: { kind: 'html' } }, { skip: 1, fault: { kind: 'halfJson' } });
    const html = await ask(simulator, vms);
    expect(html).toMatchObject({ status: 502, body: undefined });
    expect(html.headers['content-type']).toBe('text/html');
    const half = await ask(simulator, vms);
    expect(half.status).toBe(200);
    expect(() => JSON.parse(half.text)).toThrow();
    simulator.plant({ fault: { kind: 'body', json: [] } }, { skip: 1, fault: { kind: 'body' } });
    expect((await ask(simulator, vms)).text).toBe('[]');
    expect(await ask(simulator, vms)).toMatchObject({ status: 200, text: '' });
  });

  test('a reset, and an answer that ends too early', async () => {
    simulator.plant({ fault: { kind: 'reset' } }, { skip: 1, fault: { kind: 'truncated' } });
    await expect(ask(simulator, vms)).rejects.toThrow();
    await expect(ask(simulator, vms)).rejects.toThrow();
    expect((await ask(simulator, vms)).status).toBe(200);
  });

  test('a reset before or after the work: only one of them starts a check', async () => {
    const asked = question();
    simulator.plant({ fault: { kind: 'reset', before: true } }, { skip: 1, fault: { kind: 'reset' } });
    await expect(ask(simulator, check, { body: asked })).rejects.toThrow();
    const before = await control('', {});
    await expect(ask(simulator, check, { body: asked })).rejects.toThrow();
    expect((await control('', {})).body.operations - before.body.operations).toBe(1);
  });

  test('a slow body arrives whole', async () => {
    simulator.plant({ fault: { kind: 'slow', ms: 50 } });
    expect((await ask(simulator, vms)).body.value).toHaveLength(9);
  });

  test('an operation that never ends, and a poll that says so once', async () => {
    simulator.plant({ on: 'connectivityCheck', fault: { kind: 'endless' } });
    const endless = await start();
    for (let poll = 0; poll < 5; poll += 1) {
      expect((await ask(simulator, String(endless.headers.location))).status).toBe(202);
    }
    const other = await start();
    simulator.plant({ on: 'operationResults', fault: { kind: 'endless' } });
    const poll = await ask(simulator, String(other.headers.location));
    expect(poll.status).toBe(202);
    expect((await ask(simulator, String(poll.headers.location))).status).toBe(200);
  });

  test('a Location elsewhere, none, no Retry-After, the result at once', async () => {
    simulator.plant(
      { fault: { kind: 'foreignLocation', host: 'elsewhere.example' } },
      { skip: 1, fault: { kind: 'noLocation' } },
      { skip: 2, fault: { kind: 'noRetryAfter' } },
      { skip: 3, fault: { kind: 'immediate' } },
    );
    expect(new URL(String((await start()).headers.location)).host).toBe('elsewhere.example');
    expect((await start()).headers.location).toBeUndefined();
    expect((await start()).headers['retry-after']).toBeUndefined();
    const done = await start();
    expect(done.status).toBe(200);
    expect(done.body.connectionStatus).toBe('Unreachable');
  });

  test('a clock that is off refuses tokens that are still good', async () => {
    simulator.plant({ fault: { kind: 'clockSkew', seconds: 25 * 3600 } });
    const answer = await ask(simulator, vms);
    expect(answer.status).toBe(401);
    expect(Date.parse(String(answer.headers.date)) - Date.now()).toBeGreaterThan(24 * 3600 * 1000);
  });

  test('only on its operation and path, after as many as it skips, as often as it says', async () => {
    simulator.plant({
      on: 'virtualMachines.get',
      path: '/DB0',
      skip: 1,
      times: 2,
      fault: { kind: 'error', status: 500 },
    });
    const get = async (name: string) => (await ask(simulator, `${machineId('ShopRG', name)}?${version}`)).status;
    const seen = [];
    for (const name of ['app0', 'db0', 'db0', 'app0', 'db0', 'db0']) seen.push(await get(name));
    expect(seen).toEqual([200, 200, 500, 200, 500, 200]);
  });
});

describe('the control endpoint', () => {
  test('counts what is planted and what happened', async () => {
    await control('/faults', { body: { faults: [{ times: 'always', on: 'tenants.list', fault: { kind: 'html' } }] } });
    await ask(simulator, `/tenants?${version}`);
    const { body } = await control('', {});
    expect(body).toMatchObject({
      topology: 'contoso',
      pendingFaults: 1,
      happened: [{ nth: 0, on: 'tenants.list', kind: 'html' }],
    });
    await control('/faults', { method: 'DELETE' });
    expect((await ask(simulator, `/tenants?${version}`)).status).toBe(200);
  });

  test.each([
    [
      'a page of the web',
      '/faults',
      { body: { fault: { kind: 'html' } }, headers: { Origin: 'https://evil.example' } },
      403,
    ],
    ['another type of body', '/faults', { text: '{}', headers: { 'Content-Type': 'text/plain' } }, 415],
    ['an unknown fault', '/faults', { body: { fault: { kind: 'fire' } } }, 400],
    ['an unknown path', '/fires', { body: {} }, 404],
  ])('refuses %s', async (_why, path, asking, status) => {
    expect((await control(path, asking)).status).toBe(status);
  });
});

describe('a schedule', () => {
  const kinds = async (seed: number) => {
    simulator.clearFaults();
    simulator.schedule({
      seed,
      rate: 0.4,
      kinds: ['serverTimeout', 'busy', 'throttled', 'internal', 'html', 'halfJson'],
    });
    const statuses: number[] = [];
    for (let at = 0; at < 20; at += 1) statuses.push((await ask(simulator, vms)).status);
    return { statuses, happened: [...simulator.faultsHappened] };
  };

  test('replays from its seed, over the wire', async () => {
    const first = await kinds(11);
    expect(await kinds(11)).toEqual(first);
    expect(first.happened.length).toBeGreaterThan(2);
    expect((await kinds(12)).statuses).not.toEqual(first.statuses);
  });

  test('gives each request the same fate, however operations interleave', () => {
    const operations = ['virtualMachines.listAll', 'connectivityCheck', 'operationResults'];
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.constantFrom(...operations), { maxLength: 60 }), (seed, order) => {
        const play = (sequence: readonly string[]) => {
          const faults = openFaults([]);
          faults.schedule({ seed, rate: 0.3 });
          const fates = new Map<string, string[]>();
          for (const operation of sequence) {
            const fate = JSON.stringify(faults.draw(operation, '/'));
            fates.set(operation, [...(fates.get(operation) ?? []), fate]);
          }
          return [...fates].toSorted(([one], [other]) => (one < other ? -1 : 1));
        };
        expect(play(order.toSorted())).toEqual(play(order));
      }),
      { numRuns: 200 },
    );
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { ask, contoso, handClock, machineId, type Wire, watcher } from './support/wire.ts';

const version = 'api-version=2023-09-01';
const check = `${watcher}/connectivityCheck?${version}`;
const toDatabase = {
  source: { resourceId: machineId('ContosoRG', 'MultiTierApp0') },
  destination: { resourceId: machineId('ContosoRG', 'Database0'), port: 80 },
};

const location = (answer: Wire): string => {
  const value = answer.headers.location;
  if (typeof value !== 'string') throw new Error(`no Location in ${answer.status} ${answer.text}`);
  return value;
};

describe('a long-running operation', () => {
  const clock = handClock();
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ speed: 10, seed: 1, now: clock.now });
  });
  afterEach(() => simulator.close());

  test('starts with 202, null, a Location and Retry-After, and ends with 200 and the result', async () => {
    const started = await ask(simulator, check, { body: toDatabase });
    expect(started.status).toBe(202);
    expect(started.text).toBe('null');
    expect(started.headers).toMatchObject({
      'retry-after': '1',
      'content-length': '4',
      'azure-asyncnotification': 'Enabled',
    });
    const id = started.headers['x-ms-request-id'];
    expect(location(started)).toContain(`/providers/Microsoft.Network/locations/westcentralus/operationResults/${id}?`);
    clock.turn(8);
    const running = await ask(simulator, location(started));
    expect(running).toMatchObject({ status: 202, text: 'null' });
    expect(running.headers['retry-after']).toBe('1');
    clock.turn(3.3);
    const done = await ask(simulator, location(running));
    expect(done.status).toBe(200);
    expect(done.headers['retry-after']).toBeUndefined();
    expect(done.body.connectionStatus).toBe('Unreachable');
    expect((await ask(simulator, location(done))).text).toBe(done.text);
  });

  test('changes its Location on every poll, and every one issued stays good', async () => {
    const first = location(await ask(simulator, check, { body: toDatabase }));
    const second = location(await ask(simulator, first));
    const third = location(await ask(simulator, second));
    expect(new Set([first, second, third]).size).toBe(3);
    expect(first.length).toBeGreaterThan(3000);
    clock.turn(12);
    for (const url of [first, second, third]) expect((await ask(simulator, url)).status).toBe(200);
  });

  test('refuses a Location that was cut, rebuilt or mixed', async () => {
    const url = new URL(location(await ask(simulator, check, { body: toDatabase })));
    const cut = new URL(url);
    cut.searchParams.delete('s');
    const bare = `${url.origin}${url.pathname}?api-version=2023-09-01`;
    const other = new URL(url);
    other.searchParams.set('t', '1');
    for (const wrong of [cut.href, bare, other.href]) expect((await ask(simulator, wrong)).status).toBe(403);
    expect((await ask(simulator, url.href)).status).toBe(202);
  });

  test('is forgotten in the end', async () => {
    const url = location(await ask(simulator, check, { body: toDatabase }));
    clock.turn(3600);
    await ask(simulator, check, { body: toDatabase });
    const gone = await ask(simulator, url);
    expect(gone.status).toBe(404);
  });

  test('is not started twice: the second is told which one runs and for how long', async () => {
    const first = await ask(simulator, check, { body: toDatabase });
    const second = await ask(simulator, check.replace('NetworkWatcherRG', 'networkwatcherrg'), { body: toDatabase });
    expect(second.status).toBe(429);
    expect(second.body.error.code).toBe('RetryableError');
    const [detail] = second.body.error.details;
    expect(detail.code).toBe('RetryableErrorDueToAnotherOperation');
    expect(detail.message).toContain(String(first.headers['x-ms-request-id']));
    const seconds = Number(/can be retried in (\d+) seconds/.exec(detail.message)?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(8);
    expect(seconds).toBeLessThanOrEqual(12);
    const other = { ...toDatabase, destination: { ...toDatabase.destination, port: 81 } };
    expect((await ask(simulator, check, { body: other })).status).toBe(202);
    clock.turn(seconds);
    expect((await ask(simulator, check, { body: toDatabase })).status).toBe(202);
  });

  test('repeats the Host of the request', async () => {
    const port = new URL(simulator.endpoint).port;
    const byAddress = await ask(simulator, `https://127.0.0.1:${port}${check}`, { body: toDatabase });
    expect(location(byAddress).startsWith(`https://127.0.0.1:${port}/`)).toBe(true);
  });

  test.each([
    ['reachable', { destination: { address: 'https://bing.com' } }, 30, 50],
    ['unreachable', { destination: { address: '13.107.21.200', port: 80 } }, 82, 112],
  ])('takes as long as recorded: %s', async (_which, asked, from, to) => {
    const started = await ask(simulator, check, { body: { source: toDatabase.source, ...asked } });
    clock.turn(from / 10 - 0.01);
    expect((await ask(simulator, location(started))).status).toBe(202);
    clock.turn((to - from) / 10 + 0.02);
    expect((await ask(simulator, location(started))).status).toBe(200);
  });

  test('of the quick kind is done at the first delayed poll', async () => {
    const body = {
      targetResourceId: machineId('ContosoRG', 'MultiTierApp0'),
      sourceIPAddress: '10.1.1.4',
      destinationIPAddress: '10.1.4.4',
    };
    const started = await ask(simulator, `${watcher}/nextHop?${version}`, { body });
    clock.turn(Number(started.headers['retry-after']));
    expect((await ask(simulator, location(started))).body).toEqual({
      nextHopType: 'VirtualAppliance',
      nextHopIpAddress: '10.1.2.4',
      routeTableId: `${contoso}/resourceGroups/ContosoRG/providers/Microsoft.Network/routeTables/appRoutes`,
    });
  });
});

describe('refusals in the words of ARM', () => {
  const clock = handClock();
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ seed: 1, now: clock.now });
  });
  afterAll(() => simulator.close());

  const vms = `${contoso}/providers/Microsoft.Compute/virtualMachines`;
  test.each([
    ['no token', `${vms}?${version}`, { token: null }, 401, 'AuthenticationFailed'],
    ['a token of somebody else', `${vms}?${version}`, { token: 'abc.def.ghi' }, 401, 'InvalidAuthenticationToken'],
    ['no api-version', vms, {}, 400, 'MissingApiVersionParameter'],
    ['an api-version that never was', `${vms}?api-version=1999-01-01`, {}, 400, 'NoRegisteredProviderFound'],
    ['an api-version that is no date', '/subscriptions?api-version=latest', {}, 400, 'InvalidApiVersionParameter'],
    [
      'another subscription',
      `/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups?${version}`,
      {},
      404,
      'SubscriptionNotFound',
    ],
    [
      'an unknown group',
      `${contoso}/resourceGroups/nope/providers/Microsoft.Compute/virtualMachines?${version}`,
      {},
      404,
      'ResourceGroupNotFound',
    ],
    [
      'an unknown machine',
      `${contoso}/resourceGroups/ShopRG/providers/Microsoft.Compute/virtualMachines/db7?${version}`,
      {},
      404,
      'ResourceNotFound',
    ],
    ['an unknown watcher', `${watcher}x/connectivityCheck?${version}`, { body: toDatabase }, 404, 'ResourceNotFound'],
    ['an operation that is not modelled', `${watcher}/packetCaptures?${version}`, {}, 404, 'InvalidResourceType'],
    ['a wrong method', `${vms}?${version}`, { method: 'DELETE' }, 404, 'InvalidResourceType'],
    ['a body that is no JSON', check, { method: 'POST', text: '{"source":' }, 400, 'InvalidRequestContent'],
    ['a body without a source', check, { body: { destination: {} } }, 400, 'InvalidRequestFormat'],
    [
      'a body without a destination',
      check,
      { body: { source: toDatabase.source, destination: {} } },
      400,
      'InvalidRequestFormat',
    ],
    [
      'a source that does not exist',
      check,
      { body: { ...toDatabase, source: { resourceId: machineId('ShopRG', 'db7') } } },
      404,
      'ResourceNotFound',
    ],
    [
      'an operation that never was',
      `${contoso}/providers/Microsoft.Network/locations/westcentralus/operationResults/1?${version}`,
      {},
      404,
      'OperationNotFound',
    ],
  ])('%s', async (_why, path, asking, status, code) => {
    const answer = await ask(simulator, path, asking);
    expect(answer.status).toBe(status);
    expect(answer.body.error.code).toBe(code);
    expect(answer.body.error.message).not.toBe('');
  });

  test('an unknown path is told what exists', async () => {
    const answer = await ask(simulator, `${watcher}/conectivityCheck?${version}`, { method: 'POST', body: {} });
    expect(answer.body.error.message).toContain('conectivityCheck');
    expect(answer.body.error.message).toContain('{watcher}/connectivityCheck');
  });

  test('words of our own are marked', async () => {
    const answer = await ask(simulator, check, {
      body: { ...toDatabase, source: { resourceId: machineId('ShopRG', 'old0') } },
    });
    expect(answer.body.error.details[0].code).toBe('InventedBySimulator');
  });

  test('a token runs out', async () => {
    const { token } = simulator.token();
    clock.turn(24 * 3600 + 1);
    const answer = await ask(simulator, `/subscriptions?${version}`, { token });
    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('ExpiredAuthenticationToken');
    expect(answer.headers['www-authenticate']).toContain('authorization_uri');
    expect((await ask(simulator, `/subscriptions?${version}`)).status).toBe(200);
  });

  test('a right that is missing is named, with its scope', async () => {
    const { token } = simulator.token('reader');
    expect((await ask(simulator, `${vms}?${version}`, { token })).status).toBe(200);
    const answer = await ask(simulator, check, { token, body: toDatabase });
    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatchObject({ code: 'AuthorizationFailed' });
    expect(answer.body.error.message).toContain(
      `'Microsoft.Network/networkWatchers/connectivityCheck/action' over scope '${watcher}'`,
    );
  });

  test('names and ids compare without case, answers keep the spelling of the file', async () => {
    const path = machineId('SHOPRG', 'DB0')
      .replace('resourceGroups', 'RESOURCEGROUPS')
      .replace('providers', 'Providers');
    const answer = await ask(simulator, `${path}?${version}`);
    expect(answer.body.id).toBe(machineId('ShopRG', 'db0'));
  });
});

describe('lists', () => {
  test('come in pages, each linking to the next', async () => {
    const simulator = await startSimulator({ pageSize: 4, seed: 1 });
    const names: string[] = [];
    let next: string | undefined = `${contoso}/providers/Microsoft.Compute/virtualMachines?${version}&$filter=`;
    let pages = 0;
    while (next !== undefined) {
      const page = await ask(simulator, next);
      names.push(...page.body.value.map((one: { name: string }) => one.name));
      next = page.body.nextLink;
      pages += 1;
    }
    await simulator.close();
    expect(pages).toBe(3);
    expect(names).toHaveLength(9);
    expect(new Set(names).size).toBe(9);
  });
});

describe('limits', () => {
  test('a bucket runs empty, says so, and fills again', async () => {
    const clock = handClock();
    const simulator = await startSimulator({ speed: 1, seed: 1, now: clock.now });
    const path = `/subscriptions/00000000-0000-0000-0000-000000000000?${version}`;
    const answers: Wire[] = [];
    for (let at = 0; at < 26; at += 1)
      answers.push(...(await Promise.all(Array.from({ length: 10 }, () => ask(simulator, path)))));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(10);
    expect(answers[0]?.headers['x-ms-ratelimit-remaining-subscription-reads']).toBe('249');
    expect(refused[0]?.body.error.code).toBe('SubscriptionRequestsThrottled');
    const seconds = Number(refused[0]?.headers['retry-after']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    clock.turn(seconds);
    expect((await ask(simulator, path)).status).toBe(200);
    await simulator.close();
  });
});

test.each([
  [1, '10'],
  [3, '4'],
  [10, '1'],
  [1000, '1'],
])('at speed %d Retry-After is %s', async (speed, seconds) => {
  const simulator = await startSimulator({ speed, seed: 1 });
  const started = await ask(simulator, check, { body: toDatabase });
  await Promise.all([simulator.close(), simulator.close()]);
  expect(started.headers['retry-after']).toBe(seconds);
});

describe('what needs no token', () => {
  test.each([
    ['2015-01-01', (body: Wire['body']) => body.authentication.audiences[0]],
    ['2019-10-01', (body: Wire['body']) => body[0].authentication.audiences[0]],
    ['2022-09-01', (body: Wire['body']) => body.authentication.audiences[0]],
  ])('metadata/endpoints of %s', async (apiVersion, audience) => {
    const simulator = await startSimulator({ seed: 1 });
    const answer = await ask(simulator, `/metadata/endpoints?api-version=${apiVersion}`, { token: null });
    await simulator.close();
    expect(audience(answer.body)).toMatch(/^https:/);
  });
});

test('the log has one line per request, without the signature', async () => {
  const lines: string[] = [];
  const simulator = await startSimulator({ seed: 1, log: (line) => lines.push(line) });
  const started = await ask(simulator, check, { body: toDatabase });
  await ask(simulator, location(started));
  await ask(simulator, '/nonsense?api-version=2023-09-01');
  await simulator.close();
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(
    /^POST .*connectivityCheck\?api-version=2023-09-01 -> 202 connectivityCheck \d+ ms by hopcheck$/,
  );
  expect(lines[1]).not.toContain('&s=');
  expect(lines[2]).toMatch(/-> 404 unknown/);
});

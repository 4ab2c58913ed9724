import { expect, test } from 'vitest';
import { eraOf } from '../../src/simulator/era.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { ask, handClock, type Wire } from './support/wire.ts';

const lab = '/subscriptions/33333333-3333-4333-8333-333333333333';
const watcher = `${lab}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westeurope`;
const vm = (name: string) => `${lab}/resourceGroups/LabRG/providers/Microsoft.Compute/virtualMachines/${name}`;
const nic = (name: string) =>
  `${lab}/resourceGroups/LabRG/providers/Microsoft.Network/networkInterfaces/${name}-nic/ipConfigurations/ipconfig1`;

async function answers(topology: string, apiVersion: string, destination: object): Promise<Wire['body']> {
  const clock = handClock();
  const simulator = await startSimulator({ topology, seed: 3, now: clock.now });
  const started = await ask(simulator, `${watcher}/connectivityCheck?api-version=${apiVersion}`, {
    body: { source: { resourceId: vm('app0') }, destination },
  });
  clock.turn(60);
  const done = await ask(simulator, String(started.headers.location));
  await simulator.close();
  return done.body;
}

const toDatabase = { resourceId: vm('db0'), port: 1433 };

/** What the recordings of each time show for a denial at the target, asked for by the VM's id. */
test.each([
  [
    '2017-03-01',
    {
      links: false,
      previous: false,
      source: nic('app0'),
      last: 'VnetLocal',
      lastId: nic('db0'),
      rule: 'UserRule_deny-sql',
      probes: 100,
      echo: false,
    },
  ],
  [
    '2017-11-01',
    {
      links: true,
      previous: false,
      source: nic('app0'),
      last: 'VnetLocal',
      lastId: nic('db0'),
      rule: 'UserRule_deny-sql',
      probes: 100,
      echo: false,
    },
  ],
  [
    '2018-06-01',
    {
      links: true,
      previous: false,
      source: vm('app0'),
      last: 'VirtualMachine',
      lastId: vm('db0'),
      rule: 'UserRule_deny-sql',
      probes: 30,
      echo: true,
    },
  ],
  [
    '2019-06-01',
    {
      links: true,
      previous: true,
      source: vm('app0'),
      last: 'VirtualMachine',
      lastId: vm('db0'),
      rule: /\/SecurityRules\/deny-sql$/,
      probes: 30,
      echo: true,
    },
  ],
  [
    '2022-01-01',
    {
      links: true,
      previous: true,
      source: vm('app0'),
      last: 'VirtualMachine',
      lastId: vm('db0'),
      rule: /\/SecurityRules\/deny-sql$/,
      probes: 30,
      echo: true,
    },
  ],
  [
    '2026-01-01',
    {
      links: true,
      previous: true,
      source: vm('app0'),
      last: 'VirtualMachine',
      lastId: vm('db0'),
      rule: /\/SecurityRules\/deny-sql$/,
      probes: 30,
      echo: true,
    },
  ],
])('a denial in the shapes of %s', async (apiVersion, expected) => {
  const body = await answers('nsg-inbound-nic', apiVersion, toDatabase);
  const [first, last] = body.hops;
  expect('links' in first).toBe(expected.links);
  expect('previousHopIds' in last).toBe(expected.previous);
  expect(first.resourceId).toBe(expected.source);
  expect([last.type, last.resourceId]).toEqual([expected.last, expected.lastId]);
  expect(last.issues[0]).toMatchObject({ origin: 'Inbound', severity: 'Error', type: 'NetworkSecurityRule' });
  expect(last.issues[0].context[0].key).toBe('RuleName');
  expect(last.issues[0].context[0].value).toMatch(expected.rule);
  expect(last.issues.slice(1).map((one: { type: string }) => one.type)).toEqual(
    expected.echo ? ['NoListenerOnDestination'] : [],
  );
  expect([body.probesSent, body.probesFailed]).toEqual([expected.probes, expected.probes]);
  expect(Object.keys(body).filter((key) => /latency/i.test(key))).toEqual([]);
});

test.each([
  ['2017-03-01', 'Internet', 'Internet', undefined],
  ['2017-11-01', 'Internet', '', undefined],
  ['2019-06-01', 'Internet', '', 'Internet'],
  ['2020-05-01', 'Internet', undefined, 'Internet'],
  ['2020-08-01', 'Destination', undefined, undefined],
  ['2022-01-01', 'Internet', undefined, 'Internet'],
])('a host outside in the shapes of %s', async (apiVersion, type, resourceId, linkType) => {
  const body = await answers('slow-and-lossy', apiVersion, { address: 'partner.example', port: 443 });
  const [first, last] = body.hops;
  expect([last.type, last.resourceId]).toEqual([type, resourceId]);
  expect(first.links?.[0]?.linkType).toBe(linkType);
  expect(body.connectionStatus).toBe('Reachable');
  expect(body.minLatencyInMs).toBeLessThanOrEqual(body.avgLatencyInMs);
  expect(body.avgLatencyInMs).toBeLessThanOrEqual(body.maxLatencyInMs);
});

test('a dropped route: one issue then, three things to read today', async () => {
  const then = await answers('route-none', '2017-03-01', toDatabase);
  const today = await answers('route-none', '2025-01-01', toDatabase);
  expect(then.hops[0].issues).toEqual([
    { origin: 'Outbound', severity: 'Error', type: 'UserDefinedRoute', context: [{ key: 'RouteType', value: 'User' }] },
  ]);
  expect(today.hops[0].issues.map((one: { type: string }) => one.type)).toEqual(['RouteMissing', 'UserDefinedRoute']);
  expect(today.hops[1]).toMatchObject({ type: 'Destination' });
});

test.each([['vm-stopped'], ['one-way-route']])('Azure is mute about %s', async (name) => {
  const body = await answers(name, '2023-09-01', toDatabase);
  expect(body.connectionStatus).toBe('Unreachable');
  expect(body.hops.flatMap((hop: { issues: unknown[] }) => hop.issues)).toEqual([]);
});

test('errors: {} ends the answers of today and no others', () => {
  expect(
    ['2017-03-01', '2019-06-01', '2022-01-01', '2023-09-01', '2026-01-01'].map((one) => eraOf(one).errors),
  ).toEqual([false, false, false, true, true]);
});

test('what a topology fixes wins over what is asked for', async () => {
  const clock = handClock();
  const simulator = await startSimulator({ seed: 3, now: clock.now });
  const sub = '/subscriptions/00000000-0000-0000-0000-000000000000';
  const path = `${sub}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westcentralus`;
  const started = await ask(simulator, `${path}/connectivityCheck?api-version=2025-01-01`, {
    body: {
      source: { resourceId: `${sub}/resourceGroups/ShopRG/providers/Microsoft.Compute/virtualMachines/app0` },
      destination: { address: '10.2.3.4', port: 80 },
    },
  });
  clock.turn(60);
  const { body } = await ask(simulator, String(started.headers.location));
  await simulator.close();
  expect(started.headers.location).toContain('api-version=2025-01-01');
  expect(body.hops[1]).toMatchObject({ type: 'VnetLocal', issues: [{ context: [{ value: 'UserRule_deny-80' }] }] });
  expect(body.hops[0].links).toBeUndefined();
});

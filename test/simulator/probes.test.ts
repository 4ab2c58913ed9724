import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/server.ts';
import { networkClient, startLeaping } from './support/wire.ts';

/** Kinds of probe and of destination, in two regions, through the unmodified client. */
const lab = '/subscriptions/33333333-3333-4333-8333-333333333333';
const vm = (group: string, name: string) =>
  `${lab}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
const shop = { resourceId: vm('ShopRG', 'shop-app0') };
const billing = vm('BillingRG', 'billing-db0');

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startLeaping({ topology: 'hub-and-spoke' });
});
afterAll(() => simulator.close());

const watchers = { west: 'NetworkWatcher_westeurope', north: 'neu-watcher' };
type Question = Parameters<ReturnType<typeof networkClient>['networkWatchers']['checkConnectivity']>[2];
const probe = (question: Question, watcher: keyof typeof watchers = 'west') =>
  networkClient(simulator, lab.split('/')[2]).networkWatchers.checkConnectivity(
    'NetworkWatcherRG',
    watchers[watcher],
    question,
  );

type Row = readonly [why: string, question: Question, status: string, sent: number, path: string];

const rows: readonly Row[] = [
  [
    'TCP through two firewalls',
    { source: shop, destination: { resourceId: billing, port: 1433 } },
    'Reachable',
    66,
    'Source 10.110.1.4 > VirtualAppliance 10.100.0.4 > VirtualAppliance 10.101.0.4 > VirtualMachine 10.111.1.4',
  ],
  [
    'the same by its address',
    { source: shop, destination: { address: '10.111.1.4', port: 1433 } },
    'Reachable',
    66,
    'Source 10.110.1.4 > VirtualAppliance 10.100.0.4 > VirtualAppliance 10.101.0.4 > VirtualNetwork 10.111.1.4',
  ],
  [
    'a site behind the gateway of the hub',
    { source: shop, destination: { address: 'erp.corp.example', port: 443 } },
    'Reachable',
    66,
    'Source 10.110.1.4 > VirtualNetworkGateway 20.61.0.9 > Destination 172.16.5.10',
  ],
  [
    'ICMP to it',
    { source: shop, destination: { address: '172.16.5.10' }, protocol: 'Icmp' },
    'Reachable',
    66,
    'Source 10.110.1.4 > VirtualNetworkGateway 20.61.0.9 > Destination 172.16.5.10',
  ],
  [
    'ICMP to the internet is not answered',
    { source: shop, destination: { address: '93.184.215.14' }, protocol: 'Icmp' },
    'Unreachable',
    30,
    'Source 10.110.1.4 > Internet 93.184.215.14',
  ],
  [
    'a private endpoint, by the public name',
    { source: shop, destination: { address: 'labdata.blob.core.windows.net', port: 443 } },
    'Reachable',
    66,
    'Source 10.110.1.4 > VirtualNetwork 10.110.9.5',
  ],
  [
    'HTTPS with the status that comes',
    { source: shop, destination: { address: 'https://www.example.com/' }, protocol: 'Https' },
    'Reachable',
    3,
    'Source 10.110.1.4 > Internet 93.184.215.14',
  ],
  [
    'HTTP with a status that does not come',
    {
      source: shop,
      destination: { address: 'www.example.com', port: 80 },
      protocol: 'Http',
      protocolConfiguration: { httpConfiguration: { validStatusCodes: [204] } },
    },
    'Unreachable',
    3,
    'Source 10.110.1.4 > Internet 93.184.215.14',
  ],
  [
    'HTTPS to something that speaks none',
    { source: shop, destination: { resourceId: billing, port: 1433 }, protocol: 'Https' },
    'Unreachable',
    3,
    'Source 10.110.1.4 > VirtualAppliance 10.100.0.4 > VirtualAppliance 10.101.0.4 > VirtualMachine 10.111.1.4',
  ],
  [
    'IPv6',
    { source: shop, destination: { address: 'www.example.com', port: 443 }, preferredIPVersion: 'IPv6' },
    'Reachable',
    66,
    'Source fd00:110:0:1::4 > Internet 2606:2800:21f:cb07:6820:80da:af6b:8b2c',
  ],
  [
    'itself',
    { source: shop, destination: { resourceId: vm('ShopRG', 'shop-app0'), port: 22 } },
    'Reachable',
    66,
    'Source 10.110.1.4',
  ],
];

test.each(rows)('%s', async (_why, question, status, sent, path) => {
  const answer = await probe(question);
  expect(String(answer.connectionStatus)).toBe(status);
  expect(answer.probesSent).toBe(sent);
  expect(answer.hops?.map((hop) => `${hop.type} ${hop.address}`).join(' > ')).toBe(path);
  expect(answer.avgLatencyInMs === undefined).toBe(status !== 'Reachable');
});

test('a wrong status is named', async () => {
  const answer = await probe({
    source: shop,
    destination: { address: 'https://www.example.com' },
    protocol: 'Https',
    protocolConfiguration: { httpConfiguration: { validStatusCodes: [201] } },
  });
  expect(answer.hops?.at(-1)?.issues?.[0]).toMatchObject({
    type: 'StatusCodeValidationFailed',
    context: [{ value: '200' }],
  });
});

test('the way across regions is slower than the way next door', async () => {
  const [far, near] = await Promise.all([
    probe({ source: shop, destination: { resourceId: billing, port: 1433 } }),
    probe({ source: shop, destination: { address: 'labdata.blob.core.windows.net', port: 443 } }),
  ]);
  expect(far.avgLatencyInMs ?? 0).toBeGreaterThan((near.avgLatencyInMs ?? 0) + 10);
  const links = far.hops?.flatMap((hop) => hop.links ?? []).map((link) => link.roundTripTimeAvg ?? 0);
  expect(links?.reduce((sum, one) => sum + one, 0)).toBe(far.avgLatencyInMs);
});

test('a watcher serves the machines of its own region', async () => {
  const question: Question = { source: { resourceId: billing }, destination: { address: '10.110.1.4', port: 22 } };
  await expect(probe(question)).rejects.toThrow(/northeurope.*westeurope/);
  expect((await probe(question, 'north')).connectionStatus).toBe('Reachable');
});

test.each([
  ['an address that is none', { address: 'not an address' }, 80, 'Tcp'],
  ['a protocol that is none', { address: '10.0.0.1' }, 80, 'Sctp'],
  ['IPv6 to a machine without', { resourceId: billing }, 80, 'Tcp'],
])('refuses %s', async (_why, destination, port, protocol) => {
  const question: Question = {
    source: shop,
    destination: { ...destination, port },
    protocol,
    preferredIPVersion: 'IPv6',
  };
  await expect(probe(question)).rejects.toMatchObject({ statusCode: 400 });
});

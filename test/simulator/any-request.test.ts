import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../src/simulator/exchange.ts';
import { openResourceManager } from '../../src/simulator/resource-manager.ts';
import { catalogue } from '../../src/simulator/resources/catalogue.ts';
import { openStage } from '../../src/simulator/stage.ts';
import { openTokenOffice } from '../../src/simulator/token.ts';
import { loadTopology } from '../../src/simulator/topologies.ts';

/** Whatever is asked, ARM answers: with a result, or with an envelope that has a code and words. Never with a crash. */
function open() {
  const stage = openStage(loadTopology('hub-and-spoke'));
  let ms = Date.UTC(2026, 0, 1);
  const now = () => {
    ms += 50_000;
    return ms;
  };
  const office = openTokenOffice(stage, now);
  const manager = openResourceManager({ stage, office, now, speed: 1000, seed: 1, pageSize: 3 });
  return { manager, stage, office };
}

const subscription = '33333333-3333-4333-8333-333333333333';
const names: Readonly<Record<string, readonly string[]>> = {
  subscription: [subscription, '00000000-0000-0000-0000-000000000000'],
  group: ['ShopRG', 'networkwatcherrg', 'HubWestRG', 'BillingRG'],
  watcher: ['NetworkWatcher_westeurope', 'neu-watcher'],
  networkWatcher: ['neu-watcher'],
  virtualMachine: ['shop-app0', 'BILLING-DB0', 'fw-west'],
  networkInterface: ['shop-app0-nic', 'fw-west-nic'],
  networkSecurityGroup: ['nsg-billing'],
  routeTable: ['rt-shop'],
  virtualNetwork: ['shop', 'hub-west'],
  extension: ['AzureNetworkWatcherExtension'],
  namespace: ['Microsoft.Network'],
};
const word = fc.oneof(fc.constantFrom('', '..', '%', '%2F', 'a b', '💥', "' or 1=1"), fc.string({ maxLength: 12 }));
const machine = (name: string, group = 'ShopRG') =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    machine('shop-app0'),
    machine('billing-db0', 'BillingRG'),
    machine('nobody'),
    '10.110.1.4',
    '10.111.1.4',
    'fd00:110:0:1::4',
    'erp.corp.example',
    'https://www.example.com:8443/x?y',
    'http://[::1]',
    'Inbound',
    'TCP',
    'Icmp',
    'Https',
    'IPv6',
    '*',
    '443',
    0,
    443,
    65536,
    null,
    true,
  ),
  word,
);
const fields = [
  'source',
  'destination',
  'resourceId',
  'address',
  'port',
  'protocol',
  'preferredIPVersion',
  'targetResourceId',
  'targetNicResourceId',
  'sourceIPAddress',
  'destinationIPAddress',
  'direction',
  'localPort',
  'remotePort',
  'localIPAddress',
  'remoteIPAddress',
  'profiles',
  'destinationPort',
  'targetResourceGroupName',
  'targetSubnet',
  'id',
  'query',
  'protocolConfiguration',
  'HTTPConfiguration',
  'validStatusCodes',
];
const { body } = fc.letrec<{ body: Json }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('body'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...fields), tie('body'), { maxKeys: 8 }),
  ),
}));

const path = fc.constantFrom(...catalogue).chain((operation) =>
  fc
    .tuple(
      ...operation.path.split('/').map((part) => {
        const known = part.startsWith('{') ? (names[part.slice(1, -1)] ?? ['x']) : [part];
        return fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: word });
      }),
    )
    .map((parts) => ({ method: operation.method, path: parts.join('/') })),
);

test('every request gets an answer in the envelope', async () => {
  const { manager, office } = open();
  const version = fc.constantFrom('2017-03-01', '2019-06-01', '2020-08-01', '2025-01-01', '1999-01-01', 'x', '');
  const authorization = fc.oneof(
    { weight: 9, arbitrary: fc.constant(`Bearer ${office.sign().token}`) },
    { weight: 1, arbitrary: word },
  );
  await fc.assert(
    fc.asyncProperty(path, version, body, authorization, async (asked, apiVersion, value, header) => {
      const reply = await manager.handle({
        ...asked,
        query: new URLSearchParams(apiVersion === '' ? {} : { 'api-version': apiVersion, $skiptoken: '-1' }),
        host: 'localhost',
        authorization: header,
        body: { kind: 'json', value },
      });
      const { status, body: answered } = reply.answer;
      expect([200, 202, 400, 401, 403, 404, 409, 429]).toContain(status);
      const text = JSON.stringify(answered);
      if (status >= 400) expect(text).toMatch(/^\{"error":\{"code":"\w+","message":".+/);
      else expect(typeof text).toBe('string');
    }),
    { numRuns: 3000 },
  );
});

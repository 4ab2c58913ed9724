import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/server.ts';
import { ask, startLeaping } from './support/wire.ts';

/** The specification's own examples, sent as requests; their answers validate with its enums read as open strings. */
const folder = fileURLToPath(new URL('../../../shared/azure/spec/', import.meta.url));
const present = existsSync(folder);
if (!present) console.warn('official-examples.test.ts: ../shared/azure/spec is absent; its examples are skipped');

/** The network that the examples speak of: subid, rg1 with nw1 and nic1, rg2 with vm1. */
const topology = `name: official
subscriptions:
  - id: subid
    groups:
      - name: rg1
        region: westus
        watchers: [{ name: nw1 }]
      - name: rg2
        region: westus
        nsgs:
          - name: AppNSG
            rules: [{ name: fe_rule, priority: 100, direction: Inbound, access: Allow, protocol: Tcp, from: 10.1.0.0/24 }]
        routeTables:
          - { name: rt1, routes: [{ name: r, prefix: 10.0.0.10/32, nextHop: VirtualAppliance, address: 10.0.0.1 }] }
        vnets:
          - name: vnet1
            prefixes: [10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16]
            subnets:
              - { name: subnet0, prefix: 10.0.0.0/24, routeTable: rt1 }
              - { name: subnet1, prefix: 10.1.1.0/24, nsg: AppNSG }
              - { name: subnet2, prefix: 10.2.0.0/24 }
            peerings: [{ to: vnet2 }]
          - name: vnet2
            prefixes: 192.168.0.0/16
            subnets: [{ name: subnet1, prefix: 192.168.100.0/24 }]
            peerings: [{ to: vnet1 }]
        vms:
          - name: vm1
            nics:
              - { name: nic0, subnet: vnet1/subnet1, address: 10.1.1.4 }
              - { name: nic1, group: rg1, subnet: vnet1/subnet0, address: 10.0.0.5 }
              - { name: nic2, subnet: vnet1/subnet2, address: 10.2.0.4 }
          - name: vm2
            listens: [3389]
            nics: [{ name: nic3, subnet: vnet2/subnet1, address: 192.168.100.4 }]
`;

type Schema = { [key: string]: unknown };

/** Opens enums, drops what JSON Schema does not know, and lets references to documents that are not here stand for anything. */
function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (typeof value !== 'object' || value === null) return value;
  const out: Schema = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') {
      if (!/^(\.\/(network|networkWatcher)\.json)?#\//.test(inner)) return {};
      out[key] = inner.replace('./', '');
    } else if (key === 'enum' || key.startsWith('x-') || key === 'discriminator' || key === 'example') {
    } else if (
      key === 'format' &&
      typeof inner === 'string' &&
      !['date-time', 'uri', 'int32', 'int64'].includes(inner)
    ) {
    } else {
      out[key] = open(inner);
    }
  }
  return out;
}

function validator(): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  for (const name of ['network.json', 'networkWatcher.json']) {
    const document = JSON.parse(readFileSync(`${folder}${name}`, 'utf8'));
    ajv.addSchema({ $id: name, definitions: open(document.definitions) });
  }
  return ajv;
}

const examples = [
  ['NetworkWatcherConnectivityCheck', 'connectivityCheck', 'ConnectivityInformation'],
  ['NetworkWatcherIpFlowVerify', 'ipFlowVerify', 'VerificationIPFlowResult'],
  ['NetworkWatcherNextHopGet', 'nextHop', 'NextHopResult'],
  [
    'NetworkWatcherNetworkConfigurationDiagnostic',
    'networkConfigurationDiagnostic',
    'NetworkConfigurationDiagnosticResponse',
  ],
  ['NetworkWatcherSecurityGroupViewGet', 'securityGroupView', 'SecurityGroupViewResult'],
  ['NetworkWatcherTopologyGet', 'topology', 'Topology'],
] as const;

const readings = [
  [
    'NetworkWatcherGet',
    '/subscriptions/subid/resourceGroups/rg1/providers/Microsoft.Network/networkWatchers/nw1',
    'NetworkWatcher',
  ],
  [
    'NetworkWatcherList',
    '/subscriptions/subid/resourceGroups/rg1/providers/Microsoft.Network/networkWatchers',
    'NetworkWatcherListResult',
  ],
  [
    'NetworkWatcherListAll',
    '/subscriptions/subid/providers/Microsoft.Network/networkWatchers',
    'NetworkWatcherListResult',
  ],
] as const;

describe.skipIf(!present)('the official examples of 2023-09-01', () => {
  let simulator: Simulator;
  let ajv: Ajv;
  beforeAll(async () => {
    const place = mkdtempSync(`${tmpdir()}/hopcheck-`);
    const file = `${place}/official.yaml`;
    writeFileSync(file, topology);
    simulator = await startLeaping({ topology: file });
    rmSync(place, { recursive: true });
    ajv = validator();
  });
  afterAll(() => simulator.close());

  const validate = (definition: string, body: unknown) => {
    const check = ajv.getSchema(`networkWatcher.json#/definitions/${definition}`);
    if (check === undefined) throw new Error(`the specification has no ${definition}`);
    expect(check(body), JSON.stringify(check.errors)).toBe(true);
  };

  test('the schema refuses what is wrong', () => {
    const check = ajv.getSchema('networkWatcher.json#/definitions/ConnectivityInformation');
    expect(check?.({ hops: 'none' })).toBe(false);
    expect(check?.({ hops: [{ issues: [{ context: { key: 'not a list' } }] }] })).toBe(false);
  });

  test.each(examples)('%s', async (file, operation, definition) => {
    const { parameters } = JSON.parse(readFileSync(`${folder}examples/${file}.json`, 'utf8'));
    const { subscriptionId, resourceGroupName, networkWatcherName } = parameters;
    const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.Network/networkWatchers/${networkWatcherName}/${operation}`;
    const started = await ask(simulator, `${path}?api-version=${parameters['api-version']}`, {
      body: parameters.parameters,
    });
    const done = started.status === 202 ? await ask(simulator, String(started.headers.location)) : started;
    expect(done.status, done.text).toBe(200);
    validate(definition, done.body);
  });

  test.each(readings)('%s', async (_file, path, definition) => {
    const answer = await ask(simulator, `${path}?api-version=2023-09-01`);
    expect(answer.status).toBe(200);
    validate(definition, answer.body);
  });
});

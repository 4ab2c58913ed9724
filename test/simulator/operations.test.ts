import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/server.ts';
import { ask, contoso, machineId, networkClient, startLeaping, type Wire, watcher } from './support/wire.ts';

const version = 'api-version=2023-09-01';
const nsg = (name: string, group = 'ShopRG') =>
  `${contoso}/resourceGroups/${group}/providers/Microsoft.Network/networkSecurityGroups/${name}`;
const nic = (name: string, group = 'ShopRG') =>
  `${contoso}/resourceGroups/${group}/providers/Microsoft.Network/networkInterfaces/${name}`;
const subnet = (name: string) =>
  `${contoso}/resourceGroups/ShopRG/providers/Microsoft.Network/virtualNetworks/shopVnet/subnets/${name}`;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startLeaping();
});
afterAll(() => simulator.close());

/** A POST and its one poll. */
async function run(path: string, body: unknown): Promise<Wire['body']> {
  const started = await ask(simulator, `${path}?${version}`, { body });
  expect(started.status, started.text).toBe(202);
  const done = await ask(simulator, String(started.headers.location));
  expect(done.status, done.text).toBe(200);
  return done.body;
}

describe('ipFlowVerify', () => {
  const flow = (more: object) => ({
    targetResourceId: machineId('ShopRG', 'db0'),
    direction: 'Inbound',
    protocol: 'TCP',
    localPort: '1433',
    remotePort: '*',
    localIPAddress: '10.2.3.4',
    remoteIPAddress: '10.2.1.4',
    ...more,
  });
  test.each([
    ['a rule of the user', {}, 'Allow', 'securityRules/allow-sql'],
    ['a denial of the user', { localPort: '80' }, 'Deny', 'securityRules/deny-80'],
    ['the default', { localPort: '443' }, 'Allow', 'defaultSecurityRules/AllowVnetInBound'],
    ['the internet', { remoteIPAddress: '100.1.2.3' }, 'Deny', 'defaultSecurityRules/DenyAllInBound'],
    [
      'out to the internet',
      { direction: 'Outbound', localPort: '*', remotePort: '80', remoteIPAddress: '100.1.2.3' },
      'Allow',
      'defaultSecurityRules/AllowInternetOutBound',
    ],
    [
      'UDP passes a rule about TCP',
      { protocol: 'UDP', localPort: '80' },
      'Allow',
      'defaultSecurityRules/AllowVnetInBound',
    ],
  ])('%s', async (_why, more, access, ruleName) => {
    expect(await run(`${watcher}/ipFlowVerify`, flow(more))).toEqual({ access, ruleName, ruleId: '' });
  });
  test.each([
    ['an address that is not its own', { localIPAddress: '10.2.3.9' }],
    ['no address', { remoteIPAddress: 'web0' }],
    ['another protocol', { protocol: 'ICMP' }],
    ['no port', { localPort: undefined }],
  ])('refuses %s', async (_why, more) => {
    expect((await ask(simulator, `${watcher}/ipFlowVerify?${version}`, { body: flow(more) })).status).toBe(400);
  });
});

test.each([
  [
    'to another subnet',
    'ShopRG',
    'app0',
    '10.2.1.4',
    '10.2.3.4',
    { nextHopType: 'VnetLocal', routeTableId: 'System Route' },
  ],
  [
    'to the internet',
    'ShopRG',
    'app0',
    '10.2.1.4',
    '8.8.8.8',
    { nextHopType: 'Internet', routeTableId: 'System Route' },
  ],
  ['to nowhere', 'ShopRG', 'app0', '10.2.1.4', '10.99.0.1', { nextHopType: 'None', routeTableId: 'System Route' }],
  [
    'stopped by a route',
    'ContosoRG',
    'MultiTierApp0',
    '10.1.1.4',
    '13.107.21.200',
    {
      nextHopType: 'None',
      routeTableId: `${contoso}/resourceGroups/ContosoRG/providers/Microsoft.Network/routeTables/appRoutes`,
    },
  ],
])('nextHop %s', async (_why, group, name, sourceIPAddress, destinationIPAddress, expected) => {
  const body = { targetResourceId: machineId(group, name), sourceIPAddress, destinationIPAddress };
  expect(await run(`${watcher}/nextHop`, body)).toEqual(expected);
});

describe('networkConfigurationDiagnostic', () => {
  const profile = {
    direction: 'Inbound',
    protocol: 'TCP',
    source: '10.2.1.4',
    destination: '10.2.3.4',
    destinationPort: '80',
  };
  test('names the rule that denies, its group and where it is applied, and every rule before it', async () => {
    const { results } = await run(`${watcher}/networkConfigurationDiagnostic`, {
      targetResourceId: machineId('ShopRG', 'db0'),
      profiles: [profile, { ...profile, destinationPort: '1433' }],
    });
    expect(results[0]).toEqual({
      profile,
      networkSecurityGroupResult: {
        securityRuleAccessResult: 'Deny',
        evaluatedNetworkSecurityGroups: [
          {
            networkSecurityGroupId: nsg('nsg-db'),
            appliedTo: nic('db0-nic'),
            matchedRule: { ruleName: 'UserRule_deny-80', action: 'Deny' },
            rulesEvaluationResult: [
              {
                name: 'UserRule_allow-sql',
                protocolMatched: true,
                sourceMatched: true,
                sourcePortMatched: true,
                destinationMatched: true,
                destinationPortMatched: false,
              },
              {
                name: 'UserRule_deny-80',
                protocolMatched: true,
                sourceMatched: true,
                sourcePortMatched: true,
                destinationMatched: true,
                destinationPortMatched: true,
              },
            ],
          },
        ],
      },
    });
    expect(results[1].networkSecurityGroupResult.securityRuleAccessResult).toBe('Allow');
  });

  test('a group on the subnet says so; minimum verbosity leaves the walk out; a NIC may be the target', async () => {
    const { results } = await run(`${watcher}/networkConfigurationDiagnostic`, {
      targetResourceId: nic('web0-nic'),
      verbosityLevel: 'Minimum',
      profiles: [{ ...profile, destination: '10.2.2.4', destinationPort: '22' }],
    });
    expect(results[0].networkSecurityGroupResult.evaluatedNetworkSecurityGroups).toEqual([
      {
        networkSecurityGroupId: nsg('nsg-web'),
        appliedTo: subnet('web'),
        matchedRule: { ruleName: 'UserRule_deny-vnet', action: 'Deny' },
      },
    ]);
  });

  test('a machine that is off is refused', async () => {
    const body = { targetResourceId: machineId('ShopRG', 'batch0'), profiles: [profile] };
    expect((await ask(simulator, `${watcher}/networkConfigurationDiagnostic?${version}`, { body })).status).toBe(409);
  });
});

test('securityGroupView shows the associations and what takes effect', async () => {
  const { networkInterfaces } = await run(`${watcher}/securityGroupView`, {
    targetResourceId: machineId('ShopRG', 'db0'),
  });
  const { securityRuleAssociations: rules, id } = networkInterfaces[0];
  expect(id).toBe(nic('db0-nic'));
  expect(rules.networkInterfaceAssociation.securityRules.map((rule: { name: string }) => rule.name)).toEqual([
    'allow-sql',
    'deny-80',
  ]);
  expect(rules.subnetAssociation).toBeUndefined();
  expect(rules.defaultSecurityRules).toHaveLength(6);
  expect(rules.effectiveSecurityRules.map((rule: { name: string }) => rule.name)).toContain('UserRule_deny-80');
});

test('topology answers at once, for a group, a network and a subnet', async () => {
  const post = (body: unknown) => ask(simulator, `${watcher}/topology?${version}`, { body });
  const names = (wire: Wire) => wire.body.resources.map((one: { name: string }) => one.name);
  const group = await post({ targetResourceGroupName: 'shoprg' });
  expect(group.status).toBe(200);
  expect(names(group)).toEqual(expect.arrayContaining(['db0', 'db0-nic', 'nsg-db', 'shopVnet', 'web']));
  const inside = await post({ targetSubnet: { id: subnet('db') } });
  expect(names(inside)).toEqual(expect.arrayContaining(['db0', 'db0-nic']));
  expect(names(inside)).not.toContain('web0');
  expect((await post({ targetResourceGroupName: 'nope' })).status).toBe(404);
});

test('effective routes and groups of a NIC, through the unmodified client', async () => {
  const client = networkClient(simulator);
  const routes = await client.networkInterfaces.getEffectiveRouteTable('ContosoRG', 'appNic0');
  expect(routes.value?.find((one) => one.name === 'stop')).toMatchObject({
    source: 'User',
    state: 'Active',
    nextHopType: 'None',
  });
  const groups = await client.networkInterfaces.listEffectiveNetworkSecurityGroups('ShopRG', 'web0-nic');
  expect(groups.value?.[0]?.association?.subnet?.id).toBe(subnet('web'));
  expect(groups.value?.[0]?.effectiveSecurityRules?.map((rule) => rule.name)).toContain('securityRules/deny-vnet');
});

describe('Resource Graph', () => {
  const graph = (query: string, options?: object) =>
    ask(simulator, '/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01', {
      body: { query, ...(options && { options }) },
    });
  test('answers the one shape', async () => {
    const first = await graph(
      "Resources | where type =~ 'Microsoft.Compute/virtualMachines' | project id, name | order by id asc",
      { $top: 5 },
    );
    expect(first.body).toMatchObject({ totalRecords: 9, count: 5, resultTruncated: 'true' });
    const rest = await graph("resources | where type =~ 'microsoft.compute/virtualmachines' | project id, name", {
      $skipToken: first.body.$skipToken,
    });
    expect(rest.body.data.length + first.body.count).toBe(9);
  });
  test('says of anything else what it understands', async () => {
    const answer = await graph('resources | summarize count() by type');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('where type =~');
  });
});

test('subscriptions, groups, tenants, providers, and the rest of the inventory', async () => {
  const get = async (path: string) => (await ask(simulator, `${path}?${version}`)).body;
  expect((await get('/subscriptions')).value[0]).toMatchObject({ displayName: 'Contoso', state: 'Enabled' });
  expect((await get('/tenants')).value).toHaveLength(1);
  expect((await get(`${contoso}/resourceGroups`)).value.map((one: { name: string }) => one.name)).toContain('ShopRG');
  expect(await get(`${contoso}/resourcegroups/shoprg`)).toMatchObject({ name: 'ShopRG', location: 'westcentralus' });
  expect((await get(`${contoso}/providers`)).value).toHaveLength(3);
  expect((await get(`${contoso}/providers/microsoft.network`)).registrationState).toBe('Registered');
  const group = await get(nsg('nsg-db'));
  expect(
    group.properties.securityRules.map((rule: { name: string; properties: { priority: number } }) => [
      rule.name,
      rule.properties.priority,
    ]),
  ).toEqual([
    ['allow-sql', 300],
    ['deny-80', 310],
  ]);
  expect(group.properties.networkInterfaces).toEqual([{ id: nic('db0-nic') }]);
  const table = await get(`${contoso}/resourceGroups/ContosoRG/providers/Microsoft.Network/routeTables/appRoutes`);
  expect(table.properties.routes).toHaveLength(2);
  for (const type of [
    'virtualNetworks',
    'publicIPAddresses',
    'virtualNetworkGateways',
    'privateEndpoints',
    'applicationSecurityGroups',
  ]) {
    expect(Array.isArray((await get(`${contoso}/providers/Microsoft.Network/${type}`)).value)).toBe(true);
  }
});

test('a machine tells its agent and its power', async () => {
  const get = async (name: string) =>
    (await ask(simulator, `${machineId('ShopRG', name)}?$expand=instanceView&${version}`)).body;
  const power = (body: Wire['body']) => body.properties.instanceView.statuses.map((one: { code: string }) => one.code);
  const db0 = await get('db0');
  expect(db0.resources[0].properties).toMatchObject({
    publisher: 'Microsoft.Azure.NetworkWatcher',
    type: 'NetworkWatcherAgentWindows',
  });
  expect(power(db0)).toContain('PowerState/running');
  expect((await get('old0')).resources).toBeUndefined();
  expect(power(await get('batch0'))).toContain('PowerState/deallocated');
});

import { ArmError } from '../arm-error.ts';
import { type JsonObject, type Operation, ok, type World } from '../exchange.ts';
import { page } from './listing.ts';

const kinds: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.Compute': ['virtualMachines', 'virtualMachines/extensions'],
  'Microsoft.Network': [
    'networkWatchers',
    'networkInterfaces',
    'networkSecurityGroups',
    'applicationSecurityGroups',
    'routeTables',
    'virtualNetworks',
    'publicIPAddresses',
    'virtualNetworkGateways',
    'privateEndpoints',
  ],
  'Microsoft.ResourceGraph': ['resources'],
};

const versions: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.Compute': ['2026-04-01', '2024-07-01', '2020-06-01', '2017-12-01'],
  'Microsoft.Network': ['2026-01-01', '2025-01-01', '2023-09-01', '2022-01-01', '2018-11-01', '2017-03-01'],
  'Microsoft.ResourceGraph': ['2024-04-01', '2021-03-01'],
};

function describe(namespace: string, world: World, subscription: string): JsonObject {
  const regions = [...new Set(world.topology.groups.map((group) => group.region))];
  return {
    id: `/subscriptions/${subscription}/providers/${namespace}`,
    namespace,
    registrationPolicy: 'RegistrationRequired',
    registrationState: 'Registered',
    resourceTypes: (kinds[namespace] ?? []).map((resourceType) => ({
      resourceType,
      locations: regions,
      apiVersions: versions[namespace] ?? [],
      capabilities: 'None',
    })),
  };
}

export const providers: readonly Operation[] = [
  {
    name: 'providers.list',
    method: 'GET',
    path: '/subscriptions/{subscription}/providers',
    action: 'Microsoft.Resources/subscriptions/providers/read',
    answer: (request, world) => {
      const { subscription = '' } = request.names;
      return page(
        request,
        world,
        Object.keys(kinds).map((namespace) => describe(namespace, world, subscription)),
      );
    },
  },
  {
    name: 'providers.get',
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/{namespace}',
    action: 'Microsoft.Resources/subscriptions/providers/read',
    answer: (request, world) => {
      const { subscription = '', namespace = '' } = request.names;
      const found = Object.keys(kinds).find((one) => one.toLowerCase() === namespace.toLowerCase());
      if (found !== undefined) return ok(describe(found, world, subscription));
      throw new ArmError(404, 'InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`);
    },
  },
];

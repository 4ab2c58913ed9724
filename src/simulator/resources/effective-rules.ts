import { invented } from '../arm-error.ts';
import {
  type ArmRequest,
  type Json,
  type JsonObject,
  type LongRunning,
  type Operation,
  ok,
  type World,
} from '../exchange.ts';
import { defaultRules } from '../network/nsg.ts';
import { isInForce, type Route, routesOf } from '../network/routes.ts';
import type { NetworkInterface, SecurityGroup, Subnet } from '../network/topology.ts';
import { findNamed } from './listing.ts';
import { effectiveRule, expandTags } from './rule-text.ts';

const type = 'Microsoft.Network/networkInterfaces';
const base = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}/{networkInterface}`;

function describeRoute(route: Route, routes: readonly Route[]): JsonObject {
  const source =
    route.origin === 'User' ? 'User' : route.nextHop === 'VirtualNetworkGateway' ? 'VirtualNetworkGateway' : 'Default';
  return {
    ...(route.userRoute === undefined ? {} : { name: route.userRoute.name }),
    source,
    state: isInForce(route, routes) ? 'Active' : 'Invalid',
    addressPrefix: [route.prefix.text],
    nextHopType: route.nextHop,
    nextHopIpAddress: route.addressText === undefined ? [] : [route.addressText],
  };
}

function describeGroup(group: SecurityGroup, association: JsonObject, world: World): JsonObject {
  const rules = [...group.rules, ...defaultRules].map((rule): JsonObject => {
    const sources = expandTags(rule.sources);
    const destinations = expandTags(rule.destinations);
    const name = `${rule.isDefault ? 'defaultSecurityRules' : 'securityRules'}/${rule.name}`;
    return {
      ...effectiveRule(rule, name, world.topology),
      ...(sources.length === 0 ? {} : { expandedSourceAddressPrefix: sources }),
      ...(destinations.length === 0 ? {} : { expandedDestinationAddressPrefix: destinations }),
    };
  });
  return { networkSecurityGroup: { id: group.id }, association, effectiveSecurityRules: rules };
}

function subnetOf(nic: NetworkInterface): Subnet {
  const subnet = nic.ipConfigurations[0]?.subnet;
  if (subnet === undefined) throw new Error(`${nic.id} has no address`);
  return subnet;
}

function effective(
  request: ArmRequest,
  world: World,
  describe: (nic: NetworkInterface) => readonly Json[],
): LongRunning {
  const nic = findNamed('nic', type, request, world);
  if (nic.machine?.power !== 'running') {
    throw invented(
      409,
      'NetworkInterfaceNotInUse',
      `Effective settings exist only for a network interface of a running virtual machine; ${nic.name}'s does not run.`,
    );
  }
  return { region: nic.region, seconds: world.chance.between(2, 5), result: () => ok({ value: describe(nic) }) };
}

export const effectiveRules: readonly Operation[] = [
  {
    name: 'effectiveRouteTable',
    method: 'POST',
    path: `${base}/effectiveRouteTable`,
    action: `${type}/effectiveRouteTable/action`,
    answer: (request, world) =>
      effective(request, world, (nic) => {
        const routes = routesOf(subnetOf(nic));
        return routes.map((route) => describeRoute(route, routes));
      }),
  },
  {
    name: 'effectiveNetworkSecurityGroups',
    method: 'POST',
    path: `${base}/effectiveNetworkSecurityGroups`,
    action: `${type}/effectiveNetworkSecurityGroups/action`,
    answer: (request, world) =>
      effective(request, world, (nic) => {
        const subnet = subnetOf(nic);
        const atSubnet = subnet.securityGroup;
        const atNic = nic.securityGroup;
        return [
          ...(atSubnet === undefined ? [] : [describeGroup(atSubnet, { subnet: { id: subnet.id } }, world)]),
          ...(atNic === undefined ? [] : [describeGroup(atNic, { networkInterface: { id: nic.id } }, world)]),
        ];
      }),
  },
];

import { seeded } from '../chance.ts';
import type { JsonObject, Operation } from '../exchange.ts';
import { defaultRules } from '../network/nsg.ts';
import type {
  Gateway,
  NetworkInterface,
  Peer,
  PortRange,
  PrivateEndpoint,
  RouteTable,
  SecurityGroup,
  SecurityRule,
  Subnet,
  VirtualNetwork,
} from '../network/topology.ts';
import { head, readings } from './listing.ts';

const networkTypes = {
  nic: 'Microsoft.Network/networkInterfaces',
  securityGroup: 'Microsoft.Network/networkSecurityGroups',
  applicationSecurityGroup: 'Microsoft.Network/applicationSecurityGroups',
  routeTable: 'Microsoft.Network/routeTables',
  vnet: 'Microsoft.Network/virtualNetworks',
  publicIp: 'Microsoft.Network/publicIPAddresses',
  gateway: 'Microsoft.Network/virtualNetworkGateways',
  privateEndpoint: 'Microsoft.Network/privateEndpoints',
  watcher: 'Microsoft.Network/networkWatchers',
} as const;

const done = { provisioningState: 'Succeeded' } as const;
const etag = (id: string) => `W/"${seeded(id).guid()}"`;
const reference = (resource: { readonly id: string }): JsonObject => ({ id: resource.id });

function describeNic(nic: NetworkInterface): JsonObject {
  return {
    ...head(nic, networkTypes.nic),
    etag: etag(nic.id),
    properties: {
      ...done,
      resourceGuid: seeded(`${nic.id}/guid`).guid(),
      ipConfigurations: nic.ipConfigurations.map((configuration) => ({
        name: configuration.name,
        id: configuration.id,
        etag: etag(nic.id),
        type: `${networkTypes.nic}/ipConfigurations`,
        properties: {
          ...done,
          privateIPAddress: configuration.addressText,
          privateIPAllocationMethod: 'Dynamic',
          ...(configuration.publicIp === undefined ? {} : { publicIPAddress: reference(configuration.publicIp) }),
          subnet: reference(configuration.subnet),
          primary: configuration.primary,
          privateIPAddressVersion: configuration.address.version === 4 ? 'IPv4' : 'IPv6',
          ...(nic.asgs.length === 0 ? {} : { applicationSecurityGroups: nic.asgs.map(reference) }),
        },
      })),
      dnsSettings: { dnsServers: [], appliedDnsServers: [] },
      macAddress: '00-0D-3A-00-00-00',
      primary: nic.primary,
      enableAcceleratedNetworking: false,
      enableIPForwarding: nic.ipForwarding,
      ...(nic.securityGroup === undefined ? {} : { networkSecurityGroup: reference(nic.securityGroup) }),
      ...(nic.machine === undefined ? {} : { virtualMachine: reference(nic.machine) }),
      hostedWorkloads: [],
      tapConfigurations: [],
      nicType: 'Standard',
    },
  };
}

const range = ({ from, to }: PortRange) =>
  from === 0 && to === 65535 ? '*' : from === to ? `${from}` : `${from}-${to}`;

function peerText(peer: Peer): readonly string[] {
  if (peer.kind === 'any') return ['*'];
  if (peer.kind === 'prefix') return [peer.prefix.text];
  return peer.kind === 'tag' ? [peer.tag] : [];
}

/** One value stands in the singular field, several in the plural one. */
function either(singular: string, plural: string, values: readonly string[]): JsonObject {
  return values.length === 1 ? { [singular]: values[0], [plural]: [] } : { [plural]: values };
}

function groupsOf(peers: readonly Peer[]): readonly JsonObject[] {
  return peers.flatMap((peer) => (peer.kind === 'asg' ? [reference(peer.asg)] : []));
}

/** A rule as a resource; `groupId` is empty where securityGroupView names no group. */
export function describeRule(rule: SecurityRule, groupId: string): JsonObject {
  const collection = rule.isDefault ? 'defaultSecurityRules' : 'securityRules';
  const sources = groupsOf(rule.sources);
  const destinations = groupsOf(rule.destinations);
  return {
    name: rule.name,
    id: `${groupId}/${collection}/${rule.name}`,
    etag: etag(groupId),
    type: `${networkTypes.securityGroup}/${collection}`,
    properties: {
      ...done,
      ...(rule.description === undefined ? {} : { description: rule.description }),
      protocol: rule.protocol,
      ...either('sourcePortRange', 'sourcePortRanges', rule.sourcePorts.map(range)),
      ...either('destinationPortRange', 'destinationPortRanges', rule.ports.map(range)),
      ...either('sourceAddressPrefix', 'sourceAddressPrefixes', rule.sources.flatMap(peerText)),
      ...either('destinationAddressPrefix', 'destinationAddressPrefixes', rule.destinations.flatMap(peerText)),
      ...(sources.length === 0 ? {} : { sourceApplicationSecurityGroups: sources }),
      ...(destinations.length === 0 ? {} : { destinationApplicationSecurityGroups: destinations }),
      access: rule.access,
      priority: rule.priority,
      direction: rule.direction,
    },
  };
}

function describeSecurityGroup(group: SecurityGroup, attached: Attached): JsonObject {
  return {
    ...head(group, networkTypes.securityGroup),
    etag: etag(group.id),
    properties: {
      ...done,
      resourceGuid: seeded(`${group.id}/guid`).guid(),
      securityRules: group.rules.map((rule) => describeRule(rule, group.id)),
      defaultSecurityRules: defaultRules.map((rule) => describeRule(rule, group.id)),
      ...attached,
    },
  };
}

type Attached = { readonly networkInterfaces?: readonly JsonObject[]; readonly subnets?: readonly JsonObject[] };

function describeRouteTable(table: RouteTable, subnets: readonly JsonObject[]): JsonObject {
  return {
    ...head(table, networkTypes.routeTable),
    etag: etag(table.id),
    properties: {
      ...done,
      resourceGuid: seeded(`${table.id}/guid`).guid(),
      disableBgpRoutePropagation: !table.propagateBgp,
      routes: table.routes.map((route) => ({
        name: route.name,
        id: `${table.id}/routes/${route.name}`,
        etag: etag(table.id),
        type: `${networkTypes.routeTable}/routes`,
        properties: {
          ...done,
          addressPrefix: route.prefixText,
          nextHopType: route.nextHop,
          ...(route.addressText === undefined ? {} : { nextHopIpAddress: route.addressText }),
        },
      })),
      ...(subnets.length === 0 ? {} : { subnets }),
    },
  };
}

function describeSubnet(subnet: Subnet): JsonObject {
  const prefixes = subnet.prefixes.map((prefix) => prefix.text);
  return {
    name: subnet.name,
    id: subnet.id,
    etag: etag(subnet.vnet.id),
    type: `${networkTypes.vnet}/subnets`,
    properties: {
      ...done,
      ...(prefixes.length === 1 ? { addressPrefix: prefixes[0] } : { addressPrefixes: prefixes }),
      ...(subnet.securityGroup === undefined ? {} : { networkSecurityGroup: reference(subnet.securityGroup) }),
      ...(subnet.routeTable === undefined ? {} : { routeTable: reference(subnet.routeTable) }),
      serviceEndpoints: subnet.serviceEndpoints.map((service) => ({ ...done, service })),
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
    },
  };
}

function describeVnet(vnet: VirtualNetwork): JsonObject {
  return {
    ...head(vnet, networkTypes.vnet),
    etag: etag(vnet.id),
    properties: {
      ...done,
      resourceGuid: seeded(`${vnet.id}/guid`).guid(),
      addressSpace: { addressPrefixes: vnet.prefixes.map((prefix) => prefix.text) },
      subnets: vnet.subnets.map(describeSubnet),
      virtualNetworkPeerings: vnet.peerings.map((peering) => ({
        id: peering.id,
        name: peering.name,
        etag: etag(vnet.id),
        type: `${networkTypes.vnet}/virtualNetworkPeerings`,
        properties: {
          ...done,
          peeringState: peering.remote.peerings.some((back) => back.remote === vnet) ? 'Connected' : 'Initiated',
          remoteVirtualNetwork: reference(peering.remote),
          allowVirtualNetworkAccess: peering.allowAccess,
          allowForwardedTraffic: peering.allowForwarded,
          allowGatewayTransit: peering.allowGatewayTransit,
          useRemoteGateways: peering.useRemoteGateways,
          remoteAddressSpace: { addressPrefixes: peering.remote.prefixes.map((prefix) => prefix.text) },
        },
      })),
      enableDdosProtection: false,
    },
  };
}

function describeGateway(gateway: Gateway): JsonObject {
  return {
    ...head(gateway, networkTypes.gateway),
    etag: etag(gateway.id),
    properties: { ...done, gatewayType: gateway.type, vpnType: 'RouteBased', activeActive: false },
  };
}

function describeEndpoint(endpoint: PrivateEndpoint): JsonObject {
  return {
    ...head(endpoint, networkTypes.privateEndpoint),
    etag: etag(endpoint.id),
    properties: {
      ...done,
      subnet: reference(endpoint.subnet),
      customDnsConfigs: endpoint.names.map((fqdn) => ({ fqdn, ipAddresses: [endpoint.addressText] })),
    },
  };
}

function subnetsWith(resources: readonly { readonly kind: string }[], holds: (subnet: Subnet) => boolean) {
  const isVnet = (resource: { readonly kind: string }): resource is VirtualNetwork => resource.kind === 'vnet';
  return resources
    .filter(isVnet)
    .flatMap((vnet) => vnet.subnets)
    .filter(holds)
    .map(reference);
}

export const networks: readonly Operation[] = [
  ...readings('nic', networkTypes.nic, describeNic),
  ...readings('securityGroup', networkTypes.securityGroup, (group, _request, { topology }) => {
    const nics = topology.resources.filter((one) => one.kind === 'nic' && one.securityGroup === group).map(reference);
    const subnets = subnetsWith(topology.resources, (subnet) => subnet.securityGroup === group);
    return describeSecurityGroup(group, {
      ...(nics.length === 0 ? {} : { networkInterfaces: nics }),
      ...(subnets.length === 0 ? {} : { subnets }),
    });
  }),
  ...readings('applicationSecurityGroup', networkTypes.applicationSecurityGroup, (asg) => ({
    ...head(asg, networkTypes.applicationSecurityGroup),
    etag: etag(asg.id),
    properties: done,
  })),
  ...readings('routeTable', networkTypes.routeTable, (table, _request, { topology }) =>
    describeRouteTable(
      table,
      subnetsWith(topology.resources, (subnet) => subnet.routeTable === table),
    ),
  ),
  ...readings('vnet', networkTypes.vnet, describeVnet),
  ...readings('publicIp', networkTypes.publicIp, (publicIp) => ({
    ...head(publicIp, networkTypes.publicIp),
    etag: etag(publicIp.id),
    properties: {
      ...done,
      ipAddress: publicIp.addressText,
      publicIPAddressVersion: publicIp.address.version === 4 ? 'IPv4' : 'IPv6',
      publicIPAllocationMethod: 'Static',
      idleTimeoutInMinutes: 4,
    },
    sku: { name: 'Standard', tier: 'Regional' },
  })),
  ...readings('gateway', networkTypes.gateway, describeGateway),
  ...readings('privateEndpoint', networkTypes.privateEndpoint, describeEndpoint),
  ...readings('watcher', networkTypes.watcher, (watcher) => ({
    ...head(watcher, networkTypes.watcher),
    etag: etag(watcher.id),
    properties: { ...done, runningOperationIds: [] },
  })),
];

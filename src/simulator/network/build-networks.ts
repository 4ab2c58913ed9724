import { covers } from './address.ts';
import { common, complete, type GroupFile, listenerOf, type Path, type Site } from './site.ts';
import type { Connection, Gateway, Group, Peering, PrivateEndpoint, Subnet, VirtualNetwork } from './topology.ts';

export function addNetworks(site: Site, group: Group, from: GroupFile, path: Path): void {
  for (const [at, one] of from.vnets.entries()) {
    const here = [...path, 'vnets', at];
    const subnets: Subnet[] = [];
    const vnet: VirtualNetwork = {
      kind: 'vnet',
      id: site.idOf(group, 'Microsoft.Network/virtualNetworks', one.name),
      ...common(group, one),
      prefixes: site.prefixes(one.prefixes, [...here, 'prefixes']),
      subnets,
      peerings: [],
      gateways: [],
      privateEndpoints: [],
    };
    site.register(vnet, here);
    site.owners.set(vnet.id.toLowerCase(), new Map());
    for (const [index, subnetFile] of one.subnets.entries()) {
      const inside = [...here, 'subnets', index];
      const subnet = makeSubnet(site, group, vnet, subnetFile, inside);
      subnets.push(subnet);
      if (site.byId.has(subnet.id.toLowerCase())) site.complain(inside, `there is a second subnet "${subnet.name}"`);
      site.byId.set(subnet.id.toLowerCase(), subnet);
    }
  }
}

function makeSubnet(
  site: Site,
  group: Group,
  vnet: VirtualNetwork,
  from: GroupFile['vnets'][number]['subnets'][number],
  path: Path,
): Subnet {
  const prefixes = site.prefixes(from.prefix, [...path, 'prefix']);
  for (const block of prefixes) {
    if (!vnet.prefixes.some((outer) => covers(outer, block))) {
      site.complain([...path, 'prefix'], `${block.text} is not inside the address space of ${vnet.name}`);
    }
  }
  const nsgType = 'Microsoft.Network/networkSecurityGroups';
  const securityGroup =
    from.nsg === undefined ? undefined : site.resolve('securityGroup', nsgType, group, from.nsg, [...path, 'nsg']);
  const routeTable =
    from.routeTable === undefined
      ? undefined
      : site.resolve('routeTable', 'Microsoft.Network/routeTables', group, from.routeTable, [...path, 'routeTable']);
  return {
    kind: 'subnet',
    id: `${vnet.id}/subnets/${from.name}`,
    name: from.name,
    vnet,
    prefixes,
    ...(securityGroup === undefined ? {} : { securityGroup }),
    ...(routeTable === undefined ? {} : { routeTable }),
    serviceEndpoints: from.serviceEndpoints,
  };
}

export function addPeerings(site: Site, group: Group, from: GroupFile, path: Path): void {
  for (const [at, one] of from.vnets.entries()) {
    const vnet = site.byId.get(site.idOf(group, 'Microsoft.Network/virtualNetworks', one.name).toLowerCase());
    if (vnet?.kind !== 'vnet') continue;
    const peerings = one.peerings.flatMap((peering, index): readonly Peering[] => {
      const remote = site.resolve('vnet', 'Microsoft.Network/virtualNetworks', group, peering.to, [
        ...path,
        'vnets',
        at,
        'peerings',
        index,
        'to',
      ]);
      if (remote === undefined) return [];
      const name = peering.name ?? `to-${remote.name}`;
      const { allowAccess, allowForwarded, allowGatewayTransit, useRemoteGateways } = peering;
      const id = `${vnet.id}/virtualNetworkPeerings/${name}`;
      return [{ id, name, remote, allowAccess, allowForwarded, allowGatewayTransit, useRemoteGateways }];
    });
    complete(vnet).peerings = peerings;
  }
}

export function addEdges(site: Site, group: Group, from: GroupFile, path: Path): void {
  for (const [at, one] of from.gateways.entries()) {
    const here = [...path, 'gateways', at];
    const vnet = site.resolve('vnet', 'Microsoft.Network/virtualNetworks', group, one.vnet, [...here, 'vnet']);
    if (vnet === undefined) continue;
    site.address(one.address, [...here, 'address']);
    const gateway: Gateway = {
      kind: 'gateway',
      id: site.idOf(group, 'Microsoft.Network/virtualNetworkGateways', one.name),
      ...common(group, one),
      vnet,
      type: one.type,
      addressText: one.address,
      connections: [],
    };
    site.register(gateway, here);
    complete(vnet).gateways = [...vnet.gateways, gateway];
  }
  for (const [at, one] of from.privateEndpoints.entries()) {
    const here = [...path, 'privateEndpoints', at];
    const subnet = site.findSubnet(group, one.subnet, [...here, 'subnet']);
    if (subnet === undefined) continue;
    const visibleIn = one.visibleIn?.flatMap(
      (reference, index) =>
        site.resolve('vnet', 'Microsoft.Network/virtualNetworks', group, reference, [...here, 'visibleIn', index]) ??
        [],
    );
    const endpoint: PrivateEndpoint = {
      kind: 'privateEndpoint',
      id: site.idOf(group, 'Microsoft.Network/privateEndpoints', one.name),
      ...common(group, one),
      subnet,
      address: site.address(one.address, [...here, 'address']),
      addressText: one.address,
      names: one.names,
      listeners: one.listens.map(listenerOf),
      visibleIn: visibleIn ?? [subnet.vnet],
    };
    site.register(endpoint, here);
    site.own(endpoint, subnet, [...here, 'address']);
    complete(subnet.vnet).privateEndpoints = [...subnet.vnet.privateEndpoints, endpoint];
  }
}

export function joinGateways(site: Site, group: Group, from: GroupFile, path: Path): void {
  for (const [at, one] of from.gateways.entries()) {
    const gateway = site.byId.get(site.idOf(group, 'Microsoft.Network/virtualNetworkGateways', one.name).toLowerCase());
    if (gateway?.kind !== 'gateway') continue;
    const connections = one.connections.map((connection, index): Connection => {
      const here = [...path, 'gateways', at, 'connections', index];
      const type = 'Microsoft.Network/virtualNetworkGateways';
      const remote =
        connection.remote === undefined
          ? undefined
          : site.resolve('gateway', type, group, connection.remote, [...here, 'remote']);
      return {
        name: connection.name,
        connected: connection.connected,
        bgp: connection.bgp,
        prefixes: site.prefixes(connection.prefixes, [...here, 'prefixes']),
        ...(remote === undefined ? {} : { remote }),
      };
    });
    complete(gateway).connections = connections;
  }
}

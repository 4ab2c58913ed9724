import { type Address, contains, type Prefix, prefix, sameAddress } from './address.ts';
import { tagPrefixes } from './service-tags.ts';
import type { Gateway, NextHopType, Peering, PrivateEndpoint, RouteTable, Subnet, UserRoute } from './topology.ts';

/** One route as a NIC of the subnet sees it. */
export type Route = {
  readonly origin: 'User' | 'Bgp' | 'System';
  readonly prefix: Prefix;
  readonly nextHop: NextHopType;
  readonly address?: Address;
  readonly addressText?: string;
  readonly userRoute?: UserRoute;
  readonly routeTable?: RouteTable;
  readonly peering?: Peering;
  readonly gateway?: Gateway;
  readonly privateEndpoint?: PrivateEndpoint;
};

const everything = [prefix('0.0.0.0/0'), prefix('::/0')];
/** Azure's own routes that drop private space which no network owns. */
const dropped = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(prefix);

const system = (block: Prefix, nextHop: NextHopType, more: Partial<Route> = {}): Route => ({
  origin: 'System',
  prefix: block,
  nextHop,
  ...more,
});

const known = new WeakMap<Subnet, readonly Route[]>();

/** Every route of the subnet, those that another one hides among them. */
export function routesOf(subnet: Subnet): readonly Route[] {
  const before = known.get(subnet);
  if (before !== undefined) return before;
  const routes = collect(subnet);
  known.set(subnet, routes);
  return routes;
}

function collect(subnet: Subnet): readonly Route[] {
  const { vnet, routeTable } = subnet;
  const routes: Route[] = [];
  for (const block of vnet.prefixes) routes.push(system(block, 'VnetLocal'));
  for (const peering of vnet.peerings) {
    for (const block of peering.remote.prefixes) routes.push(system(block, 'VNetPeering', { peering }));
  }
  for (const gateway of gatewaysSeenFrom(subnet)) {
    for (const connection of gateway.connections) {
      if (!connection.connected || (connection.bgp && routeTable?.propagateBgp === false)) continue;
      for (const block of connection.prefixes) {
        const nextHop = 'VirtualNetworkGateway';
        routes.push({ ...system(block, nextHop, { gateway }), origin: connection.bgp ? 'Bgp' : 'System' });
      }
    }
  }
  for (const service of subnet.serviceEndpoints) {
    for (const block of tagPrefixes(service)) routes.push(system(block, 'VirtualNetworkServiceEndpoint'));
  }
  const reachable = [vnet, ...vnet.peerings.filter((peering) => peering.allowAccess).map((peering) => peering.remote)];
  for (const endpoint of reachable.flatMap((near) => near.privateEndpoints)) {
    routes.push(system(prefix(endpoint.addressText), 'InterfaceEndpoint', { privateEndpoint: endpoint }));
  }
  for (const block of everything) routes.push(system(block, 'Internet'));
  for (const block of dropped) routes.push(system(block, 'None'));
  for (const userRoute of routeTable?.routes ?? []) {
    for (const block of userRoute.prefixes) {
      routes.push({
        origin: 'User',
        prefix: block,
        nextHop: userRoute.nextHop,
        ...(userRoute.address === undefined ? {} : { address: userRoute.address }),
        ...(userRoute.addressText === undefined ? {} : { addressText: userRoute.addressText }),
        userRoute,
        ...(routeTable === undefined ? {} : { routeTable }),
      });
    }
  }
  return routes;
}

/** The network's own gateways, or those of a peered network that lends them. */
export function gatewaysSeenFrom(subnet: Subnet): readonly Gateway[] {
  const { vnet } = subnet;
  const lent = vnet.peerings
    .filter((peering) => peering.useRemoteGateways && lends(peering, vnet.id))
    .flatMap((peering) => peering.remote.gateways);
  return [...vnet.gateways, ...lent];
}

function lends(peering: Peering, borrowerId: string): boolean {
  return peering.remote.peerings.some(
    (back) => back.allowGatewayTransit && back.remote.id.toLowerCase() === borrowerId.toLowerCase(),
  );
}

const rank = { User: 2, Bgp: 1, System: 0 } as const;

/** Routes that BGP never overrides, not even with a longer prefix. */
function isPreferredSystem(route: Route): boolean {
  return (
    route.origin === 'System' &&
    (route.nextHop === 'VnetLocal' ||
      route.nextHop === 'VNetPeering' ||
      route.nextHop === 'VirtualNetworkServiceEndpoint' ||
      route.nextHop === 'InterfaceEndpoint')
  );
}

/**
 * Longest prefix, then user-defined before BGP before system. Two exceptions of Azure: a service endpoint cannot be
 * overridden at all, and the network's own, peering and endpoint routes win over BGP whatever its prefix.
 */
export function selectRoute(routes: readonly Route[], destination: Address): Route | undefined {
  const matching = routes.filter((route) => contains(route.prefix, destination));
  const endpoint = matching.find((route) => route.nextHop === 'VirtualNetworkServiceEndpoint');
  const fixed = matching.some(isPreferredSystem);
  const candidates = fixed ? matching.filter((route) => route.origin !== 'Bgp') : matching;
  let best: Route | undefined;
  for (const route of candidates) {
    if (
      best === undefined ||
      route.prefix.length > best.prefix.length ||
      (route.prefix.length === best.prefix.length && rank[route.origin] > rank[best.origin])
    ) {
      best = route;
    }
  }
  return endpoint !== undefined && best?.nextHop !== 'InterfaceEndpoint' ? endpoint : best;
}

/** A route is in force unless a stronger one has the very same prefix. */
export function isInForce(route: Route, routes: readonly Route[]): boolean {
  return !routes.some(
    (other) =>
      other !== route &&
      other.prefix.length === route.prefix.length &&
      sameAddress(
        { version: other.prefix.version, bits: other.prefix.bits },
        { version: route.prefix.version, bits: route.prefix.bits },
      ) &&
      rank[other.origin] > rank[route.origin] &&
      route.nextHop !== 'VirtualNetworkServiceEndpoint',
  );
}

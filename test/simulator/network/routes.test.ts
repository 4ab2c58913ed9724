import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contains, parsePrefix } from '../../../src/simulator/network/address.ts';
import { isInForce, type Route, routesOf, selectRoute } from '../../../src/simulator/network/routes.ts';
import type { Topology } from '../../../src/simulator/network/topology.ts';
import { address, lab, standing } from '../support/lab.ts';

type Options = {
  readonly routes?: string;
  readonly propagateBgp?: boolean;
  readonly services?: string;
  readonly peering?: string;
};

/** app0 in 10.10.0.0/16, peered with 10.20.0.0/16 and a hub 10.30.0.0/16 whose gateway leads to 172.16.0.0/16. */
function network({ routes = '[]', propagateBgp = true, services = '[]', peering = '' }: Options = {}): Topology {
  return lab(
    `routeTables:
  - name: rt
    propagateBgp: ${propagateBgp}
    routes:
${routes.replace(/^/gm, '      ')}
vnets:
  - name: vnet
    prefixes: 10.10.0.0/16
    subnets:
      - { name: app, prefix: 10.10.1.0/24, routeTable: rt, serviceEndpoints: ${services} }
      - { name: links, prefix: 10.10.9.0/24 }
    peerings:
      - { to: near }
      - { to: hub, useRemoteGateways: true${peering} }
  - { name: near, prefixes: 10.20.0.0/16, peerings: [{ to: vnet }] }
  - { name: hub, prefixes: 10.30.0.0/16, peerings: [{ to: vnet, allowGatewayTransit: true }] }
gateways:
  - name: vpn
    vnet: hub
    address: 20.61.0.9
    connections:
      - { name: corp, prefixes: [172.16.0.0/16, 10.20.7.0/24], bgp: true }
      - { name: branch, prefixes: 192.168.50.0/24 }
privateEndpoints:
  - { name: pe, subnet: vnet/links, address: 10.10.9.5, names: [data.example] }
vms:
  - { name: app0, nics: [{ subnet: vnet/app, address: 10.10.1.4 }] }`,
  );
}

type Row = { readonly why: string; readonly to: string; readonly takes: string } & Options;

const user = (name: string, prefix: string, nextHop: string, more = '') =>
  `- { name: ${name}, prefix: ${prefix}, nextHop: ${nextHop}${more} }`;

const table: readonly Row[] = [
  { why: 'inside the network', to: '10.10.7.7', takes: 'System 10.10.0.0/16 VnetLocal' },
  { why: 'a peered network', to: '10.20.1.1', takes: 'System 10.20.0.0/16 VNetPeering' },
  { why: 'behind the gateway of a peered hub', to: '172.16.5.10', takes: 'Bgp 172.16.0.0/16 VirtualNetworkGateway' },
  { why: 'a static site behind it', to: '192.168.50.9', takes: 'System 192.168.50.0/24 VirtualNetworkGateway' },
  { why: 'the internet', to: '8.8.8.8', takes: 'System 0.0.0.0/0 Internet' },
  { why: 'private space that nobody owns is dropped', to: '10.99.0.1', takes: 'System 10.0.0.0/8 None' },
  { why: 'carrier-grade NAT space is dropped', to: '100.64.1.1', takes: 'System 100.64.0.0/10 None' },
  { why: 'a private endpoint', to: '10.10.9.5', takes: 'System 10.10.9.5 InterfaceEndpoint' },
  {
    why: 'the longest prefix wins among the users routes',
    to: '8.8.8.8',
    routes: `${user('wide', '8.0.0.0/8', 'None')}\n${user('narrow', '8.8.8.0/24', 'Internet')}`,
    takes: 'User 8.8.8.0/24 Internet',
  },
  {
    why: 'at equal length the user wins over the system',
    to: '10.20.1.1',
    routes: user('stop', '10.20.0.0/16', 'None'),
    takes: 'User 10.20.0.0/16 None',
  },
  {
    why: 'at equal length the user wins over BGP',
    to: '172.16.5.10',
    routes: user('stop', '172.16.0.0/16', 'None'),
    takes: 'User 172.16.0.0/16 None',
  },
  {
    why: 'a longer prefix of the user',
    to: '10.10.7.7',
    routes: user('fw', '10.10.7.0/24', 'VirtualAppliance', ', address: 10.10.1.9'),
    takes: 'User 10.10.7.0/24 VirtualAppliance',
  },
  {
    why: 'a shorter prefix of the user loses',
    to: '10.10.7.7',
    routes: user('fw', '10.0.0.0/8', 'VirtualAppliance', ', address: 10.10.1.9'),
    takes: 'System 10.10.0.0/16 VnetLocal',
  },
  {
    why: 'a default route of the user takes the internet',
    to: '8.8.8.8',
    routes: user('all', '0.0.0.0/0', 'VirtualAppliance', ', address: 10.10.1.9'),
    takes: 'User 0.0.0.0/0 VirtualAppliance',
  },
  {
    why: 'a default route of the user does not take private space, which is dropped more precisely',
    to: '10.99.0.1',
    routes: user('all', '0.0.0.0/0', 'VirtualAppliance', ', address: 10.10.1.9'),
    takes: 'System 10.0.0.0/8 None',
  },
  {
    why: 'BGP does not override a peering, not even more precisely',
    to: '10.20.7.7',
    takes: 'System 10.20.0.0/16 VNetPeering',
  },
  {
    why: 'without propagation BGP is unknown',
    to: '172.16.5.10',
    propagateBgp: false,
    takes: 'System 172.16.0.0/12 None',
  },
  {
    why: 'without propagation static sites stay',
    to: '192.168.50.9',
    propagateBgp: false,
    takes: 'System 192.168.50.0/24 VirtualNetworkGateway',
  },
  {
    why: 'a service endpoint',
    to: '20.60.1.4',
    services: '[Microsoft.Storage]',
    takes: 'System 20.60.0.0/16 VirtualNetworkServiceEndpoint',
  },
  {
    why: 'a service endpoint cannot be overridden',
    to: '20.60.1.4',
    services: '[Microsoft.Storage]',
    routes: user('stop', '20.60.1.4/32', 'None'),
    takes: 'System 20.60.0.0/16 VirtualNetworkServiceEndpoint',
  },
  {
    why: 'a service tag as a prefix',
    to: '20.60.1.4',
    routes: user('tag', 'Storage', 'None'),
    takes: 'User 20.60.0.0/16 None',
  },
];

const show = (route: Route | undefined) =>
  route === undefined ? 'none' : `${route.origin} ${route.prefix.text} ${route.nextHop}`;

test.each(table)('$why: $takes', ({ to, takes, ...options }) => {
  expect(show(selectRoute(routesOf(standing(network(options), 'app0').subnet), address(to)))).toBe(takes);
});

test('the system route that a user route hides is no longer in force', () => {
  const routes = routesOf(standing(network({ routes: user('stop', '10.20.0.0/16', 'None') }), 'app0').subnet);
  const same = routes.filter((route) => route.prefix.text === '10.20.0.0/16');
  expect(same.map((route) => `${show(route)} ${isInForce(route, routes)}`).toSorted()).toEqual([
    'System 10.20.0.0/16 VNetPeering false',
    'User 10.20.0.0/16 None true',
  ]);
});

test('the choice does not depend on the order of the routes, and without the chosen one the next best is taken', () => {
  const entry = fc.record({
    base: fc.constantFrom('10.0.0.0', '10.20.0.0', '8.8.8.0', '0.0.0.0'),
    length: fc.constantFrom(0, 8, 16, 24, 32),
    nextHop: fc.constantFrom('None', 'Internet', 'VnetLocal'),
  });
  const written = fc.uniqueArray(entry, {
    selector: ({ base, length }) => `${parsePrefix(`${base}/${length}`)?.bits} ${length}`,
    maxLength: 6,
  });
  const destinations = fc.constantFrom('10.20.0.0', '10.10.7.7', '8.8.8.8', '10.99.0.1');
  fc.assert(
    fc.property(written, destinations, fc.infiniteStream(fc.nat()), (entries, to, noise) => {
      const text = entries
        .map(({ base, length, nextHop }, at) => user(`r${at}`, `${base}/${length}`, nextHop))
        .join('\n');
      const routes = routesOf(standing(network({ routes: text === '' ? '[]' : text }), 'app0').subnet);
      const destination = address(to);
      const chosen = selectRoute(routes, destination);
      const keyed = routes.map((route) => ({ route, key: noise.next().value }));
      const shuffled = keyed.toSorted((one, other) => one.key - other.key).map(({ route }) => route);
      expect(chosen?.prefix.length).toBe(selectRoute(shuffled, destination)?.prefix.length);
      expect(show(selectRoute(shuffled, destination))).toBe(show(chosen));
      const rest = routes.filter((route) => route !== chosen);
      const next = selectRoute(rest, destination);
      if (chosen === undefined || next === undefined) return;
      expect(contains(next.prefix, destination)).toBe(true);
      expect(next.prefix.length).toBeLessThanOrEqual(chosen.prefix.length);
    }),
    { numRuns: 60 },
  );
});

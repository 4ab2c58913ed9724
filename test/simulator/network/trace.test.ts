import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/simulator/network/explain.ts';
import type { Topology } from '../../../src/simulator/network/topology.ts';
import { loadTopology } from '../../../src/simulator/topologies.ts';
import { draw, lab, walk } from '../support/lab.ts';

/** Two subnets with a firewall between them on the way there, and what the test adds. */
function firewall(
  by: {
    readonly nic?: string;
    readonly vm?: string;
    readonly target?: string;
    readonly back?: string;
    readonly fwRoutes?: string;
  } = {},
): Topology {
  return lab(`nsgs:
  - { name: closed-out, rules: [{ name: no-sql-out, priority: 100, direction: Outbound, access: Deny, ports: 1433 }] }
  - { name: closed-in, rules: [{ name: no-sql-in, priority: 100, direction: Inbound, access: Deny, ports: 1433 }] }
routeTables:
  - { name: there, routes: [{ name: db, prefix: 10.10.2.0/24, nextHop: VirtualAppliance, address: 10.10.9.4 }] }
  - { name: back, routes: [${by.back ?? ''}] }
  - { name: fw, routes: [${by.fwRoutes ?? ''}] }
vnets:
  - name: vnet
    prefixes: 10.10.0.0/16
    subnets:
      - { name: app, prefix: 10.10.1.0/24, routeTable: there }
      - { name: db, prefix: 10.10.2.0/24, routeTable: back }
      - { name: fw, prefix: 10.10.9.0/24, routeTable: fw }
vms:
  - { name: app0, nics: [{ subnet: vnet/app, address: 10.10.1.4 }], listens: [22] }
  - { name: db0, nics: [{ subnet: vnet/db, address: 10.10.2.4${by.target ?? ''} }], listens: [1433] }
  - { name: fw0, nics: [{ subnet: vnet/fw, address: 10.10.9.4${by.nic ?? ', ipForwarding: true'} }], ${by.vm ?? 'forwards: true'} }
  - { name: fw1, nics: [{ subnet: vnet/fw, address: 10.10.9.5, ipForwarding: true }], forwards: true, stateful: true }`);
}

type Row = {
  readonly why: string;
  readonly by?: Parameters<typeof firewall>[0];
  readonly there: string;
  readonly back?: string;
};

const straight = '10.10.2.4 > 10.10.1.4';
const table: readonly Row[] = [
  { why: 'through, and home without the firewall', there: '10.10.1.4 > 10.10.9.4 > 10.10.2.4', back: straight },
  { why: 'IP forwarding is off', by: { nic: '' }, there: '10.10.1.4 > 10.10.9.4 [forwardingOff] > 10.10.2.4' },
  {
    why: 'the guest does not forward',
    by: { vm: 'listens: [22]' },
    there: '10.10.1.4 > 10.10.9.4 [guestDoesNotForward] > 10.10.2.4',
  },
  {
    why: 'the firewall is off',
    by: { vm: 'forwards: true, power: stopped' },
    there: '10.10.1.4 > 10.10.9.4 [notRunning] > 10.10.2.4',
  },
  {
    why: 'denied into the firewall',
    by: { nic: ', ipForwarding: true, nsg: closed-in' },
    there: '10.10.1.4 > 10.10.9.4 [denied] > 10.10.2.4',
  },
  {
    why: 'denied out of the firewall',
    by: { nic: ', ipForwarding: true, nsg: closed-out' },
    there: '10.10.1.4 > 10.10.9.4 [denied] > 10.10.2.4',
  },
  {
    why: 'denied at the target; the path is drawn to its end',
    by: { target: ', nsg: closed-in' },
    there: '10.10.1.4 > 10.10.9.4 > 10.10.2.4 [denied]',
  },
  {
    why: 'the firewall sends it to itself',
    by: { fwRoutes: '{ name: self, prefix: 10.10.2.0/24, nextHop: VirtualAppliance, address: 10.10.9.4 }' },
    there: '10.10.1.4 > 10.10.9.4 [loop] > 10.10.2.4',
  },
  {
    why: 'no machine at the next hop',
    by: { fwRoutes: '{ name: gone, prefix: 10.10.2.0/24, nextHop: VirtualAppliance, address: 10.10.9.99 }' },
    there: '10.10.1.4 > 10.10.9.4 [noAppliance] > 10.10.2.4',
  },
  {
    why: 'home is dropped',
    by: { back: '{ name: drop, prefix: 10.10.1.0/24, nextHop: None }' },
    there: '10.10.1.4 > 10.10.9.4 > 10.10.2.4',
    back: '10.10.2.4 [routeNone] > 10.10.1.4',
  },
  {
    why: 'home by the same firewall',
    by: { back: '{ name: fw, prefix: 10.10.1.0/24, nextHop: VirtualAppliance, address: 10.10.9.4 }' },
    there: '10.10.1.4 > 10.10.9.4 > 10.10.2.4',
    back: '10.10.2.4 > 10.10.9.4 > 10.10.1.4',
  },
  {
    why: 'home by another firewall that keeps state',
    by: { back: '{ name: fw, prefix: 10.10.1.0/24, nextHop: VirtualAppliance, address: 10.10.9.5 }' },
    there: '10.10.1.4 > 10.10.9.4 > 10.10.2.4',
    back: '10.10.2.4 > 10.10.9.5 [foreignState] > 10.10.1.4',
  },
];

test.each(table)('$why', ({ by, there, back }) => {
  const traced = walk(firewall(by), 'app0', 'db0');
  expect(draw(traced.hops)).toBe(there);
  expect(draw(traced.back)).toBe(back ?? '');
  expect(traced.reached).toBe(!there.includes('[') && !(back ?? '').includes('['));
});

test('the answer is let home by a group that saw the question, though its rules would deny it', () => {
  const topology = lab(`nsgs:
  - { name: shut, rules: [{ name: deny-in, priority: 100, direction: Inbound, access: Deny }] }
vnets: [{ name: vnet, prefixes: 10.10.0.0/16, subnets: [{ name: one, prefix: 10.10.1.0/24 }] }]
vms:
  - { name: app0, nics: [{ subnet: vnet/one, address: 10.10.1.4, nsg: shut }] }
  - { name: db0, nics: [{ subnet: vnet/one, address: 10.10.1.5 }], listens: [1433] }`);
  expect(walk(topology, 'app0', 'db0').reached).toBe(true);
  expect(walk(topology, 'db0', 'app0', 22).reached).toBe(false);
});

describe('each hop says why the packet went on', () => {
  const { hops } = walk(loadTopology('contoso'), 'MultiTierApp0', 'Database0', 80);

  test('by which route', () => {
    expect(hops.map((hop) => hop.route && `${hop.route.origin} ${hop.route.prefix.text} ${hop.route.nextHop}`)).toEqual(
      [
        'User 10.1.4.0/24 VirtualAppliance',
        'User 10.1.4.0/24 VirtualAppliance',
        'System 10.1.0.0/16 VnetLocal',
        undefined,
      ],
    );
  });

  test('and past which rule', () => {
    const rules = hops.map((hop) => [hop.inbound, hop.outbound].map((one) => one?.decidedBy?.rule.name ?? one?.access));
    expect(rules).toEqual([
      [undefined, 'Allow'],
      ['Allow', 'Allow'],
      ['AllowVnetInBound', 'Port80'],
      ['Allow', undefined],
    ]);
  });
});

describe('ends of a path', () => {
  const topology = lab(
    `publicIps: [{ name: pip, address: 20.50.0.4 }]
vnets:
  - { name: vnet, prefixes: ['10.10.0.0/16', 'fd00:10::/48'], subnets: [{ name: one, prefix: ['10.10.1.0/24', 'fd00:10:0:1::/64'] }] }
  - { name: other, prefixes: 10.20.0.0/16, subnets: [{ name: one, prefix: 10.20.1.0/24 }] }
vms:
  - name: app0
    nics: [{ subnet: vnet/one, ipConfigurations: [{ address: 10.10.1.4 }, { name: six, address: 'fd00:10:0:1::4' }] }]
  - name: six0
    nics: [{ subnet: vnet/one, ipConfigurations: [{ address: 10.10.1.6 }, { name: six, address: 'fd00:10:0:1::6' }] }]
    listens: [1433]
  - { name: shy0, nics: [{ subnet: vnet/one, address: 10.10.1.7 }], firewall: [{ access: Deny, protocol: Icmp }], listens: [1433] }
  - { name: open0, nics: [{ subnet: other/one, address: 10.20.1.4, publicIp: pip }], listens: [1433] }`,
    'hosts: [{ names: [web.example], addresses: 93.184.215.14, listens: [443] }]',
  );
  test.each([
    ['a host of the internet', '93.184.215.14', 443, 'Tcp', '10.10.1.4 > 93.184.215.14'],
    ['a port that it does not serve', '93.184.215.14', 25, 'Tcp', '10.10.1.4 > 93.184.215.14 [noListener]'],
    ['an address nobody has', '203.0.113.77', 443, 'Tcp', '10.10.1.4 > 203.0.113.77 [noSuchAddress]'],
    ['a free address of the subnet', '10.10.1.99', 443, 'Tcp', '10.10.1.4 > 10.10.1.99 [noSuchAddress]'],
    ['a network that is not peered', '10.20.1.4', 1433, 'Tcp', '10.10.1.4 [routeNone] > 10.20.1.4'],
    ['a public address of the estate', '20.50.0.4', 1433, 'Tcp', '10.10.1.4 > 20.50.0.4'],
    ['IPv6', 'fd00:10:0:1::6', 1433, 'Tcp', 'fd00:10:0:1::4 > fd00:10:0:1::6'],
    ['itself', '10.10.1.4', 22, 'Tcp', '10.10.1.4 [noListener]'],
    ['ICMP to a machine', '10.10.1.6', 0, 'Icmp', '10.10.1.4 > 10.10.1.6'],
    ['ICMP to a machine whose guest drops it', '10.10.1.7', 0, 'Icmp', '10.10.1.4 > 10.10.1.7 [guestFirewall]'],
    ['ICMP to a host that does not answer', '93.184.215.14', 0, 'Icmp', '10.10.1.4 > 93.184.215.14 [noAnswer]'],
  ] as const)('%s', (_why, to, port, protocol, path) => {
    expect(draw(walk(topology, 'app0', to, port, protocol).hops)).toBe(path);
  });
});

describe('the way home', () => {
  test('from a public address leads out again', () => {
    const topology = lab(`publicIps: [{ name: pip, address: 20.50.0.4 }, { name: own, address: 20.50.0.5 }]
vnets:
  - { name: one, prefixes: 10.10.0.0/16, subnets: [{ name: s, prefix: 10.10.1.0/24 }] }
  - { name: two, prefixes: 10.20.0.0/16, subnets: [{ name: s, prefix: 10.20.1.0/24 }] }
vms:
  - { name: a, nics: [{ subnet: one/s, address: 10.10.1.4 }] }
  - { name: b, nics: [{ subnet: one/s, address: 10.10.1.5, publicIp: own }] }
  - { name: c, nics: [{ subnet: two/s, address: 10.20.1.4, publicIp: pip }], listens: [443] }`);
    expect(walk(topology, 'a', '20.50.0.4', 443).reached).toBe(true);
    const traced = walk(topology, 'b', '20.50.0.4', 443);
    expect([traced.reached, draw(traced.back)]).toEqual([true, '10.20.1.4 > 20.50.0.5']);
  });

  test('passes both NICs of a firewall that let the question through', () => {
    const topology = lab(`nsgs:
  - { name: quiet, rules: [{ name: deny-in, priority: 100, direction: Inbound, access: Deny }] }
routeTables:
  - { name: there, routes: [{ name: db, prefix: 10.10.2.0/24, nextHop: VirtualAppliance, address: 10.10.8.4 }] }
  - { name: back, routes: [{ name: app, prefix: 10.10.1.0/24, nextHop: VirtualAppliance, address: 10.10.9.4 }] }
vnets:
  - name: vnet
    prefixes: 10.10.0.0/16
    subnets:
      - { name: app, prefix: 10.10.1.0/24, routeTable: there }
      - { name: db, prefix: 10.10.2.0/24, routeTable: back }
      - { name: outer, prefix: 10.10.8.0/24 }
      - { name: inner, prefix: 10.10.9.0/24 }
vms:
  - { name: app0, nics: [{ subnet: vnet/app, address: 10.10.1.4 }] }
  - { name: db0, nics: [{ subnet: vnet/db, address: 10.10.2.4 }], listens: [1433] }
  - name: fw0
    forwards: true
    stateful: true
    forwardsBy: fw0-inner
    nics:
      - { name: fw0-outer, subnet: vnet/outer, address: 10.10.8.4, ipForwarding: true }
      - { name: fw0-inner, subnet: vnet/inner, address: 10.10.9.4, ipForwarding: true, nsg: quiet }`);
    const traced = walk(topology, 'app0', 'db0');
    expect([draw(traced.hops), draw(traced.back), traced.reached]).toEqual([
      '10.10.1.4 > 10.10.8.4 > 10.10.2.4',
      '10.10.2.4 > 10.10.9.4 > 10.10.1.4',
      true,
    ]);
  });
});

describe('peerings', () => {
  const peered = (there: string, back: string, spoke = '') =>
    lab(`vnets:
  - { name: one, prefixes: 10.10.0.0/16, subnets: [{ name: s, prefix: 10.10.1.0/24${spoke} }], peerings: [{ to: two${there} }] }
  - { name: two, prefixes: 10.20.0.0/16, subnets: [{ name: s, prefix: 10.20.1.0/24 }, { name: fw, prefix: 10.20.9.0/24 }], peerings: [${back}] }
  - { name: three, prefixes: 10.30.0.0/16, subnets: [{ name: s, prefix: 10.30.1.0/24 }], peerings: [{ to: two }] }
routeTables: [{ name: rt, routes: [{ name: r, prefix: 10.30.0.0/16, nextHop: VirtualAppliance, address: 10.20.9.4 }] }]
vms:
  - { name: a, nics: [{ subnet: one/s, address: 10.10.1.4 }], listens: [1433] }
  - { name: b, nics: [{ subnet: two/s, address: 10.20.1.4 }], listens: [1433] }
  - { name: c, nics: [{ subnet: three/s, address: 10.30.1.4 }], listens: [1433] }
  - { name: fw, nics: [{ subnet: two/fw, address: 10.20.9.4, ipForwarding: true }], forwards: true }`);
  test.each([
    ['both sides let in', '', '{ to: one }', 'b', '10.10.1.4 > 10.20.1.4'],
    ['this side does not', ', allowAccess: false', '{ to: one }', 'b', '10.10.1.4 [peeringNoAccess] > 10.20.1.4'],
    ['the other side does not', '', '{ to: one, allowAccess: false }', 'b', '10.10.1.4 [peeringNoAccess] > 10.20.1.4'],
    ['the other side is missing', '', '', 'b', '10.10.1.4 [peeringMissing] > 10.20.1.4'],
    ['peering is not transitive', '', '{ to: one }, { to: three }', 'c', '10.10.1.4 [routeNone] > 10.30.1.4'],
  ])('%s', (_why, there, back, to, path) => {
    expect(draw(walk(peered(there, back), 'a', to).hops)).toBe(path);
  });

  test('forwarded traffic has to be allowed by the network that it enters', () => {
    const topology = peered('', '{ to: one }, { to: three }', ', routeTable: rt');
    expect(draw(walk(topology, 'a', 'c').hops)).toBe('10.10.1.4 > 10.20.9.4 [peeringNoForwarded] > 10.30.1.4');
  });
});

test('the whole walk in words', () => {
  const explained = explain(walk(loadTopology('contoso'), 'MultiTierApp0', 'Database0', 80));
  expect(explained.reached).toBe(false);
  expect(explained.there).toEqual([
    {
      hop: 'MultiTierApp0 10.1.1.4',
      reasons: [
        'out: allowed, no security group',
        'route: 10.1.4.0/24 -> VirtualAppliance 10.1.2.4 (appRoutes/toData)',
      ],
    },
    {
      hop: 'Firewall0 10.1.2.4',
      reasons: [
        'in: allowed, no security group',
        'out: allowed, no security group',
        'route: 10.1.4.0/24 -> VirtualAppliance 10.1.3.4 (fwRoutes/toData)',
      ],
    },
    {
      hop: 'Audit0 10.1.3.4',
      reasons: [
        'in: allowed by auNsg/AllowVnetInBound (65000) at nic auNic',
        'out: denied by auNsg/Port80 (100) at nic auNic',
        'route: 10.1.0.0/16 -> VnetLocal (system)',
      ],
    },
    { hop: 'Database0 10.1.4.4', reasons: ['in: allowed, no security group'] },
  ]);
});

test('every reason to stop has words', () => {
  const words = (from: Topology, to = 'db0') =>
    explain(walk(from, 'app0', to)).there.flatMap((one) => one.reasons.filter((reason) => reason.startsWith('stops')));
  expect(words(firewall({ nic: '' }))).toEqual(['stops: IP forwarding is off on fw0-nic']);
  expect(words(loadTopology('route-loop'))).toEqual(['stops: the next hop has been passed already']);
  expect(words(loadTopology('peering-no-access'))).toEqual(['stops: the peering to-vnet-db does not allow access']);
  expect(words(loadTopology('nothing-listening'))).toEqual(['stops: nothing listens']);
  expect(words(loadTopology('guest-firewall'))).toEqual(['stops: the guest firewall of db0']);
  expect(words(loadTopology('vm-stopped'))).toEqual(['stops: db0 is deallocated']);
});

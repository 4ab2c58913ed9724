import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideGroup, defaultRules, type Flow, filter, placeOf } from '../../../src/simulator/network/nsg.ts';
import { membersOf } from '../../../src/simulator/network/ownership.ts';
import type { Topology } from '../../../src/simulator/network/topology.ts';
import { address, lab, standing } from '../support/lab.ts';

/** app0 10.10.1.4, app1 10.10.1.5 and web0 10.10.2.4; web0's NIC and subnet carry the groups of the test. */
function network(nicRules: string, subnetRules?: string): Topology {
  const rules = (text: string) => text.replace(/^/gm, '      ');
  return lab(`asgs: [{ name: asg-app }]
nsgs:
  - name: at-nic
    rules:
${rules(nicRules)}
${subnetRules === undefined ? '' : `  - name: at-subnet\n    rules:\n${rules(subnetRules)}`}
vnets:
  - name: vnet
    prefixes: 10.10.0.0/16
    subnets:
      - { name: app, prefix: 10.10.1.0/24 }
      - { name: web, prefix: 10.10.2.0/24${subnetRules === undefined ? '' : ', nsg: at-subnet'} }
    peerings: [{ to: far }]
  - name: far
    prefixes: 10.20.0.0/16
    subnets: [{ name: only, prefix: 10.20.1.0/24 }]
    peerings: [{ to: vnet }]
vms:
  - { name: app0, nics: [{ subnet: vnet/app, address: 10.10.1.4, asgs: [asg-app] }] }
  - { name: app1, nics: [{ subnet: vnet/app, address: 10.10.1.5 }] }
  - { name: web0, nics: [{ subnet: vnet/web, address: 10.10.2.4, nsg: at-nic }] }`);
}

type Row = {
  readonly why: string;
  readonly rules: string;
  readonly subnetRules?: string;
  readonly direction?: 'Inbound' | 'Outbound';
  readonly other?: string;
  readonly port?: number;
  readonly sourcePort?: number;
  readonly protocol?: Flow['protocol'];
  readonly decides: string;
};

const none = '[]';
const inbound = (text: string) => `- { direction: Inbound, ${text} }`;

const table: readonly Row[] = [
  { why: 'neighbours reach each other by default', rules: none, decides: 'Allow AllowVnetInBound' },
  { why: 'a peered network is VirtualNetwork too', rules: none, other: '10.20.1.9', decides: 'Allow AllowVnetInBound' },
  { why: 'the internet stays out by default', rules: none, other: '8.8.8.8', decides: 'Deny DenyAllInBound' },
  {
    why: 'unknown private space is not VirtualNetwork',
    rules: none,
    other: '10.99.0.1',
    decides: 'Deny DenyAllInBound',
  },
  {
    why: "the host's own address counts as VirtualNetwork",
    rules: none,
    other: '168.63.129.16',
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'and as AzureLoadBalancer, before a denial of the network',
    rules: `${inbound('name: probes, priority: 100, access: Allow, from: AzureLoadBalancer')}\n${inbound('name: closed, priority: 200, access: Deny, from: VirtualNetwork')}`,
    other: '168.63.129.16',
    decides: 'Allow probes',
  },
  { why: 'to the network by default', rules: none, direction: 'Outbound', decides: 'Allow AllowVnetOutBound' },
  {
    why: 'to the internet by default',
    rules: none,
    direction: 'Outbound',
    other: '8.8.8.8',
    decides: 'Allow AllowInternetOutBound',
  },
  {
    why: 'Internet does not mean private space elsewhere',
    rules: none,
    direction: 'Outbound',
    other: '10.99.0.1',
    decides: 'Deny DenyAllOutBound',
  },
  { why: 'a denial before the default', rules: inbound('name: d, priority: 300, access: Deny'), decides: 'Deny d' },
  {
    why: 'the lower number wins',
    rules: `${inbound('name: late, priority: 400, access: Deny')}\n${inbound('name: early, priority: 200, access: Allow')}`,
    decides: 'Allow early',
  },
  {
    why: 'rules of the other direction do not count',
    rules: '- { name: out, direction: Outbound, priority: 100, access: Deny }',
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'another protocol does not match',
    rules: inbound('name: udp, priority: 100, access: Deny, protocol: Udp'),
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'the protocol matches',
    rules: inbound('name: tcp, priority: 100, access: Deny, protocol: Tcp'),
    decides: 'Deny tcp',
  },
  {
    why: 'ICMP has no ports, so a port list does not keep it from matching',
    rules: inbound('name: icmp, priority: 100, access: Deny, protocol: Icmp, ports: 443'),
    protocol: 'Icmp',
    decides: 'Deny icmp',
  },
  {
    why: 'a TCP rule says nothing about ICMP',
    rules: inbound('name: tcp, priority: 100, access: Deny, protocol: Tcp'),
    protocol: 'Icmp',
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'inside a port range',
    rules: inbound('name: range, priority: 100, access: Deny, ports: 1400-1500'),
    decides: 'Deny range',
  },
  {
    why: 'at the edge of a port range',
    rules: inbound('name: range, priority: 100, access: Deny, ports: 1433-1500'),
    decides: 'Deny range',
  },
  {
    why: 'beside a port range',
    rules: inbound('name: range, priority: 100, access: Deny, ports: 1434-1500'),
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'one of several ports',
    rules: inbound('name: some, priority: 100, access: Deny, ports: [80, 1433]'),
    decides: 'Deny some',
  },
  {
    why: 'the source port of a probe is any, which a narrow range does not cover',
    rules: inbound('name: src, priority: 100, access: Deny, fromPorts: 1000-2000'),
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'a known source port in its range',
    rules: inbound('name: src, priority: 100, access: Deny, fromPorts: 1000-2000'),
    sourcePort: 1500,
    decides: 'Deny src',
  },
  {
    why: 'the source block',
    rules: inbound('name: block, priority: 100, access: Deny, from: 10.10.1.0/24'),
    decides: 'Deny block',
  },
  {
    why: 'another source block',
    rules: inbound('name: block, priority: 100, access: Deny, from: 10.10.9.0/24'),
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'one of several source blocks',
    rules: inbound('name: blocks, priority: 100, access: Deny, from: [10.10.9.0/24, 10.10.1.4/32]'),
    decides: 'Deny blocks',
  },
  {
    why: 'the destination block',
    rules: inbound('name: dst, priority: 100, access: Deny, to: 10.10.2.4/32'),
    decides: 'Deny dst',
  },
  {
    why: 'another destination',
    rules: inbound('name: dst, priority: 100, access: Deny, to: 10.10.2.5/32'),
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'a service tag covers its blocks',
    rules: inbound('name: storage, priority: 100, access: Allow, from: Storage'),
    other: '20.60.1.4',
    decides: 'Allow storage',
  },
  {
    why: 'a service tag covers nothing else',
    rules: inbound('name: storage, priority: 100, access: Allow, from: Storage'),
    other: '8.8.8.8',
    decides: 'Deny DenyAllInBound',
  },
  {
    why: 'a member of the application security group',
    rules: inbound('name: asg, priority: 100, access: Deny, from: asg:asg-app'),
    decides: 'Deny asg',
  },
  {
    why: 'not a member of the application security group',
    rules: inbound('name: asg, priority: 100, access: Deny, from: asg:asg-app'),
    other: '10.10.1.5',
    decides: 'Allow AllowVnetInBound',
  },
  {
    why: 'inbound, the subnet speaks first',
    rules: inbound('name: nic, priority: 100, access: Deny'),
    subnetRules: inbound('name: subnet, priority: 4000, access: Deny'),
    decides: 'Deny subnet',
  },
  {
    why: 'inbound, both have to allow',
    rules: inbound('name: nic, priority: 100, access: Deny'),
    subnetRules: inbound('name: subnet, priority: 100, access: Allow'),
    decides: 'Deny nic',
  },
  {
    why: 'inbound, both allow: the NIC decides last',
    rules: inbound('name: nic, priority: 100, access: Allow'),
    subnetRules: inbound('name: subnet, priority: 100, access: Allow'),
    decides: 'Allow nic',
  },
  {
    why: 'outbound, the NIC speaks first',
    direction: 'Outbound',
    rules: '- { name: nic, direction: Outbound, priority: 4000, access: Deny }',
    subnetRules: '- { name: subnet, direction: Outbound, priority: 100, access: Deny }',
    decides: 'Deny nic',
  },
  {
    why: 'outbound, the subnet decides last',
    direction: 'Outbound',
    rules: none,
    subnetRules: '- { name: subnet, direction: Outbound, priority: 100, access: Deny }',
    decides: 'Deny subnet',
  },
];

function decide(row: Row): string {
  const topology = network(row.rules, row.subnetRules);
  const here = standing(topology, 'web0');
  const other = address(row.other ?? '10.10.1.4');
  const direction = row.direction ?? 'Inbound';
  const [source, destination] = direction === 'Inbound' ? [other, here.address] : [here.address, other];
  const flow: Flow = {
    protocol: row.protocol ?? 'Tcp',
    source,
    sourcePort: row.sourcePort ?? 0,
    destination,
    destinationPort: row.protocol === 'Icmp' ? 0 : (row.port ?? 1433),
  };
  const decision = filter(here.nic, here.subnet, direction, flow, membersOf(topology));
  return `${decision.access} ${decision.decidedBy?.rule.name}`;
}

test.each(table)('$why: $decides', (row) => {
  expect(decide(row)).toBe(row.decides);
});

test('a place without groups lets everything pass and names no rule', () => {
  const topology = network(none);
  const here = standing(topology, 'app0');
  const flow: Flow = {
    protocol: 'Tcp',
    source: address('8.8.8.8'),
    sourcePort: 0,
    destination: here.address,
    destinationPort: 22,
  };
  expect(filter(here.nic, here.subnet, 'Inbound', flow, membersOf(topology))).toEqual({
    access: 'Allow',
    evaluated: [],
  });
});

test('neighbours in one subnet are filtered too', () => {
  const topology = lab(`nsgs:
  - { name: closed, rules: [{ name: deny-all, priority: 100, direction: Inbound, access: Deny }] }
vnets:
  - { name: vnet, prefixes: 10.10.0.0/16, subnets: [{ name: one, prefix: 10.10.1.0/24, nsg: closed }] }
vms:
  - { name: a, nics: [{ subnet: vnet/one, address: 10.10.1.4 }] }
  - { name: b, nics: [{ subnet: vnet/one, address: 10.10.1.5 }] }`);
  const here = standing(topology, 'b');
  const flow: Flow = {
    protocol: 'Tcp',
    source: standing(topology, 'a').address,
    sourcePort: 0,
    destination: here.address,
    destinationPort: 22,
  };
  expect(filter(here.nic, here.subnet, 'Inbound', flow, membersOf(topology)).decidedBy?.rule.name).toBe('deny-all');
});

test('the default rules have their real names and numbers', () => {
  expect(defaultRules.map((rule) => `${rule.direction} ${rule.priority} ${rule.name} ${rule.access}`)).toEqual([
    'Inbound 65000 AllowVnetInBound Allow',
    'Inbound 65001 AllowAzureLoadBalancerInBound Allow',
    'Inbound 65500 DenyAllInBound Deny',
    'Outbound 65000 AllowVnetOutBound Allow',
    'Outbound 65001 AllowInternetOutBound Allow',
    'Outbound 65500 DenyAllOutBound Deny',
  ]);
});

describe('whatever the rules', () => {
  const rule = fc.record({
    access: fc.constantFrom('Allow', 'Deny'),
    protocol: fc.constantFrom('Tcp', 'Udp', '*'),
    from: fc.constantFrom(
      "'*'",
      '10.10.1.0/24',
      '10.10.1.4/32',
      '10.10.0.0/16',
      'VirtualNetwork',
      'Internet',
      'asg:asg-app',
    ),
    ports: fc.constantFrom("'*'", '1433', '80', '1000-2000', '[80, 443]'),
  });
  const rules = fc.uniqueArray(fc.tuple(fc.integer({ min: 100, max: 4096 }), rule), {
    selector: ([priority]) => priority,
    maxLength: 8,
  });
  type Written = { readonly priority: number; readonly text: string };
  const write = (
    list: readonly (readonly [number, { access: string; protocol: string; from: string; ports: string }])[],
  ): readonly Written[] =>
    list.map(([priority, one]) => ({
      priority,
      text: `- { name: r${priority}, direction: Inbound, priority: ${priority}, access: ${one.access}, protocol: '${one.protocol}', from: ${one.from}, ports: ${one.ports} }`,
    }));
  const outcome = (list: readonly Written[]) => {
    const topology = network(list.length === 0 ? none : list.map((one) => one.text).join('\n'));
    const here = standing(topology, 'web0');
    const group = here.nic.securityGroup;
    if (group === undefined) throw new Error('web0 has no group');
    const flow: Flow = {
      protocol: 'Tcp',
      source: address('10.10.1.4'),
      sourcePort: 0,
      destination: here.address,
      destinationPort: 1433,
    };
    const members = membersOf(topology);
    return decideGroup(group, here.nic, 'Inbound', placeOf(here.nic, here.subnet, members), flow).rule;
  };

  test('the decision does not depend on the order in the file', () => {
    fc.assert(
      fc.property(
        rules.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(outcome(write(shuffled)).name).toBe(outcome(write(list)).name);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('without the deciding rule the next match decides', () => {
    fc.assert(
      fc.property(rules, (list) => {
        const written = write(list);
        const first = outcome(written);
        if (first.isDefault) return;
        const second = outcome(written.filter((one) => one.priority !== first.priority));
        expect(second.priority).toBeGreaterThan(first.priority);
        // Whatever stands between the two did not match, so it may go as well and nothing changes.
        const without = written.filter((one) => one.priority < first.priority || one.priority >= second.priority);
        expect(outcome(without).name).toBe(second.name);
      }),
      { numRuns: 60 },
    );
  });
});

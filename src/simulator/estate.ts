import { seeded } from './chance.ts';
import { buildTopology } from './network/build.ts';
import type { Topology } from './network/topology.ts';
import { topologyFile } from './network/topology-file.ts';

const regions = ['westeurope', 'northeurope'] as const;
const tiers = [
  { name: 'web', ports: [80, 443], os: 'Linux' },
  { name: 'app', ports: [8080], os: 'Linux' },
  { name: 'db', ports: [1433], os: 'Windows' },
] as const;
const perSpoke = 100;

/** What goes wrong here and there in an estate of this size: share of machines, in thousandths. */
const oddities = { stopped: 20, agentMissing: 30, agentStopped: 5, silent: 10, guestFirewall: 10 } as const;

/**
 * A hub and spokes over two regions with so many machines, the same ones for the same seed. Spokes reach each other
 * through the hub's firewall; each tier has its rules; a few machines are off, lack the agent or do not listen.
 */
export function generateEstate(vms: number, seed: number): Topology {
  const chance = seeded(seed);
  const spokes = Array.from({ length: Math.ceil(vms / perSpoke) }, (_, at) => at);
  const odd = (share: number) => chance.between(1, 1000) <= share;
  const hubAddress = (region: number) => `10.${region}.0.4`;
  const spokePrefix = (at: number) => `10.${16 + Math.floor(at / 4)}.${(at % 4) * 64}.0/18`;
  const regionOf = (at: number) => at % regions.length;

  const hubs = regions.map((region, at) => ({
    name: `rg-hub-${region}`,
    region,
    watchers: [],
    routeTables: [
      {
        name: 'rt-hub',
        routes: regions.flatMap((_, other) =>
          other === at
            ? []
            : spokes
                .filter((spoke) => regionOf(spoke) === other)
                .map((spoke) => ({
                  name: `to-spoke-${spoke}`,
                  prefix: spokePrefix(spoke),
                  nextHop: 'VirtualAppliance',
                  address: hubAddress(other),
                })),
        ),
      },
    ],
    vnets: [
      {
        name: `vnet-hub-${region}`,
        prefixes: `10.${at}.0.0/16`,
        subnets: [{ name: 'firewall', prefix: `10.${at}.0.0/24`, routeTable: 'rt-hub' }],
        peerings: [
          ...spokes
            .filter((spoke) => regionOf(spoke) === at)
            .map((spoke) => ({ to: `rg-spoke-${spoke}/vnet-spoke-${spoke}`, allowForwarded: true })),
          ...regions.flatMap((other, index) =>
            index === at ? [] : [{ to: `rg-hub-${other}/vnet-hub-${other}`, allowForwarded: true }],
          ),
        ],
      },
    ],
    vms: [
      {
        name: `fw-${region}`,
        forwards: true,
        nics: [
          {
            name: `fw-${region}-nic`,
            subnet: `vnet-hub-${region}/firewall`,
            address: hubAddress(at),
            ipForwarding: true,
          },
        ],
      },
    ],
  }));

  let left = vms - hubs.length;
  const groups = spokes.map((spoke) => {
    const region = regionOf(spoke);
    const base = `10.${16 + Math.floor(spoke / 4)}`;
    const third = (spoke % 4) * 64;
    const count = Math.max(0, Math.min(perSpoke, left));
    left -= count;
    return {
      name: `rg-spoke-${spoke}`,
      region: regions[region],
      asgs: tiers.map((tier) => ({ name: `asg-${tier.name}` })),
      nsgs: tiers.map((tier, at) => ({
        name: `nsg-${tier.name}`,
        rules: [
          ...(at === 0
            ? [
                {
                  name: 'allow-clients',
                  priority: 200,
                  direction: 'Inbound',
                  access: 'Allow',
                  protocol: 'Tcp',
                  from: ['10.0.0.0/8', 'Internet'],
                  ports: [...tier.ports],
                },
              ]
            : [
                {
                  name: `allow-${tiers[at - 1]?.name}`,
                  priority: 200,
                  direction: 'Inbound',
                  access: 'Allow',
                  protocol: 'Tcp',
                  from: [`asg:asg-${tiers[at - 1]?.name}`, '10.0.0.0/15'],
                  ports: [...tier.ports],
                },
              ]),
          {
            name: 'allow-admin',
            priority: 300,
            direction: 'Inbound',
            access: 'Allow',
            protocol: 'Tcp',
            from: '10.0.0.0/15',
            ports: [22, 3389],
          },
          ...(chance.between(0, 3) === 0
            ? [{ name: 'deny-rest', priority: 4000, direction: 'Inbound', access: 'Deny', from: 'VirtualNetwork' }]
            : []),
        ],
      })),
      routeTables: [
        {
          name: 'rt-spoke',
          routes: [
            { name: 'to-others', prefix: '10.0.0.0/8', nextHop: 'VirtualAppliance', address: hubAddress(region) },
          ],
        },
      ],
      vnets: [
        {
          name: `vnet-spoke-${spoke}`,
          prefixes: spokePrefix(spoke),
          subnets: tiers.map((tier, at) => ({
            name: tier.name,
            prefix: `${base}.${third + at}.0/24`,
            nsg: `nsg-${tier.name}`,
            routeTable: 'rt-spoke',
          })),
          peerings: [{ to: `rg-hub-${regions[region]}/vnet-hub-${regions[region]}`, allowForwarded: true }],
        },
      ],
      vms: Array.from({ length: count }, (_, at) => {
        const which = at % tiers.length;
        const tier = tiers[which] ?? tiers[0];
        const name = `${tier.name}-${spoke}-${String(Math.floor(at / tiers.length)).padStart(2, '0')}`;
        return {
          name,
          os: tier.os,
          tags: { tier: tier.name, spoke: String(spoke) },
          power: odd(oddities.stopped) ? 'deallocated' : 'running',
          agent: odd(oddities.agentMissing) ? 'missing' : odd(oddities.agentStopped) ? 'stopped' : 'ready',
          listens: odd(oddities.silent) ? [22] : [22, ...tier.ports],
          firewall: odd(oddities.guestFirewall) ? [{ access: 'Deny', protocol: 'Tcp', ports: [...tier.ports] }] : [],
          nics: [
            {
              name: `${name}-nic`,
              subnet: `vnet-spoke-${spoke}/${tier.name}`,
              address: `${base}.${third + which}.${4 + Math.floor(at / tiers.length)}`,
              asgs: [`asg-${tier.name}`],
            },
          ],
        };
      }),
    };
  });

  const file = topologyFile.parse({
    name: `estate-${vms}-${seed}`,
    title: `${vms} machines in a hub and ${spokes.length} spokes, seed ${seed}`,
    defaultSource: 'web-0-00',
    seed,
    hosts: [
      {
        names: ['www.example.com'],
        addresses: '93.184.215.14',
        listens: [
          { port: 443, http: 200 },
          { port: 80, http: 200 },
        ],
      },
    ],
    subscriptions: [
      {
        id: '22222222-2222-4222-8222-222222222222',
        name: 'Generated estate',
        groups: [
          {
            name: 'NetworkWatcherRG',
            region: regions[0],
            watchers: regions.map((region) => ({ name: `NetworkWatcher_${region}`, region })),
          },
          ...hubs,
          ...groups,
        ],
      },
    ],
  });
  return buildTopology(file, 'the generated estate', () => 'generated');
}

import type { Chance } from '../chance.ts';
import type { Hop } from './path.ts';
import type { Latency, Topology } from './topology.ts';

/** One link's round trip in whole milliseconds. */
export type RoundTrip = { readonly min: number; readonly avg: number; readonly max: number };

const usual = {
  samePlace: { minMs: 1, avgMs: 1, maxMs: 4, lossPercent: 0, steady: false },
  sameRegion: { minMs: 1, avgMs: 2, maxMs: 7, lossPercent: 0, steady: false },
  acrossRegions: { minMs: 28, avgMs: 33, maxMs: 61, lossPercent: 0, steady: false },
  gateway: { minMs: 4, avgMs: 9, maxMs: 31, lossPercent: 0, steady: false },
  internet: { minMs: 7, avgMs: 9, maxMs: 13, lossPercent: 0, steady: false },
} satisfies Record<string, Latency>;

/** The names by which a topology's `links` may call a hop: machine, NIC, gateway, host, network, region. */
function namesOf(hop: Hop): readonly string[] {
  const { stand } = hop;
  switch (stand.kind) {
    case 'nic': {
      const { nic, subnet } = stand.configuration;
      return [nic.machine?.name ?? '', nic.name, subnet.vnet.name, nic.region];
    }
    case 'endpoint':
      return [stand.endpoint.name, stand.endpoint.subnet.vnet.name, stand.endpoint.region];
    case 'gateway':
      return [stand.gateway.name, stand.gateway.vnet.name, stand.gateway.region];
    case 'host':
      return [...stand.host.names, ...stand.host.addresses.map(({ text }) => text), 'internet'];
    case 'nowhere':
      return [];
  }
}

function regionOf(hop: Hop): string | undefined {
  switch (hop.stand.kind) {
    case 'nic':
      return hop.stand.configuration.nic.region;
    case 'endpoint':
      return hop.stand.endpoint.region;
    case 'gateway':
      return hop.stand.gateway.region;
    default:
      return undefined;
  }
}

/** What the file says about a link, else what is usual for its kind. */
function linkLatency(topology: Topology, from: Hop, to: Hop): Latency {
  const left = namesOf(from);
  const right = namesOf(to);
  for (const { between, latency } of topology.links) {
    const [one, other] = between;
    if ((left.includes(one) && right.includes(other)) || (left.includes(other) && right.includes(one))) return latency;
  }
  if (to.stand.kind === 'host') return to.stand.host.latency ?? usual.internet;
  if (from.stand.kind === 'gateway' || to.stand.kind === 'gateway') return usual.gateway;
  const here = regionOf(from);
  const there = regionOf(to);
  if (here !== undefined && there !== undefined && here !== there) return usual.acrossRegions;
  return to.arrivedBy === 'VNetPeering' ? usual.sameRegion : usual.samePlace;
}

/** A measurement of a link: its numbers with up to a fifth of variation, ordered min <= avg <= max. */
function measure(latency: Latency, chance: Chance): RoundTrip {
  if (latency.steady) return { min: latency.minMs, avg: latency.avgMs, max: latency.maxMs };
  const vary = (value: number) => Math.max(0, Math.round(value * (0.9 + 0.2 * chance.next())));
  const min = vary(latency.minMs);
  const avg = Math.max(min, vary(latency.avgMs));
  return { min, avg, max: Math.max(avg, vary(latency.maxMs)) };
}

/** The whole way's round trip and how many of the probes came back. */
export function measurePath(
  topology: Topology,
  hops: readonly Hop[],
  probes: number,
  chance: Chance,
): { readonly total: RoundTrip; readonly links: readonly RoundTrip[]; readonly failed: number } {
  const links: RoundTrip[] = [];
  let arriving = 1;
  for (const [at, hop] of hops.entries()) {
    const next = hops[at + 1];
    if (next === undefined) break;
    const latency = linkLatency(topology, hop, next);
    arriving *= 1 - latency.lossPercent / 100;
    links.push(measure(latency, chance));
  }
  const sum = (part: keyof RoundTrip) => links.reduce((total, link) => total + link[part], 0);
  const total = { min: sum('min'), avg: sum('avg'), max: sum('max') };
  let failed = 0;
  for (let probe = 0; arriving < 1 && probe < probes; probe += 1) if (chance.next() >= arriving) failed += 1;
  return { total, links, failed };
}

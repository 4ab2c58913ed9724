import { z } from 'zod';
import type { WatcherQuestion } from '../../azure/operations.ts';
import type { Json } from '../../core/json.ts';
import { readNsgAnswer } from '../../diagnosis/read-configuration.ts';
import { normaliseRule, sameName } from '../../diagnosis/rules.ts';
import type { Access, EffectiveGroup, Walk } from './card.ts';

/** A packet to hold against all groups of an interface, one that a rule of somebody's own speaks of. */
export type Packet = {
  readonly direction: Walk['direction'];
  readonly protocol: 'TCP' | 'UDP';
  readonly source: string;
  readonly destination: string;
  readonly port: string;
};

const mostWalks = 4;
/** Rules that every group is born with begin here. */
const firstDefault = 65_000;

/** Packets worth a look: those that the own rules are written for, in the order in which the rules are tried. */
export function packetsFor(groups: readonly EffectiveGroup[], address: string): readonly Packet[] {
  const rules = groups.flatMap((group) => group.rules).filter(({ priority }) => priority < firstDefault);
  const packets = new Map<string, Packet>();
  for (const rule of rules.toSorted((a, b) => a.direction.localeCompare(b.direction) || a.priority - b.priority)) {
    const isInbound = rule.direction === 'Inbound';
    const other = placeOf(isInbound ? rule.source : rule.destination);
    const port = /^\d+/.exec(rule.ports)?.[0];
    const protocol = /^udp$/i.test(rule.protocol) ? 'UDP' : /^(tcp|\*)$/i.test(rule.protocol) ? 'TCP' : undefined;
    if (!other || !port || !protocol) continue;
    const [source, destination] = isInbound ? [other, address] : [address, other];
    const packet: Packet = { direction: rule.direction, protocol, source, destination, port };
    packets.set(JSON.stringify(packet), packet);
  }
  return [...packets.values()].slice(0, mostWalks);
}

/** The first place of a rule's side; undefined for tags that Azure may not take in a question. */
function placeOf(side: string): string | undefined {
  const [first = ''] = side.split(', ');
  if (first === '*' || /^internet$/i.test(first)) return 'Internet';
  return /^[\d.]+(\/\d+)?$/.test(first) ? first : undefined;
}

export function walkQuestion(target: string, packets: readonly Packet[]): WatcherQuestion {
  return {
    kind: 'networkConfigurationDiagnostic',
    parameters: {
      targetResourceId: target,
      verbosityLevel: 'Normal',
      profiles: packets.map(({ direction, protocol, source, destination, port }) => ({
        direction,
        protocol,
        source,
        destination,
        destinationPort: port,
      })),
    },
  };
}

const Results = z.object({ results: z.array(z.json()) });

/** How the packets fare; one whose result is missing or says something else than Allow or Deny is left out. */
export function readWalks(body: Json, packets: readonly Packet[], groups: readonly EffectiveGroup[]): readonly Walk[] {
  const parsed = Results.safeParse(body);
  if (!parsed.success || parsed.data.results.length !== packets.length) return [];
  return packets.flatMap((packet, index) => {
    const { direction, protocol, source, destination, port } = packet;
    const reading = readNsgAnswer({ results: [parsed.data.results[index]] }, 'source', '', direction);
    const access = reading.ok ? accessOf(reading.answer.access) : undefined;
    if (!reading.ok || !access) return [];
    const steps = reading.answer.groups.flatMap(({ securityGroupId, rule }) => {
      const does = accessOf(rule?.action);
      if (!rule || !does) return [];
      const { name } = normaliseRule(rule.reportedAs);
      const group = groups.find((each) => sameName(each.securityGroupId, securityGroupId));
      const found = group?.rules.find((each) => sameName(each.name, name) && each.direction === direction);
      return found ? [{ securityGroupId, access: does, priority: found.priority, rule: name }] : [];
    });
    return [{ direction, access, flow: `${protocol} ${source} → ${destination}:${port}`, steps }];
  });
}

function accessOf(word: string | undefined): Access | undefined {
  return word === 'Allow' || word === 'Deny' ? word : undefined;
}

import type { JsonObject } from '../exchange.ts';
import { formatAddress, type Prefix } from '../network/address.ts';
import { tagPrefixes } from '../network/service-tags.ts';
import { isConfiguration, type Peer, type PortRange, type SecurityRule, type Topology } from '../network/topology.ts';

const wholeRange = (range: PortRange) => `${range.from}-${range.to}`;

/** `*` of a user's rule stays `*`; the default rules say 0.0.0.0/0 twice, as recorded. */
function prefixesOf(peers: readonly Peer[], rule: SecurityRule, topology: Topology): readonly string[] {
  return peers.flatMap((peer): readonly string[] => {
    if (peer.kind === 'any') return rule.isDefault ? ['0.0.0.0/0', '0.0.0.0/0'] : ['*'];
    if (peer.kind === 'prefix') return [peer.prefix.text];
    return peer.kind === 'tag' ? [peer.tag] : membersText(peer, topology);
  });
}

function membersText(peer: Extract<Peer, { kind: 'asg' }>, topology: Topology): readonly string[] {
  const texts: string[] = [];
  for (const owners of topology.owners.values()) {
    for (const owner of owners.values()) {
      if (isConfiguration(owner) && owner.nic.asgs.includes(peer.asg)) texts.push(`${owner.addressText}/32`);
    }
  }
  return texts;
}

/** A rule as it takes effect: names prefixed, ranges spelled out, application security groups as addresses. */
export function effectiveRule(rule: SecurityRule, name: string, topology: Topology): JsonObject {
  const sources = prefixesOf(rule.sources, rule, topology);
  const destinations = prefixesOf(rule.destinations, rule, topology);
  const sourcePorts = rule.sourcePorts.map(wholeRange);
  const ports = rule.ports.map(wholeRange);
  return {
    name,
    protocol: rule.protocol === '*' ? 'All' : rule.protocol,
    sourcePortRange: sourcePorts[0],
    destinationPortRange: ports[0],
    sourcePortRanges: sourcePorts,
    destinationPortRanges: ports,
    sourceAddressPrefix: sources[0],
    destinationAddressPrefix: destinations[0],
    sourceAddressPrefixes: sources,
    destinationAddressPrefixes: destinations,
    access: rule.access,
    priority: rule.priority,
    direction: rule.direction,
  };
}

/** The blocks behind the tags of one side, for `expandedSourceAddressPrefix` and its like. */
export function expandTags(peers: readonly Peer[]): readonly string[] {
  const text = (block: Prefix) => `${formatAddress({ version: block.version, bits: block.bits })}/${block.length}`;
  return peers.flatMap((peer) => (peer.kind === 'tag' ? tagPrefixes(peer.tag).map(text) : []));
}

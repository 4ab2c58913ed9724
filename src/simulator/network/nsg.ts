import type { Address, Prefix } from './address.ts';
import { contains } from './address.ts';
import { tagMatches } from './service-tags.ts';
import type {
  Access,
  ApplicationSecurityGroup,
  Direction,
  NetworkInterface,
  Peer,
  PortRange,
  Protocol,
  SecurityGroup,
  SecurityRule,
  Subnet,
} from './topology.ts';

/** One packet's header. A port of 0 stands for "any" (an ephemeral source port, or a protocol without ports). */
export type Flow = {
  readonly protocol: Protocol;
  readonly source: Address;
  readonly sourcePort: number;
  readonly destination: Address;
  readonly destinationPort: number;
};

/** How one rule looked at the flow, part by part, as networkConfigurationDiagnostic reports it. */
export type RuleMatch = {
  readonly rule: SecurityRule;
  readonly protocol: boolean;
  readonly source: boolean;
  readonly sourcePort: boolean;
  readonly destination: boolean;
  readonly destinationPort: boolean;
};

export type GroupDecision = {
  readonly group: SecurityGroup;
  readonly appliedTo: NetworkInterface | Subnet;
  readonly access: Access;
  readonly rule: SecurityRule;
};

/** `decidedBy` is the group that denied, or the last one that allowed; undefined where no group is in the way. */
export type FilterDecision = {
  readonly access: Access;
  readonly decidedBy?: GroupDecision;
  /** In the order Azure evaluates them; it stops at the first denial. */
  readonly evaluated: readonly GroupDecision[];
};

const everyPort: readonly PortRange[] = [{ from: 0, to: 65535 }];
const any: readonly Peer[] = [{ kind: 'any' }];
const tag = (name: string): readonly Peer[] => [{ kind: 'tag', tag: name }];

function standing(
  name: string,
  priority: number,
  direction: Direction,
  access: Access,
  sources: readonly Peer[],
  destinations: readonly Peer[],
  description: string,
): SecurityRule {
  return {
    name,
    priority,
    direction,
    access,
    protocol: '*',
    sources,
    sourcePorts: everyPort,
    destinations,
    ports: everyPort,
    isDefault: true,
    description,
  };
}

const vnetTag = tag('VirtualNetwork');
/** The rules every group ends with, by their real names and numbers. */
export const defaultRules: readonly SecurityRule[] = [
  standing(
    'AllowVnetInBound',
    65000,
    'Inbound',
    'Allow',
    vnetTag,
    vnetTag,
    'Allow inbound traffic from all VMs in VNET',
  ),
  standing(
    'AllowAzureLoadBalancerInBound',
    65001,
    'Inbound',
    'Allow',
    tag('AzureLoadBalancer'),
    any,
    'Allow inbound traffic from azure load balancer',
  ),
  standing('DenyAllInBound', 65500, 'Inbound', 'Deny', any, any, 'Deny all inbound traffic'),
  standing(
    'AllowVnetOutBound',
    65000,
    'Outbound',
    'Allow',
    vnetTag,
    vnetTag,
    'Allow outbound traffic from all VMs to all VMs in VNET',
  ),
  standing(
    'AllowInternetOutBound',
    65001,
    'Outbound',
    'Allow',
    any,
    tag('Internet'),
    'Allow outbound traffic from all VMs to Internet',
  ),
  standing('DenyAllOutBound', 65500, 'Outbound', 'Deny', any, any, 'Deny all outbound traffic'),
];

type Place = {
  readonly nic: NetworkInterface;
  readonly vnet: Subnet['vnet'];
  readonly routePrefixes: readonly Prefix[];
  /** Who else carries an application security group: the members' addresses. */
  readonly members: Members;
};

/** Answers whether an address belongs to a NIC of the group. Only NICs of one network can share a group's rule. */
export type Members = (asg: ApplicationSecurityGroup, address: Address) => boolean;

/** Priority order, then file order for equal numbers (Azure refuses those; so does the topology file). */
function rulesOf(group: SecurityGroup, direction: Direction): readonly SecurityRule[] {
  return [...group.rules, ...defaultRules].filter((rule) => rule.direction === direction);
}

function peerMatches(peers: readonly Peer[], place: Place, address: Address): boolean {
  for (const peer of peers) {
    if (peer.kind === 'any') return true;
    if (peer.kind === 'prefix' && contains(peer.prefix, address)) return true;
    if (peer.kind === 'tag' && tagMatches(peer.tag, place, address)) return true;
    if (peer.kind === 'asg' && place.members(peer.asg, address)) return true;
  }
  return false;
}

function portMatches(ranges: readonly PortRange[], port: number): boolean {
  for (const range of ranges) {
    if (range.from === 0 && range.to === 65535) return true;
    if (port !== 0 && port >= range.from && port <= range.to) return true;
  }
  return false;
}

/** ICMP has no ports: a rule's port lists do not keep it from matching. */
function matchRule(rule: SecurityRule, place: Place, flow: Flow): RuleMatch {
  const portless = flow.protocol === 'Icmp' || flow.protocol === 'Esp' || flow.protocol === 'Ah';
  return {
    rule,
    protocol: rule.protocol === '*' || rule.protocol === flow.protocol,
    source: peerMatches(rule.sources, place, flow.source),
    sourcePort: portless || portMatches(rule.sourcePorts, flow.sourcePort),
    destination: peerMatches(rule.destinations, place, flow.destination),
    destinationPort: portless || portMatches(rule.ports, flow.destinationPort),
  };
}

function isMatch(match: RuleMatch): boolean {
  return match.protocol && match.source && match.sourcePort && match.destination && match.destinationPort;
}

/** The first matching rule decides. The default rules end in a denial of everything, so there always is one. */
export function decideGroup(
  group: SecurityGroup,
  appliedTo: NetworkInterface | Subnet,
  direction: Direction,
  place: Place,
  flow: Flow,
): GroupDecision {
  for (const rules of [group.rules, defaultRules]) {
    for (const rule of rules) {
      if (rule.direction === direction && isMatch(matchRule(rule, place, flow))) {
        return { group, appliedTo, access: rule.access, rule };
      }
    }
  }
  throw new Error(`no rule of ${group.id} matches, not even the default ones`);
}

/** Every rule up to and including the deciding one, with what matched. */
export function explainGroup(
  group: SecurityGroup,
  direction: Direction,
  place: Place,
  flow: Flow,
): readonly RuleMatch[] {
  const matches: RuleMatch[] = [];
  for (const rule of rulesOf(group, direction)) {
    const match = matchRule(rule, place, flow);
    matches.push(match);
    if (isMatch(match)) break;
  }
  return matches;
}

export function placeOf(nic: NetworkInterface, subnet: Subnet, members: Members): Place {
  return { nic, vnet: subnet.vnet, routePrefixes: leadingAway(subnet), members };
}

function leadingAway(subnet: Subnet): readonly Prefix[] {
  const routes = subnet.routeTable?.routes ?? [];
  return routes
    .filter((route) => route.nextHop === 'VirtualAppliance' || route.nextHop === 'VirtualNetworkGateway')
    .flatMap((route) => route.prefixes);
}

/** Inbound: the subnet's group, then the NIC's. Outbound: the NIC's, then the subnet's. Both must allow. */
export function filter(
  nic: NetworkInterface,
  subnet: Subnet,
  direction: Direction,
  flow: Flow,
  members: Members,
): FilterDecision {
  const place = placeOf(nic, subnet, members);
  const atSubnet = { group: subnet.securityGroup, appliedTo: subnet };
  const atNic = { group: nic.securityGroup, appliedTo: nic };
  const evaluated: GroupDecision[] = [];
  for (const { group, appliedTo } of direction === 'Inbound' ? [atSubnet, atNic] : [atNic, atSubnet]) {
    if (group === undefined) continue;
    const decision = decideGroup(group, appliedTo, direction, place, flow);
    evaluated.push(decision);
    if (decision.access === 'Deny') return { access: 'Deny', decidedBy: decision, evaluated };
  }
  const last = evaluated.at(-1);
  return { access: 'Allow', ...(last === undefined ? {} : { decidedBy: last }), evaluated };
}

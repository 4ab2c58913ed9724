import { z } from 'zod';
import { badRequest, invented } from '../arm-error.ts';
import { type JsonObject, type Operation, ok, type World } from '../exchange.ts';
import { type Address, containsAny, parseAddress, parsePrefix } from '../network/address.ts';
import { explainGroup, type Flow, filter, type GroupDecision, placeOf } from '../network/nsg.ts';
import { membersOf } from '../network/ownership.ts';
import { tagPrefixes } from '../network/service-tags.ts';
import type { IpConfiguration, Machine, NetworkInterface, SecurityRule } from '../network/topology.ts';
import { readBody } from './body.ts';
import { findTarget, findWatcher } from './target.ts';

const profile = z.looseObject({
  direction: z.string().regex(/^(inbound|outbound)$/i, 'Inbound or Outbound'),
  protocol: z.string().regex(/^(tcp|udp|icmp|\*|any)$/i, 'TCP, UDP, ICMP or Any'),
  source: z.string(),
  destination: z.string(),
  destinationPort: z.string().regex(/^(\*|\d{1,5}(-\d{1,5})?)$/, 'a port, a range or *'),
});

const parameters = z.looseObject({
  targetResourceId: z.string(),
  verbosityLevel: z.string().optional(),
  profiles: z.array(profile).min(1),
});

type Profile = z.output<typeof profile>;

/** One address stands for a block or tag: its first one. */
function representative(text: string): Address {
  const trimmed = text.trim();
  if (trimmed === '*') return firstOf('8.8.8.8');
  const block = parsePrefix(trimmed) ?? tagPrefixes(trimmed)[0];
  if (block !== undefined) return { version: block.version, bits: block.bits };
  if (trimmed.toLowerCase() === 'internet') return firstOf('8.8.8.8');
  throw badRequest(`"${text}" is neither an IP address, a block, nor a service tag known here.`);
}

function firstOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not an address`);
  return address;
}

const protocols = { tcp: 'Tcp', udp: 'Udp', icmp: 'Icmp', '*': 'Tcp', any: 'Tcp' } as const;

function flowOf(one: Profile): Flow {
  const key = one.protocol.toLowerCase();
  return {
    protocol: key === 'udp' || key === 'icmp' ? protocols[key] : 'Tcp',
    source: representative(one.source),
    sourcePort: 0,
    destination: representative(one.destination),
    destinationPort: one.destinationPort === '*' ? 0 : Number(one.destinationPort.split('-')[0]),
  };
}

const named = (rule: SecurityRule) => `${rule.isDefault ? 'DefaultRule' : 'UserRule'}_${rule.name}`;

function describeGroup(decision: GroupDecision, place: Place, flow: Flow, world: World, brief: boolean): JsonObject {
  const { group, appliedTo, rule } = decision;
  const inside = placeOf(place.nic, place.subnet, membersOf(world.topology));
  return {
    networkSecurityGroupId: group.id,
    appliedTo: appliedTo.id,
    matchedRule: { ruleName: named(rule), action: rule.access },
    ...(brief
      ? {}
      : {
          rulesEvaluationResult: explainGroup(group, rule.direction, inside, flow).map((match) => ({
            name: named(match.rule),
            protocolMatched: match.protocol,
            sourceMatched: match.source,
            sourcePortMatched: match.sourcePort,
            destinationMatched: match.destination,
            destinationPortMatched: match.destinationPort,
          })),
        }),
  };
}

type Place = Pick<IpConfiguration, 'nic' | 'subnet'>;

/** The NIC that the profile's local end names, else the first: the service judges the target, whatever the address. */
function placeFor(target: Machine | NetworkInterface, local: Address): Place {
  const nics = target.kind === 'vm' ? target.nics : [target];
  const all = nics.flatMap((nic) => nic.ipConfigurations);
  const found =
    all.find((one) => one.address.version === local.version && one.address.bits === local.bits) ??
    all.find((one) => containsAny(one.subnet.prefixes, local)) ??
    all[0];
  if (found === undefined) throw new Error(`${target.id} has no address`);
  return found;
}

function diagnose(one: Profile, target: Machine | NetworkInterface, world: World, brief: boolean): JsonObject {
  const flow = flowOf(one);
  const direction = one.direction.toLowerCase() === 'inbound' ? 'Inbound' : 'Outbound';
  const place = placeFor(target, direction === 'Inbound' ? flow.destination : flow.source);
  const decision = filter(place.nic, place.subnet, direction, flow, membersOf(world.topology));
  const { direction: asked, protocol, source, destination, destinationPort } = one;
  return {
    profile: { direction: asked, protocol, source, destination, destinationPort },
    networkSecurityGroupResult: {
      securityRuleAccessResult: decision.access,
      evaluatedNetworkSecurityGroups: decision.evaluated.map((group) =>
        describeGroup(group, place, flow, world, brief),
      ),
    },
  };
}

export const networkConfigurationDiagnostic: Operation = {
  name: 'networkConfigurationDiagnostic',
  method: 'POST',
  path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/networkWatchers/{watcher}/networkConfigurationDiagnostic',
  action: 'Microsoft.Network/networkWatchers/networkConfigurationDiagnostic/action',
  answer: (request, world) => {
    const watcher = findWatcher(request, world);
    const body = readBody(parameters, request.body);
    const target = findTarget(body.targetResourceId, world);
    const machine = target.kind === 'vm' ? target : target.machine;
    if (machine !== undefined && machine.power !== 'running') {
      throw invented(
        409,
        'VirtualMachineNotRunning',
        `The configuration of ${machine.id} cannot be diagnosed: its power state is ${machine.power}.`,
      );
    }
    const brief = body.verbosityLevel?.toLowerCase() === 'minimum';
    const results = body.profiles.map((one) => diagnose(one, target, world, brief));
    return { region: watcher.region, seconds: world.chance.between(6, 10), result: () => ok({ results }) };
  },
};

import { z } from 'zod';
import { badRequest, invented } from '../arm-error.ts';
import { type Era, eraOf } from '../era.ts';
import { type Json, type LongRunning, type Operation, ok, type World } from '../exchange.ts';
import { type Address, formatAddress } from '../network/address.ts';
import { measurePath, type RoundTrip } from '../network/latency.ts';
import { resolveName } from '../network/names.ts';
import type { Hop } from '../network/path.ts';
import { type IpConfiguration, leadingConfiguration, type Machine, primaryNic } from '../network/topology.ts';
import { type Trace, trace } from '../network/trace.ts';
import { readBody } from './body.ts';
import { drawHops, type Issue } from './connectivity-answer.ts';
import { checkRegion, findTargetMachine, findWatcher } from './target.ts';

const port = z.coerce.number().int().min(0).max(65535).optional();

const parameters = z.looseObject({
  source: z.looseObject({ resourceId: z.string(), port }),
  destination: z.looseObject({ resourceId: z.string().optional(), address: z.string().optional(), port }),
  protocol: z.string().optional(),
  preferredIPVersion: z.string().optional(),
  protocolConfiguration: z
    .looseObject({
      HTTPConfiguration: z
        .looseObject({ method: z.string().optional(), validStatusCodes: z.array(z.number().int()).optional() })
        .optional(),
    })
    .optional(),
});

type Parameters = z.output<typeof parameters>;
type Protocol = 'Tcp' | 'Http' | 'Https' | 'Icmp';

/** A check, all names and defaults settled. */
type Check = {
  readonly source: IpConfiguration;
  readonly machine: Machine;
  readonly target: Machine | undefined;
  readonly destination: Address | undefined;
  readonly asked: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly validStatusCodes: readonly number[] | undefined;
};

export const connectivityCheck: Operation = {
  name: 'connectivityCheck',
  method: 'POST',
  path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/networkWatchers/{watcher}/connectivityCheck',
  action: 'Microsoft.Network/networkWatchers/connectivityCheck/action',
  answer: (request, world) => {
    const watcher = findWatcher(request, world);
    const check = readCheck(readBody(parameters, request.body), world);
    checkRegion(check.machine, watcher);
    return start(world, check);
  },
};

function start(world: World, check: Check): LongRunning {
  const { machine } = check;
  if (machine.power !== 'running') {
    throw invented(
      409,
      'VirtualMachineNotRunning',
      `Connectivity cannot be checked from ${machine.id}: its power state is ${machine.power}.`,
    );
  }
  if (machine.agent === 'missing') {
    throw invented(
      400,
      'NetworkWatcherAgentNotInstalled',
      `The Network Watcher Agent virtual machine extension is not installed on ${machine.id}.`,
    );
  }
  const outcome = probe(world, check, eraOf(world.shapes));
  const { chance } = world;
  return {
    region: machine.region,
    seconds: outcome.reachable ? chance.between(30, 50) : chance.between(82, 112),
    result: () => ok(outcome.body),
    key: ['connectivityCheck', machine.id, check.asked, check.port, check.protocol].join(' ').toLowerCase(),
    title: 'ConnectivityCheckOperation',
    resourceId: machine.id,
  };
}

function readProtocol(text: string | undefined, scheme: string | undefined): Protocol {
  const known: readonly Protocol[] = ['Tcp', 'Http', 'Https', 'Icmp'];
  const found = known.find((one) => one.toLowerCase() === (text ?? 'tcp').toLowerCase());
  if (found === undefined) throw badRequest(`The protocol "${text}" is none of ${known.join(', ')}.`);
  return found === 'Http' && scheme === 'https' ? 'Https' : found;
}

/** A missing port, or the 0 that old guides send, is the scheme's, else 80 (assumed). */
function readPort(given: number | undefined, inUrl: number | undefined, protocol: Protocol, scheme?: string): number {
  if (protocol === 'Icmp') return 0;
  if (given !== undefined && given !== 0) return given;
  if (inUrl !== undefined) return inUrl;
  return scheme === 'https' || protocol === 'Https' ? 443 : 80;
}

function readCheck(body: Parameters, world: World): Check {
  const machine = findTargetMachine(body.source.resourceId, world);
  const nic = primaryNic(machine);
  const version = body.preferredIPVersion?.toLowerCase() === 'ipv6' ? 6 : 4;
  const source = nic === undefined ? undefined : leadingConfiguration(nic, version);
  if (source === undefined) {
    throw badRequest(`${machine.name} has no IPv${version} address to probe from.`, 'IpVersionNotSupported');
  }
  const { resourceId, address } = body.destination;
  const httpConfiguration = body.protocolConfiguration?.HTTPConfiguration;
  const common = { source, machine, validStatusCodes: httpConfiguration?.validStatusCodes };
  if (resourceId !== undefined && resourceId !== '') {
    const target = findTargetMachine(resourceId, world);
    const targetNic = primaryNic(target);
    const destination = targetNic === undefined ? undefined : leadingConfiguration(targetNic, version);
    if (destination === undefined) {
      throw badRequest(`${target.name} has no IPv${version} address.`, 'IpVersionNotSupported');
    }
    const protocol = readProtocol(body.protocol, undefined);
    const to = readPort(body.destination.port, undefined, protocol);
    return { ...common, target, destination: destination.address, asked: target.id, port: to, protocol };
  }
  if (address === undefined || address.trim() === '') {
    throw badRequest('The destination has neither a resourceId nor an address.');
  }
  const { host, scheme, portInUrl } = readAddress(address);
  const protocol = readProtocol(body.protocol, scheme);
  const found = resolveName(world.topology, source.subnet.vnet, host, version);
  return {
    ...common,
    source: found.kind === 'address' ? facing(source, found.address, machine) : source,
    target: undefined,
    destination: found.kind === 'address' ? found.address : undefined,
    asked: address,
    port: readPort(body.destination.port, portInUrl, protocol, scheme),
    protocol,
  };
}

/** A literal IPv6 address is probed from an IPv6 address, whatever was preferred. */
function facing(source: IpConfiguration, destination: Address, machine: Machine): IpConfiguration {
  if (source.address.version === destination.version) return source;
  const found = leadingConfiguration(source.nic, destination.version);
  if (found !== undefined) return found;
  throw badRequest(`${machine.name} has no IPv${destination.version} address to probe from.`, 'IpVersionNotSupported');
}

function readAddress(text: string): { host: string; scheme?: string; portInUrl?: number } {
  const trimmed = text.trim();
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) {
    if (/[\s/?#]/.test(trimmed)) throw badRequest(`"${text}" is neither an IP address, a host name nor a URI.`);
    return { host: trimmed };
  }
  if (!URL.canParse(trimmed)) throw badRequest(`"${text}" is not a URI.`);
  const url = new URL(trimmed);
  const scheme = url.protocol.slice(0, -1);
  return { host: url.hostname, scheme, ...(url.port === '' ? {} : { portInUrl: Number(url.port) }) };
}

function probe(world: World, check: Check, era: Era): { readonly reachable: boolean; readonly body: Json } {
  const { topology, chance } = world;
  if (check.machine.agent !== 'ready') return unanswered(check, era, world, 'AgentStopped');
  if (check.destination === undefined) return unanswered(check, era, world, 'DNSResolution');
  const traced = trace(topology, {
    source: check.source,
    protocol: check.protocol === 'Icmp' ? 'Icmp' : 'Tcp',
    destination: check.destination,
    port: check.port,
  });
  const { answered, extra } = judge(traced, check);
  const isHttp = check.protocol === 'Http' || check.protocol === 'Https';
  const sent = isHttp ? 3 : answered ? era.probes.sent : era.probes.failing;
  const measured = measurePath(topology, reachedPart(traced, check), sent, chance);
  const failed = answered ? measured.failed : sent;
  const heard = answered && failed < sent;
  const hops = drawHops(
    { hops: traced.hops, target: check.target, trips: heard ? measured.links : [], extra, silent: answered },
    era,
    chance,
  );
  const latency = heard ? latencyFields(measured.total) : {};
  return {
    reachable: heard,
    body: {
      hops,
      connectionStatus: heard ? 'Reachable' : 'Unreachable',
      ...latency,
      probesSent: sent,
      probesFailed: failed,
      ...(era.errors ? { errors: {} } : {}),
    },
  };
}

/** The part of the path that the answered probe travelled: up to a proxy that answers for the target. */
function reachedPart(traced: Trace, check: Check): readonly Hop[] {
  if (traced.answeredBy === undefined || check.protocol !== 'Tcp') return traced.hops;
  const at = traced.hops.findIndex(
    (hop) => hop.stand.kind === 'nic' && hop.stand.configuration.nic.machine === traced.answeredBy,
  );
  return traced.hops.slice(0, at + 1);
}

/** Did the probe get its answer? A plain TCP probe is content with a proxy's; an HTTP one wants the target's own. */
function judge(
  traced: Trace,
  check: Check,
): { readonly answered: boolean; readonly extra: ReadonlyMap<number, readonly Issue[]> } {
  const none = new Map<number, readonly Issue[]>();
  if (check.protocol === 'Tcp') return { answered: traced.reached || traced.answeredBy !== undefined, extra: none };
  if (check.protocol === 'Icmp' || !traced.reached) return { answered: traced.reached, extra: none };
  const last = traced.hops.length - 1;
  const status = traced.listener?.httpStatus;
  const local = (type: string, context: Issue['context'] = []) =>
    new Map<number, readonly Issue[]>([[last, [{ origin: 'Local', severity: 'Error', type, context }]]]);
  if (status === undefined) return { answered: false, extra: local('NetworkError') };
  const valid = check.validStatusCodes;
  const isValid = valid === undefined || valid.length === 0 ? status < 400 : valid.includes(status);
  return isValid
    ? { answered: true, extra: none }
    : { answered: false, extra: local('StatusCodeValidationFailed', [{ key: 'StatusCode', value: String(status) }]) };
}

function latencyFields(total: RoundTrip) {
  return { avgLatencyInMs: total.avg, minLatencyInMs: total.min, maxLatencyInMs: total.max };
}

/** Nothing could be probed: the source's agent does not answer, or it could not resolve the name. */
function unanswered(check: Check, era: Era, world: World, type: 'AgentStopped' | 'DNSResolution') {
  const { source, destination } = check;
  const hops: readonly Hop[] = [
    { stand: { kind: 'nic', configuration: source }, addressText: source.addressText, stops: [] },
    {
      stand: { kind: 'nowhere' },
      addressText: destination === undefined ? '' : formatAddress(destination),
      arrivedBy: 'None',
      stops: [],
    },
  ];
  const extra = new Map<number, readonly Issue[]>([[0, [{ origin: 'Local', severity: 'Error', type, context: [] }]]]);
  const sent = type === 'AgentStopped' ? 0 : era.probes.failing;
  return {
    reachable: false,
    body: {
      hops: drawHops({ hops, target: check.target, trips: [], extra, silent: true }, era, world.chance),
      connectionStatus: type === 'AgentStopped' ? 'Unknown' : 'Unreachable',
      probesSent: sent,
      probesFailed: sent,
      ...(era.errors ? { errors: {} } : {}),
    },
  };
}

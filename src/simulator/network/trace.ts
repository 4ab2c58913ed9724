import { type Address, addressKey, containsAny, formatAddress, sameAddress } from './address.ts';
import { accept } from './arrival.ts';
import { type Flow, filter } from './nsg.ts';
import { membersOf, publicOwner, translatedAddress } from './ownership.ts';
import { answeredOnTheWay, findAppliance, forwarderStops, peeringStops } from './passage.ts';
import type { Hop, Stop } from './path.ts';
import { gatewaysSeenFrom, type Route, routesOf, selectRoute } from './routes.ts';
import {
  type ApplicationSecurityGroup,
  type Gateway,
  type IpConfiguration,
  isConfiguration,
  type Listener,
  type Machine,
  type NextHopType,
  type Topology,
  type VirtualNetwork,
} from './topology.ts';

export type Question = {
  readonly source: IpConfiguration;
  readonly protocol: 'Tcp' | 'Udp' | 'Icmp';
  readonly destination: Address;
  /** 0 for ICMP. */
  readonly port: number;
  readonly sourcePort?: number;
};

export type Trace = {
  /** The path by its routes, drawn to the end even where a rule on the way denies; it ends early where routing does. */
  readonly hops: readonly Hop[];
  /** The way home, only where the packet arrived; empty for hosts outside. */
  readonly back: readonly Hop[];
  /** True where the destination itself gets the packet, accepts it, and its answer comes home. */
  readonly reached: boolean;
  /** A forwarder on the way that answers in the target's place. */
  readonly answeredBy?: Machine;
  readonly listener?: Listener;
};

/** A path longer than this is a mistake in the topology, not a network. */
const longestPath = 32;

/** The hops that one step adds, and where the walk goes on from; without `leaving` it has ended. */
type Step = { readonly hops: readonly Draft[]; readonly leaving?: IpConfiguration };
type Draft = { -readonly [key in keyof Hop]: Hop[key] } & { stops: Stop[] };

/** Walks the packet from the source hop by hop, then its answer home, and says at each hop why it went on or stopped. */
export function trace(topology: Topology, question: Question): Trace {
  const flow: Flow = {
    protocol: question.protocol,
    source: question.source.address,
    sourcePort: question.sourcePort ?? 0,
    destination: question.destination,
    destinationPort: question.port,
  };
  const walk = new Walk(topology, flow);
  const hops = walk.go(question.source);
  const last = hops.at(-1);
  const arrival = last === undefined ? { stops: [] } : accept(last.stand, walk.flow);
  last?.stops.push(...arrival.stops);
  const forwardDone = hops.every((hop) => hop.stops.length === 0);
  const answeredBy = answeredOnTheWay(hops, walk.flow);
  const back = forwardDone && last?.stand.kind === 'nic' ? wayHome(topology, walk.flow, last, hops) : [];
  return {
    hops,
    back,
    reached: forwardDone && back.every((hop) => hop.stops.length === 0),
    ...(answeredBy === undefined ? {} : { answeredBy }),
    ...(arrival.listener === undefined ? {} : { listener: arrival.listener }),
  };
}

/** The answer travels by the routes of its own side; groups that saw the question let it through. */
function wayHome(topology: Topology, flow: Flow, last: Hop, forward: readonly Hop[]): readonly Hop[] {
  if (last.stand.kind !== 'nic') return [];
  const passed = forward.flatMap((hop) => (hop.stand.kind === 'nic' ? [hop.stand.configuration.nic] : []));
  const seen = new Set(passed.flatMap((nic) => nic.machine?.nics ?? [nic]).map((nic) => nic.id.toLowerCase()));
  const answer: Flow = {
    protocol: flow.protocol,
    source: last.stand.configuration.address,
    sourcePort: flow.destinationPort,
    destination: flow.source,
    destinationPort: flow.sourcePort,
  };
  return new Walk(topology, answer, seen).go(last.stand.configuration);
}

class Walk {
  readonly topology: Topology;
  flow: Flow;
  /** NICs (lower-case ids) that have this conversation in their tables already. */
  readonly established: ReadonlySet<string> | undefined;
  readonly members: (asg: ApplicationSecurityGroup, address: Address) => boolean;

  constructor(topology: Topology, flow: Flow, established?: ReadonlySet<string>) {
    this.topology = topology;
    this.flow = flow;
    this.established = established;
    this.members = membersOf(topology);
  }

  go(from: IpConfiguration): readonly Draft[] {
    const first: Draft = { stand: { kind: 'nic', configuration: from }, addressText: from.addressText, stops: [] };
    const hops: Draft[] = [first];
    const visited = new Set<string>([from.nic.id.toLowerCase()]);
    let here: Draft = first;
    let leaving = from;
    while (hops.length < longestPath) {
      const next = this.step(here, leaving, visited);
      if (next === undefined) break;
      hops.push(...next.hops);
      here = next.hops.at(-1) ?? here;
      if (next.leaving === undefined) break;
      leaving = next.leaving;
    }
    return hops;
  }

  /** One hop out of `here`: filter, route, and what stands at the other end. */
  private step(here: Draft, leaving: IpConfiguration, visited: Set<string>): Step | undefined {
    const { destination } = this.flow;
    if (here.arrivedBy === undefined && sameAddress(leaving.address, destination)) return undefined;
    this.checkOut(here, leaving);
    const routes = routesOf(leaving.subnet);
    const route = selectRoute(routes, destination);
    if (route === undefined) {
      here.stops.push({ kind: 'noRoute' });
      return { hops: [this.nowhere('None')] };
    }
    here.route = route;
    const { vnet } = leaving.subnet;
    switch (route.nextHop) {
      case 'None':
        here.stops.push({ kind: 'routeNone', route });
        return { hops: [this.nowhere('None')] };
      case 'VnetLocal':
        return { hops: [this.arrive(vnet, destination, 'VnetLocal')] };
      case 'VNetPeering':
        return { hops: [this.cross(here, vnet, route, destination)] };
      case 'InterfaceEndpoint':
        return { hops: [this.arrive(route.privateEndpoint?.subnet.vnet ?? vnet, destination, 'InterfaceEndpoint')] };
      case 'VirtualAppliance':
        return this.appliance(here, leaving, route, visited);
      case 'VirtualNetworkGateway':
        return { hops: this.gateway(here, leaving, route) };
      case 'VirtualNetworkServiceEndpoint':
      case 'Internet':
        return { hops: [this.outside(leaving, route.nextHop)] };
    }
  }

  private checkOut(here: Draft, leaving: IpConfiguration): void {
    if (this.established?.has(leaving.nic.id.toLowerCase())) return;
    const decision = filter(leaving.nic, leaving.subnet, 'Outbound', this.flow, this.members);
    here.outbound = decision;
    if (decision.access === 'Deny') here.stops.push({ kind: 'denied', direction: 'Outbound', decision });
  }

  private checkIn(hop: Draft, configuration: IpConfiguration): void {
    if (this.established?.has(configuration.nic.id.toLowerCase())) return;
    const decision = filter(configuration.nic, configuration.subnet, 'Inbound', this.flow, this.members);
    hop.inbound = decision;
    if (decision.access === 'Deny') hop.stops.push({ kind: 'denied', direction: 'Inbound', decision });
  }

  private nowhere(arrivedBy: NextHopType): Draft {
    return { stand: { kind: 'nowhere' }, addressText: formatAddress(this.flow.destination), arrivedBy, stops: [] };
  }

  /** The owner of an address inside one network. */
  private arrive(vnet: VirtualNetwork, address: Address, arrivedBy: NextHopType): Draft {
    const owner = this.topology.owners.get(vnet.id.toLowerCase())?.get(addressKey(address));
    if (owner === undefined) {
      const hop = this.nowhere(arrivedBy);
      hop.stops.push({ kind: 'noSuchAddress' });
      return hop;
    }
    if (!isConfiguration(owner)) {
      return { stand: { kind: 'endpoint', endpoint: owner }, addressText: owner.addressText, arrivedBy, stops: [] };
    }
    const hop: Draft = {
      stand: { kind: 'nic', configuration: owner },
      addressText: owner.addressText,
      arrivedBy,
      stops: [],
    };
    this.checkIn(hop, owner);
    return hop;
  }

  /** Over a peering, if both of its ends let the packet pass. */
  private cross(here: Draft, vnet: VirtualNetwork, route: Route, address: Address): Draft {
    const peering = route.peering;
    if (peering === undefined) return this.nowhere('VNetPeering');
    here.stops.push(...peeringStops(vnet, peering, this.flow.source));
    return this.arrive(peering.remote, address, 'VNetPeering');
  }

  private appliance(here: Draft, leaving: IpConfiguration, route: Route, visited: Set<string>): Step {
    const found =
      route.address === undefined ? undefined : findAppliance(this.topology, leaving.subnet.vnet, route.address);
    if (found === undefined) {
      here.stops.push({ kind: 'noAppliance', route });
      return { hops: [this.nowhere('VirtualAppliance')] };
    }
    const { configuration, peering } = found;
    const { nic } = configuration;
    if (peering !== undefined) here.stops.push(...peeringStops(leaving.subnet.vnet, peering, this.flow.source));
    if (visited.has(nic.id.toLowerCase())) {
      here.stops.push({ kind: 'loop', route });
      return { hops: [this.nowhere('VirtualAppliance')] };
    }
    visited.add(nic.id.toLowerCase());
    const hop: Draft = {
      stand: { kind: 'nic', configuration },
      addressText: configuration.addressText,
      arrivedBy: 'VirtualAppliance',
      stops: [],
    };
    this.checkIn(hop, configuration);
    if (sameAddress(configuration.address, this.flow.destination)) return { hops: [hop] };
    const { machine } = nic;
    const knowsFlow = this.established === undefined || this.established.has(nic.id.toLowerCase());
    hop.stops.push(...forwarderStops(nic, knowsFlow));
    const exit = machine?.nics.find((one) => one.name === machine.forwardsBy) ?? nic;
    visited.add(exit.id.toLowerCase());
    const way = exit.ipConfigurations.find((one) => one.address.version === configuration.address.version);
    return way === undefined ? { hops: [hop] } : { hops: [hop], leaving: way };
  }

  private gateway(here: Draft, leaving: IpConfiguration, route: Route): readonly Draft[] {
    const { destination } = this.flow;
    const gateways = route.gateway === undefined ? gatewaysSeenFrom(leaving.subnet) : [route.gateway];
    const gateway = gateways[0];
    if (gateway === undefined) {
      here.stops.push({ kind: 'noGateway', route });
      return [this.nowhere('VirtualNetworkGateway')];
    }
    const connection = gateway.connections.find((one) => containsAny(one.prefixes, destination));
    const first = gatewayHop(gateway);
    if (connection === undefined || !connection.connected) {
      first.stops.push(
        connection === undefined ? { kind: 'noGateway', route } : { kind: 'notConnected', connection, gateway },
      );
      return [first, this.nowhere('None')];
    }
    const { remote } = connection;
    if (remote === undefined) return [first, this.host('VirtualNetworkGateway')];
    return [first, gatewayHop(remote), this.arrive(remote.vnet, destination, 'VnetLocal')];
  }

  private host(arrivedBy: NextHopType): Draft {
    const host = this.topology.hostsByAddress.get(addressKey(this.flow.destination));
    if (host === undefined) {
      const hop = this.nowhere(arrivedBy);
      hop.stops.push({ kind: 'noSuchAddress' });
      return hop;
    }
    const addressText = formatAddress(this.flow.destination);
    return { stand: { kind: 'host', host }, addressText, arrivedBy, stops: [] };
  }

  /** Out to the internet: a known host, or a public address of the estate, which is translated on its way in. */
  private outside(leaving: IpConfiguration, arrivedBy: NextHopType): Draft {
    // An answer to a translated source is home once it is outside.
    if (sameAddress(this.flow.destination, translatedAddress)) return this.nowhere(arrivedBy);
    const owner = publicOwner(this.topology, this.flow.destination);
    if (owner === undefined) return this.host(arrivedBy);
    const outbound = leaving.publicIp?.address ?? translatedAddress;
    this.flow = { ...this.flow, source: outbound, destination: owner.address };
    const hop: Draft = {
      stand: { kind: 'nic', configuration: owner },
      addressText: owner.publicIp?.addressText ?? owner.addressText,
      arrivedBy,
      stops: [],
    };
    this.checkIn(hop, owner);
    return hop;
  }
}

function gatewayHop(gateway: Gateway): Draft {
  const { addressText } = gateway;
  return { stand: { kind: 'gateway', gateway }, addressText, arrivedBy: 'VirtualNetworkGateway', stops: [] };
}

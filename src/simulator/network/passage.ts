import { type Address, addressKey, containsAny } from './address.ts';
import type { Flow } from './nsg.ts';
import type { Hop, Stop } from './path.ts';
import {
  type IpConfiguration,
  isConfiguration,
  type Machine,
  type NetworkInterface,
  type Peering,
  type Topology,
  type VirtualNetwork,
} from './topology.ts';

/** What keeps a packet of this source from crossing: both ends have to let it pass, and forwarded ones need more. */
export function peeringStops(vnet: VirtualNetwork, peering: Peering, source: Address): readonly Stop[] {
  const back = peering.remote.peerings.find((one) => one.remote === vnet);
  if (!peering.allowAccess) return [{ kind: 'peeringNoAccess', peering }];
  if (back === undefined) return [{ kind: 'peeringMissing', vnet: peering.remote }];
  if (!back.allowAccess) return [{ kind: 'peeringNoAccess', peering: back }];
  const isForwarded = !containsAny(vnet.prefixes, source);
  return isForwarded && !back.allowForwarded ? [{ kind: 'peeringNoForwarded', peering: back }] : [];
}

/** What keeps a NIC and the machine behind it from passing on what is not for itself. */
export function forwarderStops(nic: NetworkInterface, knowsFlow: boolean): readonly Stop[] {
  const { machine } = nic;
  const stops: Stop[] = nic.ipForwarding ? [] : [{ kind: 'forwardingOff', nic }];
  if (machine === undefined) return stops;
  if (machine.power !== 'running') stops.push({ kind: 'notRunning', machine });
  else if (!machine.forwards) stops.push({ kind: 'guestDoesNotForward', machine });
  else if (machine.stateful && !knowsFlow) stops.push({ kind: 'foreignState', machine });
  return stops;
}

/** The NIC behind a route's next-hop address: in the network itself, or in one that is peered with it. */
export function findAppliance(
  topology: Topology,
  vnet: VirtualNetwork,
  address: Address,
): { readonly configuration: IpConfiguration; readonly peering?: Peering } | undefined {
  const ownerIn = (one: VirtualNetwork) => topology.owners.get(one.id.toLowerCase())?.get(addressKey(address));
  const own = ownerIn(vnet);
  if (own !== undefined) return isConfiguration(own) ? { configuration: own } : undefined;
  for (const peering of vnet.peerings) {
    const owner = ownerIn(peering.remote);
    if (owner !== undefined && isConfiguration(owner)) return { configuration: owner, peering };
  }
  return undefined;
}

/** A forwarder that takes the connection itself, if the packet gets as far. */
export function answeredOnTheWay(hops: readonly Hop[], flow: Flow): Machine | undefined {
  if (flow.protocol !== 'Tcp') return undefined;
  for (const [index, hop] of hops.entries()) {
    const blocked = hop.stops.some((stop) => stop.kind !== 'denied' || stop.direction === 'Inbound');
    const machine = hop.stand.kind === 'nic' ? hop.stand.configuration.nic.machine : undefined;
    const isOnTheWay = index > 0 && index < hops.length - 1;
    if (isOnTheWay && !blocked && machine?.answersFor.includes(flow.destinationPort)) return machine;
    if (hop.stops.length > 0) return undefined;
  }
  return undefined;
}

import type { FilterDecision } from './nsg.ts';
import type { Hop, Stop } from './path.ts';
import type { Route } from './routes.ts';
import type { Trace } from './trace.ts';

/** One hop in words: what let the packet in, which route took it on, what let it out, or what stopped it. */
export type Explained = { readonly hop: string; readonly reasons: readonly string[] };

function nameOf({ stand, addressText }: Hop): string {
  switch (stand.kind) {
    case 'nic':
      return `${stand.configuration.nic.machine?.name ?? stand.configuration.nic.name} ${addressText}`;
    case 'endpoint':
      return `${stand.endpoint.name} ${addressText}`;
    case 'gateway':
      return `${stand.gateway.name} ${addressText}`;
    case 'host':
      return `${stand.host.names[0] ?? 'host'} ${addressText}`;
    case 'nowhere':
      return addressText;
  }
}

function passage(direction: 'in' | 'out', decision: FilterDecision | undefined): readonly string[] {
  if (decision === undefined) return [];
  if (decision.evaluated.length === 0) return [`${direction}: allowed, no security group`];
  return decision.evaluated.map(({ group, appliedTo, rule, access }) => {
    const verb = access === 'Allow' ? 'allowed' : 'denied';
    return `${direction}: ${verb} by ${group.name}/${rule.name} (${rule.priority}) at ${appliedTo.kind} ${appliedTo.name}`;
  });
}

function road(route: Route | undefined): readonly string[] {
  if (route === undefined) return [];
  const owner =
    route.routeTable === undefined
      ? route.origin.toLowerCase()
      : `${route.routeTable.name}/${route.userRoute?.name ?? ''}`;
  const to = route.addressText === undefined ? route.nextHop : `${route.nextHop} ${route.addressText}`;
  return [`route: ${route.prefix.text} -> ${to} (${owner})`];
}

function obstacle(stop: Stop): readonly string[] {
  switch (stop.kind) {
    case 'denied':
      return [];
    case 'routeNone':
      return ['stops: the route leads to None'];
    case 'noRoute':
      return ['stops: no route'];
    case 'noSuchAddress':
      return ['stops: nobody has this address'];
    case 'loop':
      return ['stops: the next hop has been passed already'];
    case 'noAppliance':
      return [`stops: no machine at the next hop ${stop.route.addressText ?? ''}`];
    case 'forwardingOff':
      return [`stops: IP forwarding is off on ${stop.nic.name}`];
    case 'guestDoesNotForward':
      return [`stops: the guest of ${stop.machine.name} does not forward`];
    case 'foreignState':
      return [`stops: ${stop.machine.name} has not seen the question that this answers`];
    case 'peeringNoAccess':
      return [`stops: the peering ${stop.peering.name} does not allow access`];
    case 'peeringNoForwarded':
      return [`stops: the peering ${stop.peering.name} does not allow forwarded traffic`];
    case 'peeringMissing':
      return [`stops: ${stop.vnet.name} has no peering back`];
    case 'noGateway':
      return ['stops: no gateway leads there'];
    case 'notConnected':
      return [`stops: the connection ${stop.connection.name} of ${stop.gateway.name} is down`];
    case 'notRunning':
      return [`stops: ${stop.machine.name} is ${stop.machine.power}`];
    case 'guestFirewall':
      return [`stops: the guest firewall of ${stop.machine.name}`];
    case 'noListener':
      return ['stops: nothing listens'];
    case 'noAnswer':
      return ['stops: no answer'];
  }
}

function explainHop(hop: Hop): Explained {
  const reasons = [
    ...passage('in', hop.inbound),
    ...passage('out', hop.outbound),
    ...road(hop.route),
    ...hop.stops.flatMap(obstacle),
  ];
  return { hop: nameOf(hop), reasons };
}

/** The whole walk in words, there and back. */
export function explain(trace: Trace): {
  readonly reached: boolean;
  readonly answeredBy?: string;
  readonly there: readonly Explained[];
  readonly back: readonly Explained[];
} {
  return {
    reached: trace.reached,
    ...(trace.answeredBy === undefined ? {} : { answeredBy: trace.answeredBy.name }),
    there: trace.hops.map(explainHop),
    back: trace.back.map(explainHop),
  };
}

import type { Chance } from '../chance.ts';
import type { Era } from '../era.ts';
import type { JsonObject } from '../exchange.ts';
import type { RoundTrip } from '../network/latency.ts';
import type { GroupDecision } from '../network/nsg.ts';
import type { Hop, Stop } from '../network/path.ts';
import type { Machine } from '../network/topology.ts';

/** One issue as ConnectivityIssue has it. */
export type Issue = {
  readonly origin: 'Local' | 'Inbound' | 'Outbound';
  readonly severity: 'Error' | 'Warning';
  readonly type: string;
  readonly context: readonly { readonly key: string; readonly value: string }[];
};

const issue = (origin: Issue['origin'], type: string, context: Readonly<Record<string, string>> = {}): Issue => ({
  origin,
  severity: 'Error',
  type,
  context: Object.entries(context).map(([key, value]) => ({ key, value })),
});

/** A rule's name as the service of that time reports it. */
function reportRule(decision: GroupDecision, era: Era): string {
  const { rule, group } = decision;
  if (rule.isDefault) return `DefaultRule_${rule.name}`;
  return era.ruleBy === 'id' ? `${group.id}/SecurityRules/${rule.name}` : `UserRule_${rule.name}`;
}

/** Empty where Azure is known to be mute about this reason. */
function issuesOf(stop: Stop, era: Era): readonly Issue[] {
  switch (stop.kind) {
    case 'denied':
      return stop.decision.decidedBy === undefined
        ? []
        : [issue(stop.direction, 'NetworkSecurityRule', { RuleName: reportRule(stop.decision.decidedBy, era) })];
    case 'routeNone':
      if (era.routeNone === 'missingRoute') {
        return [
          issue('Local', 'RouteMissing'),
          issue('Outbound', 'UserDefinedRoute', { ErrorMessage: 'NextHop Type None, NextHop IP ' }),
        ];
      }
      return [issue('Outbound', 'UserDefinedRoute', { RouteType: stop.route.origin })];
    case 'noRoute':
    case 'noGateway':
      return [issue('Local', 'RouteMissing')];
    case 'loop':
      return [
        era.namesTopology
          ? issue('Outbound', 'UDRLoop')
          : issue('Outbound', 'UserDefinedRoute', { RouteType: stop.route.origin }),
      ];
    case 'forwardingOff':
      return [issue('Local', 'IPForwardingNotEnabled')];
    case 'peeringNoAccess':
      return era.namesTopology ? [issue('Outbound', 'VnetAccessNotAllowed')] : [];
    case 'peeringMissing':
      return era.namesTopology ? [issue('Outbound', 'PeeringInfoNotFound')] : [];
    case 'notConnected':
      return era.namesTopology ? [issue('Outbound', 'ConnectionStateDisconnected')] : [];
    case 'guestFirewall':
      return [issue('Local', 'GuestFirewall')];
    case 'noListener':
      return [issue('Local', 'NoListenerOnDestination'), issue('Local', 'GuestFirewall')];
    case 'noAppliance':
    case 'guestDoesNotForward':
    case 'foreignState':
    case 'peeringNoForwarded':
    case 'noSuchAddress':
    case 'notRunning':
    case 'noAnswer':
      return [];
  }
}

/** A hop's issues; `denied` says whether a rule anywhere on the way stops the probe. */
function hopIssues(hop: Hop, isLast: boolean, denied: boolean, era: Era): readonly Issue[] {
  const own = hop.stops.filter((stop) => !(denied && (stop.kind === 'noListener' || stop.kind === 'guestFirewall')));
  const issues = own.flatMap((stop) => issuesOf(stop, era));
  const isMachine = hop.stand.kind === 'nic';
  const running = hop.stand.kind === 'nic' && hop.stand.configuration.nic.machine?.power === 'running';
  if (isLast && denied && isMachine && running && era.echoesNoListener) {
    return [...issues, issue('Local', 'NoListenerOnDestination')];
  }
  return issues;
}

type Drawn = {
  readonly type: string;
  readonly address: string;
  readonly resourceId: string | undefined;
  readonly issues: readonly Issue[];
};

function outsideId(era: Era, word: 'Internet' | 'Unknown'): string | undefined {
  if (era.outside === 'word') return word;
  return era.outside === 'empty' ? '' : undefined;
}

function draw(hop: Hop, isLast: boolean, era: Era, target: Machine | undefined): Omit<Drawn, 'issues'> {
  const { stand, addressText: address, arrivedBy } = hop;
  switch (stand.kind) {
    case 'nic': {
      const { configuration } = stand;
      const machine = configuration.nic.machine;
      if (arrivedBy === undefined) {
        return { type: 'Source', address, resourceId: era.sourceBy === 'nic' ? configuration.id : machine?.id };
      }
      if (!isLast) return { type: 'VirtualAppliance', address, resourceId: configuration.id };
      if (era.destinationType === 'nextHop') {
        const type = arrivedBy === 'VNetPeering' ? 'VirtualNetwork' : arrivedBy;
        return { type, address, resourceId: configuration.id };
      }
      return target === undefined || target !== machine
        ? { type: 'VirtualNetwork', address, resourceId: configuration.id }
        : { type: 'VirtualMachine', address, resourceId: target.id };
    }
    case 'endpoint':
      return { type: 'VirtualNetwork', address, resourceId: stand.endpoint.id };
    case 'gateway':
      return { type: 'VirtualNetworkGateway', address, resourceId: stand.gateway.id };
    case 'host': {
      const outside = arrivedBy === 'Internet' || arrivedBy === 'VirtualNetworkServiceEndpoint';
      const type = outside ? era.internetType : 'Destination';
      return { type, address, resourceId: outsideId(era, outside ? 'Internet' : 'Unknown') };
    }
    case 'nowhere': {
      const type = arrivedBy === 'Internet' ? era.internetType : 'Destination';
      const known = era.destinationType === 'thing' ? target?.id : undefined;
      return { type, address, resourceId: known ?? outsideId(era, type === 'Internet' ? 'Internet' : 'Unknown') };
    }
  }
}

function linkTypeOf(to: Hop): string {
  const outside = to.arrivedBy === 'Internet' || to.arrivedBy === 'VirtualNetworkServiceEndpoint';
  return outside ? 'Internet' : 'VirtualNetwork';
}

function link(other: string, to: Hop, trip: RoundTrip | undefined, era: Era): JsonObject {
  const properties: JsonObject =
    trip === undefined ? {} : { roundTripTimeMin: trip.min, roundTripTimeAvg: trip.avg, roundTripTimeMax: trip.max };
  if (era.links === 'plain') return { nextHopId: other, properties };
  const type = linkTypeOf(to);
  return {
    nextHopId: other,
    ...(era.links === 'untyped' ? {} : { linkType: type }),
    ...(era.links === 'typed' ? { type } : {}),
    properties,
    context: {},
    issues: [],
    resourceId: '',
  };
}

export type Drawing = {
  readonly hops: readonly Hop[];
  /** The VM that was asked for by its id. */
  readonly target: Machine | undefined;
  /** One per link; empty where nothing came back. */
  readonly trips: readonly RoundTrip[];
  /** Issues by hop index beyond those of the trace. */
  readonly extra: ReadonlyMap<number, readonly Issue[]>;
  /** Nothing is wrong on the way: the probe was answered. */
  readonly silent: boolean;
};

/** The `hops` of ConnectivityInformation in the shapes of an era, in graph order. */
export function drawHops(drawing: Drawing, era: Era, chance: Chance): readonly JsonObject[] {
  const { hops, target, trips, extra, silent } = drawing;
  const ids = hops.map(() => chance.guid());
  const denied = hops.some((hop) => hop.stops.some((stop) => stop.kind === 'denied'));
  return hops.map((hop, at): JsonObject => {
    const isLast = at === hops.length - 1;
    const { type, address, resourceId } = draw(hop, isLast && at > 0, era, target);
    const next = hops[at + 1];
    const nextId = ids[at + 1];
    const previousId = at === 0 ? undefined : ids[at - 1];
    const issues = [...(silent ? [] : hopIssues(hop, isLast, denied, era)), ...(extra.get(at) ?? [])];
    return {
      type,
      id: ids[at],
      ...(address === '' ? {} : { address }),
      ...(resourceId === undefined ? {} : { resourceId }),
      nextHopIds: nextId === undefined ? [] : [nextId],
      ...(era.links === 'none'
        ? {}
        : { links: next === undefined || nextId === undefined ? [] : [link(nextId, next, trips[at], era)] }),
      ...(era.previous
        ? {
            previousHopIds: previousId === undefined ? [] : [previousId],
            previousLinks: previousId === undefined ? [] : [link(previousId, hop, undefined, era)],
          }
        : {}),
      issues,
    };
  });
}

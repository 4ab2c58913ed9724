import ipaddr from 'ipaddr.js';
import type { Configuration, Route } from '../../azure/configuration.ts';
import type { Failure } from '../../azure/failure.ts';
import type { Estate } from '../../azure/inventory.ts';
import type { WatcherQuestion } from '../../azure/operations.ts';
import type { Machine, Question } from '../../core/check.ts';
import { normaliseRule, sameName } from '../../diagnosis/rules.ts';
import type { Direction, Hop, NsgAnswer, ProbeAnswer, RuleFound, Silence } from '../../diagnosis/witness.ts';

/** A question as connectivityCheck's body. The protocol is left out unless asked for: Http makes other probes of it. */
export function connectivityCheck(question: Question): WatcherQuestion {
  const { source, destination, port, protocol, ipVersion, validStatusCodes } = question;
  return {
    kind: 'connectivityCheck',
    parameters: {
      source: { resourceId: source.resourceId },
      destination: {
        ...(destination.kind === 'vm'
          ? { resourceId: destination.machine.resourceId }
          : { address: addressOf(destination) }),
        ...(port !== undefined && { port }),
      },
      ...(question.protocolAsked && { protocol }),
      ...(ipVersion && { preferredIPVersion: ipVersion }),
      ...(validStatusCodes && {
        protocolConfiguration: { httpConfiguration: { method: 'Get', validStatusCodes: [...validStatusCodes] } },
      }),
    },
  };
}

function addressOf(destination: Exclude<Question['destination'], { readonly kind: 'vm' }>): string {
  switch (destination.kind) {
    case 'address':
      return destination.address;
    case 'host':
      return destination.host;
    case 'url':
      return destination.url;
  }
}

export function silenceOf(failure: Failure): Silence {
  return {
    code: failure.code,
    ...(failure.message && { message: failure.message }),
    ...(failure.missingAction && { missingAction: failure.missingAction }),
  };
}

/**
 * Finds the rules and routes that the probe blamed in the configuration itself, since Azure names a rule but often neither
 * its NSG nor what it does. What cannot be read is left out: the probe's own words still stand.
 */
export async function findBlamed(
  configuration: Configuration,
  estate: Estate,
  probe: ProbeAnswer,
): Promise<readonly RuleFound[]> {
  const blamed = probe.hops.flatMap((hop) => hop.issues.map((issue) => ({ hop, issue })));
  const found = await Promise.all(
    blamed.map(async ({ hop, issue }): Promise<readonly RuleFound[]> => {
      const nicId = nicOf(hop, estate);
      const type = issue.type.toLowerCase();
      const reportedAs = issue.context.find(({ key }) => key.toLowerCase() === 'rulename')?.value;
      if (type === 'networksecurityrule' && reportedAs) {
        return findSecurityRules(configuration, {
          hopId: hop.id,
          reportedAs,
          direction: issue.origin,
          ...(nicId && { nicId }),
        });
      }
      return type === 'userdefinedroute' && nicId ? findRoutes(configuration, hop.id, nicId, probe) : [];
    }),
  );
  return found.flat();
}

/** The rules that a security group named in its verdict, with the priority that the verdict leaves out. */
export async function findNamed(
  configuration: Configuration,
  { resourceId, direction, groups }: NsgAnswer,
): Promise<readonly RuleFound[]> {
  const found = await Promise.all(
    groups.map(async ({ securityGroupId, rule }) =>
      rule
        ? findSecurityRules(configuration, {
            hopId: resourceId,
            reportedAs: rule.reportedAs,
            direction,
            securityGroupId,
          })
        : [],
    ),
  );
  return found.flat();
}

type Naming = {
  readonly hopId: string;
  readonly reportedAs: string;
  /** `Inbound`, `Outbound`, or anything else for either. */
  readonly direction: string;
  readonly nicId?: string;
  readonly securityGroupId?: string;
};

/** Every rule of that name: the groups of an interface and of its subnet may both have one. */
async function findSecurityRules(
  configuration: Configuration,
  { hopId, reportedAs, direction, ...where }: Naming,
): Promise<readonly RuleFound[]> {
  const { name, group } = normaliseRule(reportedAs);
  const securityGroupId = group ?? where.securityGroupId;
  const rules = securityGroupId
    ? await configuration.securityGroup(securityGroupId)
    : where.nicId
      ? await configuration.securityRules(where.nicId)
      : undefined;
  if (!rules?.ok) return [];
  const either = !/^(in|out)bound$/i.test(direction);
  return rules.value
    .filter((rule) => sameName(rule.name, name) && (either || sameName(rule.direction, direction)))
    .map((rule) => ({ ...rule, reportedAs, hopId }));
}

async function findRoutes(
  configuration: Configuration,
  hopId: string,
  nicId: string,
  probe: ProbeAnswer,
): Promise<readonly RuleFound[]> {
  const target = probe.hops.find((candidate) => candidate.nextHopIds.length === 0)?.address;
  const routes = await configuration.routes(nicId);
  const route = routes.ok && target ? longestMatch(routes.value, target) : undefined;
  return route ? [{ name: route.name, reportedAs: route.name, routeTableId: route.routeTableId, hopId }] : [];
}

/** A hop's NIC: its ipConfiguration's, or the first one of the machine it names. */
function nicOf(hop: Hop, estate: Estate): string | undefined {
  const nic = /^(.+\/networkInterfaces\/[^/]+)/i.exec(hop.resourceId ?? '')?.[1];
  return nic ?? (hop.resourceId ? estate.machineOf(hop.resourceId)?.nics[0]?.id : undefined);
}

/** The user-defined route that decides for an address; service tags as prefixes are passed over. */
export function longestMatch(routes: readonly Route[], address: string): Route | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const ip = ipaddr.process(address);
  const matching = routes.flatMap((route) => {
    if (!ipaddr.isValidCIDR(route.prefix)) return [];
    const [network, bits] = ipaddr.parseCIDR(route.prefix);
    return network.kind() === ip.kind() && ip.match(network, bits) ? [{ route, bits }] : [];
  });
  return matching.sort((a, b) => b.bits - a.bits)[0]?.route;
}

/** Appliances looked at on the way: more than any sane design has, and an end for routes that chase each other. */
const mostAppliances = 6;

/** The appliances that the route tables send an address through, in order, as far as their machines can be seen. */
export async function appliancesTo(
  configuration: Configuration,
  estate: Estate,
  source: Machine,
  address: string,
): Promise<readonly Machine[]> {
  const found: Machine[] = [];
  let at: Machine | undefined = source;
  while (at && found.length < mostAppliances) {
    const tables = await Promise.all(at.nics.map(({ id }) => configuration.routes(id)));
    const route = longestMatch(
      tables.flatMap((table) => (table.ok ? table.value : [])),
      address,
    );
    const via = route?.nextHopType === 'VirtualAppliance' ? route.nextHopAddress : undefined;
    const next: Machine | undefined = via === undefined ? undefined : estate.findByAddress(via);
    if (next && (next === source || found.includes(next))) break;
    if (next) found.push(next);
    at = next;
  }
  return found;
}

/** What is asked to pass, with both ends as addresses, for witnesses that know no names. */
export type Flow = { readonly from: string; readonly to: string; readonly question: Question };

export function networkConfigurationDiagnostic(
  machine: Machine,
  directions: readonly Direction[],
  { from, to, question }: Flow,
): WatcherQuestion {
  const icmp = question.protocol === 'Icmp';
  return {
    kind: 'networkConfigurationDiagnostic',
    parameters: {
      targetResourceId: machine.resourceId,
      verbosityLevel: 'Normal',
      profiles: directions.map((direction) => ({
        direction,
        protocol: icmp ? 'ICMP' : 'TCP',
        source: from,
        destination: to,
        destinationPort: icmp || question.port === undefined ? '*' : String(question.port),
      })),
    },
  };
}

export function nextHop(machine: Machine, from: string, to: string): WatcherQuestion {
  return {
    kind: 'nextHop',
    parameters: { targetResourceId: machine.resourceId, sourceIPAddress: from, destinationIPAddress: to },
  };
}

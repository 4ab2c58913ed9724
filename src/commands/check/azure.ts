import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Configuration, Route } from '../../azure/configuration.ts';
import type { Failure } from '../../azure/failure.ts';
import type { Estate } from '../../azure/inventory.ts';
import type { WatcherQuestion } from '../../azure/operations.ts';
import { destinationName, type Machine, type Nic, type Question } from '../../core/check.ts';
import type { Json } from '../../core/json.ts';
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
          : { address: destinationName(question) }),
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
      const nicIds = nicsOf(hop, estate);
      const type = issue.type.toLowerCase();
      const reportedAs = issue.context.find(({ key }) => key.toLowerCase() === 'rulename')?.value;
      if (type === 'networksecurityrule' && reportedAs) {
        const naming = { hopId: hop.id, reportedAs, direction: issue.origin };
        // The probe names the interface where a packet comes in; the rule may stand at the one where it leaves.
        for (const nicId of nicIds) {
          const rules = await findSecurityRules(configuration, { ...naming, nicId });
          if (rules.length > 0) return rules;
        }
        return nicIds.length === 0 ? findSecurityRules(configuration, naming) : [];
      }
      const [nicId] = nicIds;
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

/** A hop's NICs: first its ipConfiguration's, then the others of its machine. */
function nicsOf({ resourceId, address }: Hop, estate: Estate): readonly string[] {
  const own = /^(.+\/networkInterfaces\/[^/]+)/i.exec(resourceId ?? '')?.[1];
  const owner = address === undefined ? undefined : estate.findByAddress(address);
  const machine = (resourceId && estate.machineOf(resourceId)) || owner;
  const all = machine?.nics.map(({ id }) => id) ?? [];
  return own ? [own, ...all.filter((id) => id.toLowerCase() !== own.toLowerCase())] : all;
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

/** A machine as a packet meets it: by one of its addresses, and so by one of its interfaces. */
export type Stand = { readonly machine: Machine; readonly address: string };

/**
 * The appliances that the route tables send an address through, in order, as far as their machines can be seen. Where an appliance
 * has several interfaces and their routes disagree, its guest decides by which it sends on: there the walk ends.
 */
export async function appliancesTo(
  configuration: Configuration,
  estate: Estate,
  source: Stand,
  address: string,
): Promise<readonly Stand[]> {
  const found: Stand[] = [];
  let nics: readonly Nic[] = [interfaceOf(source)].filter((nic) => nic !== undefined);
  while (found.length < mostAppliances) {
    const tables = await Promise.all(nics.map(({ id }) => configuration.routes(id)));
    const routes = tables.map((table) => (table.ok ? longestMatch(table.value, address) : undefined));
    const hops = new Set(routes.map((each) => (each?.nextHopType === 'VirtualAppliance' ? each.nextHopAddress : '')));
    const [via] = hops;
    const machine = hops.size === 1 && via ? estate.findByAddress(via) : undefined;
    const isNew = machine !== source.machine && !found.some((stand) => stand.machine === machine);
    if (!machine || !via || !isNew) break;
    found.push({ machine, address: via });
    nics = machine.nics;
  }
  return found;
}

/** The interface that has the address; the only one of a machine that has one, whatever is known of its addresses. */
export function interfaceOf({ machine, address }: Stand): Nic | undefined {
  const { nics } = machine;
  return nics.length === 1 ? nics[0] : nics.find(({ addresses }) => addresses.includes(address));
}

/** What is asked to pass, with both ends as addresses, for witnesses that know no names. */
export type Flow = { readonly from: string; readonly to: string; readonly question: Question };

/** One thing to hold against the rules of a place. A machine of several interfaces is asked about at one of them. */
export type Want = {
  readonly stand: Stand;
  readonly direction: Direction;
  readonly flow: Flow;
};

export function targetOf({ stand }: Want): string {
  const { machine } = stand;
  return (machine.nics.length > 1 && interfaceOf(stand)?.id) || machine.resourceId;
}

/** The same for all that are the same question to Azure. */
export function keyOf(want: Want): string {
  const { direction, protocol, source, destination, destinationPort } = profileOf(want);
  return [targetOf(want).toLowerCase(), direction, protocol, source, destination, destinationPort].join(' ');
}

function profileOf({ direction, flow: { from, to, question } }: Want) {
  const isIcmp = question.protocol === 'Icmp';
  return {
    direction,
    protocol: isIcmp ? 'ICMP' : 'TCP',
    source: from,
    destination: to,
    destinationPort: isIcmp || question.port === undefined ? '*' : String(question.port),
  };
}

/** One operation for everything that is wanted of one target. */
export function networkConfigurationDiagnostic(target: string, wants: readonly Want[]): WatcherQuestion {
  return {
    kind: 'networkConfigurationDiagnostic',
    parameters: { targetResourceId: target, verbosityLevel: 'Normal', profiles: wants.map(profileOf) },
  };
}

const Results = z.object({
  results: z.array(z.looseObject({ profile: z.looseObject({}).optional() })),
});

/** The part of a diagnosis that speaks of one want: Azure gives each profile back with its result. */
export function resultFor(want: Want, body: Json): Json {
  const reading = Results.safeParse(body);
  if (!reading.success || reading.data.results.length < 2) return body;
  const wanted = profileOf(want);
  const own = reading.data.results.filter(({ profile }) =>
    Object.entries(wanted).every(([key, value]) => String(profile?.[key] ?? '').toLowerCase() === value.toLowerCase()),
  );
  return { results: z.array(z.json()).parse(own) };
}

export function nextHop(machine: Machine, from: string, to: string): WatcherQuestion {
  return {
    kind: 'nextHop',
    parameters: { targetResourceId: machine.resourceId, sourceIPAddress: from, destinationIPAddress: to },
  };
}

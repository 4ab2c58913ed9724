import ipaddr from 'ipaddr.js';
import type { Arm } from '../../azure/arm.ts';
import { type Route, readRoutes, readSecurityGroup, readSecurityRules } from '../../azure/configuration.ts';
import type { Failure } from '../../azure/failure.ts';
import type { Estate } from '../../azure/inventory.ts';
import type { WatcherQuestion } from '../../azure/operations.ts';
import type { Question } from '../../core/check.ts';
import { normaliseRule } from '../../diagnosis/rules.ts';
import type { Hop, Issue, ProbeAnswer, RuleFound, Silence } from '../../diagnosis/witness.ts';

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
export async function findRules(arm: Arm, estate: Estate, probe: ProbeAnswer): Promise<readonly RuleFound[]> {
  const blamed = probe.hops.flatMap((hop) => hop.issues.map((issue) => ({ hop, issue })));
  const found = await Promise.all(
    blamed.map(({ hop, issue }) => {
      const type = issue.type.toLowerCase();
      if (type === 'networksecurityrule') return findSecurityRule(arm, estate, hop, issue);
      if (type === 'userdefinedroute') return findRoute(arm, estate, hop, probe);
      return undefined;
    }),
  );
  return found.flatMap((rule) => rule ?? []);
}

async function findSecurityRule(arm: Arm, estate: Estate, hop: Hop, issue: Issue): Promise<RuleFound | undefined> {
  const reportedAs = issue.context.find(({ key }) => key.toLowerCase() === 'rulename')?.value;
  if (!reportedAs) return undefined;
  const { name, group: securityGroupId } = normaliseRule(reportedAs);
  const nicId = nicOf(hop, estate);
  const rules = securityGroupId
    ? await readSecurityGroup(arm, securityGroupId)
    : nicId
      ? await readSecurityRules(arm, nicId)
      : undefined;
  if (!rules?.ok) return undefined;
  const rule = rules.value.find(
    (candidate) =>
      candidate.name.toLowerCase() === name.toLowerCase() &&
      (issue.origin === 'Local' || candidate.direction.toLowerCase() === issue.origin.toLowerCase()),
  );
  return rule && { ...rule, reportedAs, hopId: hop.id };
}

async function findRoute(arm: Arm, estate: Estate, hop: Hop, probe: ProbeAnswer): Promise<RuleFound | undefined> {
  const nicId = nicOf(hop, estate);
  const target = probe.hops.find((candidate) => candidate.nextHopIds.length === 0)?.address;
  if (!nicId || !target) return undefined;
  const routes = await readRoutes(arm, nicId);
  const route = routes.ok ? longestMatch(routes.value, target) : undefined;
  return route && { name: route.name, reportedAs: route.name, routeTableId: route.routeTableId, hopId: hop.id };
}

/** A hop's NIC: its ipConfiguration's, or the first one of the machine it names. */
function nicOf(hop: Hop, estate: Estate): string | undefined {
  const nic = /^(.+\/networkInterfaces\/[^/]+)/i.exec(hop.resourceId ?? '')?.[1];
  return nic ?? (hop.resourceId ? estate.machineOf(hop.resourceId)?.nicIds[0] : undefined);
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

import type { Estate, Found } from '../../azure/inventory.ts';
import { addressesOf, type Machine, type Question, type Target, type VmName } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import { nearest } from '../../language/suggest.ts';
import type { Subject } from '../../policy/subject.ts';
import type { CheckForm } from './outcome.ts';
import { type CheckRequest, printCheck } from './request.ts';

/** A request against an estate: one question, a form for what is missing, or why it cannot be asked. */
export type Resolution =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'form'; readonly form: CheckForm }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** The names of a request that the inventory has to know. */
export function namesOf(request: CheckRequest): readonly VmName[] {
  const machines = request.destinations.filter((target) => target.kind === 'vm');
  return [...request.sources, ...machines];
}

/** Puts the conversation's own source where the person named none. */
export function withDefault(request: CheckRequest, source: VmName | undefined): CheckRequest {
  return request.sources.length === 0 && source ? { ...request, sources: [source] } : request;
}

export function resolve(request: CheckRequest, estate: Estate): Resolution {
  if (estate.machines.length === 0) {
    return {
      kind: 'refused',
      problem: { code: 'NO_VM_VISIBLE', facts: { subscriptions: estate.subscriptionIds.length } },
    };
  }
  const [sourceName] = request.sources;
  const [target] = request.destinations;
  const source = sourceName && estate.find(sourceName);
  if (sourceName && source?.kind === 'none') return unknown(sourceName, request, estate);
  const destination = target?.kind === 'vm' ? estate.find(target) : undefined;
  if (target?.kind === 'vm' && destination?.kind === 'none') return unknown(target, request, estate);

  const port = target?.kind === 'url' ? target.port : request.ports[0];
  const needs = {
    source: source?.kind !== 'one',
    destination: target === undefined || destination?.kind === 'several',
    port: port === undefined && request.protocol !== 'Icmp',
  };
  const problem = whatIsMissing(request, needs, source, destination);
  if (problem) {
    const choice = [source, destination].find((found) => found?.kind === 'several');
    const machines = choice?.kind === 'several' ? choice.machines : estate.machines;
    return { kind: 'form', form: { kind: 'form', known: request, needs, machines, problem } };
  }
  if (source?.kind !== 'one' || !target)
    throw new Error('a request with nothing missing has a source and a destination');
  return {
    kind: 'question',
    question: {
      source: source.machine,
      destination: place(target, destination),
      ...(port !== undefined && request.protocol !== 'Icmp' && { port }),
      protocol: request.protocol ?? 'Tcp',
      protocolAsked: request.protocol !== undefined,
      ...(request.ipVersion && { ipVersion: request.ipVersion }),
      ...(request.validStatusCodes && { validStatusCodes: request.validStatusCodes }),
    },
  };
}

function place(target: Target, found: Found | undefined): Question['destination'] {
  if (target.kind === 'url') return { kind: 'url', url: target.url, host: target.host };
  if (target.kind !== 'vm') return target;
  if (found?.kind !== 'one') throw new Error('a machine that was not found once cannot be asked about');
  return { kind: 'vm', machine: found.machine };
}

function whatIsMissing(
  request: CheckRequest,
  needs: CheckForm['needs'],
  source: Found | undefined,
  destination: Found | undefined,
): Problem | undefined {
  if (source?.kind === 'several') return ambiguous(source.machines);
  if (destination?.kind === 'several') return ambiguous(destination.machines);
  if (needs.destination) return { code: 'DESTINATION_MISSING', facts: {} };
  if (needs.source) return { code: 'SOURCE_MISSING', facts: {} };
  if (needs.port) return { code: 'PORT_MISSING', facts: { destination: textOf(request.destinations[0]) } };
  return undefined;
}

function ambiguous(machines: readonly Machine[]): Problem {
  return { code: 'VM_AMBIGUOUS', facts: { name: machines[0]?.name ?? '', count: machines.length } };
}

function unknown(name: VmName, request: CheckRequest, estate: Estate): Resolution {
  const near = nearest(
    name.name,
    estate.machines.map((machine) => machine.name),
  );
  const instead = <T extends Target>(target: T, other: string) =>
    target.kind === 'vm' && target.name === name.name ? { ...target, kind: 'vm' as const, name: other } : target;
  return {
    kind: 'refused',
    problem: {
      code: 'VM_NOT_FOUND',
      facts: {
        name: name.group ? `${name.group}/${name.name}` : name.name,
        subscriptions: estate.subscriptionIds.length,
      },
      suggestions: near.map((other) =>
        printCheck({
          ...request,
          sources: request.sources.map((source) => instead(source, other)),
          destinations: request.destinations.map((target) => instead(target, other)),
        }),
      ),
    },
  };
}

function textOf(target: Target | undefined): string {
  switch (target?.kind) {
    case 'vm':
      return target.name;
    case 'address':
      return target.address;
    case 'host':
      return target.host;
    case 'url':
      return target.url;
    case undefined:
      return '';
  }
}

/** What the policy has to decide about. */
export function subjectOf(question: Question): Subject {
  const { source, destination, port } = question;
  const ports = port === undefined ? [] : [port];
  if (destination.kind === 'vm') {
    const { machine } = destination;
    const [address] = addressesOf(machine);
    return {
      command: 'check',
      machines: [source, machine],
      destination: { ...(address && { address }), inVnet: true },
      ports,
    };
  }
  const where = destination.kind === 'address' ? { address: destination.address } : { host: destination.host };
  return { command: 'check', machines: [source], destination: { ...where, inVnet: false }, ports };
}

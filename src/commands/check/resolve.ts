import type { Estate } from '../../azure/inventory.ts';
import { addressesOf, type Machine, type Question, type Target, type VmName } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Tag } from '../../language/endpoints.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import type { Subject } from '../../policy/subject.ts';
import { formOf } from '../form.ts';
import { findMachine, nothingVisible, tagged, targetText } from '../names.ts';
import type { CheckForm } from './outcome.ts';
import { type CheckRequest, printCheck } from './request.ts';

/** A request against an estate: one question, a form for what is missing, or why it cannot be asked. */
export type Resolution =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'form'; readonly form: CheckForm }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A request with lists or tags in it is as many questions as it has pairs and ports. */
export type Expansion = Resolution | { readonly kind: 'matrix'; readonly questions: readonly Question[] };

/** The names of a request that the inventory has to know. */
export function namesOf(request: CheckRequest): readonly VmName[] {
  const machines = request.destinations.filter((target) => target.kind === 'vm');
  return [...request.sources, ...machines];
}

/** Puts the conversation's own source where the person named none. */
export function withDefault(request: CheckRequest, source: VmName | undefined): CheckRequest {
  const isOpen = request.sources.length === 0 && !request.sourceTags?.length;
  return isOpen && source ? { ...request, sources: [source] } : request;
}

/** The one question of a request; one that asks for several at once is refused. */
export function resolve(request: CheckRequest, estate: Estate): Resolution {
  const expansion = expand(request, estate);
  if (expansion.kind !== 'matrix') return expansion;
  const { sources, destinations, sourceTags = [], destinationTags = [], ports } = request;
  const lists = [
    [...sources, ...sourceTags].map(printEndpoint),
    [...destinations, ...destinationTags].map(printEndpoint),
    ports.map(String),
  ];
  const text = lists.find((list) => list.length > 1) ?? [...sourceTags, ...destinationTags].map(printEndpoint);
  const one = { sources: sources.slice(0, 1), destinations: destinations.slice(0, 1), ports: ports.slice(0, 1) };
  const hasEnds = one.sources.length > 0 && one.destinations.length > 0;
  const reading = notUnderstood(text.join(', '), 'ONE_ONLY');
  const problem: Problem = reading.ok ? { code: 'NOT_UNDERSTOOD', facts: {} } : reading.problem;
  return { kind: 'refused', problem: { ...problem, ...(hasEnds && { example: printCheck(one) }) } };
}

/** Every question of a request, sources before destinations before ports; a single one where there is only one. */
export function expand(request: CheckRequest, estate: Estate): Expansion {
  const expansion = expandNames(request, estate);
  // Whoever found a source sees something.
  const isFound = expansion.kind === 'question' || expansion.kind === 'matrix';
  const empty = isFound ? undefined : nothingVisible(estate);
  return empty ? { kind: 'refused', problem: empty } : expansion;
}

function expandNames(request: CheckRequest, estate: Estate): Expansion {
  const sources = findAll(request, 'sources', estate);
  if (!('places' in sources)) return sources;
  const destinations = findAll(request, 'destinations', estate);
  if (!('places' in destinations)) return destinations;

  const missing = missingIn(request, destinations.places);
  if (missing) {
    const form = formOf({ ...missing, machines: estate.machines });
    return { kind: 'form', form: { kind: 'form', known: request, ...form } };
  }
  const questions = sources.places.flatMap((source) =>
    destinations.places.flatMap((destination) => questionsOf(request, source, destination)),
  );
  const [first, second] = questions;
  if (!first) throw new Error('a request with nothing missing asks something');
  return second ? { kind: 'matrix', questions } : { kind: 'question', question: first };
}

type Side = 'sources' | 'destinations';
type Place = { readonly kind: 'vm'; readonly machine: Machine } | Exclude<Target, { readonly kind: 'vm' }>;

function findAll(
  request: CheckRequest,
  side: 'sources',
  estate: Estate,
): Exclude<Resolution, { kind: 'question' }> | { readonly places: readonly Machine[] };
function findAll(
  request: CheckRequest,
  side: 'destinations',
  estate: Estate,
): Exclude<Resolution, { kind: 'question' }> | { readonly places: readonly Place[] };
function findAll(
  request: CheckRequest,
  side: Side,
  estate: Estate,
): Exclude<Resolution, { kind: 'question' }> | { readonly places: readonly (Machine | Place)[] } {
  const places = new Map<string, Machine | Place>();
  const add = (machine: Machine) =>
    places.set(machine.resourceId.toLowerCase(), side === 'sources' ? machine : { kind: 'vm', machine });
  for (const [index, target] of request[side].entries()) {
    if (target.kind !== 'vm') {
      places.set(`${target.kind} ${targetText(target)}`, target);
      continue;
    }
    const found = findMachine(target, estate, (other) =>
      printCheck({ ...request, [side]: request[side].with(index, other) }),
    );
    if (found.kind === 'none') return { kind: 'refused', problem: found.problem };
    if (found.kind === 'several') return whichOne(request, side, index, found);
    add(found.machine);
  }
  for (const tag of (side === 'sources' ? request.sourceTags : request.destinationTags) ?? []) {
    const machines = tagged(tag, estate);
    if (machines.length === 0) return { kind: 'refused', problem: noneTagged(tag) };
    for (const machine of machines) add(machine);
  }
  return { places: [...places.values()] };
}

/** One name at a time: the others are asked about on the next form. */
function whichOne(
  request: CheckRequest,
  side: Side,
  replaces: number,
  { machines, problem }: { readonly machines: readonly Machine[]; readonly problem: Problem },
): Resolution & { kind: 'form' } {
  const isSource = side === 'sources';
  const needs = { source: isSource, destination: !isSource, port: lacksPort(request) };
  const form = formOf({ needs, machines, pick: isSource ? 'source' : 'destination', problem });
  return { kind: 'form', form: { kind: 'form', known: request, replaces, ...form } };
}

function noneTagged({ key, value }: Tag): Problem {
  return { code: 'TAG_NOT_FOUND', facts: { tag: `${key}=${value}` } };
}

function lacksPort({ destinations, destinationTags = [], ports, protocol }: CheckRequest): boolean {
  if (ports.length > 0 || protocol === 'Icmp') return false;
  return destinationTags.length > 0 || destinations.length === 0 || destinations.some(({ kind }) => kind !== 'url');
}

function missingIn(
  request: CheckRequest,
  destinations: readonly Place[],
): Pick<CheckForm, 'needs' | 'problem'> | undefined {
  const needs = {
    source: request.sources.length === 0 && !request.sourceTags?.length,
    destination: destinations.length === 0,
    port: lacksPort(request),
  };
  if (needs.destination) return { needs, problem: { code: 'DESTINATION_MISSING', facts: {} } };
  if (needs.source) return { needs, problem: { code: 'SOURCE_MISSING', facts: {} } };
  if (!needs.port) return undefined;
  const [first] = [...request.destinations, ...(request.destinationTags ?? [])].filter(({ kind }) => kind !== 'url');
  const destination = first?.kind === 'tag' ? printEndpoint(first) : targetText(first);
  return { needs, problem: { code: 'PORT_MISSING', facts: { destination } } };
}

function questionsOf(request: CheckRequest, source: Machine, place: Place): readonly Question[] {
  const { protocol, ipVersion, validStatusCodes } = request;
  const destination: Question['destination'] =
    place.kind === 'url' ? { kind: 'url', url: place.url, host: place.host } : place;
  const ports = protocol === 'Icmp' ? [undefined] : place.kind === 'url' ? [place.port] : request.ports;
  return ports.map((port) => ({
    source,
    destination,
    ...(port !== undefined && { port }),
    protocol: protocol ?? 'Tcp',
    protocolAsked: protocol !== undefined,
    ...(ipVersion && { ipVersion }),
    ...(validStatusCodes && { validStatusCodes }),
  }));
}

/** What the policy has to decide about. `estate` is all of it: a machine that may not be seen owns its address too. */
export function subjectOf(question: Question, estate: Pick<Estate, 'ownersOf'>): Subject {
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
  if (destination.kind !== 'address')
    return { command: 'check', machines: [source], destination: { host: destination.host, inVnet: false }, ports };
  const { address } = destination;
  const owners = estate.ownersOf(address);
  return {
    command: 'check',
    machines: [source, ...owners],
    destination: { address, inVnet: owners.length > 0 },
    ports,
  };
}

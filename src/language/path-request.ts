import type { Locale } from '../core/chat.ts';
import type { IpVersion, Protocol, Target, VmName } from '../core/check.ts';
import { type Reading, read } from '../core/errors.ts';
import type { SaidPlace } from './cursor.ts';
import type { Endpoint, Tag } from './endpoints.ts';
import { spell } from './keywords.ts';
import { services } from './ports.ts';
import { notUnderstood } from './reasons.ts';
import { readSentence, type SaidProtocol, type Sentence } from './sentence.ts';
import { literal, type Token } from './tokens.ts';
import { quote } from './words.ts';

/**
 * A question about one or many paths, as a sentence asks it. Empty lists are parts that were not said. `ports` are those said
 * for all destinations; a URL's own port stands in its target, and equals each of `ports` where there are any.
 */
export type PathRequest = {
  readonly sources: readonly VmName[];
  readonly destinations: readonly Target[];
  /** Each stands for all machines that carry it. */
  readonly sourceTags?: readonly Tag[];
  readonly destinationTags?: readonly Tag[];
  readonly ports: readonly number[];
  readonly protocol?: Protocol;
  readonly ipVersion?: IpVersion;
  readonly validStatusCodes?: readonly number[];
};

const protocolNames = { tcp: 'Tcp', http: 'Http', https: 'Https', icmp: 'Icmp' } as const;

export function readPath(tokens: readonly Token[]): Reading<PathRequest> {
  const said = readSentence(tokens);
  if (!said.ok) return said;
  const sentence = said.value;
  if (sentence.protocol === 'udp') return notUnderstood('udp', 'UDP_NOT_CHECKED');
  if (sentence.direction) return notUnderstood(sentence.direction.toLowerCase());
  const destinations = sentence.destinations ?? [];
  const sources = readSources(sentence.sources ?? []);
  if (!sources.ok) return sources;
  const targets = withoutRepeats(destinations.map((place) => place.endpoint));
  const ports = readPortsOf(sentence, destinations);
  if (!ports.ok) return ports;
  const conflict = findConflict(sentence, destinations, ports.value);
  if (conflict) return conflict;
  return read({
    sources: sources.value.filter((source) => source.kind !== 'tag'),
    destinations: targets.filter((target) => target.kind !== 'tag'),
    ...(sources.value.some(isTag) ? { sourceTags: sources.value.filter(isTag) } : {}),
    ...(targets.some(isTag) ? { destinationTags: targets.filter(isTag) } : {}),
    ports: ports.value,
    ...(sentence.protocol ? { protocol: protocolNames[sentence.protocol] } : {}),
    ...(sentence.ipVersion ? { ipVersion: sentence.ipVersion } : {}),
    ...(sentence.statusCodes ? { validStatusCodes: sentence.statusCodes } : {}),
  });
}

const isTag = (endpoint: Endpoint): endpoint is Tag => endpoint.kind === 'tag';

function readSources(places: readonly SaidPlace[]): Reading<readonly (VmName | Tag)[]> {
  const sources: (VmName | Tag)[] = [];
  for (const { endpoint, port, typed } of places) {
    if (endpoint.kind !== 'vm' && endpoint.kind !== 'tag') return notUnderstood(typed, 'SOURCE_NOT_VM');
    if (port !== undefined) return notUnderstood(typed, 'SOURCE_PORT');
    sources.push(endpoint);
  }
  return read(withoutRepeats(sources));
}

/** The ports that hold for every destination: said once, in one way. */
function readPortsOf(sentence: Sentence, destinations: readonly SaidPlace[]): Reading<readonly number[]> {
  const needy = destinations.filter((place) => place.endpoint.kind !== 'url');
  const own = needy.filter((place) => place.port !== undefined);
  const first = own[0]?.port;
  if (first === undefined) {
    if (sentence.ports) return read(sentence.ports);
    const named = portNamedBy(sentence);
    return read(named !== undefined && (needy.length > 0 || destinations.length === 0) ? [named] : []);
  }
  const odd = needy.find((place) => place.port !== first);
  if (odd) return notUnderstood(odd.typed, odd.port === undefined ? 'PORT_FOR_ONE' : 'SECOND_PORT');
  if (sentence.ports && (sentence.ports.length > 1 || sentence.ports[0] !== first))
    return notUnderstood(`${own[0]?.typed}, port ${sentence.ports.join(',')}`, 'SECOND_PORT');
  return read([first]);
}

function portNamedBy(sentence: Sentence): number | undefined {
  return sentence.protocolNamesPort && (sentence.protocol === 'http' || sentence.protocol === 'https')
    ? services[sentence.protocol]
    : undefined;
}

function findConflict(
  sentence: Sentence,
  destinations: readonly SaidPlace[],
  ports: readonly number[],
): Reading<never> | undefined {
  const { protocol, ipVersion, statusCodes } = sentence;
  if (protocol === 'icmp' && ports.length > 0) return notUnderstood(`icmp, port ${ports.join(',')}`, 'ICMP_PORT');
  if (statusCodes && (protocol === 'icmp' || protocol === 'tcp')) return notUnderstood(protocol, 'STATUS_NEEDS_HTTP');
  for (const { endpoint, typed } of destinations) {
    if (endpoint.kind === 'url') {
      const conflict = findUrlConflict(endpoint, protocol, ports, typed);
      if (conflict) return conflict;
    }
    if (endpoint.kind === 'address' && ipVersion && (ipVersion === 'IPv6') !== endpoint.address.includes(':'))
      return notUnderstood(`${typed}, ${ipVersion}`, 'IP_VERSION');
  }
  return undefined;
}

function findUrlConflict(
  url: Extract<Target, { readonly kind: 'url' }>,
  protocol: SaidProtocol | undefined,
  ports: readonly number[],
  typed: string,
): Reading<never> | undefined {
  const other = ports.find((port) => port !== url.port);
  if (other !== undefined) return notUnderstood(`${typed}, port ${ports.join(',')}`, 'URL_PORT');
  if (protocol === 'icmp') return notUnderstood(`${typed}, icmp`, 'ICMP_PORT');
  if ((protocol === 'http' || protocol === 'https') && !url.url.startsWith(`${protocol}:`))
    return notUnderstood(`${typed}, ${protocol}`, 'URL_PROTOCOL');
  return undefined;
}

function withoutRepeats<T extends Endpoint>(endpoints: readonly T[]): readonly T[] {
  if (endpoints.length < 2) return endpoints;
  const seen = new Map<string, T>();
  for (const endpoint of endpoints) {
    const key = keyOf(endpoint);
    if (!seen.has(key)) seen.set(key, endpoint);
  }
  return [...seen.values()];
}

/** Equal for endpoints that are the same to ARM and to DNS, which have no case; a URL's path and a tag's value have. */
function keyOf(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'vm':
      return `vm ${endpoint.resourceId ?? `${endpoint.group ?? ''}/${endpoint.name}`}`.toLowerCase();
    case 'address':
      return `address ${endpoint.address}`;
    case 'host':
      return `host ${endpoint.host}`;
    case 'url':
      return `url ${endpoint.url}`;
    case 'tag':
      return `tag ${endpoint.key.toLowerCase()}=${endpoint.value}`;
  }
}

/** An end of a path as a person would type it. */
export function printEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'vm': {
      if (endpoint.resourceId !== undefined) return literal(endpoint.resourceId);
      const name = endpoint.group === undefined ? endpoint.name : `${endpoint.group}/${endpoint.name}`;
      const looksOther = /^\d+$/.test(name) || (endpoint.group ?? endpoint.name).includes('.');
      return looksOther ? `vm ${literal(name)}` : literal(name);
    }
    case 'address':
      return endpoint.address;
    case 'host':
      return literal(endpoint.host);
    case 'url':
      return literal(endpoint.url);
    case 'tag': {
      const text = `${endpoint.key}=${endpoint.value}`;
      return text.includes(':') ? quote(text) : literal(text);
    }
  }
}

export function printPath(request: PathRequest, locale: Locale = 'en'): string {
  const { ports, protocol, ipVersion, validStatusCodes } = request;
  const sources = [...request.sources, ...(request.sourceTags ?? [])];
  const destinations = [...request.destinations, ...(request.destinationTags ?? [])];
  const parts: string[] = [];
  const say = (keyword: Parameters<typeof spell>[0], text: string) => parts.push(`${spell(keyword, locale)} ${text}`);
  if (sources.length > 0) say('from', sources.map(printEndpoint).join(', '));
  if (destinations.length > 0) say('to', destinations.map(printEndpoint).join(', '));
  if (ports.length > 0)
    parts.push(`${ports.length > 1 && locale === 'en' ? 'ports' : spell('port', locale)} ${ports.join(',')}`);
  if (protocol) say('over', protocol.toLowerCase());
  if (ipVersion) say('over', ipVersion.toLowerCase());
  if (validStatusCodes && validStatusCodes.length > 0) say('expecting', validStatusCodes.join(','));
  return parts.join(' ');
}

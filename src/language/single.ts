import type { Target, VmName } from '../core/check.ts';
import { type Reading, read } from '../core/errors.ts';
import type { SaidPlace } from './cursor.ts';
import { notUnderstood } from './reasons.ts';
import { readSentence, type Sentence } from './sentence.ts';
import type { Token } from './tokens.ts';

export type Address = Extract<Target, { readonly kind: 'address' }>;

/** The one place of a side, or undefined where none was said. */
export function onePlace(places: readonly SaidPlace[] | undefined): Reading<SaidPlace | undefined> {
  if (!places) return read(undefined);
  const [first, second] = places;
  if (second) return notUnderstood(places.map((place) => place.typed).join(', '), 'ONE_ONLY');
  return first?.endpoint.kind === 'tag' ? notUnderstood(first.typed, 'ONE_ONLY') : read(first);
}

/** A side that has to be a machine or an address, since no name is resolved here. */
export function machineOrAddress(place: SaidPlace | undefined): Reading<VmName | Address | undefined> {
  const endpoint = place?.endpoint;
  if (place === undefined || endpoint === undefined) return read(undefined);
  return endpoint.kind === 'vm' || endpoint.kind === 'address'
    ? read(endpoint)
    : notUnderstood(place.typed, 'NO_ADDRESS');
}

/** A side that has to be a machine, without a port. */
export function machineOnly(place: SaidPlace | undefined): Reading<VmName | undefined> {
  const endpoint = place?.endpoint;
  if (place === undefined || endpoint === undefined) return read(undefined);
  if (endpoint.kind !== 'vm') return notUnderstood(place.typed, 'SOURCE_NOT_VM');
  return place.port === undefined ? read(endpoint) : notUnderstood(place.typed, 'SOURCE_PORT');
}

type Part = Exclude<keyof Sentence, 'protocolNamesPort' | 'sources' | 'destinations'>;

const parts: readonly Part[] = ['ports', 'protocol', 'ipVersion', 'statusCodes', 'direction'];

/** A sentence of which a command takes only some parts; the others are refused as they were understood. */
export function readSome(tokens: readonly Token[], taken: readonly Part[]): Reading<Sentence> {
  const said = readSentence(tokens);
  if (!said.ok) return said;
  for (const part of parts) {
    const value = said.value[part];
    if (value === undefined || taken.includes(part)) continue;
    return notUnderstood(part === 'ports' ? `port ${value}` : String(value).toLowerCase());
  }
  return said;
}

/** What a command about one machine is told: `rules app0`, `use vm app0`, `rules for app0 in ContosoRG`. */
export function readMachine(tokens: readonly Token[]): Reading<VmName | undefined> {
  const place = readSubject(tokens, []);
  return place.ok ? machineOnly(place.value.place) : place;
}

const opening = new Set<string>(['for', 'on', 'polite']);

/** "for app0" and "on app0" are about app0. */
export function withoutOpening(tokens: readonly Token[]): readonly Token[] {
  let from = 0;
  while (opening.has(tokens[from]?.keyword ?? '')) from++;
  return tokens.slice(from);
}

/** What a command about one place is told, with the parts that it takes beside. */
export function readSubject(
  tokens: readonly Token[],
  taken: readonly Part[],
): Reading<{ readonly place: SaidPlace | undefined; readonly sentence: Sentence }> {
  const sentence = readSome(withoutOpening(tokens), taken);
  if (!sentence.ok) return sentence;
  const { sources } = sentence.value;
  if (sources) return notUnderstood(sources.map((source) => source.typed).join(', '), 'ONE_ONLY');
  const place = onePlace(sentence.value.destinations);
  return place.ok ? read({ place: place.value, sentence: sentence.value }) : place;
}

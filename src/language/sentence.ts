import { type Reading, read } from '../core/errors.ts';
import { type Place, placeInGroup, readPlace } from './endpoints.ts';
import type { Keyword } from './keywords.ts';
import { portOfService, readPort } from './ports.ts';
import { notUnderstood } from './reasons.ts';
import type { Token } from './tokens.ts';

/** A place with the words it came from, to quote when it cannot be. */
export type SaidPlace = Place & { readonly typed: string };

export type SaidProtocol = 'tcp' | 'udp' | 'http' | 'https' | 'icmp';

/**
 * What a sentence says about a path, before a command decides what it may say. Undefined parts were not said; the order of
 * the parts in the sentence is free.
 */
export type Sentence = {
  readonly sources?: readonly SaidPlace[];
  readonly destinations?: readonly SaidPlace[];
  readonly ports?: readonly number[];
  readonly protocol?: SaidProtocol;
  /** The protocol stood by itself (`db0 https`), which names its port as well. */
  readonly protocolNamesPort?: boolean;
  readonly ipVersion?: 'IPv4' | 'IPv6';
  readonly statusCodes?: readonly number[];
  readonly direction?: 'Inbound' | 'Outbound';
};

type Draft = { -readonly [part in keyof Sentence]: Sentence[part] };

const protocols = new Set<string>(['tcp', 'udp', 'http', 'https', 'icmp']);
const isProtocol = (keyword: string | undefined): keyword is SaidProtocol => protocols.has(keyword ?? '');

export function readSentence(tokens: readonly Token[]): Reading<Sentence> {
  const draft: Draft = {};
  /** Places without "from" or "to" before them, and whether a destination had been named by then. */
  let bare:
    | { readonly places: readonly SaidPlace[]; readonly end: number; readonly afterDestination: boolean }
    | undefined;
  let at = 0;

  const keywordAt = (index: number) => tokens[index]?.keyword;
  const isNumber = (token: Token | undefined): boolean => !!token && !token.quoted && /^:?\d+$/.test(token.text);
  const startsPlace = (index: number): boolean => {
    const token = tokens[index];
    if (!token) return false;
    if (token.keyword === 'vm') return !!tokens[index + 1] && keywordAt(index + 1) === undefined;
    return token.keyword === undefined && !isNumber(token);
  };
  const isPort = (index: number): boolean => {
    const token = tokens[index];
    if (!token || token.quoted) return false;
    if (token.keyword === 'http' || token.keyword === 'https') return true;
    if (token.keyword !== undefined) return false;
    return isNumber(token) || portOfService(token.text) !== undefined;
  };
  /** The words from here to the next keyword, to quote. */
  const typedFrom = (start: number): string => {
    let end = start + 1;
    while (end < tokens.length && end < start + 20 && keywordAt(end) === undefined) end++;
    return tokens
      .slice(start, end)
      .map((token) => token.typed)
      .join(' ');
  };

  const readOnePlace = (): Reading<SaidPlace> => {
    const start = at;
    const isVm = keywordAt(at) === 'vm';
    if (isVm) at++;
    const token = tokens[at];
    if (!token || !(isVm ? token.keyword === undefined : startsPlace(at)))
      return notUnderstood(typedFrom(isVm ? start : Math.max(0, start - 1)));
    at++;
    const isGrouped = keywordAt(at) === 'in' && !isPort(at + 1);
    const hints = { vm: isVm || (token.quoted && /^\d+$/.test(token.text)), quoted: token.quoted };
    let place = readPlace(token.text, hints);
    if (isGrouped && (!place.ok || place.value.endpoint.kind === 'host'))
      place = readPlace(token.text, { ...hints, vm: true });
    if (!place.ok) return place;
    if (isGrouped) {
      const into = at;
      at++;
      while (
        /^(?:resource|group|rg|resource-group|resourcegroup|资源组|组)$/i.test(tokens[at]?.text ?? '') &&
        tokens[at + 1] &&
        keywordAt(at + 1) === undefined
      )
        at++;
      const group = tokens[at];
      if (!group || group.keyword !== undefined) return notUnderstood(typedFrom(into));
      at++;
      place = placeInGroup(
        place.value,
        group.text,
        `${token.typed} ${tokens
          .slice(into, at)
          .map((each) => each.typed)
          .join(' ')}`,
      );
      if (!place.ok) return place;
    }
    return read({ ...place.value, typed: token.typed });
  };

  const readPlaces = (): Reading<readonly SaidPlace[]> => {
    const places: SaidPlace[] = [];
    for (;;) {
      const place = readOnePlace();
      if (!place.ok) return place;
      places.push(place.value);
      const separator = keywordAt(at);
      if ((separator !== 'comma' && separator !== 'and') || !startsPlace(at + 1)) return read(places);
      at++;
    }
  };

  const setProtocol = (said: SaidProtocol, namesPort: boolean, typed: string): Reading<true> => {
    if (draft.protocol !== undefined && draft.protocol !== said) return notUnderstood(typed, 'SECOND_PROTOCOL');
    draft.protocol = said;
    if (namesPort) draft.protocolNamesPort = true;
    return read(true);
  };

  const readPorts = (typed: string, many: boolean): Reading<true> => {
    if (draft.ports !== undefined) return notUnderstood(`${typed}${tokens[at]?.typed ?? ''}`, 'SECOND_PORT');
    const ports: number[] = [];
    for (;;) {
      const token = tokens[at];
      if (!token) return notUnderstood(typed.trim());
      const port = readPort(token.text);
      if (!port.ok) return port;
      at++;
      if (!ports.includes(port.value)) ports.push(port.value);
      const separator = keywordAt(at);
      if ((separator === 'comma' || separator === 'and') && isPort(at + 1)) at++;
      else if (!(many && isPort(at))) break;
    }
    draft.ports = ports;
    return read(true);
  };

  const readCodes = (): Reading<true> => {
    const start = at - 1;
    while (/^(?:status|codes?|状态码|状态)$/i.test(tokens[at]?.text ?? '')) at++;
    const codes: number[] = [];
    for (;;) {
      const token = tokens[at];
      const code = token && /^[1-5]\d\d$/.test(token.text) ? Number(token.text) : undefined;
      if (code === undefined) return notUnderstood(typedFrom(start));
      at++;
      if (!codes.includes(code)) codes.push(code);
      const separator = keywordAt(at);
      if ((separator !== 'comma' && separator !== 'and') || !/^\d+$/.test(tokens[at + 1]?.text ?? '')) break;
      at++;
    }
    if (draft.statusCodes !== undefined) return notUnderstood(typedFrom(start));
    draft.statusCodes = codes;
    return read(true);
  };

  const setSources = (places: readonly SaidPlace[]): Reading<true> => {
    if (draft.sources !== undefined) return notUnderstood(typedOf(places), 'SECOND_SOURCE');
    draft.sources = places;
    return read(true);
  };

  const setDestinations = (places: readonly SaidPlace[]): Reading<true> => {
    if (draft.destinations !== undefined) return notUnderstood(typedOf(places), 'SECOND_DESTINATION');
    draft.destinations = places;
    return read(true);
  };

  const readSide = (set: (places: readonly SaidPlace[]) => Reading<true>): Reading<true> => {
    const places = readPlaces();
    return places.ok ? set(places.value) : places;
  };

  /** `a -> b`, `a reach b`: what stands before is the source, unless "from" has said it. */
  const readReach = (start: number): Reading<true> => {
    while (keywordAt(at) === 'to' || keywordAt(at) === 'reach') at++;
    if (!startsPlace(at)) {
      const opens =
        bare === undefined && draft.sources === undefined && (keywordAt(at) === 'from' || keywordAt(at) === 'vm');
      return opens && keywordAt(start) === 'reach' ? read(true) : notUnderstood(typedFrom(start));
    }
    if (bare) {
      const sources = setSources(bare.places);
      if (!sources.ok) return sources;
      bare = undefined;
    }
    return readSide(setDestinations);
  };

  const readOver = (start: number): Reading<true> => {
    if (keywordAt(at) === 'protocol') at++;
    const keyword = keywordAt(at);
    const typed = typedFrom(start);
    if (isProtocol(keyword)) {
      at++;
      return setProtocol(keyword, false, typed);
    }
    if (keyword === 'ipv4' || keyword === 'ipv6') return read(true);
    if (keyword === 'port') return read(true);
    return isPort(at) ? readPorts(`${typed} `, false) : notUnderstood(typed);
  };

  const readPortWords = (start: number): Reading<true> => {
    const word = tokens[start];
    // "80 端口": the number stood before.
    if (!isPort(at) && isNumber(tokens[start - 1])) return read(true);
    const keyword = keywordAt(at);
    if ((keyword === 'tcp' || keyword === 'udp') && isPort(at + 1)) {
      const protocol = setProtocol(keyword, false, typedFrom(at));
      if (!protocol.ok) return protocol;
      at++;
    }
    if (!tokens[at] || (keywordAt(at) !== undefined && !isPort(at))) return notUnderstood(word?.typed ?? '');
    return readPorts(`${word?.typed ?? ''} `, /s$/i.test(word?.text ?? ''));
  };

  const readKeyword = (keyword: Keyword | 'arrow' | 'comma', start: number): Reading<true> => {
    const typed = tokens[start]?.typed ?? '';
    switch (keyword) {
      case 'from':
        return readSide(setSources);
      case 'to':
        return readSide(setDestinations);
      case 'arrow':
      case 'reach':
        return readReach(start);
      case 'port':
        return readPortWords(start);
      case 'on':
      case 'in':
        if (keywordAt(at) === 'port') return read(true);
        if (isProtocol(keywordAt(at)) && !isPort(at)) return readOver(start);
        if (keyword === 'on' && tokens[at] && keywordAt(at) === undefined) return readPorts(`${typed} `, false);
        return isPort(at) ? readPorts(`${typed} `, false) : notUnderstood(typedFrom(start));
      case 'over':
      case 'protocol':
        return readOver(start);
      case 'tcp':
      case 'udp':
      case 'http':
      case 'https':
        return setProtocol(keyword, true, typed);
      case 'icmp': {
        const protocol = setProtocol(keyword, true, typed);
        if (!protocol.ok || !(bare || draft.sources) || draft.destinations) return protocol;
        // "app0 ping db0", "app0 能 ping 通 db0": a verb between two places.
        const next = keywordAt(at) === 'reachable' ? at + 1 : at;
        if (!startsPlace(next)) return protocol;
        at = next;
        return readReach(start);
      }
      case 'ipv4':
      case 'ipv6': {
        const version = keyword === 'ipv4' ? 'IPv4' : 'IPv6';
        if (draft.ipVersion !== undefined && draft.ipVersion !== version) return notUnderstood(typed, 'IP_VERSION');
        draft.ipVersion = version;
        return read(true);
      }
      case 'expecting':
        return readCodes();
      case 'inbound':
      case 'outbound': {
        const direction = keyword === 'inbound' ? 'Inbound' : 'Outbound';
        if (draft.direction !== undefined && draft.direction !== direction) return notUnderstood(typed);
        draft.direction = direction;
        return read(true);
      }
      case 'comma':
      case 'and':
        return start > 0 && keywordAt(at) !== undefined && keywordAt(at) !== 'comma' && keywordAt(at) !== 'and'
          ? read(true)
          : notUnderstood(typedFrom(start));
      case 'can':
      case 'polite':
      case 'reachable':
        return read(true);
      case 'vm':
        // "app0 vm" says nothing new; "vm app0" is read as a place.
        return start > 0 && keywordAt(start - 1) === undefined ? read(true) : notUnderstood(typed);
      case 'every':
      case 'for':
      case 'until':
      case 'unreachable':
      case 'as':
        return notUnderstood(typedFrom(start));
    }
  };

  while (at < tokens.length) {
    const start = at;
    const keyword = keywordAt(at);
    let step: Reading<true>;
    if (startsPlace(at) && !(isPort(at) && (bare || draft.destinations))) {
      if (bare) return notUnderstood(bare.end === at ? `${typedOf(bare.places)} ${typedFrom(at)}` : typedFrom(at));
      const afterDestination = draft.destinations !== undefined;
      const places = readPlaces();
      if (!places.ok) return places;
      bare = { places: places.value, end: at, afterDestination };
      step = read(true);
    } else if (keyword === undefined) {
      step = readPorts('', false);
    } else {
      at++;
      step = readKeyword(keyword, start);
    }
    if (!step.ok) return step;
  }

  if (!bare) return read(draft);
  if (draft.destinations === undefined) draft.destinations = bare.places;
  else if (draft.sources === undefined && !bare.afterDestination) draft.sources = bare.places;
  else return notUnderstood(typedOf(bare.places), bare.afterDestination ? undefined : 'SECOND_SOURCE');
  return read(draft);
}

function typedOf(places: readonly SaidPlace[]): string {
  return places.map((place) => place.typed).join(', ');
}

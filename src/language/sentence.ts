import { type Reading, read } from '../core/errors.ts';
import { Cursor, type SaidPlace } from './cursor.ts';
import { notUnderstood } from './reasons.ts';
import type { Token } from './tokens.ts';

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

export function readSentence(tokens: readonly Token[]): Reading<Sentence> {
  return new SentenceReader(tokens).read();
}

const protocols = new Set<string>(['tcp', 'udp', 'http', 'https', 'icmp']);
const isProtocol = (keyword: string | undefined): keyword is SaidProtocol => protocols.has(keyword ?? '');

/** What may stand between a subject and its verb: "app0 vm can -> db0". */
const fillers = new Set<string | undefined>(['can', 'polite', 'reachable', 'vm']);

type Step = Reading<true>;
const done: Step = read(true);

class SentenceReader {
  private readonly cursor: Cursor;
  private readonly draft: { -readonly [part in keyof Sentence]: Sentence[part] } = {};
  /** Places without "from" or "to" before them, and where they ended. */
  private bare: { readonly places: readonly SaidPlace[]; readonly end: number } | undefined;
  /** Where the last list of places ended. */
  private placesEnd = 0;

  constructor(tokens: readonly Token[]) {
    this.cursor = new Cursor(tokens);
  }

  read(): Reading<Sentence> {
    const { cursor, draft } = this;
    while (cursor.at < cursor.tokens.length) {
      const step = this.readPart();
      if (!step.ok) return step;
    }
    if (this.bare && draft.destinations) return notUnderstood(typedOf(this.bare.places), 'SECOND_DESTINATION');
    if (this.bare) draft.destinations = this.bare.places;
    return read(draft);
  }

  private readPart(): Step {
    const { cursor, draft } = this;
    const start = cursor.at;
    const keyword = cursor.keyword();
    if (cursor.startsPlace() && !(cursor.isPort() && (this.bare || draft.destinations))) {
      const rest = cursor.typedFrom(start);
      if (this.bare?.end === start) return notUnderstood(`${typedOf(this.bare.places)} ${rest}`);
      if (this.bare || draft.destinations) return notUnderstood(rest);
      const places = this.readPlaces();
      if (!places.ok) return places;
      this.bare = { places: places.value, end: cursor.at };
      return done;
    }
    if (keyword === undefined) return this.readPorts(start, false);
    cursor.at++;
    return this.readKeyword(keyword, start);
  }

  private readKeyword(keyword: NonNullable<Token['keyword']>, start: number): Step {
    const { cursor, draft } = this;
    const typed = cursor.typed(start, start + 1);
    switch (keyword) {
      case 'from':
        return this.readSources();
      case 'to':
        this.takeSubject(start);
        return this.readDestinations();
      case 'arrow':
      case 'reach':
        return this.readReach(start);
      case 'port':
        return this.readPortWords(start);
      case 'on':
      case 'in':
        return this.readOn(start);
      case 'over':
      case 'protocol':
        return this.readOver(start);
      case 'tcp':
      case 'udp':
      case 'http':
      case 'https':
        return this.setProtocol(keyword, true, typed);
      case 'icmp':
        return this.readPing(start);
      case 'ipv4':
      case 'ipv6': {
        const version = keyword === 'ipv4' ? 'IPv4' : 'IPv6';
        if (draft.ipVersion !== undefined && draft.ipVersion !== version) return notUnderstood(typed, 'IP_VERSION');
        draft.ipVersion = version;
        return done;
      }
      case 'expecting': {
        const codes = cursor.readCodes();
        if (!codes.ok) return codes;
        if (draft.statusCodes) return notUnderstood(cursor.typed(start, cursor.at));
        draft.statusCodes = codes.value;
        return done;
      }
      case 'inbound':
      case 'outbound': {
        const direction = keyword === 'inbound' ? 'Inbound' : 'Outbound';
        if (draft.direction !== undefined && draft.direction !== direction) return notUnderstood(typed);
        draft.direction = direction;
        return done;
      }
      case 'comma':
      case 'and': {
        const joins = start > 0 && cursor.keyword() !== undefined && !cursor.isSeparator();
        return joins ? done : notUnderstood(cursor.typedFrom(start));
      }
      case 'can':
      case 'polite':
      case 'reachable':
      case 'unreachable':
        return done;
      case 'vm':
        // "app0 vm" says nothing new; "vm app0" is read as a place.
        return start > 0 && cursor.keyword(start - 1) === undefined ? done : notUnderstood(typed);
      case 'every':
      case 'for':
      case 'until':
      case 'as':
        return notUnderstood(cursor.typedFrom(start));
    }
  }

  private readPlaces(): Reading<readonly SaidPlace[]> {
    const places = this.cursor.readPlaces();
    this.placesEnd = this.cursor.at;
    return places;
  }

  private readSources(): Step {
    const places = this.readPlaces();
    if (!places.ok) return places;
    if (this.draft.sources) return notUnderstood(typedOf(places.value), 'SECOND_SOURCE');
    this.draft.sources = places.value;
    return done;
  }

  private readDestinations(): Step {
    const places = this.readPlaces();
    if (!places.ok) return places;
    if (this.draft.destinations) return notUnderstood(typedOf(places.value), 'SECOND_DESTINATION');
    this.draft.destinations = places.value;
    return done;
  }

  /** Nothing but fillers stands between two words. */
  private isNext(end: number, start: number): boolean {
    return this.cursor.tokens.slice(end, start).every((token) => fillers.has(token.keyword));
  }

  /** What stands right before "to" or a verb is the source, unless "from" has said it. */
  private takeSubject(start: number): void {
    if (!this.bare || this.draft.sources || this.draft.destinations || !this.isNext(this.bare.end, start)) return;
    this.draft.sources = this.bare.places;
    this.bare = undefined;
  }

  /** `a -> b`, `a reach b`, `from a -> b`. */
  private readReach(start: number): Step {
    const { cursor } = this;
    const isArrow = cursor.keyword(start) === 'arrow';
    while (cursor.keyword() === 'to' || cursor.keyword() === 'reach') cursor.at++;
    if (!cursor.startsPlace()) {
      // "connect from app0 to db0": the verb only opens the sentence.
      const opens = !isArrow && !this.bare && !this.draft.sources && cursor.keyword() === 'from';
      return opens ? done : notUnderstood(cursor.typedFrom(start));
    }
    if (isArrow && start === 0) return this.readDestinations();
    this.takeSubject(start);
    const hasSubject = this.draft.sources && !this.bare && (!isArrow || this.isNext(this.placesEnd, start));
    return hasSubject ? this.readDestinations() : notUnderstood(cursor.typedFrom(start));
  }

  /** "ping" is a protocol, and between two places a verb: "app0 ping db0", "app0 能 ping 通 db0". */
  private readPing(start: number): Step {
    const { cursor, draft } = this;
    const protocol = this.setProtocol('icmp', true, cursor.typed(start, start + 1));
    const next = cursor.keyword() === 'reachable' ? cursor.at + 1 : cursor.at;
    if (!protocol.ok || !(this.bare || draft.sources) || draft.destinations || !cursor.startsPlace(next))
      return protocol;
    cursor.at = next;
    return this.readReach(start);
  }

  private setProtocol(said: SaidProtocol, namesPort: boolean, typed: string): Step {
    const { draft } = this;
    if (draft.protocol !== undefined && draft.protocol !== said) return notUnderstood(typed, 'SECOND_PROTOCOL');
    draft.protocol = said;
    if (namesPort) draft.protocolNamesPort = true;
    return done;
  }

  private hasPort(): boolean {
    const { draft, bare } = this;
    if (draft.ports) return true;
    const places = draft.destinations ?? bare?.places ?? [];
    return places.some(({ endpoint, port }) => port !== undefined || endpoint.kind === 'url');
  }

  /** Ports from here on; `start` is where the words that announce them begin. */
  private readPorts(start: number, spread: boolean): Step {
    const { cursor, draft } = this;
    // "port 80 on fire" gives no second port.
    if (this.hasPort() && !cursor.isPort()) return notUnderstood(cursor.typedFrom(start));
    const ports = cursor.readPorts(spread);
    if (!ports.ok) return ports;
    if (draft.ports) return notUnderstood(cursor.typed(start, cursor.at), 'SECOND_PORT');
    draft.ports = ports.value;
    return done;
  }

  private readPortWords(start: number): Step {
    const { cursor } = this;
    // "80 端口": the number stood before.
    if (!cursor.isPort() && cursor.isNumber(start - 1)) return done;
    const keyword = cursor.keyword();
    if ((keyword === 'tcp' || keyword === 'udp') && cursor.isPort(cursor.at + 1)) {
      const protocol = this.setProtocol(keyword, false, cursor.typedFrom(cursor.at));
      if (!protocol.ok) return protocol;
      cursor.at++;
    }
    if (cursor.at >= cursor.tokens.length || (cursor.keyword() !== undefined && !cursor.isPort()))
      return notUnderstood(cursor.typed(start, start + 1));
    return this.readPorts(start, /s$/i.test(cursor.tokens[start]?.text ?? ''));
  }

  /** "on 1433", "on port 1433", "on tcp 1433", "在 1433 端口". */
  private readOn(start: number): Step {
    const { cursor } = this;
    if (cursor.keyword() === 'port') return done;
    if (isProtocol(cursor.keyword()) && !cursor.isPort()) return this.readOver(start);
    const isMeant = cursor.isPort() || (cursor.keyword(start) === 'on' && cursor.startsPlace());
    return isMeant ? this.readPorts(start, false) : notUnderstood(cursor.typedFrom(start));
  }

  /** "over https", "over ipv6", "with port 80". */
  private readOver(start: number): Step {
    const { cursor } = this;
    if (cursor.keyword() === 'protocol') cursor.at++;
    const keyword = cursor.keyword();
    if (isProtocol(keyword)) {
      cursor.at++;
      return this.setProtocol(keyword, false, cursor.typed(start, cursor.at));
    }
    if (keyword === 'ipv4' || keyword === 'ipv6' || keyword === 'port') return done;
    return cursor.isPort() ? this.readPorts(start, false) : notUnderstood(cursor.typedFrom(start));
  }
}

function typedOf(places: readonly SaidPlace[]): string {
  return places.map((place) => place.typed).join(', ');
}

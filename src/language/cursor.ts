import { type Reading, read } from '../core/errors.ts';
import { type Place, placeInGroup, readPlace } from './endpoints.ts';
import { portOfService, readPort } from './ports.ts';
import { notUnderstood } from './reasons.ts';
import type { Token } from './tokens.ts';

/** A place with the words it came from, to quote when it cannot be. */
export type SaidPlace = Place & { readonly typed: string };

/** A position in the words of a sentence, and the lists of places, ports and codes that can be read from there. */
export class Cursor {
  at = 0;
  readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  keyword(index = this.at): Token['keyword'] {
    return this.tokens[index]?.keyword;
  }

  /** The words from an index to the next keyword, to quote. */
  typedFrom(start: number): string {
    let end = start + 1;
    while (end < this.tokens.length && end < start + 20 && this.keyword(end) === undefined) end++;
    return this.typed(start, end);
  }

  typed(start: number, end: number): string {
    return this.tokens
      .slice(start, end)
      .map((token) => token.typed)
      .join(' ');
  }

  isNumber(index: number): boolean {
    const token = this.tokens[index];
    return !!token && !token.quoted && /^:?\d+$/.test(token.text);
  }

  startsPlace(index = this.at): boolean {
    const token = this.tokens[index];
    if (!token) return false;
    if (token.keyword === 'vm') return this.isName(index + 1);
    return token.keyword === undefined && !this.isNumber(index);
  }

  isPort(index = this.at): boolean {
    const token = this.tokens[index];
    if (!token || token.quoted) return false;
    if (token.keyword === 'http' || token.keyword === 'https') return true;
    return token.keyword === undefined && (this.isNumber(index) || portOfService(token.text) !== undefined);
  }

  readPlaces(): Reading<readonly SaidPlace[]> {
    const places: SaidPlace[] = [];
    for (;;) {
      const place = this.readPlace();
      if (!place.ok) return place;
      places.push(place.value);
      if (!this.isSeparator() || !this.startsPlace(this.at + 1)) return read(places);
      this.at++;
    }
  }

  /** `spread`: several may stand without commas, as after "ports". */
  readPorts(spread: boolean): Reading<readonly number[]> {
    const ports: number[] = [];
    for (;;) {
      const port = readPort(this.tokens[this.at]?.text ?? '');
      if (!port.ok) return port;
      this.at++;
      if (!ports.includes(port.value)) ports.push(port.value);
      if (this.isSeparator() && this.isPort(this.at + 1)) this.at++;
      else if (!spread || !this.isPort()) return read(ports);
    }
  }

  /** HTTP status codes, after the word that announces them. */
  readCodes(): Reading<readonly number[]> {
    const start = this.at - 1;
    while (/^(?:status|codes?|状态码)$/i.test(this.tokens[this.at]?.text ?? '')) this.at++;
    const codes: number[] = [];
    for (;;) {
      const text = this.tokens[this.at]?.text ?? '';
      if (!/^[1-5]\d\d$/.test(text)) return notUnderstood(this.typedFrom(start));
      this.at++;
      if (!codes.includes(Number(text))) codes.push(Number(text));
      if (!this.isSeparator() || !this.isNumber(this.at + 1)) return read(codes);
      this.at++;
    }
  }

  isSeparator(index = this.at): boolean {
    const keyword = this.keyword(index);
    return keyword === 'comma' || keyword === 'and';
  }

  private isName(index: number): boolean {
    return index < this.tokens.length && this.keyword(index) === undefined;
  }

  private readPlace(): Reading<SaidPlace> {
    const start = this.at;
    const isVm = this.keyword() === 'vm';
    if (isVm) this.at++;
    const token = this.tokens[this.at];
    if (!token || !(isVm ? this.isName(this.at) : this.startsPlace()))
      return notUnderstood(this.typedFrom(isVm ? start : Math.max(0, start - 1)));
    this.at++;
    const isGrouped = this.keyword() === 'in' && !this.isPort(this.at + 1);
    const hints = { vm: isVm || (token.quoted && /^\d+$/.test(token.text)), quoted: token.quoted };
    let place = readPlace(token.text, hints);
    if (isGrouped && (!place.ok || place.value.endpoint.kind === 'host'))
      place = readPlace(token.text, { ...hints, vm: true });
    if (place.ok && isGrouped) place = this.readGroup(place.value);
    return place.ok ? read({ ...place.value, typed: token.typed }) : place;
  }

  /** "in ContosoRG", "in resource group ContosoRG". */
  private readGroup(place: Place): Reading<Place> {
    const start = this.at;
    this.at++;
    while (groupWords.test(this.tokens[this.at]?.text ?? '') && this.isName(this.at + 1)) this.at++;
    const group = this.tokens[this.at];
    if (!group || !this.isName(this.at)) return notUnderstood(this.typedFrom(start));
    this.at++;
    return placeInGroup(place, group.text, this.typed(start - 1, this.at));
  }
}

const groupWords = /^(?:resource|group|rg|resource-group|resourcegroup|资源组|组)$/i;

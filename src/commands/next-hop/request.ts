import type { Locale } from '../../core/chat.ts';
import type { VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { spell } from '../../language/keywords.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { type Address, machineOnly, machineOrAddress, onePlace, readSome } from '../../language/single.ts';
import { type Token, tokenize } from '../../language/tokens.ts';

/** Where does the source's route table send a packet for the destination? */
export type NextHopRequest = { readonly source?: VmName; readonly destination?: VmName | Address };

export const nextHopWords: CommandWords = { name: 'next-hop', words: ['next hop', 'next-hop', 'nexthop', '下一跳'] };

export function readNextHop(words: readonly string[], locale?: Locale): Reading<NextHopRequest> {
  const reread = (other: readonly string[]) => readTokens(tokenize(other));
  return withHelp(reread(words), { command: 'next-hop', spoken: 'next hop', words, locale, reread });
}

function readTokens(tokens: readonly Token[]): Reading<NextHopRequest> {
  const said = readSome(tokens, []);
  if (!said.ok) return said;
  const from = onePlace(said.value.sources);
  if (!from.ok) return from;
  const to = onePlace(said.value.destinations);
  if (!to.ok) return to;
  if (to.value?.port !== undefined) return notUnderstood(to.value.typed, 'ROUTE_PORT');
  const source = machineOnly(from.value);
  if (!source.ok) return source;
  const destination = machineOrAddress(to.value);
  if (!destination.ok) return destination;
  return read({
    ...(source.value ? { source: source.value } : {}),
    ...(destination.value ? { destination: destination.value } : {}),
  });
}

export function printNextHop({ source, destination }: NextHopRequest, locale: Locale = 'en'): string {
  const parts = [locale === 'zh' ? '下一跳' : 'next hop'];
  if (source) parts.push(spell('from', locale), printEndpoint(source));
  if (destination) parts.push(spell('to', locale), printEndpoint(destination));
  return parts.join(' ');
}

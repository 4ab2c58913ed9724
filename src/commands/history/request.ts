import type { Locale } from '../../core/chat.ts';
import type { Target, VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { spell } from '../../language/keywords.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { machineOnly, onePlace, readSome, withoutOpening } from '../../language/single.ts';
import { type Token, tokenize } from '../../language/tokens.ts';

/** Earlier answers of this conversation: those about one place at either end, or from one machine to it, and about its port. */
export type HistoryRequest = { readonly from?: VmName; readonly about?: Target; readonly port?: number };

export const historyWords: CommandWords = { name: 'history', words: ['history', '历史', '历史记录'] };

export function readHistory(words: readonly string[], locale?: Locale): Reading<HistoryRequest> {
  const reread = (other: readonly string[]) => readTokens(tokenize(other));
  return withHelp(reread(words), { command: 'history', words, locale, reread });
}

function readTokens(tokens: readonly Token[]): Reading<HistoryRequest> {
  const said = readSome(withoutOpening(tokens), ['ports']);
  if (!said.ok) return said;
  const { sources, destinations, ports } = said.value;
  const start = onePlace(sources);
  if (!start.ok) return start;
  const end = onePlace(destinations);
  if (!end.ok) return end;
  // "history from app0" names one place as "history app0" does.
  const place = end.value ?? start.value;
  const from = end.value ? machineOnly(start.value) : read(undefined);
  if (!from.ok) return from;
  if (place?.endpoint.kind === 'tag') return notUnderstood(place.typed, 'ONE_ONLY');
  const port = place?.port ?? ports?.[0];
  if (ports && (ports.length > 1 || ports[0] !== port)) return notUnderstood(`port ${ports.join(',')}`, 'SECOND_PORT');
  return read({
    ...(from.value && { from: from.value }),
    ...(place && { about: place.endpoint }),
    ...(port !== undefined && { port }),
  });
}

export function printHistory({ from, about, port }: HistoryRequest, locale: Locale = 'en'): string {
  const parts = [locale === 'zh' ? '历史' : 'history'];
  if (from) parts.push(spell('from', locale), printEndpoint(from), spell('to', locale));
  if (about) parts.push(printEndpoint(about));
  if (port !== undefined) parts.push(spell('port', locale), String(port));
  return parts.join(' ');
}

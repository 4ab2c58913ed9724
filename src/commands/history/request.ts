import type { Locale } from '../../core/chat.ts';
import type { Target } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { spell } from '../../language/keywords.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { readSubject } from '../../language/single.ts';
import { type Token, tokenize } from '../../language/tokens.ts';

/** Earlier answers of this conversation, those about one place and port where they are said. */
export type HistoryRequest = { readonly about?: Target; readonly port?: number };

export const historyWords: CommandWords = { name: 'history', words: ['history', '历史', '历史记录'] };

export function readHistory(words: readonly string[], locale?: Locale): Reading<HistoryRequest> {
  const reread = (other: readonly string[]) => readTokens(tokenize(other));
  return withHelp(reread(words), { command: 'history', words, locale, reread });
}

function readTokens(tokens: readonly Token[]): Reading<HistoryRequest> {
  const subject = readSubject(tokens, ['ports']);
  if (!subject.ok) return subject;
  const { place, sentence } = subject.value;
  if (place?.endpoint.kind === 'tag') return notUnderstood(place.typed, 'ONE_ONLY');
  const port = place?.port ?? sentence.ports?.[0];
  if (sentence.ports && (sentence.ports.length > 1 || sentence.ports[0] !== port))
    return notUnderstood(`port ${sentence.ports.join(',')}`, 'SECOND_PORT');
  return read({ ...(place ? { about: place.endpoint } : {}), ...(port === undefined ? {} : { port }) });
}

export function printHistory({ about, port }: HistoryRequest, locale: Locale = 'en'): string {
  const parts = [locale === 'zh' ? '历史' : 'history'];
  if (about) parts.push(printEndpoint(about));
  if (port !== undefined) parts.push(spell('port', locale), String(port));
  return parts.join(' ');
}

import type { Locale } from '../../core/chat.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { printDuration, readDuration } from '../../language/durations.ts';
import { spell } from '../../language/keywords.ts';
import { type PathRequest, printPath, readPath } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { type Token, tokenize } from '../../language/tokens.ts';

/** A path to be checked again and again. What was not said is absent, the interval too. */
export type WatchRequest = {
  readonly path: PathRequest;
  readonly everyMs?: number;
  readonly forMs?: number;
  readonly until?: 'reachable' | 'unreachable';
};

export const watchWords: CommandWords = {
  name: 'watch',
  words: ['watch', 'monitor', '监视', '监控'],
  claims: (words) => /^每\D*$/.test(words[0] ?? ''),
};

export function readWatch(words: readonly string[], locale?: Locale): Reading<WatchRequest> {
  const reread = (other: readonly string[]) => readTokens(tokenize(other));
  return withHelp(reread(words), { command: 'watch', words, locale, reread });
}

type Timing = { -readonly [part in 'everyMs' | 'forMs' | 'until']?: WatchRequest[part] };

function readTokens(tokens: readonly Token[]): Reading<WatchRequest> {
  const timing: Timing = {};
  const rest: Token[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.keyword === 'every' || token.keyword === 'for') {
      const part = token.keyword === 'every' ? 'everyMs' : 'forMs';
      const after = tokens.slice(at + 1, at + 3).map((each) => (each.quoted ? '' : each.text));
      const found = readDuration(after);
      if (!found || timing[part] !== undefined) return notUnderstood([token.typed, ...after].join(' '));
      timing[part] = found.ms;
      at += 1 + found.took;
    } else if (token.keyword === 'until') {
      while (tokens[at + 1]?.keyword === 'can' || tokens[at + 1]?.text === 'it') at++;
      const state = tokens[at + 1]?.keyword;
      if ((state !== 'reachable' && state !== 'unreachable') || timing.until !== undefined)
        return notUnderstood([token.typed, tokens[at + 1]?.typed ?? ''].join(' ').trim());
      timing.until = state;
      at += 2;
    } else {
      if (!asksAgain.has(token.text)) rest.push(token);
      at++;
    }
  }
  const path = readPath(rest);
  return path.ok ? read({ path: path.value, ...timing }) : path;
}

/** "每5分钟检查一次 …": the verb comes after the interval. */
const asksAgain = new Set(['检查', '检查一次', '监视', '监控', '一次']);

export function printWatch({ path, everyMs, forMs, until }: WatchRequest, locale: Locale = 'en'): string {
  const parts = [locale === 'zh' ? '监视' : 'watch'];
  const said = printPath(path, locale);
  if (said) parts.push(said);
  if (everyMs !== undefined) parts.push(spell('every', locale), printDuration(everyMs));
  if (forMs !== undefined) parts.push(spell('for', locale), printDuration(forMs));
  if (until) parts.push(spell('until', locale), spell(until, locale));
  return parts.join(' ');
}

import { type Reading, read } from '../core/errors.ts';
import { notUnderstood } from './reasons.ts';
import { tokenize } from './tokens.ts';
import { unquote } from './words.ts';

/** What a command is told that takes nothing: anything but politeness is refused. */
export function readNothing(words: readonly string[]): Reading<Readonly<Record<string, never>>> {
  const isPolite = tokenize(words).every((token) => token.keyword === 'polite');
  return isPolite ? read({}) : notUnderstood(words.map(unquote).join(' '));
}

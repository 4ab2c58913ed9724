import type { Locale } from '../../core/chat.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { tokenize } from '../../language/tokens.ts';
import { unquote } from '../../language/words.ts';

/** Why something was refused: the last refusal of whoever asks, or the one that a card's reference names. */
export type WhyRequest = { readonly reference?: string };

export const whyWords: CommandWords = { name: 'why', words: ['why', 'why not', '为什么', '原因'] };

export function readWhy(words: readonly string[], locale?: Locale): Reading<WhyRequest> {
  return withHelp(readReference(words), { command: 'why', words, locale, reread: readReference });
}

function readReference(words: readonly string[]): Reading<WhyRequest> {
  if (tokenize(words).every((token) => token.keyword === 'polite')) return read({});
  const [first = '', ...more] = words.map(unquote);
  if (more.length > 0 || !/^[\w-]{4,64}$/.test(first)) return notUnderstood(words.map(unquote).join(' '));
  return read({ reference: first });
}

export function printWhy({ reference }: WhyRequest, locale: Locale = 'en'): string {
  const command = locale === 'zh' ? '为什么' : 'why';
  return reference === undefined ? command : `${command} ${reference}`;
}

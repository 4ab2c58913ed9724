import type { Locale } from '../../core/chat.ts';
import type { Reading } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { type PathRequest, printPath, readPath } from '../../language/path-request.ts';
import { withHelp } from '../../language/refusals.ts';
import { tokenize } from '../../language/tokens.ts';

/** What a person asked of `check`. Empty lists are parts that were not said; nothing is ever guessed into them. */
export type CheckRequest = PathRequest;

export const checkWords: CommandWords = {
  name: 'check',
  words: ['check', 'test', '检查', '检测', '测试'],
  claims: (words) => {
    const [first] = tokenize(words.slice(0, 1));
    return (
      first?.keyword === 'can' ||
      first?.keyword === 'icmp' ||
      tokenize(words).some((token) => token.keyword === 'reach')
    );
  },
};

/** Reads what follows the word `check`; also a pasted error message, of which the destination is taken. */
export function readCheck(words: readonly string[], locale?: Locale): Reading<CheckRequest> {
  const reread = (other: readonly string[]) => readPath(tokenize(other));
  return withHelp(reread(words), { command: 'check', words, locale, reread });
}

/** The whole sentence that reads back as this request. */
export function printCheck(request: CheckRequest, locale: Locale = 'en'): string {
  const path = printPath(request, locale);
  const command = locale === 'zh' ? '检查' : 'check';
  return path ? `${command} ${path}` : command;
}

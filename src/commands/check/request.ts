import type { Locale } from '../../core/chat.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { readPasted } from '../../language/pasted.ts';
import { type PathRequest, printPath, readPath } from '../../language/path-request.ts';
import { withHelp } from '../../language/refusals.ts';
import { tokenize } from '../../language/tokens.ts';

/** What a person asked of `check`. Empty lists are parts that were not said; nothing is ever guessed into them. */
export type CheckRequest = PathRequest;

export const checkWords: CommandWords = {
  name: 'check',
  words: ['check', 'test', '检查', '检测', '测试'],
  claims: (words) => asksForPath(words) || readPasted(words) !== undefined,
};

/** `can a reach b`, `a -> b`, `从a访问b`: a question about a path that names no command. */
function asksForPath(words: readonly string[]): boolean {
  const tokens = tokenize(words.slice(0, 8));
  const first = tokens[0]?.keyword;
  if (first === 'can' || first === 'icmp' || first === 'from') return true;
  const verb = tokens.findIndex(({ keyword }) => keyword === 'can' || keyword === 'reach' || keyword === 'arrow');
  if (verb < 1) return false;
  // Two names in a row are no subject; the first may be a misspelt command.
  return !tokens.slice(1, verb).some((token, index) => !token.keyword && !tokens[index]?.keyword);
}

/** Reads what follows the word `check`; also a pasted error message, of which the destination is taken. */
export function readCheck(words: readonly string[], locale?: Locale): Reading<CheckRequest> {
  const reread = (other: readonly string[]) => readPath(tokenize(other));
  const said = reread(words);
  const pasted = said.ok ? undefined : readPasted(words);
  return pasted ? read(pasted) : withHelp(said, { command: 'check', words, locale, reread });
}

/** The whole sentence that reads back as this request. */
export function printCheck(request: CheckRequest, locale: Locale = 'en'): string {
  const path = printPath(request, locale);
  const command = locale === 'zh' ? '检查' : 'check';
  return path ? `${command} ${path}` : command;
}

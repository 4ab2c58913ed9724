import type { Locale } from '../../core/chat.ts';
import type { Reading } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { readNothing } from '../../language/nothing.ts';
import { withHelp } from '../../language/refusals.ts';

/** The last question of this conversation, once more. */
export type AgainRequest = Readonly<Record<string, never>>;

export const againWords: CommandWords = {
  name: 'again',
  words: ['again', 'rerun', '再来一次', '再查一次', '重新检查', '重试'],
};

export function readAgain(words: readonly string[], locale?: Locale): Reading<AgainRequest> {
  return withHelp(readNothing(words), { command: 'again', words, locale, reread: readNothing });
}

export function printAgain(_request: AgainRequest, locale: Locale = 'en'): string {
  return locale === 'zh' ? '再来一次' : 'again';
}

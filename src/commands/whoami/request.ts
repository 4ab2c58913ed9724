import type { Locale } from '../../core/chat.ts';
import type { Reading } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { readNothing } from '../../language/nothing.ts';
import { withHelp } from '../../language/refusals.ts';

/** The ids of whoever asks and of the place, and what they may do there. */
export type WhoamiRequest = Readonly<Record<string, never>>;

export const whoamiWords: CommandWords = { name: 'whoami', words: ['whoami', 'who am i', '我是谁'] };

export function readWhoami(words: readonly string[], locale?: Locale): Reading<WhoamiRequest> {
  return withHelp(readNothing(words), { command: 'whoami', words, locale, reread: readNothing });
}

export function printWhoami(_request: WhoamiRequest, locale: Locale = 'en'): string {
  return locale === 'zh' ? '我是谁' : 'whoami';
}

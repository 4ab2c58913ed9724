import type { Locale } from '../../core/chat.ts';
import type { Reading } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { readNothing } from '../../language/nothing.ts';
import { withHelp } from '../../language/refusals.ts';

/** Stop waiting for the check that runs in this conversation. */
export type CancelRequest = Readonly<Record<string, never>>;

export const cancelWords: CommandWords = { name: 'cancel', words: ['cancel', 'abort', '取消'] };

export function readCancel(words: readonly string[], locale?: Locale): Reading<CancelRequest> {
  return withHelp(readNothing(words), { command: 'cancel', words, locale, reread: readNothing });
}

export function printCancel(_request: CancelRequest, locale: Locale = 'en'): string {
  return locale === 'zh' ? '取消' : 'cancel';
}

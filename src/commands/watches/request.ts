import type { Locale } from '../../core/chat.ts';
import type { Reading } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { readNothing } from '../../language/nothing.ts';
import { withHelp } from '../../language/refusals.ts';

/** The watches of this conversation. */
export type WatchesRequest = Readonly<Record<string, never>>;

export const watchesWords: CommandWords = { name: 'watches', words: ['watches', '监视列表', '监控列表'] };

export function readWatches(words: readonly string[], locale?: Locale): Reading<WatchesRequest> {
  return withHelp(readNothing(words), { command: 'watches', words, locale, reread: readNothing });
}

export function printWatches(_request: WatchesRequest, locale: Locale = 'en'): string {
  return locale === 'zh' ? '监视列表' : 'watches';
}

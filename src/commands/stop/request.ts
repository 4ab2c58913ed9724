import type { Locale } from '../../core/chat.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { tokenize } from '../../language/tokens.ts';

/** A watch of this conversation by its number, or all of them. */
export type StopRequest = { readonly watch?: number | 'all' };

export const stopWords: CommandWords = { name: 'stop', words: ['stop', 'unwatch', '停止', '停止监视', '停止监控'] };

export function readStop(words: readonly string[], locale?: Locale): Reading<StopRequest> {
  return withHelp(readWatchNumber(words), { command: 'stop', words, locale, reread: readWatchNumber });
}

function readWatchNumber(words: readonly string[]): Reading<StopRequest> {
  const said = tokenize(words)
    .filter((token) => token.keyword !== 'polite')
    .map((token) => token.text.toLowerCase());
  const [first, ...more] = said[0] === 'watch' ? said.slice(1) : said;
  if (first === undefined) return read({});
  if (more.length > 0) return notUnderstood(words.join(' '));
  if (/^(?:all|全部|所有)$/.test(first)) return read({ watch: 'all' });
  const number = /^#?([1-9]\d{0,8})$/.exec(first)?.[1];
  return number ? read({ watch: Number(number) }) : notUnderstood(words.join(' '));
}

export function printStop({ watch }: StopRequest, locale: Locale = 'en'): string {
  const command = locale === 'zh' ? '停止' : 'stop';
  if (watch === undefined) return command;
  return `${command} ${watch === 'all' && locale === 'zh' ? '全部' : watch}`;
}

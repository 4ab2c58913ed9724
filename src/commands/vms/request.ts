import type { Locale } from '../../core/chat.ts';
import { type Reading, read } from '../../core/errors.ts';
import { hasInvisible } from '../../language/characters.ts';
import type { CommandWords } from '../../language/commands.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { literal } from '../../language/tokens.ts';
import { isQuoted, unquote } from '../../language/words.ts';

/** The machines one may check from, those whose name or group holds the text. */
export type VmsRequest = { readonly text?: string };

export const vmsWords: CommandWords = { name: 'vms', words: ['vms', '虚拟机列表', '列出虚拟机', '查看虚拟机'] };

const longestText = 100;

export function readVms(words: readonly string[], locale?: Locale): Reading<VmsRequest> {
  return withHelp(readText(words), { command: 'vms', words, locale, reread: readText });
}

function readText(words: readonly string[]): Reading<VmsRequest> {
  const first = words[0] ?? '';
  const from = /^in$/i.test(first) && words.length > 1 && !isQuoted(first) ? 1 : 0;
  const text = words.slice(from).map(unquote).join(' ');
  if (text.length > longestText || hasInvisible(text)) return notUnderstood(text);
  return read(text ? { text } : {});
}

export function printVms({ text }: VmsRequest, locale: Locale = 'en'): string {
  const command = locale === 'zh' ? '虚拟机列表' : 'vms';
  return text === undefined ? command : `${command} ${literal(text)}`;
}

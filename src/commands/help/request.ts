import type { Locale } from '../../core/chat.ts';
import { type Reading, read } from '../../core/errors.ts';
import { hasInvisible } from '../../language/characters.ts';
import type { CommandWords } from '../../language/commands.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { literal } from '../../language/tokens.ts';
import { unquote } from '../../language/words.ts';

/** Help in general, or about what a topic names; whether there is such a command is for the list of commands to say. */
export type HelpRequest = { readonly topic?: string };

export const helpWords: CommandWords = {
  name: 'help',
  words: ['help', 'hi', 'hello', '帮助', '你好', '您好'],
  claims: (words) => words.length === 0,
};

const longestTopic = 100;

export function readHelp(words: readonly string[], locale?: Locale): Reading<HelpRequest> {
  return withHelp(readTopic(words), { command: 'help', words, locale, reread: readTopic });
}

function readTopic(words: readonly string[]): Reading<HelpRequest> {
  const topic = words.map(unquote).join(' ').toLowerCase();
  if (topic.length > longestTopic || hasInvisible(topic)) return notUnderstood(topic);
  return read(topic ? { topic } : {});
}

export function printHelp({ topic }: HelpRequest, locale: Locale = 'en'): string {
  const command = locale === 'zh' ? '帮助' : 'help';
  return topic === undefined ? command : `${command} ${topic.split(' ').map(literal).join(' ')}`;
}

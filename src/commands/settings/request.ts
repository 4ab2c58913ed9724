import type { Locale } from '../../core/chat.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { unquote } from '../../language/words.ts';

/** What is to hold in this conversation from now on; nothing asks how things stand. */
export type SettingsRequest =
  | { readonly answers: 'thread' | 'channel' }
  | { readonly language: Locale | 'auto' }
  | Readonly<Record<string, never>>;

export const settingsWords: CommandWords = {
  name: 'settings',
  words: ['settings', 'setting', '设置', '会话设置'],
};

export function readSettings(words: readonly string[], locale?: Locale): Reading<SettingsRequest> {
  return withHelp(readWords(words), { command: 'settings', words, locale, reread: readWords });
}

const subjects: readonly (readonly [what: 'answers' | 'language', said: RegExp])[] = [
  ['answers', /^(?:answers?|repl(?:y|ies)|回答|回复|答案)$/],
  ['language', /^(?:languages?|lang|语言)$/],
];

const answers: Readonly<Record<string, 'thread' | 'channel'>> = {
  thread: 'thread',
  threads: 'thread',
  channel: 'channel',
  线程: 'thread',
  帖子: 'thread',
  话题: 'thread',
  频道: 'channel',
};

const languages: Readonly<Record<string, Locale | 'auto'>> = {
  en: 'en',
  english: 'en',
  zh: 'zh',
  chinese: 'zh',
  auto: 'auto',
  automatic: 'auto',
  英文: 'en',
  英语: 'en',
  中文: 'zh',
  汉语: 'zh',
  自动: 'auto',
};

/** Words that may stand between the two that count. */
const fillers = /^(?:to|in|the|as|=|:|为|用|在|成)$/;

function readWords(words: readonly string[]): Reading<SettingsRequest> {
  const said = words
    .flatMap((word) =>
      split(
        unquote(word)
          .toLowerCase()
          .replace(/[:=]+$/, ''),
      ),
    )
    .filter((word) => !fillers.test(word));
  const [first, second, ...more] = said;
  if (first === undefined) return read({});
  const subject = subjects.find(([, pattern]) => pattern.test(first))?.[0];
  if (!subject) return notUnderstood(first);
  if (more.length > 0) return notUnderstood(more.join(' '));
  if (second === undefined) return read({});
  if (subject === 'answers') {
    const value = Object.hasOwn(answers, second) ? answers[second] : undefined;
    return value ? read({ answers: value }) : notUnderstood(second);
  }
  const value = Object.hasOwn(languages, second) ? languages[second] : undefined;
  return value ? read({ language: value }) : notUnderstood(second);
}

const known = [
  '回答',
  '回复',
  '答案',
  '语言',
  '为',
  '用',
  '在',
  '成',
  ...Object.keys({ ...answers, ...languages }),
].filter((word) => /\p{Script=Han}/u.test(word));
const spelled = new RegExp(`(${known.sort((a, b) => b.length - a.length).join('|')})`);

/** Chinese is written without blanks. */
function split(word: string): readonly string[] {
  return word.split(spelled).filter((part) => part !== '');
}

export function printSettings(request: SettingsRequest, locale: Locale = 'en'): string {
  const zh = locale === 'zh';
  const command = zh ? '设置' : 'settings';
  if ('answers' in request) {
    const where = zh ? (request.answers === 'thread' ? '线程' : '频道') : request.answers;
    return `${command} ${zh ? '回答' : 'answers'} ${where}`;
  }
  if ('language' in request) {
    const names = { en: '英文', zh: '中文', auto: '自动' } as const;
    return `${command} ${zh ? '语言' : 'language'} ${zh ? names[request.language] : request.language}`;
  }
  return command;
}

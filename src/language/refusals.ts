import type { Locale } from '../core/chat.ts';
import type { Problem, Reading } from '../core/errors.ts';
import { hasHan } from './characters.ts';
import { englishKeywords, keywordOf } from './keywords.ts';
import { services } from './ports.ts';
import { isMessageKey, say } from './say.ts';
import { nearest } from './suggest.ts';

export type Asked<T> = {
  /** The command's name in the catalogues, e.g. `next-hop`. */
  readonly command: string;
  /** The word to begin a corrected sentence with, where it is not the name. */
  readonly spoken?: string;
  readonly words: readonly string[];
  readonly locale: Locale | undefined;
  /** Reads other words in the place of these, to offer only corrections that work. */
  readonly reread: (words: readonly string[]) => Reading<T>;
};

/** Gives a refusal one right example in the asker's language, and the whole corrected sentence where a typo explains it. */
export function withHelp<T>(reading: Reading<T>, asked: Asked<T>): Reading<T> {
  if (reading.ok) return reading;
  const locale = asked.locale ?? (asked.words.some(hasHan) ? 'zh' : 'en');
  const key = `command.${asked.command}.example.1`;
  const { suggestions: _, ...problem } = reading.problem;
  const corrected = correct(reading.problem, asked);
  return {
    ok: false,
    problem: {
      ...problem,
      ...(isMessageKey(key) ? { example: say(locale, key) } : {}),
      ...(corrected.length > 0 ? { suggestions: corrected } : {}),
    },
  };
}

const vocabulary = [...new Set([...englishKeywords, ...Object.keys(services)])].filter(
  (word) => word.length > 1 && keywordOf(word) !== 'polite',
);

function correct<T>(problem: Problem, asked: Asked<T>): readonly string[] {
  const text = String(problem.facts.text ?? '');
  return text
    .split(' ')
    .slice(0, 4)
    .flatMap((wrong) => correctWord(wrong, asked))
    .slice(0, 3);
}

function correctWord<T>(wrong: string, { command, spoken, words, reread }: Asked<T>): readonly string[] {
  if (!/^[a-z']{2,20}$/i.test(wrong) || keywordOf(wrong)) return [];
  const at = words.findIndex((word) => word === wrong || word.endsWith(`:${wrong}`));
  const word = words[at];
  if (word === undefined) return [];
  return nearest(wrong, vocabulary)
    .map((right) => words.with(at, `${word.slice(0, word.length - wrong.length)}${right}`))
    .filter((corrected) => reread(corrected).ok)
    .map((corrected) => [spoken ?? command, ...corrected].join(' '));
}

import type { Locale } from '../core/chat.ts';
import { hasHan } from './characters.ts';
import { enKeywords, type Keyword } from './keywords/en.ts';
import { zhKeywords, zhOtherWords } from './keywords/zh.ts';

export type { Keyword } from './keywords/en.ts';

const tables: Readonly<Record<Locale, Readonly<Record<Keyword, readonly [string, ...string[]]>>>> = {
  en: enKeywords,
  zh: zhKeywords,
};

const isKeyword = (name: string): name is Keyword => Object.hasOwn(enKeywords, name);

const byWord = new Map<string, Keyword>();
for (const table of Object.values(tables)) {
  for (const [keyword, spellings] of Object.entries(table)) {
    if (isKeyword(keyword)) for (const spelling of spellings) byWord.set(spelling, keyword);
  }
}
const chinese = new Set([...byWord.keys(), ...zhOtherWords].filter(hasHan));
const longestChinese = Math.max(...[...chinese].map((word) => word.length));

export function keywordOf(word: string): Keyword | undefined {
  return byWord.get(word) ?? byWord.get(word.toLowerCase());
}

/** How hopcheck writes a keyword in a language. */
export function spell(keyword: Keyword, locale: Locale): string {
  return tables[locale][keyword][0];
}

/** The keywords of English, for "did you mean". */
export const englishKeywords: readonly string[] = Object.values(enKeywords).flat();

/** Cuts a run of Chinese characters into its known words, longest first; what is not known stays together. */
export function segment(run: string): readonly string[] {
  const found: string[] = [];
  let unknown = '';
  let at = 0;
  while (at < run.length) {
    let length = Math.min(longestChinese, run.length - at);
    while (length > 0 && !chinese.has(run.slice(at, at + length))) length--;
    if (length === 0) {
      unknown += run.charAt(at++);
      continue;
    }
    if (unknown) found.push(unknown);
    unknown = '';
    found.push(run.slice(at, at + length));
    at += length;
  }
  if (unknown) found.push(unknown);
  return found;
}

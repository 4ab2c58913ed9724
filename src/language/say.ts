import { IntlMessageFormat } from 'intl-messageformat';
import type { Locale } from '../core/chat.ts';
import { en, type MessageKey, zh } from './catalogue.ts';

export type { MessageKey } from './catalogue.ts';
export type Values = Readonly<Record<string, string | number>>;

const catalogues: Readonly<Record<Locale, Readonly<Record<MessageKey, string>>>> = { en, zh };
const compiled = new Map<string, IntlMessageFormat>();

/** A message of the catalogues in ICU syntax, filled in. Values are inserted as they are: escape where the text is drawn. */
export function say(locale: Locale, key: MessageKey, values: Values = {}): string {
  const id = `${locale}:${key}`;
  let format = compiled.get(id);
  if (!format) {
    format = new IntlMessageFormat(catalogues[locale][key], locale === 'zh' ? 'zh-Hans' : 'en');
    compiled.set(id, format);
  }
  return String(format.format(values));
}

export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** The language to answer in, from an activity's locale such as `zh-CN` or `en-US`. */
export function localeOf(tag: string | undefined, fallback: Locale = 'en'): Locale {
  if (!tag) return fallback;
  if (/^zh\b/i.test(tag)) return 'zh';
  if (/^en\b/i.test(tag)) return 'en';
  return fallback;
}

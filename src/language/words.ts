import { isHan, isSpace } from './characters.ts';
import { clean } from './clean.ts';

/**
 * A message in words. A quoted part is one word and keeps its marks (`"tier=web shop"`), so that nobody takes it for a
 * keyword; `unquote` takes them off. Arrows and runs of Chinese characters are words of their own, wherever they stand.
 */
export function words(text: string): readonly string[] {
  const found = split(clean(text));
  const only = found.length === 1 ? found[0] : undefined;
  if (only !== undefined && isQuoted(only) && only.includes(' ')) return split(unquote(only));
  return found;
}

export function isQuoted(word: string): boolean {
  return word.length >= 2 && word.startsWith('"') && word.endsWith('"');
}

/** A word without its quotes. */
export function unquote(word: string): string {
  if (!isQuoted(word)) return word;
  const inner = word.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\(["\\])/g, '$1') : inner;
}

/** A text as a person types it to be one word; what looks like an HTML entity in it survives the cleaning. */
export function quote(text: string): string {
  return mark(text.replace(/&(?=[#a-z0-9]{1,9};)/gi, '&amp;'));
}

const mark = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** No sentence is longer; what comes after stays in one piece, which no reader takes for a name. */
const mostWords = 1000;

const arrows = '\u2192\u21d2\u27f6\u2794\u279c\u27a1';
const marks = '"\'`';

function split(text: string): readonly string[] {
  const found: string[] = [];
  const unclosed = new Set<string>();
  let word = '';
  let quoted = false;
  let chinese = false;

  const finish = () => {
    if (quoted) found.push(mark(word));
    else {
      const bare = dropEnd(word);
      if (bare) found.push(bare);
    }
    word = '';
    quoted = false;
    chinese = false;
  };

  const opensQuote = (char: string, before: string) =>
    marks.includes(char) && !quoted && (word === '' || chinese || '=,'.includes(before));

  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const before = text.charAt(at - 1);
    if (isSpace(char)) {
      finish();
      if (found.length >= mostWords) return [...found, text.slice(at + 1)];
    } else if (opensQuote(char, before) && !unclosed.has(char)) {
      const end = closingQuote(text, at, char);
      if (end < 0) {
        unclosed.add(char);
        word += char;
        continue;
      }
      if (word === ',' || chinese) finish();
      const inner = text.slice(at + 1, end);
      word += char === '"' ? inner.replace(/\\(["\\])/g, '$1') : inner;
      quoted = true;
      at = end;
    } else if (quoted && char === ',') {
      finish();
      word = ',';
    } else if (quoted && ('-=>'.includes(char) || isHan(char))) {
      finish();
      at--;
    } else if (arrows.includes(char)) {
      finish();
      found.push(char);
    } else if (char === '>' && !quoted && (word === '' || '-='.includes(before))) {
      const start = startOfShaft(word);
      const shaft = word.slice(start);
      word = word.slice(0, start);
      finish();
      found.push(`${shaft}>`);
    } else {
      const isChinese = isHan(char);
      if (word !== '' && !quoted && isChinese !== chinese) {
        finish();
        // "端口：80" and "port: 80" are the same to a reader.
        if (!isChinese && char === ':') continue;
      }
      chinese = isChinese;
      word += char;
    }
  }
  finish();
  return found;
}

/** A double quote ends at the next one; `'` and a backtick end where a word ends, so that "can't" opens nothing. */
function closingQuote(text: string, open: number, mark: string): number {
  let at = text.indexOf(mark, open + 1);
  while (at >= 0) {
    if (mark === '"') {
      if (!isEscaped(text, at, open)) return at;
    } else if (at > open + 1 && /^[\s,.:;!?)\]}]?$/.test(text.charAt(at + 1))) return at;
    at = text.indexOf(mark, at + 1);
  }
  return -1;
}

function isEscaped(text: string, at: number, open: number): boolean {
  let count = 0;
  for (let before = at - 1; before > open && text.charAt(before) === '\\'; before--) count++;
  return count % 2 === 1;
}

function startOfShaft(word: string): number {
  const shaft = word.charAt(word.length - 1);
  let start = word.length;
  while (start > 0 && shaft !== '' && word.charAt(start - 1) === shaft) start--;
  return start;
}

/** Takes a sentence's end off a word: "db0?" and "https://bing.com/a?b=1." lose their last mark, "?b" stays. */
function dropEnd(word: string): string {
  let end = word.length;
  while (end > 0 && '.!?;'.includes(word.charAt(end - 1))) end--;
  return word.slice(0, end);
}

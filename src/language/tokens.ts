import { hasHan } from './characters.ts';
import { type Keyword, keywordOf, segment } from './keywords.ts';
import { isQuoted, quote, unquote } from './words.ts';

/** A word as the grammar sees it. `typed` is what to quote back to the person. */
export type Token = {
  readonly text: string;
  readonly typed: string;
  readonly quoted: boolean;
  readonly keyword?: Keyword | 'arrow' | 'comma';
};

export function tokenize(words: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (const word of words) {
    if (/^[A-Za-z0-9._]+$/.test(word)) tokens.push(plainToken(word));
    else if (isQuoted(word)) tokens.push({ text: unquote(word), typed: word, quoted: true });
    else if (isArrow(word)) tokens.push({ text: word, typed: word, quoted: false, keyword: 'arrow' });
    else if (hasHan(word)) for (const part of segment(word)) tokens.push(plainToken(part));
    else pushWord(tokens, word);
  }
  return tokens;
}

/** A name as it is typed so that the grammar takes it for a name: in quotes where it is also a word of the grammar. */
export function literal(name: string): string {
  const token = tokenize([name]);
  const isPlain =
    token.length === 1 && token[0]?.keyword === undefined && !/[\s"'`>]|^-|[.!?;]$|&/.test(name) && !hasHan(name);
  return isPlain ? name : quote(name);
}

const comma: Token = { text: ',', typed: ',', quoted: false, keyword: 'comma' };

function plainToken(text: string): Token {
  const keyword = keywordOf(text);
  return { text, typed: text, quoted: false, ...(keyword ? { keyword } : {}) };
}

function isArrow(word: string): boolean {
  if (/^\w/.test(word)) return false;
  return /^(?:-+|[-=]*>|[→⇒⟶➔➜➡])$/u.test(word);
}

function pushWord(tokens: Token[], word: string): void {
  if (word.includes('://')) {
    // A comma may be a URL's own, unless another URL begins after it.
    for (const [index, part] of word.split(/,(?=[a-z][a-z0-9+.-]{0,20}:\/\/)/i).entries()) {
      if (index > 0) tokens.push(comma);
      if (part.includes('://')) pushUrl(tokens, part);
      else pushWord(tokens, part);
    }
    return;
  }
  const server = /^tcp:([^,]{1,300})(?:,(\d{1,9}))?$/i.exec(word);
  if (server?.[1] && !/^\d+$/.test(server[1])) {
    // SQL Server's own spelling: "tcp:host,1433".
    tokens.push({ ...plainToken(server[2] ? `${server[1]}:${server[2]}` : server[1]), typed: word });
    return;
  }
  for (const [index, part] of word.split(',').entries()) {
    if (index > 0) tokens.push(comma);
    if (part) pushPart(tokens, part);
  }
}

function pushUrl(tokens: Token[], part: string): void {
  let end = part.length;
  while (part.charAt(end - 1) === ',') end--;
  tokens.push(plainToken(part.slice(0, end)));
  if (end < part.length) tokens.push(comma);
}

function pushPart(tokens: Token[], part: string): void {
  if (/^-+[a-z]/i.test(part)) {
    const [flag = '', ...values] = part.replace(/^-+/, '').split('=');
    const keyword = flagOf(flag);
    tokens.push({ text: flag, typed: part, quoted: false, ...(keyword ? { keyword } : {}) });
    if (values.length > 0) tokens.push(plainToken(values.join('=')));
    return;
  }
  const joined = /^(?:(tcp|udp)[:/](\d{1,9})|(\d{1,9})\/(tcp|udp))$/i.exec(part);
  if (joined) {
    for (const text of joined.slice(1)) if (text) tokens.push(plainToken(text));
    return;
  }
  const labelled = /^([a-z]+)[:=](.*)$/i.exec(part);
  const keyword = labelled?.[1] ? labelOf(labelled[1]) : undefined;
  if (labelled && keyword) {
    tokens.push({ text: labelled[1] ?? '', typed: part, quoted: false, keyword });
    if (labelled[2]) tokens.push(plainToken(labelled[2]));
    return;
  }
  tokens.push(plainToken(part));
}

/** `from:`, `to:` and `port=80` as a form or a script writes them. */
function labelOf(word: string): Keyword | undefined {
  const keyword = keywordOf(word);
  return keyword === 'from' || keyword === 'to' || keyword === 'port' || keyword === 'vm' || keyword === 'protocol'
    ? keyword
    : undefined;
}

const flags: Readonly<Record<string, Keyword>> = {
  source: 'from',
  src: 'from',
  'source-resource': 'from',
  dest: 'to',
  dst: 'to',
  destination: 'to',
  target: 'to',
  'dest-resource': 'to',
  'dest-address': 'to',
  p: 'port',
  'dest-port': 'port',
  'valid-status-codes': 'expecting',
};

function flagOf(flag: string): Keyword | undefined {
  const lower = flag.toLowerCase();
  if (Object.hasOwn(flags, lower)) return flags[lower];
  const keyword = keywordOf(lower);
  return keyword === 'from' || keyword === 'to' || keyword === 'port' || keyword === 'vm' || keyword === 'protocol'
    ? keyword
    : undefined;
}

import { isPadding, isSpace } from './characters.ts';

/**
 * A message as its person meant to type it: without mentions, HTML and Markdown links, with straight quotes, plain dashes
 * and single spaces, in Unicode's compatibility form. Zero-width characters go only where clients put them (around mentions
 * and at the ends); inside a name they stay, so that the name is refused instead of silently changed.
 */
export function clean(text: string): string {
  if (plain.test(text)) return tidy(text);
  const parts = [];
  for (const part of splitAtMentions(text)) {
    const tidied = tidy(straighten(unlink(decodeEntities(stripTags(part)))));
    if (tidied) parts.push(tidied);
  }
  return parts.join(' ');
}

/** ASCII without `&`, `<` and `[`: nothing to take off. */
const plain = /^[\t\n\r !-%'-;=-Z\\-~]*$/;

function tidy(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isEdge(text.charAt(start))) start++;
  while (end > start && isEdge(text.charAt(end - 1))) end--;
  const inner = text.slice(start, end);
  return /[\t\n\v\f\r\u0085\u1680\u2028\u2029]| {2}/.test(inner)
    ? inner.replace(/[ \t\n\v\f\r\u0085\u1680\u2028\u2029]+/g, ' ')
    : inner;
}

const isEdge = (char: string): boolean => isSpace(char) || isPadding(char);

function splitAtMentions(text: string): readonly string[] {
  const parts = [];
  const lower = lowerAscii(text);
  let from = 0;
  let at = indexOfTag(lower, 'at', 0);
  while (at >= 0) {
    const close = lower.indexOf('</at>', at);
    if (close < 0) break;
    parts.push(text.slice(from, at));
    from = close + '</at>'.length;
    at = indexOfTag(lower, 'at', from);
  }
  parts.push(text.slice(from));
  return parts;
}

/** Where `<name>` or `<name …>` opens, from an offset on. */
function indexOfTag(lower: string, name: string, from: number): number {
  let at = lower.indexOf(`<${name}`, from);
  while (at >= 0) {
    if (/^[\s>/]$/.test(lower.charAt(at + 1 + name.length))) return at;
    at = lower.indexOf(`<${name}`, at + 1);
  }
  return -1;
}

/** Lower case of ASCII only, so that offsets stay those of the text. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const breaks = new Set([
  'br',
  'p',
  'div',
  'li',
  'ul',
  'ol',
  'tr',
  'td',
  'th',
  'table',
  'pre',
  'blockquote',
  'hr',
  'img',
]);

function stripTags(text: string): string {
  if (!text.includes('<')) return text;
  const lower = lowerAscii(text);
  let out = '';
  let from = 0;
  let linkCloses = true;
  for (;;) {
    const open = text.indexOf('<', from);
    const close = open < 0 ? -1 : text.indexOf('>', open);
    if (close < 0) return out + text.slice(from);
    out += text.slice(from, open);
    const inside = text.slice(open + 1, close);
    from = close + 1;
    if (/^https?:\/\//i.test(inside)) {
      out += inside;
      continue;
    }
    const name = /^\/?([a-z][a-z0-9]{0,15})(?=[\s/]|$)/i.exec(inside)?.[1]?.toLowerCase();
    if (!name && !inside.startsWith('!--')) {
      out += '<';
      from = open + 1;
      continue;
    }
    if (name && breaks.has(name)) out += ' ';
    if (name === 'a' && !inside.startsWith('/') && linkCloses) {
      const end = lower.indexOf('</a>', from);
      linkCloses = end >= 0;
      if (end < 0) continue;
      out += chooseOfLink(dropTags(text.slice(from, end)), decodeEntities(hrefOf(inside)));
      from = end + '</a>'.length;
    }
  }
}

const dropTags = (text: string): string => text.replace(/<[^<>]*>/g, '').trim();

function hrefOf(tag: string): string {
  const found = /\bhref\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? '';
}

/** Of a link, what the person typed where it is an address itself, otherwise where it leads (a titled portal link). */
function chooseOfLink(text: string, href: string): string {
  if (!/^https?:\/\//i.test(href)) return text;
  const typed = text.trim();
  if (!typed) return href;
  const isAddress = !/\s/.test(typed) && /[.:/]/.test(typed);
  return isAddress ? typed : href;
}

function unlink(text: string): string {
  if (!text.includes('](')) return text;
  return text.replace(/\[([^[\]()]{1,2048})\]\(([^\s()]{1,4096})\)/g, (whole, label: string, href: string) =>
    /^https?:\/\//i.test(href) ? chooseOfLink(label, href) : whole,
  );
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  ndash: '\u2013',
  mdash: '\u2014',
  minus: '\u2212',
  rarr: '\u2192',
  lsquo: '\u2018',
  rsquo: '\u2019',
  ldquo: '\u201c',
  rdquo: '\u201d',
  laquo: '\u00ab',
  raquo: '\u00bb',
  hellip: '\u2026',
  zwnj: '\u200c',
  zwj: '\u200d',
  lrm: '\u200e',
  rlm: '\u200f',
  shy: '\u00ad',
};

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return Object.hasOwn(entities, name.toLowerCase()) ? (entities[name.toLowerCase()] ?? whole) : whole;
    const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

function straighten(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u201c-\u201f\u00ab\u00bb\u300c-\u300f\u2033]/g, '"')
    .replace(/[\u2018-\u201b\u2032\u2039\u203a]/g, "'")
    .replace(/[\u2014\u2015]/g, '--')
    .replace(/[\u2010-\u2013\u2212]/g, '-')
    .replace(/\u3001/g, ',')
    .replace(/\u3002/g, '. ')
    .replace(/([\u27a1\u2192])\ufe0f/g, '$1');
}

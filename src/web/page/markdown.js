/**
 * The part of Markdown that a Teams card shows: bold, italic, code, https links, lists, and a backslash before a mark to
 * show the mark itself. Everything else, HTML first of all, stays visible as it was written. Lines are kept as lines.
 */

const punctuation = /^[!-/:-@[-`{-~]$/;

/** @type {Readonly<Record<string, string>>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @param {string} text */
export const escapeHtml = (text) => text.replace(/[&<>"']/g, (mark) => entities[mark] ?? mark);

/**
 * @param {string} text Markdown as a card carries it.
 * @param {readonly string[]} [mentions] Texts that the card's `msteams.entities` declare, such as `<at>On-call</at>`.
 * @returns {string} HTML made of escaped text and the tags p, br, strong, em, code, a, ul, ol, li, span.
 */
export function toHtml(text, mentions = []) {
  /** @type {string[]} */
  const html = [];
  /** @type {{ tag: 'ul' | 'ol' | 'p', start: number, lines: string[] } | undefined} */
  let block;
  const close = () => {
    if (block === undefined) return;
    if (block.tag === 'p') html.push(`<p>${block.lines.join('<br>')}</p>`);
    else {
      const from = block.tag === 'ol' && block.start !== 1 ? ` start="${block.start}"` : '';
      html.push(`<${block.tag}${from}>${block.lines.map((line) => `<li>${line}</li>`).join('')}</${block.tag}>`);
    }
    block = undefined;
  };
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.trim() === '') {
      close();
      continue;
    }
    const bullet = /^\s*[-*+]\s+(.*)$/.exec(line);
    const numbered = /^\s*(\d{1,9})[.)]\s+(.*)$/.exec(line);
    const tag = bullet ? 'ul' : numbered ? 'ol' : 'p';
    if (block?.tag !== tag) close();
    block ??= { tag, start: Number(numbered?.[1] ?? 1), lines: [] };
    block.lines.push(inline(bullet?.[1] ?? numbered?.[2] ?? line, mentions));
  }
  close();
  return html.join('');
}

/**
 * @param {string} text
 * @param {readonly string[]} mentions
 * @returns {string}
 */
function inline(text, mentions) {
  let html = '';
  let at = 0;
  while (at < text.length) {
    const piece = pieceAt(text, at, mentions);
    html += piece.html;
    at += piece.length;
  }
  return html;
}

/**
 * @param {string} text
 * @param {number} at
 * @param {readonly string[]} mentions
 * @returns {{ html: string, length: number }}
 */
function pieceAt(text, at, mentions) {
  const mark = text.charAt(at);
  if (mark === '\\' && punctuation.test(text.charAt(at + 1))) {
    return { html: escapeHtml(text.charAt(at + 1)), length: 2 };
  }
  const rest = text.slice(at);
  const mention = mark === '<' ? mentions.find((one) => one !== '' && rest.startsWith(one)) : undefined;
  if (mention !== undefined) {
    return {
      html: `<span class="mention">${escapeHtml(mention.replace(/<\/?at>/g, ''))}</span>`,
      length: mention.length,
    };
  }
  const code = mark === '`' ? /^`([^`]+)`/.exec(rest) : null;
  if (code) return { html: `<code>${escapeHtml(code[1] ?? '')}</code>`, length: code[0].length };
  const link = mark === '[' ? /^\[((?:\\.|[^\]\\])+)\]\((https:\/\/[^\s()<>"]+)\)/.exec(rest) : null;
  if (link) {
    const href = escapeHtml(link[2] ?? '');
    const label = inline(link[1] ?? '', mentions);
    return { html: `<a href="${href}" rel="noopener noreferrer" target="_blank">${label}</a>`, length: link[0].length };
  }
  if (mark === '*' || mark === '_') {
    const strong = emphasisAt(text, at, mark + mark);
    if (strong !== undefined) {
      return { html: `<strong>${inline(strong, mentions)}</strong>`, length: strong.length + 4 };
    }
    const weak = emphasisAt(text, at, mark);
    if (weak !== undefined) return { html: `<em>${inline(weak, mentions)}</em>`, length: weak.length + 2 };
  }
  return { html: escapeHtml(mark), length: 1 };
}

/**
 * @param {string} text
 * @param {number} at
 * @param {string} fence `*`, `**`, `_` or `__`
 * @returns {string | undefined} what stands between two fences, or undefined where they emphasise nothing
 */
function emphasisAt(text, at, fence) {
  if (!text.startsWith(fence, at)) return undefined;
  const insideWord = fence.startsWith('_') && /[\p{L}\p{N}]/u.test(text.charAt(at - 1));
  const from = at + fence.length;
  if (insideWord || /^(\s|$)/.test(text.charAt(from)) || text.startsWith(fence.charAt(0), from)) return undefined;
  for (let end = from + 1; end < text.length; end += 1) {
    if (text.charAt(end - 1) === '\\' && text.charAt(end - 2) !== '\\') continue;
    if (!text.startsWith(fence, end) || /\s/.test(text.charAt(end - 1))) continue;
    const after = text.charAt(end + fence.length);
    if (fence.startsWith('_') && /[\p{L}\p{N}]/u.test(after)) continue;
    if (fence.length === 1 && after === fence) {
      end += 1;
      continue;
    }
    return text.slice(from, end);
  }
  return undefined;
}

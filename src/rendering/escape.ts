/** Control, bidirectional, zero-width and tag characters: none has a place in a name, and each can make one look like another. */
const unseen =
  /[\p{Cc}\p{Bidi_Control}\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0\u{e0000}-\u{e007f}]/gu;

/**
 * Text for one line of a card: line breaks and tabs become spaces, unseen characters go, broken surrogates are replaced,
 * and what a template engine or a Teams client would expand (`${…}`, `{{DATE(…)}}`) is pulled apart.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(unseen, '')
    .replace(/\$\{/g, '$ {')
    .replace(/\{\{(?=\s*(?:DATE|TIME)\s*\()/gi, '{ {');
}

/**
 * Outside text for a place that renders Markdown (TextBlock, FactSet, fallbackText). Text runs need no escaping.
 * Only what can act is escaped, so that a client without Markdown still shows names like `vm-01.example` as they are.
 */
export function escapeMarkdown(text: string): string {
  return cleanText(text)
    .replace(/[\\`*_~[\]<>|&]/g, '\\$&')
    .replace(/^(\s*)([-+]|#{1,6})(?=\s|$)/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}

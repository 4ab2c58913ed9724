/** White space between words. Unlike `\s` it leaves U+FEFF alone, which is a zero-width character here. */
export function isSpace(char: string): boolean {
  return char <= ' ' ? asciiSpaces.includes(char) : char > '~' && wideSpace.test(char);
}

const asciiSpaces = ' \t\n\v\f\r';
const wideSpace = /^[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** What clients put around mentions and at the ends of a message: zero-width spaces, joiners and byte order marks. */
export function isPadding(char: string): boolean {
  return /^[\u200b-\u200d\u2060\ufeff]$/.test(char);
}

const visibleAscii = /^[ -~]*$/;
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Cs}\u2028\u2029]/u;

/** True where a text holds a character that a reader cannot see: zero-width, bidirectional, control, a lone surrogate. */
export function hasInvisible(text: string): boolean {
  return !visibleAscii.test(text) && invisible.test(text);
}

/** A text with its invisible characters spelt out, as `app<U+200B>0`. */
export function showInvisible(text: string): string {
  let shown = '';
  for (const char of text) {
    shown += invisible.test(char)
      ? `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`
      : char;
  }
  return shown;
}

const han = /^\p{Script=Han}$/u;

export function isHan(char: string): boolean {
  return char > '\u2e7f' && han.test(char);
}

export function hasHan(text: string): boolean {
  return !visibleAscii.test(text) && /\p{Script=Han}/u.test(text);
}

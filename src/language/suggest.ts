import { distance } from 'fastest-levenshtein';

/**
 * The candidates that a misspelt word may have meant, nearest first, without case. A short word may be off by one letter, a
 * long one by three; nothing farther is offered.
 */
export function nearest(word: string, candidates: Iterable<string>, most = 3): readonly string[] {
  return rank(word, candidates, most).map((each) => each.candidate);
}

/** The same with the number of edits between, of which only the smallest is sometimes wanted. */
export function rank(
  word: string,
  candidates: Iterable<string>,
  most = 3,
): readonly { readonly candidate: string; readonly far: number }[] {
  const wanted = word.toLowerCase();
  if (wanted === '' || wanted.length > longest || most < 1) return [];
  const reach = reachOf(wanted.length);
  const letters = lettersOf(wanted);
  const found: { readonly candidate: string; readonly far: number }[] = [];
  let bound = reach;
  for (const candidate of candidates) {
    const length = candidate.length;
    if (length > wanted.length + bound || length < wanted.length - bound) continue;
    const lower = candidate.toLowerCase();
    // Each edit changes at most two of the letters that occur in one word only.
    if (countBits(letters ^ lettersOf(lower)) > 2 * bound) continue;
    const far = distance(wanted, lower);
    if (far > bound) continue;
    const at = found.findIndex((other) => other.far > far);
    found.splice(at < 0 ? found.length : at, 0, { candidate, far });
    if (found.length > most) found.pop();
    if (found.length === most) bound = Math.max(0, (found[most - 1]?.far ?? reach) - 1);
    if (found.length === most && found[most - 1]?.far === 0) break;
  }
  return found;
}

/** No name or command is longer; a longer word is no misspelling of one. */
const longest = 100;

function reachOf(length: number): number {
  if (length <= 3) return 1;
  return length < 8 ? 2 : 3;
}

function lettersOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) bits |= 1 << (text.charCodeAt(at) & 31);
  return bits;
}

function countBits(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

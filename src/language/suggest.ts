import { distance } from 'fastest-levenshtein';

/**
 * The candidates that a misspelt word may have meant, nearest first, without case. A short word may be off by one letter, a
 * long one by three; nothing farther is offered.
 */
export function nearest(word: string, candidates: Iterable<string>, most = 3): readonly string[] {
  return rank(word, candidates, most).map((each) => each.candidate);
}

/** The same with the number of edits between, of which only the smallest is sometimes wanted. */
export function rank(word: string, candidates: Iterable<string>, most = 3): readonly Ranked[] {
  const search = openSearch(word, most);
  for (const candidate of candidates) {
    if (search.isOver()) break;
    if (!search.reaches(candidate.length)) continue;
    const lower = candidate.toLowerCase();
    if (search.resembles(lettersOf(lower), signsOf(lower))) search.take(candidate, lower);
  }
  return search.found;
}

type Ranked = { readonly candidate: string; readonly far: number };

/** Many words that are looked through again and again: what `nearest` needs to know of each is kept. */
export type Lexicon = {
  /** As `nearest`; with `accepts`, as if the others were not there. */
  nearest(word: string, accepts?: (candidate: string) => boolean, most?: number): readonly string[];
};

export function createLexicon(candidates: readonly string[]): Lexicon {
  const lowers = candidates.map((candidate) => candidate.toLowerCase());
  const lengths = Uint16Array.from(candidates, ({ length }) => length);
  const letters = Int32Array.from(lowers, lettersOf);
  const signs = Int32Array.from(lowers, signsOf);
  return {
    nearest(word, accepts, most = 3) {
      const search = openSearch(word, most, accepts);
      for (let at = 0; at < candidates.length && !search.isOver(); at += 1) {
        if (!search.reaches(lengths[at] ?? 0) || !search.resembles(letters[at] ?? 0, signs[at] ?? 0)) continue;
        search.take(candidates[at] ?? '', lowers[at] ?? '');
      }
      return search.found.map(({ candidate }) => candidate);
    },
  };
}

/** Each step costs more than the one before it, and keeps most words from the next. */
function openSearch(word: string, most: number, accepts: (candidate: string) => boolean = () => true) {
  const wanted = word.toLowerCase();
  const letters = lettersOf(wanted);
  const signs = signsOf(wanted);
  const found: Ranked[] = [];
  let bound = wanted === '' || wanted.length > longest || most < 1 ? -1 : reachOf(wanted.length);
  return {
    found,
    isOver: () => bound < 0,
    reaches: (length: number) => length <= wanted.length + bound && length >= wanted.length - bound,
    // Each edit takes away at most one of what occurs in the wanted word alone, and one of what occurs in the other alone.
    resembles: (others: number, otherSigns: number) =>
      countBits(letters & ~others) + countBits(signs & ~otherSigns) <= bound &&
      countBits(others & ~letters) + countBits(otherSigns & ~signs) <= bound,
    take(candidate: string, lower: string) {
      const far = distance(wanted, lower);
      if (far > bound || !accepts(candidate)) return;
      const at = found.findIndex((other) => other.far > far);
      found.splice(at < 0 ? found.length : at, 0, { candidate, far });
      if (found.length > most) found.pop();
      // What comes later has to be nearer than the last.
      if (found.length === most) bound = (found[most - 1]?.far ?? bound) - 1;
    },
  };
}

/** No name or command is longer; a longer word is no misspelling of one. */
const longest = 100;

function reachOf(length: number): number {
  if (length <= 3) return 1;
  return length < 8 ? 2 : 3;
}

/** Which letters occur, and what is written with them; two that share a bit only let a word pass that is compared in vain. */
function lettersOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= firstLetter) bits |= 1 << (code & 31);
  }
  return bits;
}

/** Which digits, hyphens and their like occur. */
function signsOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < firstLetter) bits |= 1 << (code & 31);
  }
  return bits;
}

const firstLetter = 0x60;

function countBits(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

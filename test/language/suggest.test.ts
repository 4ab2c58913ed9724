import fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { createLexicon, nearest } from '../../src/language/suggest.ts';
import { patience, runs } from './runs.ts';

describe('nearest', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['chek', ['check', 'watch', 'use'], ['check']],
    ['CHEK', ['Check'], ['Check']],
    ['db7', ['db0', 'db1', 'app0'], ['db0', 'db1']],
    ['Databse0', ['Database0', 'Database1'], ['Database0', 'Database1']],
    ['appo', ['app0', 'app1', 'web0'], ['app0', 'app1']],
    ['frobnicate', ['check', 'watch'], []],
    ['', ['a'], []],
    ['x', [], []],
    ['a', ['b', 'a', 'c'], ['a', 'b', 'c']],
    ['检察', ['检查', '取消'], ['检查']],
  ])('%s', (word, candidates, found) => {
    expect(nearest(word, candidates)).toEqual(found);
  });

  it('offers no more than asked for', () => {
    expect(nearest('db9', ['db0', 'db1', 'db2', 'db3'], 2)).toEqual(['db0', 'db1']);
    expect(nearest('db9', ['db0'], 0)).toEqual([]);
  });

  it('finds what a full comparison finds', { timeout: patience }, () => {
    const name = fc.string({ unit: fc.constantFrom(...'abAB01-'), maxLength: 9 });
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 12 }), (word, candidates) => {
        fc.pre(word !== '');
        const reach = word.length <= 3 ? 1 : word.length < 8 ? 2 : 3;
        const far = (candidate: string) => distance(word.toLowerCase(), candidate.toLowerCase());
        const all = candidates.filter((candidate) => far(candidate) <= reach).map(far);
        const expected = all.sort((one, other) => one - other).slice(0, 3);
        expect(nearest(word, candidates).map(far)).toEqual(expected);
        expect(createLexicon(candidates).nearest(word)).toEqual(nearest(word, candidates));
        const accepts = (candidate: string) => candidate.includes('a');
        const accepted = nearest(word, candidates.filter(accepts));
        expect(createLexicon(candidates).nearest(word, accepts)).toEqual(accepted);
      }),
      { numRuns: runs },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printDuration, readDuration } from '../../src/language/durations.ts';
import { patience, runs } from './runs.ts';

describe('a duration', () => {
  it.each<readonly [words: readonly string[], seconds: number, took: number]>([
    [['5m'], 300, 1],
    [['5min'], 300, 1],
    [['5', 'minutes'], 300, 2],
    [['90s'], 90, 1],
    [['1h30m'], 5400, 1],
    [['1d2h3m4s'], 93_784, 1],
    [['2', 'H'], 7200, 2],
    [['hour'], 3600, 1],
    [['5', '分钟'], 300, 2],
    [['2', '个小时'], 7200, 2],
    [['小时'], 3600, 1],
  ])('%s', (words, seconds, took) => {
    expect(readDuration(words)).toEqual({ ms: seconds * 1000, took });
  });

  it.each([
    [[]],
    [['']],
    [['5']],
    [['0m']],
    [['0', 'minutes']],
    [['m']],
    [['5x']],
    [['30m1h']],
    [['-5m']],
    [['5', 'apples']],
    [['constructor']],
  ])('not %s', (words: readonly string[]) => {
    expect(readDuration(words)).toBeUndefined();
  });

  it('is printed as it is typed', { timeout: patience }, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 * 86_400 }), (seconds) => {
        expect(readDuration([printDuration(seconds * 1000)])?.ms).toBe(seconds * 1000);
      }),
      { numRuns: runs },
    );
  });
});

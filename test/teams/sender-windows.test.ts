import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roomLimits } from '../../src/teams/sender.ts';
import { createWindows } from '../../src/teams/windows.ts';
import { mostWithin } from '../../src/web/rates.ts';

const times = (count: number, everyMs: number) => Array.from({ length: count }, (_, index) => index * everyMs);

describe('what Teams takes in one conversation', () => {
  const rows: readonly (readonly [what: string, sentMs: readonly number[], nowMs: number, waitMs: number])[] = [
    ['nothing sent', [], 0, 0],
    ['six at once', times(6, 0), 0, 0],
    ['seven at once', times(7, 0), 0, 1001],
    ['seven at once, a second ago', times(7, 0), 1000, 1],
    ['seven at once, longer ago', times(7, 0), 1001, 0],
    ['eight in a second and a bit', [...times(7, 0), 1001], 1002, 999],
    ['eight, two seconds ago', [...times(7, 0), 1001], 2001, 0],
    ['fifty-nine in half a minute', times(59, 500), 29_500, 0],
    ['sixty in half a minute', times(60, 500), 29_500, 501],
    ['1,799 in an hour', times(1799, 2000), 3_599_000, 0],
    ['1,800 in an hour', times(1800, 1999), 3_598_300, 1701],
    ['1,800, an hour ago', times(1800, 0), 3_600_001, 0],
  ];
  test.each(rows)('%s', (_what, sentMs, nowMs, waitMs) => {
    const windows = createWindows(roomLimits);
    for (const atMs of sentMs) windows.count(atMs);
    expect(windows.waitMs(nowMs)).toBe(waitMs);
  });

  test('a share leaves the rest of each window to others, and is never nothing', () => {
    const windows = createWindows(roomLimits);
    for (const atMs of times(3, 0)) windows.count(atMs);
    expect(windows.waitMs(0, 0.5)).toBe(1001);
    expect(windows.waitMs(0)).toBe(0);
    expect(createWindows([{ most: 1, withinMs: 10 }]).waitMs(0, 0.5)).toBe(0);
  });

  test('is forgotten when the longest window has passed', () => {
    const windows = createWindows(roomLimits);
    windows.count(0);
    expect(windows.isEmpty(3_600_000)).toBe(false);
    expect(windows.isEmpty(3_600_001)).toBe(true);
  });

  test('is never exceeded by who waits as told, and waiting less would exceed it', () => {
    const limits = fc.array(
      fc.record({ most: fc.integer({ min: 1, max: 9 }), withinMs: fc.integer({ min: 1, max: 500 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(limits, fc.array(fc.nat(120), { maxLength: 60 }), (given, gaps) => {
        const windows = createWindows(given);
        const sent: number[] = [];
        const holds = () => given.every(({ most, withinMs }) => mostWithin(sent, withinMs + 1) <= most);
        let nowMs = 0;
        for (const gap of gaps) {
          nowMs += gap;
          const waitMs = windows.waitMs(nowMs);
          if (waitMs > 0) {
            sent.push(nowMs + waitMs - 1);
            expect(holds()).toBe(false);
            sent.pop();
          }
          nowMs += waitMs;
          sent.push(nowMs);
          windows.count(nowMs);
          expect(holds()).toBe(true);
        }
      }),
    );
  });
});

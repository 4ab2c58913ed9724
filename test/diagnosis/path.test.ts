import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, markBreaks, walk } from '../../src/diagnosis/path.ts';
import type { Hop } from '../../src/diagnosis/witness.ts';
import { nicId } from './fixtures.ts';

function hop(id: string, nextHopIds: readonly string[], more: Partial<Hop> = {}): Hop {
  return { id, type: 'VirtualNetwork', nextHopIds, links: [], issues: [], ...more };
}

const order = (hops: readonly Hop[]) =>
  walk(hops)
    .hops.map(({ id }) => id)
    .join(' ');
const source = { type: 'Source' };

describe('walk', () => {
  it.each<[string, readonly Hop[], string]>([
    ['a row', [hop('a', ['b'], source), hop('b', ['c']), hop('c', [])], 'a b c'],
    ['an array in another order', [hop('c', []), hop('b', ['c']), hop('a', ['b'], source)], 'a b c'],
    ['no hop of type Source', [hop('b', []), hop('a', ['b'], { type: 'VirtualMachine' })], 'a b'],
    [
      'several next hops that meet again',
      [hop('a', ['b', 'c'], source), hop('d', []), hop('b', ['d']), hop('c', ['d'])],
      'a b c d',
    ],
    [
      'branches of different length',
      [hop('a', ['d', 'b'], source), hop('b', ['c']), hop('c', ['d']), hop('d', [])],
      'a b c d',
    ],
    ['a cycle', [hop('a', ['b'], source), hop('b', ['c']), hop('c', ['b', 'd']), hop('d', [])], 'a b c d'],
    ['a cycle through the source', [hop('b', ['a']), hop('a', ['b'], source)], 'a b'],
    ['a hop that leads to itself', [hop('a', ['a', 'b'], source), hop('b', ['b'])], 'a b'],
    ['an id that names no hop', [hop('a', ['x', 'b'], source), hop('b', ['y'])], 'a b'],
    ['a hop that nothing leads to', [hop('z', []), hop('a', ['b'], source), hop('b', [])], 'a b z'],
    [
      'links where nextHopIds are silent',
      [hop('b', []), hop('a', [], { ...source, links: [{ nextHopId: 'b', issues: [] }] })],
      'a b',
    ],
    ['the same id twice', [hop('a', ['b'], source), hop('b', []), hop('b', [])], 'a b b'],
    ['nothing', [], ''],
  ])('%s', (_, hops, expected) => {
    expect(order(hops)).toBe(expected);
  });

  it('keeps each hop exactly once, and a row of hops in its order however it is shuffled', () => {
    const graph = fc.array(
      fc.record({
        id: fc.constantFrom(...'abcdefgh'),
        next: fc.array(fc.constantFrom(...'abcdefghx'), { maxLength: 3 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(graph, (nodes) => {
        const hops = nodes.map(({ id, next }) => hop(id, next));
        const walked = walk(hops);
        expect(new Set(walked.hops)).toEqual(new Set(hops));
        expect(walked.hops).toHaveLength(hops.length);
        expect(walked.before).toHaveLength(hops.length);
      }),
    );
    const row = Array.from({ length: 8 }, (_, index) => hop(String(index), index < 7 ? [String(index + 1)] : []));
    fc.assert(
      fc.property(fc.shuffledSubarray(row, { minLength: row.length }), (shuffled) => {
        expect(order(shuffled)).toBe('0 1 2 3 4 5 6 7');
      }),
    );
  });

  it('walks a long row without a deep stack', () => {
    const row = Array.from({ length: 50_000 }, (_, index) => hop(String(index), [String(index + 1)]));
    expect(walk(row).hops[49_999]?.id).toBe('49999');
  });
});

describe('draw', () => {
  it('names a hop by its resource, else its address, else its type', () => {
    const path = draw(
      walk([
        hop('a', ['b'], { resourceId: `${nicId('n')}/ipConfigurations/c`, address: '10.0.0.4' }),
        hop('b', ['c'], { address: '192.0.2.1', type: 'Internet' }),
        hop('c', [], { type: 'Destination' }),
      ]),
    );
    expect(path.map(({ name }) => name)).toEqual(['n', '192.0.2.1', 'Destination']);
  });

  it('gives the round trip of the link that is walked, zero too', () => {
    const link = (nextHopId: string, avg: number) => ({ nextHopId, roundTripMs: { avg }, issues: [] });
    const path = draw(walk([hop('a', ['b'], { links: [link('x', 9), link('b', 0)] }), hop('b', [])]));
    expect(path.map(({ roundTripMs }) => roundTripMs)).toEqual([0, undefined]);
  });
});

describe('markBreaks', () => {
  const route = walk([hop('a', ['b', 'c'], source), hop('b', ['d']), hop('c', ['d']), hop('d', [])]);
  const marks = (...breaks: Parameters<typeof markBreaks>[2]) =>
    markBreaks(draw(route), route.before, breaks)
      .map(({ brokenAfter, broken }) => (brokenAfter ? 'X' : broken ? '*' : '.'))
      .join('');
  it.each([
    ['outbound: the link after', { hop: 0, at: 'after' }, 'X...'],
    ['inbound: every link into it', { hop: 3, at: 'before' }, '.XX.'],
    ['local: the hop', { hop: 1, at: 'here' }, '.*..'],
    ['outbound of the last hop: the hop', { hop: 3, at: 'after' }, '...*'],
    ['inbound of the first hop: the hop', { hop: 0, at: 'before' }, '*...'],
  ] as const)('%s', (_, at, expected) => {
    expect(marks(at)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { type Change, compare } from '../../src/diagnosis/compare.ts';
import { describeChange } from '../../src/diagnosis/describe.ts';
import type { Diagnosis } from '../../src/diagnosis/verdict.ts';
import { allowIn, denyIn, direct, issue, judge, pending, reached, throughAppliance } from './fixtures.ts';

const open = judge({ probe: direct({}, reached), nsg: [allowIn] });
const blocked = judge({
  probe: direct({ destination: [issue('NoListenerOnDestination')] }),
  nsg: [denyIn],
});
const slow = judge({ probe: direct({}, { ...reached, avgLatencyInMs: 250, maxLatencyInMs: 300 }) });
const lossy = judge({ probe: direct({}, { ...reached, probesFailed: 33 }) });
const detour = judge({ probe: throughAppliance({}, reached) });
const early = judge({ probe: pending, nsg: [denyIn] });

const kinds = (changes: readonly Change[]) => changes.map(({ kind }) => kind);

describe('compare', () => {
  it.each<[string, Diagnosis, Diagnosis, readonly string[]]>([
    ['the same twice', open, open, []],
    ['the same blocker twice', blocked, blocked, []],
    ['newly blocked', open, blocked, ['verdict', 'appeared']],
    ['open again', blocked, open, ['verdict', 'gone']],
    ['slower', open, slow, ['verdict', 'latency']],
    ['losing', open, lossy, ['verdict', 'loss']],
    ['another path', open, detour, ['path']],
    ['early and final say the same', early, blocked, []],
  ])('%s', (_, previous, current, expected) => {
    expect(kinds(compare(previous, current))).toEqual(expected);
  });

  it('names the rule that is new', () => {
    const change = compare(open, blocked).find(({ kind }) => kind === 'appeared');
    expect(change).toMatchObject({ finding: { code: 'NSG_DENY_IN', rule: { name: 'deny-sql' } } });
    expect(change && describeChange(change, 'en')).toBe('New: deny-sql (reported as UserRule_deny-sql)');
  });

  it('knows a rule again in another spelling and from another witness', () => {
    const seen = (reportedAs: string) =>
      judge({
        probe: direct({
          destination: [issue('NetworkSecurityRule', 'Inbound', [{ key: 'RuleName', value: reportedAs }])],
        }),
      });
    expect(compare(seen('UserRule_deny-sql'), seen('securityRules/Deny-SQL'))).toEqual([]);
    expect(compare(seen('UserRule_deny-sql'), judge({ probe: direct(), nsg: [denyIn] }))).toEqual([]);
  });

  it.each([
    [2, 6, false],
    [2, 7, true],
    [100, 104, false],
    [100, 149, false],
    [100, 150, true],
    [150, 100, true],
    [0, 5, true],
    [0, 4, false],
  ])('latency from %i to %i ms is news: %s', (from, to, news) => {
    const at = (avg: number) =>
      judge({ probe: direct({}, { ...reached, minLatencyInMs: 0, avgLatencyInMs: avg, maxLatencyInMs: 999 }) });
    expect(kinds(compare(at(from), at(to)))).toEqual(news ? ['latency'] : []);
  });

  it('does not take another address of the internet for another path', () => {
    const at = (address: string) => {
      const probe = direct({}, reached);
      const [first, last] = probe.hops;
      if (!first || !last) throw new Error('two hops');
      return judge({
        probe: {
          ...probe,
          hops: [first, { id: last.id, type: 'Internet', address, nextHopIds: [], links: [], issues: [] }],
        },
      });
    };
    expect(compare(at('192.0.2.1'), at('192.0.2.2'))).toEqual([]);
  });

  it('puts every change into words of both languages', () => {
    const changes = [open, blocked, slow, lossy, detour, early].flatMap((one, _, all) =>
      all.flatMap((other) => compare(one, other)),
    );
    expect(new Set(kinds(changes))).toEqual(new Set(['verdict', 'appeared', 'gone', 'path', 'latency', 'loss']));
    for (const change of changes) {
      for (const locale of ['en', 'zh'] as const) expect(describeChange(change, locale)).not.toMatch(/[{}]|^$/);
    }
  });
});

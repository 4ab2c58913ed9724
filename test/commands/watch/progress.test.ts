import { describe, expect, test } from 'vitest';
import { type Heard, take } from '../../../src/commands/watch/progress.ts';
import { blockingRule, type Progress, type WatchChange } from '../../../src/commands/watch-state.ts';
import type { Diagnosis, Finding, Verdict } from '../../../src/diagnosis/verdict.ts';
import { nsg } from '../../cards/parts.ts';

const deny = (name: string, holder: string | undefined = 'nsg-db'): Finding => ({
  code: 'NSG_DENY_IN',
  severity: 'error',
  witness: 'nsg',
  facts: {},
  rule: { name, reportedAs: name, ...(holder && { securityGroupId: nsg(holder) }) },
});

function heard(verdict: Verdict, findings: readonly Finding[] = [], more: Partial<Diagnosis> = {}): Heard {
  const diagnosis: Diagnosis = {
    verdict,
    final: true,
    findings,
    path: [],
    pathFrom: 'probe',
    latency: { avgMs: 2 },
    probes: { sent: 66, failed: 0 },
    assumptions: [],
    witnesses: [{ witness: 'nsg', state: 'answered' }],
    ...more,
  };
  return { kind: 'diagnosed', diagnosis };
}

const silent: Partial<Diagnosis> = { witnesses: [{ witness: 'nsg', state: 'silent', code: 'NO_RESULT' }] };
const up = heard('Reachable');
const slow = heard('Degraded');
const byA = heard('Unreachable', [deny('a')]);
const byB = heard('Unreachable', [deny('b')]);
const byBDoubtful = heard('Unreachable', [deny('b')], silent);
const byAElsewhere = heard('Unreachable', [deny('a', 'nsg-other')]);
const byASomewhere = heard('Unreachable', [deny('A', undefined)]);
const down = heard('Unreachable');
const none = heard('Undetermined');
const failed: Heard = { kind: 'failed', problem: { code: 'AZURE_FAILED', facts: {} } };

function follow(runs: readonly Heard[]): { readonly progress?: Progress; readonly changes: readonly string[] } {
  let progress: Progress | undefined;
  const changes: string[] = [];
  const sideOf = ({ verdict, diagnosis }: WatchChange['from']) =>
    [verdict, blockingRule(diagnosis)?.name].filter((part) => part !== undefined).join('/');
  for (const [index, run] of runs.entries()) {
    const taken = take(progress, run, `2026-11-20T14:${String(index).padStart(2, '0')}:00Z`);
    progress = taken.progress;
    if (taken.change) changes.push(`${index}: ${sideOf(taken.change.from)} > ${sideOf(taken.change.to)}`);
  }
  return { ...(progress && { progress }), changes };
}

describe('a change', () => {
  const rows: readonly (readonly [what: string, runs: readonly Heard[], changes: readonly string[]])[] = [
    ['the first answer is none', [up], []],
    ['the same again is none', [up, up, up], []],
    ['another verdict is one, at once', [up, byA], ['1: Reachable > Unreachable/a']],
    ['back again is another', [up, byA, up], ['1: Reachable > Unreachable/a', '2: Unreachable/a > Reachable']],
    ['slower is one', [up, slow], ['1: Reachable > Degraded']],
    ['another blocking rule is one', [byA, byB], ['1: Unreachable/a > Unreachable/b']],
    ['the same name in another group is one', [byA, byAElsewhere], ['1: Unreachable/a > Unreachable/a']],
    ['the same rule without its group is none', [byA, byASomewhere, byA], []],
    ['a rule where none was known is one', [down, byA], ['1: Unreachable > Unreachable/a']],
    ['a run without an answer is none', [up, failed, up, none, failed, up], []],
    ['three without an answer are one', [up, failed, none, failed], ['3: Reachable > Undetermined']],
    ['and not one more', [up, failed, failed, failed, failed, none], ['3: Reachable > Undetermined']],
    [
      'an answer after that is one',
      [up, none, none, none, up],
      ['3: Reachable > Undetermined', '4: Undetermined > Reachable'],
    ],
    ['an answer after fewer is held against what stood', [up, failed, failed, byA], ['3: Reachable > Unreachable/a']],
    ['none at all is none', [failed, failed, failed, failed], []],
    ['an answer after none at all is one', [failed, failed, failed, up], ['3: Undetermined > Reachable']],
    ['an answer after two without is the first', [failed, failed, up], []],
    ['a rule that is not named once is none', [byA, down, byA], []],
    ['a rule that is not named any more is one', [byA, down, down, down], ['3: Unreachable/a > Unreachable']],
    ['another rule while a witness is silent is none', [byA, byBDoubtful, byA], []],
    ['unless it stays so', [byA, byBDoubtful, byBDoubtful, byBDoubtful], ['3: Unreachable/a > Unreachable/b']],
  ];
  test.each(rows)('%s', (_what, runs, changes) => {
    expect(follow(runs).changes).toEqual(changes);
  });
});

describe('what a card shows', () => {
  test('stands since it first did', () => {
    expect(follow([up, up, byA, failed, byA]).progress?.standing).toMatchObject({
      verdict: 'Unreachable',
      since: '2026-11-20T14:02:00Z',
    });
    expect(follow([up, failed, failed, failed]).progress?.standing).toMatchObject({ since: '2026-11-20T14:01:00Z' });
  });

  test('are the last twenty runs, and why the last one brought nothing', () => {
    const { progress } = follow([byA, ...Array.from({ length: 20 }, () => up), failed]);
    expect(progress?.samples).toHaveLength(20);
    expect(progress?.samples[0]).toMatchObject({ verdict: 'Reachable', avgMs: 2 });
    expect(progress?.samples.at(-1)).toEqual({ at: '2026-11-20T14:21:00Z', verdict: 'Undetermined' });
    expect(progress).toMatchObject({ problem: { code: 'AZURE_FAILED' }, doubt: { count: 1 } });
    expect(follow([up, failed, up]).progress).not.toHaveProperty('problem');
  });
});

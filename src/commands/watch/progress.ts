import type { Problem } from '../../core/errors.ts';
import type { Diagnosis, Rule, Verdict } from '../../diagnosis/verdict.ts';
import { blockingRule, type Progress, type Standing, type WatchChange } from '../watch-state.ts';

/** What one run came to. */
export type Heard =
  | { readonly kind: 'diagnosed'; readonly diagnosis: Diagnosis }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Runs in a row without an answer, or with a doubtful one, before that counts. */
const doubtfulRuns = 3;
const mostSamples = 20;

/**
 * Adds a run to what is known. There is a change when the verdict or the blocking rule is another than what stood. A run without an
 * answer, one that no longer names the rule, and one that names another while a witness is silent change nothing until there
 * were three in a row: networks do not flap as often as the asking fails.
 */
export function take(
  before: Progress | undefined,
  heard: Heard,
  at: string,
): { readonly progress: Progress; readonly change?: WatchChange } {
  const verdict: Verdict = heard.kind === 'diagnosed' ? heard.diagnosis.verdict : 'Undetermined';
  const avgMs = heard.kind === 'diagnosed' ? heard.diagnosis.latency?.avgMs : undefined;
  const sample = { at, verdict, ...(avgMs !== undefined && { avgMs }) };
  const samples = [...(before?.samples ?? []), sample].slice(-mostSamples);
  const standing = before?.standing;
  const found: Standing =
    heard.kind === 'diagnosed'
      ? { verdict, since: at, diagnosis: slim(heard.diagnosis) }
      : { verdict, since: at, problem: heard.problem };
  const problem = heard.kind === 'failed' ? { problem: heard.problem } : {};

  const sameness = standing ? compareStandings(standing, found) : verdict === 'Undetermined' ? 'doubtful' : 'other';
  if (standing && sameness === 'same') {
    return { progress: { samples, standing: { ...found, since: standing.since }, ...problem } };
  }
  if (sameness === 'doubtful') {
    const doubt = { count: (before?.doubt?.count ?? 0) + 1, since: before?.doubt?.since ?? at };
    if (doubt.count < doubtfulRuns) {
      return { progress: { samples, ...(standing && { standing }), doubt, ...problem } };
    }
    const settled = { ...found, since: doubt.since };
    return {
      progress: { samples, standing: settled, ...problem },
      ...(standing && { change: { from: standing, to: settled } }),
    };
  }
  return {
    progress: { samples, standing: found, ...problem },
    ...(standing && { change: { from: standing, to: found } }),
  };
}

function compareStandings(standing: Standing, found: Standing): 'same' | 'other' | 'doubtful' {
  if (standing.verdict !== found.verdict) return found.verdict === 'Undetermined' ? 'doubtful' : 'other';
  const was = blockingRule(standing.diagnosis);
  const is = blockingRule(found.diagnosis);
  if (sameRule(was, is)) return 'same';
  const someSilent = found.diagnosis?.witnesses.some(({ state }) => state !== 'answered') ?? true;
  return is === undefined || someSilent ? 'doubtful' : 'other';
}

function sameRule(one: Rule | undefined, other: Rule | undefined): boolean {
  if (!one || !other) return one === other;
  const holder = ({ securityGroupId, routeTableId }: Rule) => (securityGroupId ?? routeTableId)?.toLowerCase();
  // A look-up that failed leaves the holder out; the name alone has to do then.
  const held = holder(one) === undefined || holder(other) === undefined || holder(one) === holder(other);
  return held && one.name.toLowerCase() === other.name.toLowerCase();
}

/** What a later comparison and the card need; the rest would be stored again with each run. */
function slim(diagnosis: Diagnosis): Diagnosis {
  return {
    ...diagnosis,
    findings: diagnosis.findings.filter(({ severity }) => severity !== 'info').slice(0, 6),
    path: diagnosis.path.slice(0, 30),
    assumptions: [],
    witnesses: diagnosis.witnesses.filter(({ state }) => state !== 'answered'),
  };
}

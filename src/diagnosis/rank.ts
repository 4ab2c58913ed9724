import { stopsSource } from './clue.ts';
import { findingCodes, weightOf, weights } from './findings.ts';
import { normaliseRule } from './rules.ts';
import type { Finding } from './verdict.ts';

const severities: readonly Finding['severity'][] = ['error', 'warning', 'info'];

/**
 * Most telling first: errors before warnings before notes; what kept the probe from being sent, then what blocks (a stopped machine, then
 * along the path), then likely causes, then symptoms.
 */
export function rank(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((left, right) => {
    const [a, b] = [keysOf(left), keysOf(right)];
    for (let place = 0; place < a.length; place += 1) {
      const difference = (a[place] ?? 0) - (b[place] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function keysOf(finding: Finding): readonly number[] {
  const { code, severity, hop, rule } = finding;
  const weight = stopsSource(finding) ? 'noProbe' : weightOf(code);
  const stopped = code === 'VM_STOPPED' || code === 'VM_NOT_READY' ? 0 : 1;
  // Where no route leads to the destination it is in no known prefix either, so that the default rule denies: the route is the cause.
  const byDefault = rule?.reportedAs !== undefined && normaliseRule(rule.reportedAs).default ? 1 : 0;
  return [
    severities.indexOf(severity),
    weights.indexOf(weight),
    stopped,
    // What is said of the whole comes before a symptom at one hop, and after a cause at one.
    hop ?? (weight === 'symptom' ? -1 : Number.MAX_SAFE_INTEGER),
    byDefault,
    findingCodes.indexOf(code),
  ];
}

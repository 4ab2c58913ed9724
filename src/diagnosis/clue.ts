import { weightOf } from './findings.ts';
import type { Break } from './path.ts';
import { sameResource } from './resource-id.ts';
import { sameName } from './rules.ts';
import type { Finding, Rule } from './verdict.ts';

/** A finding in the making: where it breaks the path, and whether another witness denies it. */
export type Clue = {
  readonly finding: Finding;
  readonly breaks?: Break;
  /** True where a witness of the same place says the opposite. */
  readonly disputed?: true;
};

/** True where this alone keeps the traffic from passing. */
export function blocks({ finding }: Clue): boolean {
  return weightOf(finding.code) === 'blocker' && finding.severity === 'error' && !stopsSource(finding);
}

/** True where the source could not send a probe at all. */
export function keepsFromProbing({ finding }: Clue): boolean {
  return finding.severity === 'error' && (weightOf(finding.code) === 'noProbe' || stopsSource(finding));
}

export function stopsSource({ code, facts }: Finding): boolean {
  return (code === 'VM_STOPPED' || code === 'VM_NOT_READY') && facts.side === 'source';
}

/** Joins what several witnesses say of the same thing at the same place; the first to say it stays the witness. */
export function merge(clues: readonly Clue[]): readonly Clue[] {
  const merged: Clue[] = [];
  for (const clue of clues) {
    const index = merged.findIndex((earlier) => isSame(earlier.finding, clue.finding));
    const earlier = merged[index];
    if (earlier) merged[index] = join(earlier, clue);
    else merged.push(clue);
  }
  return merged;
}

function isSame(left: Finding, right: Finding): boolean {
  if (left.code !== right.code || left.hop !== right.hop) return false;
  if (
    left.hop === undefined &&
    !sameResource(left.resourceId, right.resourceId) &&
    left.resourceId !== right.resourceId
  )
    return false;
  if (left.facts.type !== right.facts.type || left.facts.part !== right.facts.part) return false;
  if (!left.rule || !right.rule || left.rule.routeTableId || right.rule.routeTableId) return true;
  const { securityGroupId: leftGroup } = left.rule;
  const { securityGroupId: rightGroup } = right.rule;
  return (
    sameName(left.rule.name, right.rule.name) && (!leftGroup || !rightGroup || sameResource(leftGroup, rightGroup))
  );
}

function join(earlier: Clue, later: Clue): Clue {
  const { finding: first } = earlier;
  const { finding: second } = later;
  const others = [...(first.confirmedBy ?? []), second.witness].filter((witness) => witness !== first.witness);
  const rule = joinRules(first.rule, second.rule);
  return {
    ...later,
    ...earlier,
    finding: {
      ...second,
      ...first,
      severity: first.severity === 'error' ? first.severity : second.severity,
      facts: { ...second.facts, ...first.facts },
      ...(rule ? { rule } : {}),
      ...(others.length > 0 ? { confirmedBy: [...new Set(others)] } : {}),
    },
  };
}

function joinRules(first: Rule | undefined, second: Rule | undefined): Rule | undefined {
  if (!first || !second) return first ?? second;
  return { ...second, ...first };
}

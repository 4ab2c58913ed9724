import type { Clue } from './clue.ts';
import { weightOf } from './findings.ts';
import { contextOf, readIssueType } from './issues.ts';
import type { Break } from './path.ts';
import { ownerId, sameResource } from './resource-id.ts';
import { normaliseRule, sameName } from './rules.ts';
import { isAppliance, nameDestination, nameHop, nextHopAt, nsgAt, type Scene, sideOf, wayFacts } from './scene.ts';
import type { Finding, Rule } from './verdict.ts';
import type { Direction, Issue, RuleFound } from './witness.ts';

/** What the probe blames, hop by hop. */
export function probeClues(scene: Scene): readonly Clue[] {
  if (scene.pathFrom !== 'probe') return [];
  return scene.hops.flatMap((hop, index) => [
    ...hop.issues.map((issue) => clueOf(scene, index, issue)),
    ...hop.links.flatMap((link) =>
      link.issues.map((issue) =>
        clueOf(scene, index, /^(in|out)bound$/i.test(issue.origin) ? issue : { ...issue, origin: 'Outbound' }),
      ),
    ),
  ]);
}

function clueOf(scene: Scene, hop: number, issue: Issue): Clue {
  const reading = readIssueType(issue, hop === scene.hops.length - 1);
  const { code } = reading;
  const resourceId = scene.hops[hop]?.resourceId;
  const weight = weightOf(code);
  const warned = /^warn/i.test(issue.severity) || weight === 'quality' || weight === 'note';
  const detail =
    contextOf(issue, 'ErrorMessage') ??
    (issue.context.map(({ key, value }) => `${key}: ${value}`).join(', ') || undefined);
  const usage = contextOf(issue, 'Usage');
  const finding: Finding = {
    code,
    severity: warned ? 'warning' : 'error',
    witness: 'probe',
    facts: {
      at: nameHop(scene, hop),
      side: sideOf(scene, hop),
      traffic: scene.traffic,
      destination: nameDestination(scene.question),
      ...(code === 'UNKNOWN_ISSUE' ? { type: issue.type } : {}),
      ...(detail ? { detail } : {}),
      ...(usage ? { usage } : {}),
      ...reading.facts,
    },
    ...(resourceId ? { resourceId: ownerId(resourceId) } : {}),
    hop,
  };
  const breaks = breakOf(hop, issue.origin);
  if (code === 'NSG_DENY_IN' || code === 'NSG_DENY_OUT') {
    return ruleClue(
      scene,
      { finding, breaks },
      contextOf(issue, 'RuleName'),
      code === 'NSG_DENY_IN' ? 'Inbound' : 'Outbound',
    );
  }
  if (code === 'ROUTE_NONE') return routeClue(scene, { finding, breaks }, issue);
  return {
    finding: weight === 'blocker' || weight === 'fault' ? withFacts(finding, wayFacts(scene)) : finding,
    breaks,
  };
}

function breakOf(hop: number, origin: string): Break {
  const word = origin.toLowerCase();
  return { hop, at: word === 'outbound' ? 'after' : word === 'inbound' ? 'before' : 'here' };
}

/** A rule is a blocker only if it denies: where the configuration or the NSG diagnosis says that it allows, Azure named the wrong one. */
function ruleClue(
  scene: Scene,
  clue: Clue & { readonly breaks: Break },
  reportedAs: string | undefined,
  direction: Direction,
): Clue {
  const { breaks } = clue;
  const finding = withFacts(clue.finding, { direction });
  const hop = breaks.hop;
  const asked = nsgAt(scene, hop, direction);
  const allowed = asked?.access === 'Allow';
  if (reportedAs === undefined) return { finding, breaks, ...(allowed ? { disputed: true } : {}) };

  const { name, group } = normaliseRule(reportedAs);
  const found = foundRule(scene.rules, {
    name,
    direction,
    hopId: scene.hops[hop]?.id,
    resourceId: finding.resourceId,
    group,
  });
  const matched = asked?.groups.find((each) => each.rule && sameName(normaliseRule(each.rule.reportedAs).name, name));
  const securityGroupId = found?.securityGroupId ?? group ?? matched?.securityGroupId;
  const rule: Rule = {
    name,
    reportedAs,
    direction,
    ...(securityGroupId ? { securityGroupId } : {}),
    ...(found?.priority === undefined ? {} : { priority: found.priority }),
  };
  const allows = found?.access === 'Allow' || (found?.access !== 'Deny' && matched?.rule?.action === 'Allow');
  if (allows) return { finding: { ...finding, code: 'ALLOW_RULE_BLAMED', severity: 'warning', rule } };
  return { finding: { ...finding, rule }, breaks, ...(allowed ? { disputed: true } : {}) };
}

export type RuleAsked = {
  readonly name: string;
  readonly direction: Direction;
  readonly hopId?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly group?: string | undefined;
};

/** The rule of that name in the configuration; of several (one in the subnet's group, one in the interface's) the one that denies. */
export function foundRule(rules: readonly RuleFound[], asked: RuleAsked): RuleFound | undefined {
  const candidates = rules.filter(
    (rule) =>
      !rule.routeTableId &&
      sameName(rule.name, asked.name) &&
      (rule.direction === undefined || rule.direction === asked.direction) &&
      (rule.hopId === asked.hopId || sameResource(rule.hopId, asked.resourceId)) &&
      (!rule.securityGroupId || !asked.group || sameResource(rule.securityGroupId, asked.group)),
  );
  return candidates.find((rule) => rule.access === 'Deny') ?? candidates[0];
}

function routeClue(scene: Scene, { finding, breaks }: Clue & { readonly breaks: Break }, issue: Issue): Clue {
  const hop = breaks.hop;
  const found = scene.rules.find((rule) => rule.routeTableId && rule.hopId === scene.hops[hop]?.id);
  const asked = nextHopAt(scene, hop);
  const routeTableId = found?.routeTableId ?? asked?.routeTableId;
  const rule: Rule | undefined = found
    ? { name: found.name, reportedAs: found.reportedAs, ...(routeTableId ? { routeTableId } : {}) }
    : undefined;
  const told = { ...wayFacts(scene), custom: 'yes' };
  const named: Finding = { ...withFacts(finding, told), ...(rule ? { rule } : {}) };
  if (!asked || /^none$/i.test(asked.type)) return { finding: named, breaks };
  const nextHop = { nextHop: asked.type, ...(asked.address ? { nextHopAddress: asked.address } : {}) };
  const saysNone = /next\s*hop\s*type\s*none/i.test(contextOf(issue, 'ErrorMessage') ?? '');
  if (saysNone) return { finding: withFacts(named, nextHop), breaks, disputed: true };
  return { finding: { ...withFacts(named, nextHop), code: 'ROUTE_USER_DEFINED' }, breaks };
}

function withFacts(finding: Finding, facts: Finding['facts']): Finding {
  return { ...finding, facts: { ...finding.facts, ...facts } };
}

/** On these ports firewalls answer for the target, so that an accepted connection proves the firewall alone. */
const proxiedPorts: readonly number[] = [80, 443];

/** How well it went, for a probe of which at least some came through. */
export function qualityClues(scene: Scene, slowMs: number): readonly Clue[] {
  const { probe, question } = scene;
  if (!probe || probe.probes.sent === 0 || probe.probes.failed >= probe.probes.sent) return [];
  const { sent, failed } = probe.probes;
  const avgMs = probe.latency?.avgMs;
  const clues: Clue[] = [];
  const add = (code: Finding['code'], facts: Finding['facts'], more: Partial<Finding> = {}) =>
    clues.push({ finding: { code, severity: 'warning', witness: 'probe', facts, ...more } });

  const hop = scene.path.findIndex((each, index) => index > 0 && index !== scene.end && isAppliance(each.type));
  const next = scene.nextHop.find(
    (each) => each.place === 'source' && isAppliance(each.type) && each.address !== scene.path.at(-1)?.address,
  );
  if (
    question.protocol === 'Tcp' &&
    question.port !== undefined &&
    proxiedPorts.includes(question.port) &&
    (hop > 0 || next)
  ) {
    const resourceId = scene.path[hop]?.resourceId;
    add(
      'PROXY_ANSWERED',
      {
        at: hop > 0 ? nameHop(scene, hop) : (next?.address ?? '?'),
        port: question.port,
        scheme: question.port === 443 ? 'https' : 'http',
        traffic: scene.traffic,
      },
      hop > 0 ? { hop, ...(resourceId ? { resourceId: ownerId(resourceId) } : {}) } : {},
    );
  }
  if (failed > 0) add('LOSS', { sent, failed, percent: Math.round((failed / sent) * 1000) / 10 });
  if (avgMs !== undefined && avgMs > slowMs) add('HIGH_LATENCY', { avgMs, slowMs });
  return clues;
}

import type { Clue } from './clue.ts';
import { foundRule } from './probe-clues.ts';
import { resourceName, sameResource } from './resource-id.ts';
import { normaliseRule } from './rules.ts';
import { hopOf, isAppliance, isOnTheWay, namePlace, type Scene, sideOf, wayFacts } from './scene.ts';
import type { Finding, Rule } from './verdict.ts';
import type { MachineState, NextHopAnswer, NsgAnswer } from './witness.ts';

const stoppedStates: readonly string[] = ['stopped', 'stopping', 'deallocated', 'deallocating'];
const untelling: readonly string[] = ['', 'running', 'unknown'];

/** What the state of the machines says. `probed` = the source did send probes, so its own state is no news. */
export function preflightClues(scene: Scene, probed: boolean, probeOut: boolean): readonly Clue[] {
  const { preflight, question } = scene;
  if (!preflight) return [];
  const { source, destination } = preflight;
  const clues: Clue[] = [];
  if (!probed) {
    clues.push(...powerClues(scene, source, 'source'));
    const asleep = stoppedStates.includes(source.power?.toLowerCase() ?? '');
    const about = {
      at: question.source.name,
      side: 'source',
      vmId: source.resourceId,
      ...(source.os ? { os: source.os } : {}),
    };
    const add = (code: Finding['code'], facts: Finding['facts']) =>
      clues.push({ finding: { code, severity: 'error', witness: 'preflight', facts, resourceId: source.resourceId } });
    if (preflight.watcherId === null) add('NO_WATCHER', { ...about, region: preflight.region });
    if (source.agent === 'missing') add('AGENT_MISSING', about);
    // A failed extension may still answer: that is known once the probe has come back, or not.
    if (source.agent === 'failed' && !asleep && !probeOut) add('AGENT_STOPPED', about);
  }
  if (destination) clues.push(...powerClues(scene, destination, 'destination'));
  return clues;
}

function powerClues(scene: Scene, machine: MachineState, place: 'source' | 'destination'): readonly Clue[] {
  const state = machine.power?.toLowerCase() ?? '';
  const code = stoppedStates.includes(state) ? 'VM_STOPPED' : untelling.includes(state) ? undefined : 'VM_NOT_READY';
  if (!code) return [];
  const hop = hopOf(scene, place, machine.resourceId);
  return [
    {
      finding: {
        code,
        severity: 'error',
        witness: 'preflight',
        facts: {
          at: namePlace(scene, place, machine.resourceId),
          side: place,
          state,
          traffic: scene.traffic,
          vmId: machine.resourceId,
        },
        resourceId: machine.resourceId,
        ...(hop === undefined ? {} : { hop }),
      },
      ...(hop === undefined ? {} : { breaks: { hop, at: 'here' } }),
    },
  ];
}

/** What the NSG diagnosis says, denials as errors and permissions as notes. */
export function nsgClues(scene: Scene): readonly Clue[] {
  return scene.nsg.filter(isOnTheWay).flatMap((answer) => {
    if (answer.access === 'Deny') return denials(scene, answer);
    if (answer.access !== 'Allow') return [];
    const allowing = answer.groups.filter((group) => group.rule?.action === 'Allow');
    if (allowing.length === 0) return [nsgClue(scene, answer, answer.groups.length > 0 ? 'NSG_ALLOW' : 'NSG_NONE')];
    return allowing.map((group) => nsgClue(scene, answer, 'NSG_ALLOW', group));
  });
}

function denials(scene: Scene, answer: NsgAnswer): readonly Clue[] {
  const code = answer.direction === 'Inbound' ? 'NSG_DENY_IN' : 'NSG_DENY_OUT';
  const denying = answer.groups.filter((group) => group.rule?.action === 'Deny');
  return denying.length > 0
    ? denying.map((group) => nsgClue(scene, answer, code, group))
    : [nsgClue(scene, answer, code)];
}

function nsgClue(scene: Scene, answer: NsgAnswer, code: Finding['code'], group?: NsgAnswer['groups'][number]): Clue {
  const { place, resourceId, direction } = answer;
  const hop = hopOf(scene, place, resourceId);
  const denies = code === 'NSG_DENY_IN' || code === 'NSG_DENY_OUT';
  const only = !group && answer.groups.length === 1 ? answer.groups[0]?.securityGroupId : undefined;
  return {
    finding: {
      code,
      severity: denies ? 'error' : 'info',
      witness: 'nsg',
      facts: {
        at: namePlace(scene, place, resourceId),
        side: hop === undefined ? (place === 'appliance' ? 'between' : place) : sideOf(scene, hop),
        traffic: scene.traffic,
        direction,
        ...(only ? { group: resourceName(only) } : {}),
      },
      ...(group?.rule ? { rule: ruleOf(scene, answer, group.securityGroupId, group.rule.reportedAs) } : {}),
      resourceId,
      ...(hop === undefined ? {} : { hop }),
    },
    ...(denies && hop !== undefined ? { breaks: { hop, at: direction === 'Inbound' ? 'before' : 'after' } } : {}),
  };
}

function ruleOf(scene: Scene, answer: NsgAnswer, securityGroupId: string, reportedAs: string): Rule {
  const { name } = normaliseRule(reportedAs);
  const { direction, resourceId } = answer;
  const hop = hopOf(scene, answer.place, resourceId);
  const hopId = hop === undefined ? undefined : scene.hops[hop]?.id;
  const found = foundRule(scene.rules, { name, direction, hopId, resourceId, group: securityGroupId });
  return {
    name,
    reportedAs,
    securityGroupId,
    direction,
    ...(found?.priority === undefined ? {} : { priority: found.priority }),
  };
}

/** What the next hops say: a way that ends in None, one that takes different roads there and back, or just where it leads. */
export function nextHopClues(scene: Scene): readonly Clue[] {
  return [...scene.nextHop.map((answer) => nextHopClue(scene, answer)), ...loops(scene), ...asymmetry(scene)];
}

function nextHopClue(scene: Scene, answer: NextHopAnswer): Clue {
  const { place, resourceId, type, address, routeTableId } = answer;
  const dropped = /^none$/i.test(type);
  const hop = hopOf(scene, place, resourceId);
  const found = scene.rules.find((rule) => sameResource(rule.routeTableId, routeTableId));
  const rule: Rule | undefined = routeTableId
    ? { name: found?.name ?? resourceName(routeTableId), reportedAs: found?.reportedAs ?? routeTableId, routeTableId }
    : undefined;
  return {
    finding: {
      code: dropped ? (place === 'destination' ? 'RETURN_ROUTE_NONE' : 'ROUTE_NONE') : 'NEXT_HOP',
      severity: dropped ? 'error' : 'info',
      witness: 'nextHop',
      facts: {
        at: namePlace(scene, place, resourceId),
        side: place === 'appliance' ? 'between' : place,
        traffic: scene.traffic,
        nextHop: type,
        ...(address ? { nextHopAddress: address } : {}),
        ...wayFacts(scene, place === 'destination' ? 'back' : 'there'),
      },
      ...(rule ? { rule } : {}),
      resourceId,
      ...(hop === undefined ? {} : { hop }),
    },
    ...(dropped && hop !== undefined ? { breaks: { hop, at: place === 'destination' ? 'here' : 'after' } } : {}),
  };
}

/** Next hops from appliance to appliance that come back to one already passed; the appliances stand in the order of the way. */
function loops(scene: Scene): readonly Clue[] {
  const passed = new Set<string>();
  for (const answer of scene.nextHop.filter(({ place }) => place !== 'destination')) {
    if (!isAppliance(answer.type) || !answer.address) continue;
    if (passed.has(answer.address)) {
      const { finding } = nextHopClue(scene, answer);
      const { hop } = finding;
      return [
        {
          finding: { ...finding, code: 'ROUTE_LOOP', severity: 'error' },
          ...(hop === undefined ? {} : { breaks: { hop, at: 'after' } }),
        },
      ];
    }
    passed.add(answer.address);
  }
  return [];
}

function asymmetry(scene: Scene): readonly Clue[] {
  const there = scene.nextHop.find((each) => each.place === 'source');
  const back = scene.nextHop.find((each) => each.place === 'destination');
  if (!there || !back || isAppliance(there.type) === isAppliance(back.type)) return [];
  if ([there.type, back.type].some((type) => /^none$/i.test(type))) return [];
  const hop = hopOf(scene, 'destination', back.resourceId);
  return [
    {
      finding: {
        code: 'ASYMMETRIC_ROUTE',
        severity: 'info',
        witness: 'nextHop',
        facts: {
          at: namePlace(scene, 'destination', back.resourceId),
          way: isAppliance(there.type) ? 'there' : 'back',
          nextHop: there.type,
          ...(there.address ? { nextHopAddress: there.address } : {}),
          nextHopBack: back.type,
          ...(back.address ? { nextHopBackAddress: back.address } : {}),
          ...wayFacts(scene, isAppliance(there.type) ? 'back' : 'there'),
        },
        resourceId: back.resourceId,
        ...(hop === undefined ? {} : { hop }),
      },
    },
  ];
}

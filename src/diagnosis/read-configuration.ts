import type { Answer } from './read-probe.ts';
import { isResourceId, rooted } from './resource-id.ts';
import { type Fields, fieldsIn, isFields, kindOf, textOf } from './shape.ts';
import type { Direction, NextHopAnswer, NsgAnswer } from './witness.ts';

/**
 * networkConfigurationDiagnostic's body for one place. Where several profiles were asked at once, the direction and the port pick
 * the result; a body with a single result is taken as it is.
 */
export function readNsgAnswer(
  body: unknown,
  place: NsgAnswer['place'],
  resourceId: string,
  direction: Direction,
  port?: number,
): Answer<NsgAnswer> {
  if (!isFields(body)) return { ok: false, why: `expected an object, got ${kindOf(body)}` };
  const results = fieldsIn(body.results);
  const result = results.length === 1 ? results[0] : results.find((each) => isAbout(each.profile, direction, port));
  if (!result) return { ok: false, why: `no result for ${direction}${port === undefined ? '' : ` port ${port}`}` };
  const verdict = isFields(result.networkSecurityGroupResult) ? result.networkSecurityGroupResult : {};
  const access = textOf(verdict.securityRuleAccessResult);
  if (access === undefined) return { ok: false, why: 'no securityRuleAccessResult' };
  return {
    ok: true,
    answer: {
      place,
      resourceId,
      direction,
      access: accessOf(access),
      groups: fieldsIn(verdict.evaluatedNetworkSecurityGroups).flatMap(readGroup),
    },
  };
}

function isAbout(profile: unknown, direction: Direction, port: number | undefined): boolean {
  if (!isFields(profile)) return false;
  if (textOf(profile.direction)?.toLowerCase() !== direction.toLowerCase()) return false;
  return port === undefined || String(profile.destinationPort) === String(port);
}

function readGroup(group: Fields): NsgAnswer['groups'] {
  const securityGroupId = textOf(group.networkSecurityGroupId);
  if (securityGroupId === undefined) return [];
  const appliedTo = textOf(group.appliedTo);
  const matched = isFields(group.matchedRule) ? group.matchedRule : {};
  const reportedAs = textOf(matched.ruleName);
  const action = textOf(matched.action);
  return [
    {
      securityGroupId,
      ...(appliedTo ? { appliedTo } : {}),
      ...(reportedAs ? { rule: { reportedAs, action: action === undefined ? 'Unknown' : accessOf(action) } } : {}),
    },
  ];
}

function accessOf(word: string): string {
  return /^allow(ed)?$/i.test(word) ? 'Allow' : /^(deny|denied)$/i.test(word) ? 'Deny' : word;
}

/** nextHop's body. A route table id of `System Route` is no route table. */
export function readNextHop(body: unknown, place: NextHopAnswer['place'], resourceId: string): Answer<NextHopAnswer> {
  if (!isFields(body)) return { ok: false, why: `expected an object, got ${kindOf(body)}` };
  const type = textOf(body.nextHopType);
  if (type === undefined) return { ok: false, why: 'no nextHopType' };
  const address = textOf(body.nextHopIpAddress);
  const routeTableId = textOf(body.routeTableId);
  return {
    ok: true,
    answer: {
      place,
      resourceId,
      type,
      ...(address ? { address } : {}),
      ...(routeTableId && isResourceId(routeTableId) ? { routeTableId: rooted(routeTableId) } : {}),
    },
  };
}

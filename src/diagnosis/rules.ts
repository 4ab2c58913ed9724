import { isResourceId, rooted } from './resource-id.ts';

export type RuleName = {
  readonly name: string;
  /** The ARM id of the network security group, where Azure gave the rule's full id. */
  readonly group?: string;
  /** One of the rules that every network security group is born with, and that cannot be edited. */
  readonly default: boolean;
};

/**
 * One name for what Azure spells `UserRule_x`, `DefaultRule_x`, `securityRules/x`, `defaultSecurityRules/x` or as a full ARM id.
 * A prefix is taken off once: a rule may truly be called `UserRule_x`.
 */
export function normaliseRule(reportedAs: string): RuleName {
  const id = /^(.*\/networkSecurityGroups\/([^/]*))\/(default)?securityRules\/([^/]+)\/?$/i.exec(reportedAs);
  if (id) {
    const [, group = '', groupName = '', born, name = reportedAs] = id;
    const known = groupName !== '' && isResourceId(group) && !group.includes('//');
    return { name, default: born !== undefined, ...(known ? { group: rooted(group) } : {}) };
  }
  const path = /^(default)?securityRules\/(.+)$/i.exec(reportedAs);
  if (path) return { name: path[2] ?? reportedAs, default: path[1] !== undefined };
  const prefixed = /^(User|Default)Rule_(.+)$/i.exec(reportedAs);
  if (prefixed) return { name: prefixed[2] ?? reportedAs, default: prefixed[1]?.toLowerCase() === 'default' };
  return { name: reportedAs, default: false };
}

export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

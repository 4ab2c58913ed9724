import type { Conversation, Requester } from '../core/chat.ts';
import type { Machine } from '../core/check.ts';
import { contains, isPublic, readPoint, refusedAlways } from './address.ts';
import type { Grants } from './grants.ts';
import type { Limits, Places, Rule, Scope } from './rule.ts';
import type { Destination, Subject } from './subject.ts';

export type Decision = Allowed | Denied;

export type Allowed = { readonly allowed: true; readonly rule: string; readonly limits: Limits };

export type Denied = {
  readonly allowed: false;
  /** The rule that came nearest to allowing it, or the built-in one that forbids it. */
  readonly rule: string;
  readonly reason: 'tenant' | 'command' | 'scope' | 'destination' | 'port' | 'rate';
  readonly toGrant: ToGrant;
  /** Only for a rate, and absent where no time can be named: something that runs has to end first, or it is never possible. */
  readonly retryAfterMs?: number;
  /** Only for a rate: the limit that was met. */
  readonly limit?: { readonly of: keyof Limits; readonly what: 'perMinute' | 'inFlight'; readonly most: number };
};

/** What an operator would add, by the field it goes to. Empty where no rule can allow it. */
export type ToGrant = {
  readonly tenant?: string;
  readonly person?: string;
  readonly channel?: string;
  readonly chat?: string;
  readonly command?: string;
  readonly machines?: string;
  readonly address?: string;
  readonly host?: string;
  readonly vnets?: string;
  readonly ports?: string;
  readonly rates?: string;
};

/** Commands that tell people about themselves and their refusals, or take their own sign-in back: everyone of a served tenant may use them. */
const aboutSelf = 'built-in: help, whoami and why need no grant';
const openRules: ReadonlyMap<string, string> = new Map([
  ['help', aboutSelf],
  ['whoami', aboutSelf],
  ['why', aboutSelf],
  ['sign-out', 'built-in: sign out needs no grant'],
]);

/**
 * Whether `who` may do this at `where`. One rule has to allow all of it; the first of the file that does so decides. Otherwise
 * the answer names the rule that came nearest, in the order command, scope, destination, port. A denial of the last two thus
 * speaks of machines that this person may see anyway.
 */
export function decide(grants: Grants, who: Requester, where: Conversation, subject: Subject): Decision {
  if (!servesTenant(grants, where)) {
    return denied('tenants', 'tenant', where.tenantId === undefined ? {} : { tenant: where.tenantId });
  }
  const open = openRuleOf(subject);
  if (open) return { allowed: true, rule: open, limits: grants.limits };
  let nearest: (Stop & { readonly rule: Rule }) | undefined;
  for (const rule of grants.rules) {
    if (!holdsFor(rule, who, where)) continue;
    const stop = findStop(rule, subject);
    if (!stop) return { allowed: true, rule: rule.name, limits: rule.limits };
    if (!nearest || stages.indexOf(stop.reason) > stages.indexOf(nearest.reason)) nearest = { ...stop, rule };
  }
  if (nearest) return denied(nearest.builtIn ?? nearest.rule.name, nearest.reason, nearest.toGrant);
  return denied(grants.otherwise, 'command', {
    person: personId(who),
    [where.kind === 'channel' ? 'channel' : 'chat']: placeId(where),
    command: subject.command,
  });
}

/** For help and menus: whether any rule lets this person use the command here at all. */
export function mayRun(grants: Grants, who: Requester, where: Conversation, command: string): boolean {
  if (!servesTenant(grants, where)) return false;
  if (openRules.has(command.toLowerCase())) return true;
  return grants.rules.some((rule) => holdsFor(rule, who, where) && allowsCommand(rule, command));
}

/** For pick lists and `vms`: whether this person may know of the machine here, for one command or for any. */
export function maySee(
  grants: Grants,
  who: Requester,
  where: Conversation,
  machine: Machine,
  command?: string,
): boolean {
  if (!servesTenant(grants, where)) return false;
  return grants.rules.some(
    (rule) =>
      holdsFor(rule, who, where) &&
      (command === undefined || allowsCommand(rule, command)) &&
      allowsMachine(rule, machine),
  );
}

/** The rules that speak of this person at this place, in the order of the file. */
export function rulesFor(grants: Grants, who: Requester, where: Conversation): readonly Rule[] {
  return servesTenant(grants, where) ? grants.rules.filter((rule) => holdsFor(rule, who, where)) : [];
}

/** Whether this person may read the full reasons of refusals. */
export function isOperator(grants: Grants, who: Requester): boolean {
  return (
    grants.operators === 'anyone' || idsOf(who).some((id) => grants.operators !== 'anyone' && grants.operators.has(id))
  );
}

/** The id by which a person is granted things: Entra's where the channel gives it. */
export function personId(who: Requester): string {
  return who.objectId ?? who.id;
}

/** The id by which a place is granted things: the channel for all its threads, else the chat. */
export function placeId(where: Conversation): string {
  return where.kind === 'channel' ? (where.channelId ?? where.id.replace(/;messageid=.*$/is, '')) : where.id;
}

type Stop = {
  readonly reason: 'command' | 'scope' | 'destination' | 'port';
  readonly builtIn?: string;
  readonly toGrant: ToGrant;
};

const stages = ['command', 'scope', 'destination', 'port'] as const;

function denied(rule: string, reason: Denied['reason'], toGrant: ToGrant): Denied {
  return { allowed: false, rule, reason, toGrant };
}

function openRuleOf({ command, machines, destination }: Subject): string | undefined {
  return machines.length === 0 && destination === undefined ? openRules.get(command.toLowerCase()) : undefined;
}

function servesTenant({ tenants }: Grants, { tenantId }: Conversation): boolean {
  return tenants === 'any' || (tenantId !== undefined && tenants.has(tenantId.toLowerCase()));
}

function idsOf({ id, objectId }: Requester): readonly string[] {
  return (objectId === undefined ? [id] : [objectId, id]).map((each) => each.toLowerCase());
}

function holdsFor(rule: Rule, who: Requester, where: Conversation): boolean {
  const { who: people, where: places, tenants } = rule;
  if (tenants && (where.tenantId === undefined || !tenants.has(where.tenantId.toLowerCase()))) return false;
  if (people !== 'anyone' && !idsOf(who).some((id) => people.has(id))) return false;
  return places === 'anywhere' || includesPlace(places, where);
}

function includesPlace(places: Places, where: Conversation): boolean {
  const id = placeId(where).toLowerCase();
  if (where.kind !== 'channel') return (places.personal && where.kind === 'personal') || places.chats.has(id);
  return places.channels.has(id) || (where.teamId !== undefined && places.teams.has(where.teamId.toLowerCase()));
}

/** Where this rule stops the subject, or undefined when it allows all of it. */
function findStop(rule: Rule, subject: Subject): Stop | undefined {
  const { command, machines, destination, ports } = subject;
  if (!allowsCommand(rule, command)) return { reason: 'command', toGrant: { command } };
  const outside = machines.filter((machine) => !allowsMachine(rule, machine));
  if (outside.length > 0) return { reason: 'scope', toGrant: { machines: nameGroups(outside) } };
  if (destination === undefined && ports.length === 0) return undefined;
  const stop = destination && findDestinationStop(rule, destination);
  if (stop) return stop;
  const allowed = rule.destinations?.ports ?? [];
  const closed = ports.filter(
    (port) => allowed !== 'any' && !allowed.some(({ from, to }) => from <= port && port <= to),
  );
  return closed.length > 0 ? { reason: 'port', toGrant: { ports: closed.join(', ') } } : undefined;
}

function allowsCommand({ commands }: Rule, command: string): boolean {
  return commands === 'all' || commands.has(command.toLowerCase());
}

function allowsMachine({ machines }: Rule, machine: Machine): boolean {
  return machines === 'all' || machines.some((scope) => includesMachine(scope, machine));
}

function includesMachine({ subscription, group, tags }: Scope, machine: Machine): boolean {
  if (subscription !== undefined && subscription !== machine.subscriptionId.toLowerCase()) return false;
  if (group !== undefined && group !== machine.group.toLowerCase()) return false;
  const own = Object.entries(machine.tags);
  return tags.every(([name, value]) => own.some(([key, held]) => key.toLowerCase() === name && held === value));
}

function nameGroups(machines: readonly Machine[]): string {
  return [...new Set(machines.map(({ subscriptionId, group }) => `${subscriptionId}/${group}`))].join(', ');
}

function findDestinationStop(rule: Rule, destination: Destination): Stop | undefined {
  const { address, host, resolved, inVnet } = destination;
  const granted = rule.destinations;
  const points = [address, host, resolved].filter((text) => text !== undefined).map(readPoint);
  for (const point of points) {
    const builtIn = refusedAlways(point, granted?.addresses ?? []);
    if (builtIn === undefined) continue;
    const liftable = point.kind === 'address' && !point.odd && point.inside.length === 0;
    return { reason: 'destination', builtIn, toGrant: liftable ? { address: prefixOf(point.address) } : {} };
  }
  if (points.length === 0) {
    return inVnet && granted?.vnets ? undefined : { reason: 'destination', toGrant: { vnets: 'true' } };
  }
  for (const point of points) {
    if (inVnet && granted?.vnets) continue;
    // A host that is listed by name is granted wherever it leads; the internet is not a way into private networks.
    if (resolved !== undefined && granted?.hosts.some((pattern) => fitsHost(pattern, hostName(host)))) continue;
    if (point.kind === 'address') {
      if (granted?.addresses.some((prefix) => contains(prefix, point.address))) continue;
      if (!inVnet && granted?.internet && isPublic(point)) continue;
      return { reason: 'destination', toGrant: { address: prefixOf(point.address) } };
    }
    if (point.kind === 'name') {
      if (granted?.internet || granted?.hosts.some((pattern) => fitsHost(pattern, point.name))) continue;
      return { reason: 'destination', toGrant: { host: point.name } };
    }
  }
  return undefined;
}

function hostName(host: string | undefined): string {
  const point = readPoint(host ?? '');
  return point.kind === 'name' ? point.name : '';
}

function prefixOf(address: { kind(): string; toString(): string }): string {
  return `${address.toString()}/${address.kind() === 'ipv4' ? 32 : 128}`;
}

function fitsHost(pattern: string, name: string): boolean {
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
}

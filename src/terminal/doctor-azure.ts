import pLimit from 'p-limit';
import { type Arm, ask, collect } from '../azure/arm.ts';
import type { Failure } from '../azure/failure.ts';
import { readResourceId } from '../azure/ids.ts';
import { createInventory, type Estate } from '../azure/inventory.ts';
import { readMachine } from '../azure/machine-state.ts';
import { covers, greet, machineActions, readPermissions, watcherActions } from '../azure/permissions.ts';
import type { Locale } from '../core/chat.ts';
import type { Machine } from '../core/check.ts';
import type { Clock } from '../core/clock.ts';
import { say } from '../language/say.ts';
import type { DoctorCheck, Line } from './doctor-line.ts';

export type AzureParts = {
  readonly arm: Arm;
  /** The configured ones; all that the identity sees when empty. */
  readonly subscriptions: readonly string[];
  readonly clock: Clock;
  readonly locale: Locale;
};

/** Reads at once; each machine and each group costs one. */
const atOnce = 8;
/** An estate beyond this is sampled: the doctor must not spend the allowance that checks need. */
const mostMachines = 200;
const mostGroups = 50;
const mostNamed = 5;
const longestReason = 240;
const skewTolerableMs = 60_000;

export const azureChecks = [
  'credential',
  'clock',
  'subscriptions',
  'machines',
  'role',
  'agents',
] as const satisfies readonly DoctorCheck[];

/** Everything that can be learnt from Resource Manager, in the order in which one thing rests on the other. */
export async function examineAzure(parts: AzureParts): Promise<readonly Line[]> {
  const { arm, clock, locale } = parts;
  const before = clock.now();
  const { answer, serverMs } = await greet(arm);
  const skew = clockLine(serverMs, before, clock.now(), locale);
  if (!answer.ok) {
    return [
      credentialProblem(answer.failure, arm, locale),
      skew,
      ...notLookedAt(['subscriptions', 'machines', 'role', 'agents'], locale),
    ];
  }
  const host = new URL(arm.cloud.resourceManager).host;
  const accepted: Line = {
    check: 'credential',
    state: 'ok',
    text: say(locale, 'doctor.credential.ok', { host, simulated: String(arm.simulated) }),
  };
  return [accepted, skew, await subscriptionsLine(parts), ...(await estateLines(parts))];
}

export function notLookedAt(checks: readonly DoctorCheck[], locale: Locale): readonly Line[] {
  return checks.map((check) => ({ check, state: 'unknown', text: say(locale, 'doctor.notLookedAt') }));
}

function failureText(failure: Failure): string {
  const text = [failure.code, failure.azureCode, failure.message].filter(Boolean).join(': ');
  return text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text;
}

function credentialProblem(failure: Failure, arm: Arm, locale: Locale): Line {
  const reason = failureText(failure);
  const host = new URL(arm.cloud.resourceManager).host;
  switch (failure.code) {
    case 'AZURE_UNAUTHORIZED':
      return problem(
        'credential',
        say(locale, 'doctor.credential.refused', { reason }),
        say(locale, 'doctor.credential.fix'),
      );
    case 'AZURE_UNREACHABLE':
    case 'AZURE_MALFORMED':
    case 'AZURE_FOREIGN_HOST':
      return problem(
        'credential',
        say(locale, 'doctor.credential.unreachable', { host, reason }),
        say(locale, 'doctor.credential.unreachable.fix', { host }),
      );
    default:
      return { check: 'credential', state: 'unknown', text: say(locale, 'doctor.credential.unknown', { reason }) };
  }
}

function clockLine(serverMs: number | undefined, beforeMs: number, afterMs: number, locale: Locale): Line {
  if (serverMs === undefined) return { check: 'clock', state: 'unknown', text: say(locale, 'doctor.clock.unknown') };
  // A Date header is cut to the second, and the answer was under way for a while.
  const behindMs = Math.max(0, serverMs - afterMs);
  const aheadMs = Math.max(0, beforeMs - (serverMs + 1000));
  const seconds = Math.round(Math.max(behindMs, aheadMs) / 1000);
  if (seconds * 1000 <= skewTolerableMs)
    return { check: 'clock', state: 'ok', text: say(locale, 'doctor.clock.ok', { seconds }) };
  const side = behindMs > 0 ? 'behind' : 'ahead';
  return problem('clock', say(locale, 'doctor.clock.off', { seconds, side }), say(locale, 'doctor.clock.fix'));
}

async function subscriptionsLine({ arm, subscriptions, locale }: AzureParts): Promise<Line> {
  const listed = await ask(() => collect(arm.subscriptions.subscriptions.list()));
  if (!listed.ok) return { check: 'subscriptions', state: 'unknown', text: failureText(listed.failure) };
  const usable = listed.value.filter(({ state }) => state !== 'Disabled' && state !== 'Deleted');
  const seen = new Set(usable.flatMap(({ subscriptionId }) => subscriptionId?.toLowerCase() ?? []));
  const unseen = subscriptions.filter((id) => !seen.has(id.toLowerCase()));
  if (seen.size === 0)
    return problem('subscriptions', say(locale, 'doctor.subscriptions.none'), say(locale, 'doctor.role.fix.anywhere'));
  if (unseen.length > 0) {
    return problem(
      'subscriptions',
      say(locale, 'doctor.subscriptions.unseen', { ids: unseen.join(', ') }),
      say(locale, 'doctor.subscriptions.unseen.fix'),
    );
  }
  const names = usable.map(({ displayName, subscriptionId }) => `${displayName ?? ''} (${subscriptionId ?? ''})`);
  return {
    check: 'subscriptions',
    state: 'ok',
    text: say(locale, 'doctor.subscriptions.ok', {
      count: names.length,
      chosen: subscriptions.length,
      names: few(names, locale),
    }),
  };
}

async function estateLines(parts: AzureParts): Promise<readonly Line[]> {
  const { arm, clock, subscriptions, locale } = parts;
  const skipped: Line[] = [];
  const inventory = createInventory({
    arm,
    clock,
    subscriptions,
    skipped: (id, failure) => {
      const text = say(locale, 'doctor.machines.skipped', { reason: failureText(failure) });
      skipped.push({ ...problem('machines', text, readFix(failure, locale)), subject: id });
    },
  });
  const answer = await inventory.estate();
  if (!answer.ok) {
    const text = say(locale, 'doctor.machines.unreadable', { reason: failureText(answer.failure) });
    return [problem('machines', text, readFix(answer.failure, locale)), ...notLookedAt(['role', 'agents'], locale)];
  }
  const estate = answer.value;
  if (estate.machines.length === 0) {
    const none = problem('machines', say(locale, 'doctor.machines.none'), say(locale, 'doctor.role.fix.anywhere'));
    return [none, ...skipped, ...notLookedAt(['role', 'agents'], locale)];
  }
  const counted: Line = {
    check: 'machines',
    state: 'ok',
    text: say(locale, 'doctor.machines.ok', { count: estate.machines.length }),
  };
  const [roles, agents] = await Promise.all([roleLines(parts, estate), agentLine(parts, estate.machines)]);
  return [counted, ...skipped, ...regionLines(estate, locale), ...roles, agents];
}

function readFix(failure: Failure, locale: Locale): string {
  return failure.code === 'AZURE_FORBIDDEN'
    ? say(locale, 'doctor.role.fix.anywhere')
    : say(locale, 'doctor.machines.again', { code: failure.code.toLowerCase() });
}

function regionLines(estate: Estate, locale: Locale): readonly Line[] {
  const places = Map.groupBy(estate.machines, ({ subscriptionId, region }) =>
    `${region} ${subscriptionId}`.toLowerCase(),
  );
  return [...places.values()]
    .flatMap(([first, ...others]) => (first ? [{ first, count: others.length + 1 }] : []))
    .toSorted((one, other) => one.first.region.localeCompare(other.first.region))
    .map(({ first: { region, subscriptionId }, count }) => {
      const watcher = readResourceId(estate.watcherOf(subscriptionId, region))?.names[0];
      const subject = estate.subscriptionIds.length > 1 ? `${region} (${subscriptionId})` : region;
      if (watcher) {
        return { check: 'region', subject, state: 'ok', text: say(locale, 'doctor.region.ok', { count, watcher }) };
      }
      const fix = say(locale, 'doctor.region.fix', { region, subscription: subscriptionId });
      return { ...problem('region', say(locale, 'doctor.region.none', { count }), fix), subject };
    });
}

/** The groups that matter, each with the actions that are needed in it. */
function groupsOf(estate: Estate): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, { readonly id: string; readonly actions: Set<string> }>();
  const need = (resourceId: string | undefined, actions: readonly string[]) => {
    const parts = readResourceId(resourceId);
    if (!parts) return;
    const id = `/subscriptions/${parts.subscriptionId}/resourceGroups/${parts.group}`;
    const entry = groups.get(id.toLowerCase()) ?? { id, actions: new Set<string>() };
    groups.set(id.toLowerCase(), entry);
    for (const action of actions) entry.actions.add(action);
  };
  for (const machine of estate.machines) {
    need(machine.resourceId, machineActions);
    for (const nic of machine.nics) need(nic.id, machineActions);
    need(estate.watcherOf(machine.subscriptionId, machine.region), watcherActions);
  }
  return new Map([...groups.values()].map(({ id, actions }) => [id, actions]));
}

async function roleLines({ arm, locale }: AzureParts, estate: Estate): Promise<readonly Line[]> {
  const groups = [...groupsOf(estate)];
  const looked = groups.slice(0, mostGroups);
  const limit = pLimit(atOnce);
  const answers = await Promise.all(
    looked.map(([id, needed]) => limit(async () => ({ id, needed, answer: await readPermissions(arm, id) }))),
  );
  const lines: Line[] = [];
  const unread: { readonly name: string; readonly failure: Failure }[] = [];
  let complete = 0;
  for (const { id, needed, answer } of answers) {
    const subject = readGroupName(id);
    if (!answer.ok) {
      unread.push({ name: subject, failure: answer.failure });
      continue;
    }
    const missing = [...needed].filter((action) => !covers(answer.value, action));
    if (missing.length === 0) {
      complete += 1;
      continue;
    }
    const text = say(locale, 'doctor.role.missing', { count: missing.length, actions: missing.join(', ') });
    lines.push({ ...problem('role', text, say(locale, 'doctor.role.fix', { scope: id })), subject });
  }
  const [first] = unread;
  if (first) {
    const names = few(
      unread.map(({ name }) => name),
      locale,
    );
    const text = say(locale, 'doctor.role.unknown', { names, reason: failureText(first.failure) });
    lines.push({ check: 'role', state: 'unknown', text, fix: say(locale, 'doctor.role.unknown.fix') });
  }
  const all = say(locale, 'doctor.role.ok', { count: complete, left: groups.length - looked.length });
  return complete === 0 ? lines : [{ check: 'role', state: 'ok', text: all }, ...lines];
}

function readGroupName(id: string): string {
  return id.split('/').at(-1) ?? id;
}

async function agentLine({ arm, locale }: AzureParts, machines: readonly Machine[]): Promise<Line> {
  const looked = machines.slice(0, mostMachines);
  const limit = pLimit(atOnce);
  const readings = await Promise.all(
    looked.map((machine) => limit(async () => ({ machine, answer: await readMachine(arm, machine) }))),
  );
  const read = readings.flatMap(({ machine, answer }) => (answer.ok ? [{ machine, reading: answer.value }] : []));
  const [refused] = readings.flatMap(({ answer }) => (answer.ok ? [] : [answer.failure]));
  const lacking = read.filter(({ reading }) => reading.agent !== 'ready');
  const [first] = lacking;
  if (first) {
    const { machine, reading } = first;
    const names = few(
      lacking.map((one) => `${one.machine.group}/${one.machine.name}`),
      locale,
    );
    const values = { ready: read.length - lacking.length, of: read.length, names };
    const fix = say(locale, 'doctor.agents.fix', {
      subscription: machine.subscriptionId,
      group: machine.group,
      name: machine.name,
      os: reading.os ?? 'Linux',
    });
    return problem('agents', say(locale, 'doctor.agents.missing', values), fix);
  }
  if (refused) {
    const values = { unread: looked.length - read.length, of: looked.length, reason: failureText(refused) };
    return { check: 'agents', state: 'unknown', text: say(locale, 'doctor.agents.unknown', values) };
  }
  const text = say(locale, 'doctor.agents.ok', { count: read.length, left: machines.length - looked.length });
  return { check: 'agents', state: 'ok', text };
}

function few(names: readonly string[], locale: Locale): string {
  const more = names.length - mostNamed;
  const shown = names.slice(0, mostNamed).join(', ');
  return more > 0 ? say(locale, 'doctor.andMore', { names: shown, count: more }) : shown;
}

function problem(check: DoctorCheck, text: string, fix: string): Line {
  return { check, state: 'problem', text, fix };
}

import { readMachine } from '../../azure/machine-state.ts';
import { finish, start } from '../../azure/operations.ts';
import type { Machine, Nic } from '../../core/check.ts';
import { type Problem, type Reading, read } from '../../core/errors.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { type Asking, createAsking, type Setting } from '../asking.ts';
import { problemOf } from '../azure-problem.ts';
import type { Command } from '../command.ts';
import { resolveMachine } from '../ends.ts';
import { askWatcher } from '../watcher.ts';
import { type EffectiveGroup, rulesReply, type Walk } from './card.ts';
import { readGroups } from './read-groups.ts';
import { printRules, type RulesRequest, readRules, rulesWords } from './request.ts';
import { packetsFor, readWalks, walkQuestion } from './walks.ts';

type Answer = JsonObject & {
  readonly machine: Machine;
  readonly groups: readonly EffectiveGroup[];
  readonly walks: readonly Walk[];
};

const asking: Asking<RulesRequest, Machine, Answer> = {
  command: 'rules',
  about: 'machine',
  names: ({ machine }) => (machine ? [machine] : []),
  withDefault: (request, source) => (request.machine ? request : { machine: source }),
  resolve: ({ machine }, estate) => resolveMachine(machine, estate, (other) => printRules({ machine: other })),
  subject: (machine) => ({ subject: { command: 'rules', machines: [machine], ports: [] } }),
  ask,
  draw: rulesReply,
  subscriptionOf: ({ machine }) => machine.subscriptionId,
  known: ({ machine }) => ({ sources: machine ? [machine] : [], destinations: [], ports: [] }),
  fill: (request, { source }) => (source ? { machine: source } : request),
  print: printRules,
};

/** The groups that take effect on each interface, and how the packets that their rules speak of fare through them. */
async function ask(machine: Machine, setting: Setting): Promise<Reading<Answer>> {
  const asked = await Promise.all(machine.nics.map((nic) => askInterface(machine, nic, setting)));
  const refused = asked.find((answer) => !answer.ok);
  if (refused) return (await explainByState(machine, setting)) ?? refused;
  const groups = new Map<string, EffectiveGroup>();
  const walks: Walk[] = [];
  for (const answer of asked) {
    if (!answer.ok) continue;
    for (const group of answer.value.groups) groups.set(`${group.appliedTo} ${group.securityGroupId}`, group);
    walks.push(...answer.value.walks);
  }
  return read({ machine, groups: [...groups.values()], walks });
}

/** A refusal is no wonder where the machine does not run; Azure's words for that are not known. */
async function explainByState(
  machine: Machine,
  { services, signal }: Setting,
): Promise<{ readonly ok: false; readonly problem: Problem } | undefined> {
  const reading = await readMachine(services.arm, machine, signal);
  const power = reading.ok ? reading.value.power : undefined;
  if (power === undefined || power === 'running' || power === 'unknown') return undefined;
  return { ok: false, problem: { code: 'VM_NOT_RUNNING', facts: { name: machine.name, state: power } } };
}

async function askInterface(
  machine: Machine,
  nic: Nic,
  setting: Setting,
): Promise<Reading<{ readonly groups: readonly EffectiveGroup[]; readonly walks: readonly Walk[] }>> {
  const body = await askEffective(nic, setting);
  if (!body.ok) return body;
  const groups = readGroups(body.value);
  if (!groups.ok) return groups;
  const [address] = nic.addresses;
  const packets = address === undefined ? [] : packetsFor(groups.value, address);
  if (packets.length === 0) return read({ groups: groups.value, walks: [] });
  const target = machine.nics.length > 1 ? nic.id : machine.resourceId;
  const walked = await askWatcher(machine, walkQuestion(target, packets), setting);
  // The rules are the answer; the walk through them is an extra that may be refused.
  return read({ groups: groups.value, walks: walked.ok ? readWalks(walked.value, packets, groups.value) : [] });
}

async function askEffective(
  { id }: Nic,
  { services: { arm, clock }, deadlineMs, signal }: Setting,
): Promise<Reading<Json>> {
  const started = await start(arm, id, { kind: 'effectiveNetworkSecurityGroups' }, clock, signal);
  if (!started.ok) return { ok: false, problem: problemOf(started.failure) };
  if ('done' in started.value) return read(started.value.done.body);
  const finished = await finish(arm, started.value.operation, clock, { deadlineMs, signal });
  return finished.ok ? read(finished.value.body) : { ok: false, problem: problemOf(finished.failure) };
}

const { handle, ...parts } = createAsking(asking);

export const rules: Command = {
  name: 'rules',
  words: rulesWords,
  examples: 2,
  read(rest, locale) {
    const reading = readRules(rest, locale);
    return reading.ok ? { ok: true, value: (turn, services) => handle(reading.value, turn, services) } : reading;
  },
  ...parts,
};

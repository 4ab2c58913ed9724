import { openConfiguration } from '../../azure/configuration.ts';
import type { Estate } from '../../azure/inventory.ts';
import type { Machine, VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { normaliseRule, sameName } from '../../diagnosis/rules.ts';
import type { Rule } from '../../diagnosis/verdict.ts';
import type { Direction } from '../../diagnosis/witness.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { addressBeside, withoutAddress } from '../addresses.ts';
import { type Asking, createAsking, type Resolved, type Setting } from '../asking.ts';
import type { Command } from '../command.ts';
import { resolveEnds } from '../ends.ts';
import { askWatcher } from '../watcher.ts';
import { type FlowAnswer, flowReply } from './card.ts';
import { readVerdict } from './read-verdict.ts';
import { type FlowRequest, flowWords, printFlow, readFlow } from './request.ts';

type Question = {
  /** Whose rules are asked. */
  readonly machine: Machine;
  readonly direction: Direction;
  readonly other: Machine | string;
  readonly port: number;
  readonly protocol: 'Tcp' | 'Udp';
};

const asking: Asking<FlowRequest, Question, FlowAnswer & JsonObject> = {
  command: 'flow',
  about: 'question',
  names: ({ source, destination }) => [source, destination].filter((end): end is VmName => end?.kind === 'vm'),
  withDefault: (request, source) => (request.source ? request : { ...request, source }),
  resolve,
  subject({ machine, direction, other, port }, estate) {
    const address = typeof other === 'string' ? other : addressBeside(other);
    const owners = typeof other === 'string' ? estate.ownersOf(other) : [other];
    const own = addressBeside(machine);
    const destination =
      direction === 'Inbound'
        ? { ...(own && { address: own }), inVnet: true }
        : { ...(address && { address }), inVnet: owners.length > 0 };
    return {
      subject: { command: 'flow', machines: [machine, ...owners], destination, ports: [port] },
      ...(typeof other === 'string' && { typed: other }),
    };
  },
  ask,
  draw: flowReply,
  subscriptionOf: ({ machine }) => machine.subscriptionId,
  known: ({ source, destination, port, protocol }) => ({
    sources: source ? [source] : [],
    destinations: destination ? [destination] : [],
    ports: port === undefined ? [] : [port],
    ...(protocol && { protocol }),
  }),
  fill: (request, { source, destination, port }) => ({
    ...request,
    ...(source && { source }),
    ...(destination && (destination.kind === 'vm' || destination.kind === 'address') && { destination }),
    ...(port !== undefined && { port }),
  }),
  print: printFlow,
};

/** The rules of one machine are asked: of the one that was named by its direction, else of the source, else of the destination. */
function resolve(request: FlowRequest, estate: Estate): Resolved<Question> {
  const ends = resolveEnds(request, estate, { port: true }, (other) => printFlow({ ...request, ...other }));
  if (ends.kind !== 'ends') return ends;
  const { source, destination } = ends;
  const { port, protocol = 'Tcp' } = request;
  if (port === undefined) throw new Error('a request with nothing missing has a port');
  const direction = request.direction ?? (typeof source === 'string' ? 'Inbound' : 'Outbound');
  const [asked, other] = direction === 'Outbound' ? [source, destination] : [destination, source];
  const machine = typeof asked === 'string' ? estate.findByAddress(asked) : asked;
  if (machine) return { kind: 'question', question: { machine, direction, other, port, protocol } };
  const end = direction === 'Outbound' ? request.source : request.destination;
  const refusal = notUnderstood(end ? printEndpoint(end) : '', 'NO_VM');
  return { kind: 'refused', problem: refusal.ok ? { code: 'NOT_UNDERSTOOD', facts: {} } : refusal.problem };
}

async function ask(question: Question, setting: Setting): Promise<Reading<FlowAnswer & JsonObject>> {
  const { machine, direction, other, port, protocol } = question;
  const remote = typeof other === 'string' ? other : addressBeside(other);
  if (remote === undefined) {
    return { ok: false, problem: withoutAddress(typeof other === 'string' ? machine : other) };
  }
  const local = addressBeside(machine, remote);
  if (local === undefined) return { ok: false, problem: withoutAddress(machine) };
  const [localPort, remotePort] = direction === 'Inbound' ? [String(port), '*'] : ['*', String(port)];
  const parameters = {
    targetResourceId: machine.resourceId,
    direction,
    protocol: protocol === 'Udp' ? 'UDP' : 'TCP',
    localPort,
    remotePort,
    localIPAddress: local,
    remoteIPAddress: remote,
  };
  const body = await askWatcher(machine, { kind: 'ipFlowVerify', parameters }, setting);
  if (!body.ok) return body;
  const verdict = readVerdict(body.value);
  if (!verdict.ok) return verdict;
  const { access, reportedAs } = verdict.value;
  const rule = reportedAs && (await findRule(machine, local, reportedAs, direction, setting));
  const written = (address: string, at: string) => `${address.includes(':') ? `[${address}]` : address}:${at}`;
  return read({
    machine,
    direction,
    protocol,
    local: written(local, localPort),
    remote: written(remote, remotePort),
    access,
    ...(rule && { rule }),
  } satisfies FlowAnswer & Record<string, Json>);
}

/** Azure names the rule and not its group: found by that name in the groups of the interface, if just one of them has it. */
async function findRule(
  machine: Machine,
  address: string,
  reportedAs: string,
  direction: Direction,
  { services }: Setting,
): Promise<Rule & JsonObject> {
  const { name } = normaliseRule(reportedAs);
  const nic = machine.nics.find(({ addresses }) => addresses.includes(address)) ?? machine.nics[0];
  const rules = nic && (await openConfiguration(services.arm).securityRules(nic.id));
  const found = (rules?.ok ? rules.value : []).filter(
    (rule) => sameName(rule.name, name) && rule.direction === direction,
  );
  const priorities = new Set(found.map(({ priority }) => priority));
  const [first] = found;
  return {
    name,
    reportedAs,
    direction,
    ...(first && found.length === 1 && { securityGroupId: first.securityGroupId }),
    ...(first && priorities.size === 1 && { priority: first.priority }),
  };
}

const { handle, ...parts } = createAsking(asking);

export const flow: Command = {
  name: 'flow',
  words: flowWords,
  examples: 2,
  read(rest, locale) {
    const reading = readFlow(rest, locale);
    return reading.ok ? { ok: true, value: (turn, services) => handle(reading.value, turn, services) } : reading;
  },
  ...parts,
};

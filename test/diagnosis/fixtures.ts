import { expect } from 'vitest';
import type { Machine, Question } from '../../src/core/check.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { readProbe } from '../../src/diagnosis/read-probe.ts';
import type { Diagnosis, Verdict } from '../../src/diagnosis/verdict.ts';
import type {
  Direction,
  MachineState,
  NextHopAnswer,
  NsgAnswer,
  Preflight,
  ProbeAnswer,
  RuleFound,
  Silence,
  Testimonies,
  Testimony,
} from '../../src/diagnosis/witness.ts';

const group = '/subscriptions/5ab00000-0000-4000-8000-000000000001/resourceGroups/lab';
export const vmId = (name: string) => `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
export const nicId = (name: string) => `${group}/providers/Microsoft.Network/networkInterfaces/${name}`;
export const nsgId = (name: string) => `${group}/providers/Microsoft.Network/networkSecurityGroups/${name}`;
export const tableId = (name: string) => `${group}/providers/Microsoft.Network/routeTables/${name}`;

export function machine(name: string, address: string): Machine {
  return {
    name,
    resourceId: vmId(name),
    group: 'lab',
    subscriptionId: '5ab00000-0000-4000-8000-000000000001',
    region: 'westeurope',
    nics: [{ id: nicId(`${name}-nic`), addresses: [address] }],
    tags: {},
  };
}

export const toDb: Question = {
  source: machine('app0', '10.2.1.4'),
  destination: { kind: 'vm', machine: machine('db0', '10.2.4.4') },
  port: 1433,
  protocol: 'Tcp',
  protocolAsked: false,
};

export function asking(change: Partial<Question>): Question {
  return { ...toDb, ...change };
}

export function answered<T>(answer: T): Testimony<T> {
  return { state: 'answered', answer, tookMs: 10 };
}

export const pending = { state: 'pending' } as const;

export function silent(code: Silence['code'], more: Partial<Silence> = {}): Testimony<never> {
  return { state: 'silent', why: { code, ...more }, tookMs: 10 };
}

export type IssueBody = { origin?: string; severity?: string; type: string; context?: unknown };

export function issue(type: string, origin = 'Local', context: unknown = [], severity = 'Error'): IssueBody {
  return { origin, severity, type, context };
}

/** A body as Azure sends it since 2020: hops in a row, with links both ways. */
export function body(
  hops: readonly { type: string; address: string; resourceId?: string; issues?: readonly IssueBody[] }[],
  more = {},
) {
  const id = (index: number) => `5ab00000-0000-4000-8000-0000000000${index + 10}`;
  const link = (nextHopId: string) => ({
    nextHopId,
    linkType: 'VirtualNetwork',
    properties: {},
    context: {},
    issues: [],
    resourceId: '',
  });
  return {
    hops: hops.map((hop, index) => ({
      issues: [],
      ...hop,
      id: id(index),
      nextHopIds: index + 1 < hops.length ? [id(index + 1)] : [],
      previousHopIds: index > 0 ? [id(index - 1)] : [],
      links: index + 1 < hops.length ? [link(id(index + 1))] : [],
      previousLinks: index > 0 ? [link(id(index - 1))] : [],
    })),
    connectionStatus: 'Unreachable',
    probesSent: 30,
    probesFailed: 30,
    ...more,
  };
}

export const reached = {
  connectionStatus: 'Reachable',
  probesSent: 66,
  probesFailed: 0,
  minLatencyInMs: 0,
  avgLatencyInMs: 2,
  maxLatencyInMs: 9,
};

export type Ends = {
  readonly source?: readonly IssueBody[];
  readonly appliance?: readonly IssueBody[];
  readonly destination?: readonly IssueBody[];
};

/** app0 straight to db0. */
export function direct(issues: Ends = {}, more = {}): ProbeAnswer {
  return probeOf(
    body(
      [
        { type: 'Source', address: '10.2.1.4', resourceId: vmId('app0'), issues: issues.source ?? [] },
        { type: 'VirtualMachine', address: '10.2.4.4', resourceId: vmId('db0'), issues: issues.destination ?? [] },
      ],
      more,
    ),
  );
}

/** app0 through the appliance fw-nic to db0. */
export function throughAppliance(issues: Ends = {}, more = {}): ProbeAnswer {
  return probeOf(
    body(
      [
        {
          type: 'Source',
          address: '10.2.1.4',
          resourceId: `${nicId('app0-nic')}/ipConfigurations/ipconfig1`,
          issues: issues.source ?? [],
        },
        {
          type: 'VirtualAppliance',
          address: '10.2.2.4',
          resourceId: `${nicId('fw-nic')}/ipConfigurations/ipconfig1`,
          issues: issues.appliance ?? [],
        },
        {
          type: 'VnetLocal',
          address: '10.2.4.4',
          resourceId: `${nicId('db0-nic')}/ipConfigurations/ipconfig1`,
          issues: issues.destination ?? [],
        },
      ],
      more,
    ),
  );
}

export function probeOf(raw: unknown): ProbeAnswer {
  const read = readProbe(raw);
  if (!read.ok) throw new Error(read.why);
  return read.answer;
}

export function nsg(
  place: NsgAnswer['place'],
  direction: Direction,
  action: 'Allow' | 'Deny',
  rule: string,
  groupName = 'nsg-x',
): NsgAnswer {
  const resourceId = place === 'source' ? vmId('app0') : place === 'destination' ? vmId('db0') : nicId('fw-nic');
  return {
    place,
    resourceId,
    direction,
    access: action,
    groups: [{ securityGroupId: nsgId(groupName), rule: { reportedAs: rule, action } }],
  };
}

export const allowOut = nsg('source', 'Outbound', 'Allow', 'DefaultRule_AllowVnetOutBound', 'nsg-app');
export const allowIn = nsg('destination', 'Inbound', 'Allow', 'UserRule_allow-sql', 'nsg-db');
export const denyIn = nsg('destination', 'Inbound', 'Deny', 'UserRule_deny-sql', 'nsg-db');
export const denyOut = nsg('source', 'Outbound', 'Deny', 'UserRule_deny-sql-out', 'nsg-app');

export function nextHop(place: NextHopAnswer['place'], type: string, more: Partial<NextHopAnswer> = {}): NextHopAnswer {
  const resourceId = place === 'source' ? vmId('app0') : place === 'destination' ? vmId('db0') : nicId('fw-nic');
  return { place, resourceId, type, ...more };
}

export function state(name: string, change: Partial<MachineState> = {}): MachineState {
  return { resourceId: vmId(name), power: 'running', agent: 'ready', os: 'Linux', ...change };
}

export function preflight(change: Partial<Preflight> = {}): Testimony<Preflight> {
  return answered({
    source: state('app0'),
    destination: state('db0', { agent: 'unknown' }),
    watcherId: `${group}/w`,
    region: 'westeurope',
    ...change,
  });
}

export type Said = {
  readonly preflight?: Testimony<Preflight>;
  readonly probe?: ProbeAnswer | Testimony<ProbeAnswer>;
  readonly nsg?: readonly (NsgAnswer | Testimony<NsgAnswer>)[];
  readonly nextHop?: readonly (NextHopAnswer | Testimony<NextHopAnswer>)[];
  readonly rules?: readonly RuleFound[];
};

export function testimonies(said: Said): Testimonies {
  const asTestimony = <T extends object>(value: T | Testimony<T>): Testimony<T> =>
    'state' in value ? value : answered(value);
  return {
    ...(said.preflight ? { preflight: said.preflight } : {}),
    ...(said.probe ? { probe: asTestimony<ProbeAnswer>(said.probe) } : {}),
    nsg: (said.nsg ?? []).map((each) => asTestimony<NsgAnswer>(each)),
    nextHop: (said.nextHop ?? []).map((each) => asTestimony<NextHopAnswer>(each)),
    rules: said.rules ?? [],
  };
}

export function judge(said: Said, question: Question = toDb, slowMs = 200): Diagnosis {
  return diagnose(testimonies(said), question, { slowMs });
}

export function codes(diagnosis: Diagnosis, severity?: 'error' | 'warning' | 'info'): readonly string[] {
  return diagnosis.findings.filter((finding) => !severity || finding.severity === severity).map(({ code }) => code);
}

export type Row = {
  readonly name: string;
  readonly said: Said;
  readonly question?: Question;
  readonly verdict: Verdict;
  readonly final?: boolean;
  /** All codes that are not notes, in their order. */
  readonly found: readonly string[];
};

export function judgesAs({ said, question, verdict, final, found }: Row): void {
  const diagnosis = judge(said, question);
  const told = diagnosis.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
  expect({ verdict: diagnosis.verdict, final: diagnosis.final, found: told }).toEqual({
    verdict,
    final: final ?? true,
    found,
  });
}

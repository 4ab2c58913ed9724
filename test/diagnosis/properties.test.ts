import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Protocol, Question } from '../../src/core/check.ts';
import { errorCodes } from '../../src/core/errors.ts';
import { compare } from '../../src/diagnosis/compare.ts';
import { describe as put } from '../../src/diagnosis/describe.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { issueReadings } from '../../src/diagnosis/issues.ts';
import { readProbe } from '../../src/diagnosis/read-probe.ts';
import type {
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
import { asking, machine, nicId, nsgId, tableId, toDb, vmId } from './fixtures.ts';

const word = fc.oneof(
  fc.constantFrom('Allow', 'Deny', 'None', 'VirtualAppliance', 'Internet', 'stopped', 'running'),
  fc.string({ maxLength: 12 }),
);
const rule = fc.constantFrom('UserRule_a', 'DefaultRule_DenyAllInBound', `${nsgId('g')}/securityRules/a`, 'a', '');
const resource = fc.constantFrom(vmId('app0'), vmId('db0'), nicId('fw-nic'), nicId('db0-nic'), 'Internet');
const issueBody = fc.record(
  {
    origin: fc.constantFrom('Local', 'Inbound', 'Outbound', 'Sideways'),
    severity: fc.constantFrom('Error', 'Warning', 'Fatal'),
    type: fc.oneof(fc.constantFrom('NetworkSecurityRule', ...Object.keys(issueReadings)), fc.string({ maxLength: 10 })),
    context: fc.array(
      fc.record({
        key: fc.constantFrom('RuleName', 'ErrorMessage', 'Usage'),
        value: fc.oneof(rule, fc.constant('NextHop Type None')),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['type'] },
);
const hopBody = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    type: fc.constantFrom(
      'Source',
      'VirtualAppliance',
      'VirtualMachine',
      'Internet',
      'Destination',
      'VirtualNetworkGateway',
    ),
    address: fc.constantFrom('10.2.1.4', '10.2.2.4', '10.2.4.4', ''),
    resourceId: resource,
    nextHopIds: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'x'), { maxLength: 3 }),
    issues: fc.array(issueBody, { maxLength: 3 }),
    links: fc.array(
      fc.record({ nextHopId: fc.constantFrom('a', 'b', 'x'), issues: fc.array(issueBody, { maxLength: 1 }) }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['type'] },
);
const probeBody = fc.record(
  {
    connectionStatus: fc.constantFrom(
      'Reachable',
      'Unreachable',
      'Unknown',
      'Connected',
      'Disconnected',
      'Degraded',
      'Purple',
    ),
    probesSent: fc.constantFrom(0, 3, 30, 66, -1),
    probesFailed: fc.constantFrom(0, 1, 30, 66, 100),
    avgLatencyInMs: fc.constantFrom(0, 5, 500, 2147483605),
    hops: fc.array(hopBody, { maxLength: 6 }),
  },
  { requiredKeys: ['connectionStatus'] },
);
const probe: fc.Arbitrary<ProbeAnswer> = probeBody.map((body) => {
  const read = readProbe(body);
  if (!read.ok) throw new Error(read.why);
  return read.answer;
});
const silence: fc.Arbitrary<Silence> = fc.record({
  code: fc.constantFrom(...errorCodes),
  missingAction: fc.string({ maxLength: 9 }),
});
const machineState = (name: string): fc.Arbitrary<MachineState> =>
  fc.record({
    resourceId: fc.constant(vmId(name)),
    power: fc.oneof(fc.constantFrom('running', 'stopped', 'deallocated', 'starting'), word),
    agent: fc.constantFrom('ready', 'missing', 'failed', 'unknown'),
  });
const preflight: fc.Arbitrary<Preflight> = fc.record({
  source: machineState('app0'),
  destination: machineState('db0'),
  watcherId: fc.constantFrom('w', null),
  region: fc.constant('westeurope'),
});
const nsgAnswer: fc.Arbitrary<NsgAnswer> = fc.record({
  place: fc.constantFrom('source', 'destination', 'appliance'),
  resourceId: resource,
  direction: fc.constantFrom('Inbound', 'Outbound'),
  access: word,
  groups: fc.array(
    fc.record({
      securityGroupId: fc.constantFrom(nsgId('g'), nsgId('h'), ''),
      rule: fc.record({ reportedAs: rule, action: word }),
    }),
    { maxLength: 3 },
  ),
});
const nextHopAnswer: fc.Arbitrary<NextHopAnswer> = fc.record(
  {
    place: fc.constantFrom('source', 'destination', 'appliance'),
    resourceId: resource,
    type: word,
    address: fc.constantFrom('10.2.2.4', '10.2.4.4'),
    routeTableId: fc.constant(tableId('rt')),
  },
  { requiredKeys: ['place', 'resourceId', 'type'] },
);
const ruleFound: fc.Arbitrary<RuleFound> = fc.record(
  {
    name: fc.constantFrom('a', 'DenyAllInBound'),
    reportedAs: rule,
    securityGroupId: fc.constant(nsgId('g')),
    priority: fc.nat(4096),
    access: fc.constantFrom('Allow', 'Deny'),
    hopId: fc.constantFrom('a', 'b', 'c'),
  },
  { requiredKeys: ['name', 'reportedAs', 'hopId'] },
);

function testimony<T>(answer: fc.Arbitrary<T>, mayPend: boolean): fc.Arbitrary<Testimony<T>> {
  const answered = answer.map((value): Testimony<T> => ({ state: 'answered', answer: value, tookMs: 5 }));
  const silent = silence.map((why): Testimony<T> => ({ state: 'silent', why, tookMs: 5 }));
  return mayPend
    ? fc.oneof(answered, silent, fc.constant<Testimony<T>>({ state: 'pending' }))
    : fc.oneof(answered, silent);
}

function all(mayPend: boolean): fc.Arbitrary<Testimonies> {
  return fc.record(
    {
      preflight: testimony(preflight, mayPend),
      probe: testimony(probe, mayPend),
      nsg: fc.array(testimony(nsgAnswer, mayPend), { maxLength: 4 }),
      nextHop: fc.array(testimony(nextHopAnswer, mayPend), { maxLength: 4 }),
      rules: fc.array(ruleFound, { maxLength: 3 }),
    },
    { requiredKeys: ['nsg', 'nextHop', 'rules'] },
  );
}

const question: fc.Arbitrary<Question> = fc.record({
  source: fc.constant(toDb.source),
  destination: fc.constantFrom<Question['destination']>(
    toDb.destination,
    { kind: 'address', address: '10.2.4.4' },
    { kind: 'host', host: 'shop.example' },
    { kind: 'vm', machine: { ...machine('db0', '10.2.4.4'), nics: [] } },
  ),
  port: fc.constantFrom(80, 443, 1433),
  protocol: fc.constantFrom<Protocol>('Tcp', 'Http', 'Icmp'),
  protocolAsked: fc.boolean(),
});

const runs = { numRuns: 2000 };

describe('diagnose, of anything', () => {
  it('is total, finds something whenever it is done and not Reachable, and says it in both languages', () => {
    fc.assert(
      fc.property(all(true), question, (said, asked) => {
        const diagnosis = diagnose(said, asked, { slowMs: 200 });
        if (diagnosis.final && diagnosis.verdict !== 'Reachable') expect(diagnosis.findings).not.toHaveLength(0);
        for (const finding of diagnosis.findings) {
          if (finding.hop !== undefined) expect(diagnosis.path[finding.hop]).toBeDefined();
          for (const locale of ['en', 'zh'] as const) expect(put(finding, locale).message).not.toBe('');
        }
        expect(compare(diagnosis, diagnosis)).toEqual([]);
        expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
      }),
      runs,
    );
  });

  it('holds the meanings of the verdicts', () => {
    fc.assert(
      fc.property(all(false), question, (said, asked) => {
        const { verdict, probes, findings, final, latency } = diagnose(said, asked, { slowMs: 200 });
        expect(final).toBe(true);
        const sent = probes?.sent ?? 0;
        const failed = probes?.failed ?? 0;
        if (verdict === 'Reachable') {
          expect(sent).toBeGreaterThan(0);
          expect(failed).toBe(0);
          expect(latency?.avgMs ?? 0).toBeLessThanOrEqual(200);
          expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        }
        if (verdict === 'Degraded') expect(sent > 0 && failed < sent).toBe(true);
        if (verdict === 'Unreachable') expect(failed).toBe(sent);
        if (verdict === 'Unreachable' || verdict === 'Undetermined') expect(findings[0]?.severity).toBe('error');
        if (verdict === 'Inconsistent')
          expect(['WITNESSES_DISAGREE', 'PROBE_CONTRADICTS_ITSELF']).toContain(findings[0]?.code);
      }),
      runs,
    );
  });

  it('draws each hop of the probe exactly once, and breaks links only where something failed', () => {
    fc.assert(
      fc.property(probe, (answer) => {
        const diagnosis = diagnose(
          { probe: { state: 'answered', answer, tookMs: 1 }, nsg: [], nextHop: [], rules: [] },
          asking({}),
          { slowMs: 200 },
        );
        if (answer.hops.length > 0) expect(diagnosis.path).toHaveLength(answer.hops.length);
        if (diagnosis.verdict === 'Reachable')
          expect(diagnosis.path.some(({ brokenAfter, broken }) => brokenAfter || broken)).toBe(false);
      }),
      runs,
    );
  });
});

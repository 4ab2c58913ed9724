import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/core/check.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import {
  allowIn,
  allowOut,
  answered,
  asking,
  codes,
  denyIn,
  denyOut,
  direct,
  issue,
  judge,
  nextHop,
  nicId,
  nsgId,
  pending,
  preflight,
  reached,
  type Said,
  state,
  throughAppliance,
  toDb,
  vmId,
} from './fixtures.ts';

const ruleName = (value: string) => [{ key: 'RuleName', value }];
const http: Question = asking({ port: 80 });
const sourceStopped = preflight({ source: state('app0', { power: 'deallocated' }) });

describe('diagnose', () => {
  it('names the denying rule at the appliance, of several with its name', () => {
    const probe = throughAppliance({
      appliance: [issue('NetworkSecurityRule', 'Outbound', ruleName('UserRule_Port80'))],
    });
    const hopId = probe.hops[1]?.id ?? '';
    const diagnosis = judge(
      {
        probe,
        rules: [
          {
            name: 'port80',
            reportedAs: 'UserRule_Port80',
            access: 'Allow',
            direction: 'Inbound',
            priority: 100,
            securityGroupId: nsgId('a'),
            hopId,
          },
          {
            name: 'Port80',
            reportedAs: 'UserRule_Port80',
            access: 'Allow',
            direction: 'Outbound',
            priority: 200,
            securityGroupId: nsgId('b'),
            hopId,
          },
          {
            name: 'Port80',
            reportedAs: 'UserRule_Port80',
            access: 'Deny',
            direction: 'Outbound',
            priority: 310,
            securityGroupId: nsgId('c'),
            hopId,
          },
        ],
      },
      http,
    );
    expect(diagnosis.findings[0]).toMatchObject({
      code: 'NSG_DENY_OUT',
      witness: 'probe',
      hop: 1,
      resourceId: nicId('fw-nic'),
      rule: {
        name: 'Port80',
        reportedAs: 'UserRule_Port80',
        direction: 'Outbound',
        priority: 310,
        securityGroupId: nsgId('c'),
      },
    });
    expect(diagnosis.path.map(({ name, brokenAfter }) => [name, brokenAfter])).toEqual([
      ['app0-nic', false],
      ['fw-nic', true],
      ['db0-nic', false],
    ]);
  });

  it('joins what two witnesses say of one rule', () => {
    const diagnosis = judge({
      probe: direct({
        destination: [issue('NetworkSecurityRule', 'Inbound', ruleName(`${nsgId('NSG-DB')}/SecurityRules/Deny-SQL`))],
      }),
      nsg: [denyIn],
      rules: [
        {
          name: 'deny-sql',
          reportedAs: 'UserRule_deny-sql',
          access: 'Deny',
          direction: 'Inbound',
          priority: 310,
          securityGroupId: nsgId('nsg-db'),
          hopId: vmId('db0'),
        },
      ],
    });
    expect(codes(diagnosis, 'error')).toEqual(['NSG_DENY_IN']);
    expect(diagnosis.findings[0]).toMatchObject({
      witness: 'nsg',
      confirmedBy: ['probe'],
      hop: 1,
      rule: { name: 'deny-sql', priority: 310, securityGroupId: nsgId('nsg-db') },
    });
  });

  it('keeps two rules of one place apart', () => {
    const diagnosis = judge({
      probe: direct({ destination: [issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_other'))] }),
      nsg: [denyIn],
    });
    expect(diagnosis.findings.filter(({ code }) => code === 'NSG_DENY_IN').map(({ rule }) => rule?.name)).toEqual([
      'deny-sql',
      'other',
    ]);
  });

  it('marks the broken link of a denial that only the configuration shows', () => {
    expect(judge({ probe: direct(), nsg: [denyIn] }).path.map(({ brokenAfter }) => brokenAfter)).toEqual([true, false]);
    const early = judge({
      probe: pending,
      nsg: [denyIn],
      nextHop: [nextHop('source', 'VirtualAppliance', { address: '10.2.2.4' })],
    });
    expect(early.pathFrom).toBe('configuration');
    expect(early.path.map(({ name, address, brokenAfter }) => [name, address, brokenAfter])).toEqual([
      ['app0', '10.2.1.4', false],
      ['10.2.2.4', '10.2.2.4', true],
      ['db0', '10.2.4.4', false],
    ]);
  });

  it('marks a hop that fails by itself', () => {
    const { path } = judge({ probe: direct({ destination: [issue('NoListenerOnDestination')] }) });
    expect(path.map(({ broken, brokenAfter }) => [broken ?? false, brokenAfter])).toEqual([
      [false, false],
      [true, false],
    ]);
  });

  it('breaks nothing where probes came through', () => {
    const { path } = judge({ probe: direct({}, reached), nsg: [denyIn] });
    expect(path.some(({ broken, brokenAfter }) => broken || brokenAfter)).toBe(false);
  });

  it('does not take a path that ends at an appliance for one that reached the destination', () => {
    const probe = throughAppliance({ appliance: [issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_x'))] });
    const cut = { ...probe, hops: probe.hops.slice(0, 2) };
    const diagnosis = judge({ probe: cut, nsg: [allowIn] });
    expect(diagnosis.verdict).toBe('Unreachable');
    expect(diagnosis.findings[0]?.facts.at).toBe('fw-nic (10.2.2.4)');
  });

  it('is not done while blamed rules are looked up', () => {
    const probe = answered(direct());
    const open = diagnose({ probe, nsg: [], nextHop: [], rules: [], rulesPending: true }, toDb, { slowMs: 200 });
    expect(open.final).toBe(false);
    expect(open.witnesses.at(-1)).toEqual({ witness: 'rules', state: 'pending' });
    expect(judge({ probe }).final).toBe(true);
  });

  it('reports each witness, the silent ones with their reason', () => {
    const { witnesses } = judge({
      preflight: preflight(),
      probe: pending,
      nsg: [
        allowOut,
        {
          state: 'silent',
          why: { code: 'AZURE_FORBIDDEN', missingAction: 'a/b/action' },
          tookMs: 7,
          about: { place: 'destination', direction: 'Inbound' },
        },
      ],
      nextHop: [answered(nextHop('source', 'VnetLocal'))],
    });
    expect(witnesses).toEqual([
      { witness: 'preflight', state: 'answered', tookMs: 10 },
      { witness: 'probe', state: 'pending' },
      { witness: 'nsg', state: 'answered', tookMs: 10, about: { place: 'source', direction: 'Outbound' } },
      {
        witness: 'nsg',
        state: 'silent',
        tookMs: 7,
        code: 'AZURE_FORBIDDEN',
        missingAction: 'a/b/action',
        about: { place: 'destination', direction: 'Inbound' },
      },
      { witness: 'nextHop', state: 'answered', tookMs: 10, about: { place: 'source' } },
    ]);
  });

  const assumptionRows: readonly {
    readonly name: string;
    readonly said: Said;
    readonly question?: Question;
    readonly codes: readonly string[];
  }[] = [
    { name: 'TCP through', said: { probe: direct({}, reached) }, codes: ['SINGLE_BURST', 'PORT_ONLY', 'AGENT_VIEW'] },
    {
      name: 'nothing through',
      said: { probe: direct() },
      codes: ['SINGLE_BURST', 'AGENT_VIEW', 'RETURN_PATH_NOT_PROVEN'],
    },
    {
      name: 'nothing through, way back looked up',
      said: { probe: direct(), nextHop: [nextHop('destination', 'VnetLocal')] },
      codes: ['SINGLE_BURST', 'AGENT_VIEW'],
    },
    {
      name: 'ICMP',
      said: { probe: direct() },
      question: { source: toDb.source, destination: toDb.destination, protocol: 'Icmp', protocolAsked: true },
      codes: ['SINGLE_BURST', 'ICMP_DEPRIORITISED', 'AGENT_VIEW', 'RETURN_PATH_NOT_PROVEN'],
    },
    {
      name: 'a name',
      said: { probe: direct({}, reached) },
      question: asking({ destination: { kind: 'host', host: 'shop.example' } }),
      codes: ['SINGLE_BURST', 'PORT_ONLY', 'AGENT_VIEW', 'NAME_RESOLVED_BY_AGENT'],
    },
    { name: 'configuration alone', said: { probe: pending, nsg: [denyIn] }, codes: ['CONFIGURATION_ONLY'] },
    { name: 'nothing known', said: { preflight: sourceStopped }, codes: [] },
  ];
  it.each(assumptionRows)('assumes what applies: $name', ({ said, question, codes: expected }) => {
    expect(judge(said, question).assumptions).toEqual(expected);
  });

  it('says the same whatever the order in which equal witnesses stand', () => {
    const one = judge({ probe: direct(), nsg: [denyIn, denyOut, allowOut] });
    const other = judge({ probe: direct(), nsg: [allowOut, denyOut, denyIn] });
    expect(codes(other, 'error')).toEqual(codes(one, 'error'));
  });
});

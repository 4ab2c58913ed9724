import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describe as put } from '../../src/diagnosis/describe.ts';
import { readIssueType } from '../../src/diagnosis/issues.ts';
import { readNextHop, readNsgAnswer } from '../../src/diagnosis/read-configuration.ts';
import type { Diagnosis } from '../../src/diagnosis/verdict.ts';
import { asking, judge, machine, probeOf, vmId } from './fixtures.ts';

const shared = new URL('../../../shared/azure/', import.meta.url);
const present = existsSync(shared);
if (!present)
  console.warn(
    'SKIPPED: recorded answers of Azure are not here (../shared); fixtures of the same shapes cover the ground.',
  );

const file = (name: string): unknown => JSON.parse(readFileSync(new URL(name, shared), 'utf8'));

/** What each recorded answer, alone, has to say: verdict, first code, and the hop after which the path breaks (or, with `*`, at which). */
const expected: Readonly<Record<string, readonly [Diagnosis['verdict'], string | undefined, string]>> = {
  'seed vm-to-vm-blocked-by-nsg': ['Unreachable', 'NSG_DENY_OUT', '..X.'],
  'seed vm-to-ip-blocked-by-route': ['Unreachable', 'ROUTE_NONE', 'X.'],
  'seed vm-to-storage-reachable': ['Reachable', undefined, '..'],
  'seed vm-to-website-reachable': ['Reachable', undefined, '..'],
  'cli vm_to_vm_3389_reachable': ['Reachable', undefined, '..'],
  'cli vm_to_vm_dest_nsg_denies_inbound': ['Unreachable', 'NSG_DENY_IN', 'X.'],
  'cli vm_to_vm_source_nsg_denies_outbound': ['Unreachable', 'NSG_DENY_OUT', 'X.'],
  'cli vm_to_vm_port_not_listening': ['Unreachable', 'NO_LISTENER', '.*'],
  'cli vm_to_www_bing_com_443_reachable': ['Reachable', undefined, '..'],
  'cli vm_to_www_bing_com_source_nsg_denies': ['Unreachable', 'NSG_DENY_OUT', 'X.'],
  'cli vm_to_ip_of_vm_reachable': ['Reachable', undefined, '..'],
  'cli vm_to_ip_dest_vm_stopped__no_issue_at_all': ['Unreachable', 'NO_CAUSE_REPORTED', '..'],
  'cli vm_to_ip_no_route': ['Unreachable', 'ROUTE_NONE', 'X.'],
  'rest vm_to_vm_blocked_at_second_virtual_appliance': ['Unreachable', 'NSG_DENY_OUT', '..X.'],
  'rest vm_to_ip_user_defined_route': ['Unreachable', 'ROUTE_NONE', 'X.'],
  'rest vm_to_http_bing_com_reachable': ['Reachable', undefined, '..'],
  'pair 0': ['Reachable', undefined, '..'],
  'pair 1': ['Reachable', undefined, '...'],
  'pair 2': ['Undetermined', 'ROUTE_MISSING', 'X.'],
  'pair 3': ['Unreachable', 'NO_LISTENER', '.*'],
  'pair 4': ['Reachable', undefined, '..'],
  'pair 5': ['Reachable', undefined, '...'],
  'pair 6': ['Reachable', undefined, '..'],
  'pair 7': ['Reachable', undefined, '..'],
  'pair 8': ['Reachable', undefined, '..'],
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function answers(): ReadonlyMap<string, unknown> {
  const seeds = [
    'vm-to-vm-blocked-by-nsg',
    'vm-to-ip-blocked-by-route',
    'vm-to-storage-reachable',
    'vm-to-website-reachable',
  ];
  const pairs = file('recordings/connectivity-check-pairs.json');
  return new Map([
    ...seeds.map((name) => [`seed ${name}`, file(`seed/${name}.response.json`)] as const),
    ...entriesOf(fieldOf(file('docs/connection-troubleshoot-cli-samples.json'), 'cases')).map(
      ([name, body]) => [`cli ${name}`, body] as const,
    ),
    ...entriesOf(fieldOf(file('docs/network-watcher-connectivity-rest-samples.json'), 'cases')).map(
      ([name, body]) => [`rest ${name}`, body] as const,
    ),
    ...(Array.isArray(pairs) ? pairs : []).map((pair, index) => [`pair ${index}`, fieldOf(pair, 'result')] as const),
  ]);
}

describe.skipIf(!present)('recorded answers and published samples', () => {
  it('are all expected here', () => {
    expect([...answers().keys()].sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.entries(expected))('%s, as the only witness', (name, [verdict, code, marks]) => {
    const question = asking({
      source: machine('MultiTierApp0', '10.1.1.4'),
      destination: { kind: 'address', address: '10.1.4.4' },
      port: 3389,
    });
    const diagnosis = judge({ probe: probeOf(answers().get(name)) }, question);
    expect([diagnosis.verdict, diagnosis.findings[0]?.code]).toEqual([verdict, code]);
    expect(diagnosis.path.map(({ broken, brokenAfter }) => (brokenAfter ? 'X' : broken ? '*' : '.')).join('')).toBe(
      marks,
    );
    for (const finding of diagnosis.findings) {
      const { message, advice } = put(finding, 'en');
      expect(message).not.toMatch(/[{}?]/);
      expect(advice).not.toMatch(/[{}]/);
    }
  });

  it('the founding answer: rule Port80 at the second appliance', () => {
    const diagnosis = judge({ probe: probeOf(answers().get('seed vm-to-vm-blocked-by-nsg')) }, asking({ port: 80 }));
    expect(diagnosis.findings).toHaveLength(1);
    expect(diagnosis.findings[0]).toMatchObject({
      code: 'NSG_DENY_OUT',
      hop: 2,
      rule: { name: 'Port80', reportedAs: 'UserRule_Port80', direction: 'Outbound' },
    });
    expect(diagnosis.path.map(({ name }) => name)).toEqual(['appNic0', 'fwNic', 'auNic', 'dbNic0']);
    expect(diagnosis.path[2]?.brokenAfter).toBe(true);
    expect(diagnosis.probes).toEqual({ sent: 100, failed: 100 });
    expect(diagnosis.latency).toBeNull();
  });

  it('the founding rule at its appliance, diagnosed while the probe runs', () => {
    const zero = judge({ probe: probeOf(answers().get('seed vm-to-storage-reachable')) }, asking({ port: 443 }));
    expect(zero.latency).toEqual({ minMs: 0, avgMs: 1, maxMs: 7 });
  });

  it('drops the impossible latency of 2017', () => {
    expect(judge({ probe: probeOf(answers().get('pair 4')) }).latency).toEqual({ avgMs: 7, maxMs: 13 });
  });

  it('every issue type of the published table has a code', () => {
    for (const [type] of entriesOf(
      fieldOf(file('docs/connection-troubleshoot-overview-errors-2026-04.json'), 'issueTypes'),
    )) {
      expect({
        type,
        ...readIssueType({ origin: 'Local', severity: 'Error', type, context: [] }, true),
      }).not.toMatchObject({ code: 'UNKNOWN_ISSUE' });
    }
  });

  it('reads the recorded configuration diagnostic and next hop', () => {
    const exchanges = fieldOf(file('recordings/azure-cli-2023-network-watcher-vm.json'), 'exchanges');
    const bodies = (Array.isArray(exchanges) ? exchanges : []).map((exchange) => fieldOf(exchange, 'response'));
    const diagnostic = readNsgAnswer(
      bodies.find((body) => fieldOf(body, 'results')),
      'destination',
      vmId('vm1'),
      'Inbound',
    );
    expect(diagnostic.ok && diagnostic.answer).toMatchObject({
      access: 'Deny',
      groups: [{ rule: { reportedAs: 'DefaultRule_DenyAllInBound', action: 'Deny' } }],
    });
    const hop = readNextHop(
      bodies.find((body) => fieldOf(body, 'nextHopType')),
      'source',
      vmId('vm1'),
    );
    expect(hop).toEqual({ ok: true, answer: { place: 'source', resourceId: vmId('vm1'), type: 'VirtualNetwork' } });
  });
});

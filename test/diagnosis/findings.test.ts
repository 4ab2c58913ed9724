import { readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { assumptionCodes } from '../../src/diagnosis/assumptions.ts';
import { blankNames, describeAssumption, describe as put } from '../../src/diagnosis/describe.ts';
import { type FindingCode, findingCodes } from '../../src/diagnosis/findings.ts';
import { issueReadings, readIssueType } from '../../src/diagnosis/issues.ts';
import type { Finding } from '../../src/diagnosis/verdict.ts';
import { en, type MessageKey, zh } from '../../src/language/catalogue.ts';
import { nicId, nsgId, tableId, vmId } from './fixtures.ts';

const page = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');
const tableRows = page
  .split('\n')
  .filter((line) => /^\| [A-Z][A-Z_]+ +\|/.test(line))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

/** Microsoft's table of issue types (April 2026), and those of the specification's enum that it lacks. */
const azureTypes =
  `AgentStopped GuestFirewall DNSResolution SocketError NetworkSecurityRule UserDefinedRoute Platform NetworkError CPU Memory
ARPMissing RouteMissing VMRebooting VMNotAllocated NoListenerOnDestination DIPProbeDown NoRouteLearned PeeringInfoNotFound VMStarting VMStopped
VMStopping VMDeallocating VMDeallocated SystemError UDRLoop IPForwardingNotEnabled VnetAccessNotAllowed AllowGatewayTransitNotEnabled
MultiNICsInSameSubnet StandardILBOutboundInternetNotAllowed MultiNICsInSameSubnetWithWeakHostSendEnabled MultiNICsInSameSubnetWithWeakHostEnabled
SourcePortInUse InvalidResponseFromServer DNSResponseValidationFailed UnsupportedSystem IncompleteTopology DestinationUnreachable
TraceRouteUnavailable DestinationPartiallyReachable GatewayNotProvisioned ResourceHealthUnavailable ResourceHealthDegraded VirtualHubNotProvisioned
StatusCodeValidationFailed HeaderValidationFailed ContentValidationFailed NoConnectionConfigured ConnectionStateDisconnected
BasicILBNotSupportedWithGlobalPeering BGPRoutePropogationDisabled UseRemoteGatewaysNotEnabled UnexpectedVirtualNetworkGatewayConnection
DnsResolution SocketBind PortThrottled`.split(/\s+/);

function sample(code: FindingCode, change: Partial<Finding> = {}): Finding {
  return { code, severity: 'error', witness: 'probe', facts: {}, ...change };
}

describe('the list, the catalogues and the page', () => {
  it('names each code once on the page, and no other', () => {
    expect(tableRows.map(([code]) => code).sort()).toEqual([...findingCodes, ...assumptionCodes].sort());
  });

  it.each([
    ['en', en],
    ['zh', zh],
  ] as const)('has a sentence and an advice for each code, and for no other: %s', (_, catalogue) => {
    const keys = Object.keys(catalogue).filter((key) => key.startsWith('finding.') || key.startsWith('assumption.'));
    const expected = [
      ...findingCodes.flatMap((code) => [`finding.${code}.message`, `finding.${code}.advice`]),
      ...assumptionCodes.map((code) => `assumption.${code}`),
    ];
    expect(keys.sort()).toEqual(expected.sort());
  });

  it('lists on the page the issue types that stand for each code', () => {
    const expected = new Map<string, string[]>();
    const note = (code: string, type: string) => expected.set(code, [...(expected.get(code) ?? []), type].sort());
    for (const [type, { code }] of Object.entries(issueReadings)) note(code, type);
    for (const code of ['NSG_DENY_IN', 'NSG_DENY_OUT']) note(code, 'networksecurityrule');
    note('UNKNOWN_ISSUE', 'unknown');
    for (const [code = '', , , , types] of tableRows.filter((row) => row.length === 5)) {
      const listed = types === '–' ? [] : (types ?? '').split(',').map((type) => type.trim().toLowerCase());
      expect({ code, types: listed.sort() }).toEqual({ code, types: expected.get(code) ?? [] });
    }
  });

  it('fills the same blanks in both languages, all of them known', () => {
    for (const key of Object.keys(en).filter((each): each is MessageKey => each.startsWith('finding.'))) {
      const english = blanksOf(en[key]);
      for (const blank of [...english, ...blanksOf(zh[key])])
        expect({ key, blank, known: blankNames.includes(blank) }).toMatchObject({ known: true });
      expect({ key, blanks: blanksOf(zh[key]) }).toEqual({ key, blanks: english });
    }
  });
});

function blanksOf(message: string): readonly string[] {
  const found = new Set<string>();
  const visit = (elements: ReturnType<IntlMessageFormat['getAst']>) => {
    for (const element of elements) {
      const isBlank = 'value' in element && (element.type === argumentType || 'options' in element);
      if (isBlank) found.add(element.value);
      if ('options' in element) for (const option of Object.values(element.options)) visit(option.value);
    }
  };
  visit(new IntlMessageFormat(message, 'en').getAst());
  return [...found].sort();
}

/** What the parser calls `{name}`; a piece of plain text has another type and a `value` too. */
const argumentType = new IntlMessageFormat('{x}', 'en').getAst()[0]?.type;

describe('issue types', () => {
  it.each(azureTypes)('%s has a code, in any spelling', (type) => {
    for (const spelling of [type, type.toLowerCase(), type.toUpperCase(), ` ${type} `]) {
      const { code } = readIssueType({ origin: 'Local', severity: 'Error', type: spelling, context: [] }, true);
      expect(code).not.toBe('UNKNOWN_ISSUE');
    }
  });

  it.each(['Unknown', 'QuantumFoam', 'constructor', '__proto__', ''])('%j is kept as unknown', (type) => {
    expect(readIssueType({ origin: 'Local', severity: 'Error', type, context: [] }, true)).toEqual({
      code: 'UNKNOWN_ISSUE',
    });
  });

  it.each([
    ['Inbound', false, 'NSG_DENY_IN'],
    ['outbound', true, 'NSG_DENY_OUT'],
    ['Local', true, 'NSG_DENY_IN'],
    ['Local', false, 'NSG_DENY_OUT'],
  ])('a rule with origin %s, on the last hop: %s', (origin, last, code) => {
    expect(readIssueType({ origin, severity: 'Error', type: 'NetworkSecurityRule', context: [] }, last).code).toBe(
      code,
    );
  });
});

describe('describe', () => {
  it.each(findingCodes)('%s is said even where nothing more is known', (code) => {
    for (const locale of ['en', 'zh'] as const) {
      for (const facts of [{}, { explained: 'yes' }]) {
        const { message, advice } = put(sample(code, { facts }), locale);
        expect(message).not.toBe('');
        expect(advice).not.toBe('');
        expect(message + advice).not.toMatch(/[{}]/);
      }
    }
  });

  it('shows the rule with its group, its priority and both of its names', () => {
    const rule = {
      name: 'Port80',
      reportedAs: 'UserRule_Port80',
      securityGroupId: nsgId('nsg-db'),
      priority: 310,
      direction: 'Inbound',
    } as const;
    const said = put(sample('NSG_DENY_IN', { rule, facts: { at: 'db0 (10.2.4.4)', traffic: 'TCP 80' } }), 'en');
    expect(said.message).toBe(
      'Rule Port80 (reported as UserRule_Port80, priority 310) of nsg-db denies TCP 80 on its way into db0 (10.2.4.4).',
    );
    expect(said.show).toBe(
      'az network nsg rule show --subscription 5ab00000-0000-4000-8000-000000000001 --resource-group lab --nsg-name nsg-db --name Port80',
    );
    expect(said.advice).toContain('change that rule');
    expect(put(sample('NSG_DENY_IN', { rule, facts: { at: 'db0', traffic: 'TCP 80' } }), 'zh').message).toContain(
      'nsg-db 的规则 Port80',
    );
  });

  it('does not ask anyone to change a default rule', () => {
    const rule = { name: 'DenyAllInBound', reportedAs: 'DefaultRule_DenyAllInBound', securityGroupId: nsgId('nsg-db') };
    const { advice, show } = put(sample('NSG_DENY_IN', { rule }), 'en');
    expect(advice).toContain('add an inbound allow rule');
    expect(advice).not.toContain('change that rule');
    expect(show).toBe(`az network nsg show --ids ${nsgId('nsg-db')} --query defaultSecurityRules`);
  });

  it.each<[FindingCode, Partial<Finding>, string | undefined]>([
    [
      'NSG_DENY_OUT',
      { resourceId: `${nicId('n')}/ipConfigurations/c` },
      `az network nic list-effective-nsg --ids ${nicId('n')}`,
    ],
    [
      'ROUTE_NONE',
      { rule: { name: 'r', reportedAs: 'r', routeTableId: tableId('rt') } },
      `az network route-table show --ids ${tableId('rt')}`,
    ],
    ['ROUTE_NONE', { resourceId: nicId('n') }, `az network nic show-effective-route-table --ids ${nicId('n')}`],
    [
      'NO_CAUSE_REPORTED',
      { facts: { vmId: vmId('app0'), fromIp: '10.0.0.4', toIp: '10.0.0.5' } },
      'az network watcher show-next-hop --subscription 5ab00000-0000-4000-8000-000000000001 --resource-group lab --vm app0 --source-ip 10.0.0.4 --dest-ip 10.0.0.5',
    ],
    [
      'VM_STOPPED',
      { resourceId: vmId('db0') },
      `az vm get-instance-view --ids ${vmId('db0')} --query instanceView.statuses`,
    ],
    ['AGENT_MISSING', { resourceId: vmId('app0') }, `az vm extension list --ids ${vmId('app0')}`],
    ['NSG_DENY_OUT', {}, undefined],
    ['UNKNOWN_ISSUE', { resourceId: vmId('db0') }, undefined],
  ])('%s shows the command for what is known', (code, change, expected) => {
    expect(put(sample(code, change), 'en').show).toBe(expected);
  });

  it.each<[FindingCode, Partial<Finding>, string]>([
    ['VM_STOPPED', { resourceId: vmId('db0') }, `az vm start --ids ${vmId('db0')}`],
    ['AGENT_MISSING', { resourceId: vmId('app0'), facts: { os: 'Windows' } }, '--name NetworkWatcherAgentWindows'],
    ['NO_WATCHER', { facts: { vmId: vmId('app0'), region: 'westeurope' } }, '--locations westeurope --enabled true'],
    [
      'IP_FORWARDING_OFF',
      { resourceId: nicId('fw') },
      `az network nic update --ids ${nicId('fw')} --ip-forwarding true`,
    ],
  ])('%s advises with a command', (code, change, command) => {
    for (const locale of ['en', 'zh'] as const) expect(put(sample(code, change), locale).advice).toContain(command);
  });

  it.each(['a; rm -rf /', '$(id)', '`id`', 'a b', "a'b", 'a"b', 'a\nb', 'a|b', 'é'])(
    'never puts the name %j into a command',
    (name) => {
      expect(put(sample('VM_STOPPED', { resourceId: vmId(name) }), 'en').show).toBeUndefined();
      expect(put(sample('VM_STOPPED', { resourceId: vmId(name) }), 'en').advice).not.toContain('az vm');
      const rule = { name, reportedAs: name, securityGroupId: nsgId('g') };
      expect(put(sample('NSG_DENY_IN', { rule }), 'en').show).not.toContain('--name');
    },
  );

  it('takes no rule name for an option', () => {
    const rule = { name: '--yes', reportedAs: '--yes', securityGroupId: nsgId('g') };
    expect(put(sample('NSG_DENY_IN', { rule }), 'en').show).not.toContain('--yes');
  });

  it('quotes the parentheses that a resource group may hold', () => {
    const resourceId = vmId('db0').replace('/lab/', '/lab(1)/');
    expect(put(sample('VM_STOPPED', { resourceId }), 'en').show).toContain(`--ids '${resourceId}'`);
  });

  const reasons: readonly (ErrorCode | 'none')[] = [
    'AZURE_FORBIDDEN',
    'AZURE_THROTTLED',
    'AZURE_BUSY',
    'NO_RESULT',
    'AZURE_FAILED',
    'none',
  ];
  it.each(reasons)('says why no probe was sent: %s', (reason) => {
    const { message, advice } = put(
      sample('PROBE_NOT_RUN', { facts: { reason, action: 'Microsoft.Network/x/action' } }),
      'en',
    );
    expect(message).not.toContain('?');
    expect(advice.includes('Microsoft.Network/x/action')).toBe(reason === 'AZURE_FORBIDDEN');
  });

  it('uses words of the language for states and next hops', () => {
    expect(
      put(sample('VM_STOPPED', { facts: { at: 'db0', side: 'destination', state: 'deallocated' } }), 'en').message,
    ).toBe('The destination db0 is stopped (deallocated), so nothing there can answer.');
    expect(
      put(sample('NEXT_HOP', { facts: { at: 'app0', nextHop: 'VirtualAppliance', nextHopAddress: '10.0.0.1' } }), 'en')
        .message,
    ).toBe('The next hop from app0 is an appliance 10.0.0.1, by a system route.');
    expect(put(sample('NEXT_HOP', { facts: { at: 'app0', nextHop: 'Wormhole' } }), 'en').message).toContain('Wormhole');
  });

  it('keeps the code of an assumption it does not know', () => {
    expect(describeAssumption('SINGLE_BURST', 'en')).toContain('burst');
    expect(describeAssumption('OF_TOMORROW', 'en')).toBe('OF_TOMORROW');
  });
});

import * as check from '../../src/commands/check/card.ts';
import { matrixReply } from '../../src/commands/check/matrix-card.ts';
import type { CheckAnswer } from '../../src/commands/check/outcome.ts';
import { flowReply } from '../../src/commands/flow/card.ts';
import { historyReply } from '../../src/commands/history/card.ts';
import { nextHopReply } from '../../src/commands/next-hop/card.ts';
import { helpReply, noticeReply, problemReply, welcomeReply } from '../../src/commands/replies.ts';
import { rulesReply } from '../../src/commands/rules/card.ts';
import { vmsReply } from '../../src/commands/vms/card.ts';
import type { Locale, Reply } from '../../src/core/chat.ts';
import type { Machine, Question } from '../../src/core/check.ts';
import type { Json } from '../../src/core/json.ts';
import type { Diagnosis, Finding, PathHop } from '../../src/diagnosis/verdict.ts';

const subscriptionId = '00000000-0000-0000-0000-000000000000';
const group = `/subscriptions/${subscriptionId}/resourceGroups/ContosoRG/providers`;
const nsg = (name: string) => `${group}/Microsoft.Network/networkSecurityGroups/${name}`;
const nic = (name: string) => `${group}/Microsoft.Network/networkInterfaces/${name}/ipConfigurations/ipconfig1`;

export function machine(name: string, address: string, more: Partial<Machine> = {}): Machine {
  return {
    name,
    resourceId: `${group}/Microsoft.Compute/virtualMachines/${name}`,
    group: 'ContosoRG',
    subscriptionId,
    region: 'westcentralus',
    nicIds: [],
    addresses: [address],
    tags: {},
    ...more,
  };
}

export function hop(type: string, name: string, address?: string, more: Partial<PathHop> = {}): PathHop {
  return { type, name, ...(address ? { address } : {}), issues: [], brokenAfter: false, ...more };
}

const app0 = machine('MultiTierApp0', '10.1.1.4');
const db0 = machine('Database0', '10.1.4.4');
const toDatabase: Question = {
  source: app0,
  destination: { kind: 'vm', machine: db0 },
  port: 80,
  protocol: 'Tcp',
  protocolAsked: false,
};

const deniedAtAppliance: Finding = {
  code: 'NSG_DENY_OUT',
  severity: 'error',
  witness: 'probe',
  facts: { at: 'auNic', traffic: 'TCP 10.1.1.4 → 10.1.4.4:80' },
  rule: {
    name: 'Port80',
    reportedAs: 'UserRule_Port80',
    securityGroupId: nsg('auNsg'),
    priority: 100,
    direction: 'Outbound',
  },
  resourceId: nic('auNic'),
  hop: 2,
};

const deniedAtDestination: Finding = {
  code: 'NSG_DENY_IN',
  severity: 'error',
  witness: 'nsg',
  facts: { at: 'db0', traffic: 'TCP 10.1.1.4 → 10.1.4.4:80' },
  rule: {
    name: 'deny-80',
    reportedAs: 'UserRule_deny-80',
    securityGroupId: nsg('nsg-db'),
    priority: 310,
    direction: 'Inbound',
  },
  resourceId: machine('db0', '').resourceId,
};

const assumptions = ['SINGLE_BURST', 'AGENT_VIEW', 'RETURN_PATH_NOT_PROVEN'];

const blocked: Diagnosis = {
  verdict: 'Unreachable',
  final: true,
  findings: [
    deniedAtAppliance,
    {
      code: 'NO_LISTENER',
      severity: 'warning',
      witness: 'probe',
      facts: { at: 'Database0', port: 80, explained: 'yes' },
    },
  ],
  path: [
    hop('Source', 'appNic0', '10.1.1.4', { resourceId: nic('appNic0'), roundTripMs: 0 }),
    hop('VirtualAppliance', 'fwNic', '10.1.2.4', { resourceId: nic('fwNic'), roundTripMs: 1 }),
    hop('VirtualAppliance', 'auNic', '10.1.3.4', {
      resourceId: nic('auNic'),
      issues: [{ type: 'NetworkSecurityRule', origin: 'Outbound', severity: 'Error' }],
      brokenAfter: true,
    }),
    hop('VnetLocal', 'dbNic0', '10.1.4.4', { resourceId: nic('dbNic0') }),
  ],
  pathFrom: 'probe',
  latency: null,
  probes: { sent: 100, failed: 100 },
  assumptions,
  witnesses: [
    { witness: 'preflight', state: 'answered', tookMs: 640 },
    { witness: 'nsg', state: 'answered', tookMs: 11_200 },
    { witness: 'nsg', state: 'answered', tookMs: 12_900 },
    {
      witness: 'nextHop',
      state: 'silent',
      code: 'AZURE_FORBIDDEN',
      missingAction: 'Microsoft.Network/networkWatchers/nextHop/action',
    },
    { witness: 'rules', state: 'answered', tookMs: 900 },
    { witness: 'probe', state: 'answered', tookMs: 94_000 },
  ],
};

const reachable: Diagnosis = {
  verdict: 'Reachable',
  final: true,
  findings: [],
  path: [hop('Source', 'appNic0', '10.1.1.4', { roundTripMs: 1 }), hop('Internet', '204.79.197.200', '204.79.197.200')],
  pathFrom: 'probe',
  latency: { minMs: 0, avgMs: 1, maxMs: 7 },
  probes: { sent: 66, failed: 0 },
  assumptions: ['SINGLE_BURST', 'PORT_ONLY', 'NAME_RESOLVED_BY_AGENT'],
  witnesses: [
    { witness: 'preflight', state: 'answered', tookMs: 640 },
    { witness: 'probe', state: 'answered', tookMs: 31_000 },
  ],
};

/** As Azure answers the first question above, shortened in nothing but the ids. */
export const rawBody: Json = {
  hops: ['Source', 'VirtualAppliance', 'VirtualAppliance', 'VnetLocal'].map((type, index) => ({
    type,
    id: `0000000${index}-0000-4000-8000-000000000000`,
    address: `10.1.${index + 1}.4`,
    resourceId: nic(['appNic0', 'fwNic', 'auNic', 'dbNic0'][index] ?? ''),
    nextHopIds: index < 3 ? [`0000000${index + 1}-0000-4000-8000-000000000000`] : [],
    issues:
      index === 2
        ? [
            {
              origin: 'Outbound',
              severity: 'Error',
              type: 'NetworkSecurityRule',
              context: [{ key: 'RuleName', value: 'UserRule_Port80' }],
            },
          ]
        : [],
  })),
  connectionStatus: 'Unreachable',
  probesSent: 100,
  probesFailed: 100,
};

export function answer(diagnosis: Diagnosis, more: Partial<CheckAnswer> = {}): CheckAnswer {
  return {
    question: toDatabase,
    diagnosis,
    startedAt: '2026-11-20T14:02:11.480Z',
    durationMs: 95_400,
    azure: { subscriptionId, simulated: true, portal: 'https://portal.azure.com', armCalls: 14 },
    raw: rawBody,
    requestId: '7a1de3a4-0000-4000-8000-000000000000',
    ...more,
  };
}

const toWebsite: Question = {
  source: app0,
  destination: { kind: 'url', url: 'https://bing.com', host: 'bing.com' },
  port: 443,
  protocol: 'Tcp',
  protocolAsked: false,
};

const toAddress: Question = {
  source: app0,
  destination: { kind: 'address', address: '13.107.21.200' },
  port: 80,
  protocol: 'Tcp',
  protocolAsked: false,
};

const longPath: readonly PathHop[] = Array.from({ length: 40 }, (_, index) =>
  hop(index === 0 ? 'Source' : 'Internet', `hop-${index}`, `203.0.113.${index}`, {
    roundTripMs: index * 1.5,
    brokenAfter: index === 25,
  }),
);

export const answers: Readonly<Record<string, CheckAnswer>> = {
  'blocked-at-appliance': answer(blocked),
  reachable: answer(reachable, { question: toWebsite, durationMs: 31_700 }),
  'route-to-none': answer(
    {
      ...blocked,
      findings: [
        {
          code: 'ROUTE_NONE',
          severity: 'error',
          witness: 'probe',
          facts: { at: 'MultiTierApp0', custom: 'yes' },
          rule: {
            name: 'to-nowhere',
            reportedAs: 'to-nowhere',
            routeTableId: `${group}/Microsoft.Network/routeTables/app-routes`,
          },
          resourceId: nic('appNic0'),
          hop: 0,
        },
      ],
      path: [
        hop('Source', 'appNic0', '10.1.1.4', {
          issues: [{ type: 'UserDefinedRoute', origin: 'Outbound', severity: 'Error' }],
          brokenAfter: true,
        }),
        hop('Destination', '13.107.21.200', '13.107.21.200'),
      ],
    },
    { question: toAddress },
  ),
  degraded: answer({
    ...reachable,
    verdict: 'Degraded',
    findings: [
      { code: 'LOSS', severity: 'warning', witness: 'probe', facts: { percent: 12, failed: 8, sent: 66 } },
      { code: 'HIGH_LATENCY', severity: 'warning', witness: 'probe', facts: { avgMs: 412, slowMs: 200 } },
    ],
    latency: { minMs: 38, avgMs: 412, maxMs: 2950 },
    probes: { sent: 66, failed: 8 },
  }),
  inconsistent: answer({
    ...blocked,
    verdict: 'Inconsistent',
    findings: [
      {
        code: 'WITNESSES_DISAGREE',
        severity: 'error',
        witness: 'probe',
        facts: { kind: 'rule', witness: 'nsg', rule: 'deny-80', traffic: 'TCP 80', at: 'db0', passed: 66, sent: 66 },
      },
      { ...deniedAtDestination, severity: 'warning' },
    ],
    path: reachable.path,
    latency: { minMs: 0, avgMs: 1, maxMs: 7 },
    probes: { sent: 66, failed: 0 },
  }),
  undetermined: answer(
    {
      ...blocked,
      verdict: 'Undetermined',
      findings: [
        {
          code: 'AGENT_MISSING',
          severity: 'error',
          witness: 'preflight',
          facts: { at: 'MultiTierApp0', os: 'Linux' },
          resourceId: app0.resourceId,
        },
      ],
      path: [],
      probes: null,
    },
    { question: toDatabase, durationMs: 820 },
  ),
  'no-cause': answer({
    ...blocked,
    findings: [{ code: 'NO_CAUSE_REPORTED', severity: 'error', witness: 'probe', facts: { sent: 30, failed: 30 } }],
    path: [
      hop('Source', 'appNic0', '10.1.1.4'),
      hop('VirtualNetwork', '10.9.0.4', '10.9.0.4', {
        issues: [{ type: 'QuantumEntanglementLost', origin: 'Local', severity: 'Error' }],
        broken: true,
      }),
      hop('SomethingNew', '', undefined),
    ],
    probes: { sent: 30, failed: 30 },
  }),
  'long-path': answer({ ...blocked, path: longPath }),
};

const ids = { jobId: '3f9c2a7be1d04b58', nonce: 'q7Lx2mVb9RtZ' };
const onCall = { id: '29:on-call', name: 'On-call' };

/** What each template is shown with: typical and odd, in one language. */
export function samples(locale: Locale): Readonly<Record<string, Readonly<Record<string, Reply>>>> {
  const input = { ...ids, locale, askedBy: onCall };
  const running = { ...input, question: toDatabase, startedAt: '2026-11-20T14:02:11.480Z', simulated: true };
  const failure = { kind: 'failed' as const, question: toDatabase, startedAt: running.startedAt };
  const results = Object.entries(answers).map(([name, value]) => [name, check.resultReply(value, input)] as const);
  const zh = locale === 'zh';
  const example = zh ? '检查 从 app0 到 db0 端口 80' : 'check from app0 to vm db0 port 80';
  return {
    running: {
      started: check.runningReply(running),
      early: check.runningReply({
        ...running,
        diagnosis: {
          ...blocked,
          final: false,
          findings: [deniedAtDestination],
          witnesses: [
            { witness: 'preflight', state: 'answered', tookMs: 640 },
            { witness: 'nsg', state: 'answered', tookMs: 11_200 },
            { witness: 'nsg', state: 'pending' },
            { witness: 'nextHop', state: 'answered', tookMs: 9_800 },
            { witness: 'probe', state: 'pending' },
          ],
        },
      }),
    },
    result: {
      ...Object.fromEntries(results),
      changed: check.resultReply(answer(blocked), {
        ...input,
        changes: { since: '2026-11-20T13:40:00Z', verdictWas: 'Reachable', added: ['auNsg/Port80'], gone: [] },
      }),
      real: check.resultReply(
        answer(blocked, {
          azure: { subscriptionId, simulated: false, portal: 'https://portal.azure.com', armCalls: 14 },
        }),
        input,
      ),
    },
    raw: {
      body: check.rawReply(rawBody, input),
      none: check.rawReply(undefined, input),
      large: check.rawReply({ hops: Array.from({ length: 400 }, () => rawBody) }, input),
    },
    failed: {
      forbidden: check.failedReply(
        {
          ...failure,
          problem: {
            code: 'AZURE_FORBIDDEN',
            facts: {
              action: 'Microsoft.Network/networkWatchers/connectivityCheck/action',
              scope: 'ContosoRG',
              message: 'The client does not have authorization to perform this action.',
            },
          },
          durationMs: 2_300,
          requestId: '7a1de3a4-0000-4000-8000-000000000000',
        },
        { ...input, reference: ids.jobId },
      ),
      late: check.failedReply(
        { ...failure, problem: { code: 'NO_RESULT', facts: { seconds: 600, message: 'empty' } }, durationMs: 600_000 },
        { ...input, reference: ids.jobId },
      ),
    },
    'source-form': {
      source: check.sourceFormReply({
        ...input,
        known: { sources: [], destinations: [{ kind: 'vm', name: 'db0' }], ports: [80] },
        machines: ['app0', 'web0', 'db0', 'MultiTierApp0', 'Database0', 'jump-box-production-westeurope'].map((name) =>
          machine(name, '10.0.0.4'),
        ),
        needs: { source: true, destination: false, port: false },
        problem: { code: 'SOURCE_MISSING', facts: {} },
      }),
      ambiguous: check.sourceFormReply({
        ...input,
        known: { sources: [{ kind: 'vm', name: 'app0' }], destinations: [{ kind: 'vm', name: 'db0' }], ports: [] },
        machines: [
          machine('db0', '10.0.0.4', { group: 'shop-production', region: 'westeurope' }),
          machine('db0', '10.0.0.5', {
            group: 'shop-staging',
            region: 'northeurope',
            subscriptionId: '11111111-1111-1111-1111-111111111111',
            resourceId: `${group.replaceAll('0000-', '1111-')}/Microsoft.Compute/virtualMachines/db0`,
          }),
        ],
        needs: { source: false, destination: true, port: true },
        problem: { code: 'VM_AMBIGUOUS', facts: { name: 'db0', count: 2 } },
      }),
      everything: check.sourceFormReply({
        ...input,
        known: { sources: [], destinations: [], ports: [] },
        machines: Array.from({ length: 2000 }, (_, index) =>
          machine(`vm-${String(index).padStart(4, '0')}`, '10.0.0.4'),
        ),
        needs: { source: true, destination: true, port: true },
      }),
    },
    problem: {
      'did-you-mean': problemReply(
        { code: 'UNKNOWN_COMMAND', facts: { word: 'chek' }, suggestions: ['check', 'help'], example },
        input,
      ),
      'not-found': problemReply(
        { code: 'VM_NOT_FOUND', facts: { name: 'db7', subscriptions: 2 }, suggestions: ['db0', 'db1'] },
        { locale, reference: ids.jobId },
      ),
    },
    help: {
      all: helpReply({
        commands: [
          {
            name: 'check',
            summary: zh ? '检查一台虚拟机能否连到某处' : 'Checks whether a VM reaches something',
            usage: 'check [from SOURCE] [to] [vm] DESTINATION [port N]',
            examples: [example, 'check app0 -> db0:1433'],
          },
          { name: 'vms', summary: zh ? '列出虚拟机' : 'Lists VMs', usage: 'vms [TEXT]', examples: ['vms db'] },
          {
            name: 'help',
            summary: zh ? '说明命令' : 'Explains commands',
            usage: 'help [COMMAND]',
            examples: ['help check'],
          },
        ],
        withheld: 2,
        locale,
      }),
      one: helpReply({
        commands: [
          {
            name: 'check',
            summary: zh ? '检查一台虚拟机能否连到某处' : 'Checks whether a VM reaches something',
            usage: 'check [from SOURCE] [to] [vm] DESTINATION [port N]',
            examples: [
              example,
              'check app0 -> db0:1433',
              'can app0 reach db0 on 1433?',
              'check from app0 to https://bing.com',
            ],
          },
        ],
        about: 'check',
        locale,
      }),
    },
    welcome: {
      demo: welcomeReply({ examples: [example, 'vms'], addedBy: 'On-call', simulated: true, locale }),
      real: welcomeReply({ examples: [example], simulated: false, locale }),
    },
    ...otherSamples(locale),
    notice: {
      short: noticeReply({ text: zh ? '现在默认从 app0 开始检查。' : 'Checks now start from app0.', locale }),
      detail: noticeReply({
        text: zh ? '正在查找虚拟机……' : 'Looking up the machines…',
        detail: example,
        locale,
      }),
    },
  };
}

const effectiveRule = (
  name: string,
  priority: number,
  access: 'Allow' | 'Deny',
  ports: string,
  source = 'VirtualNetwork',
) => ({
  name,
  priority,
  direction: 'Inbound' as const,
  access,
  protocol: 'Tcp',
  source,
  destination: '*',
  ports,
});

/** Cards of the other commands, and of a check of many pairs. */
function otherSamples(locale: Locale): Readonly<Record<string, Readonly<Record<string, Reply>>>> {
  const frame = {
    ...ids,
    locale,
    askedBy: onCall,
    at: '2026-11-20T14:02:11.480Z',
    azure: { subscriptionId, simulated: true, portal: 'https://portal.azure.com' },
  };
  const list = { ...ids, locale, simulated: true };
  const ok = (port: number) => ({ port, state: 'Reachable' as const });
  const denied = { port: 443, state: 'Unreachable' as const, cause: 'nsg-db/deny-443' };
  const app = machine('app0', '10.1.1.4');
  const flow = { machine: app, protocol: 'Tcp' as const, local: '10.1.1.4:*', remote: '10.1.4.4:80' };
  const names = ['app0', 'web0', 'db0', 'MultiTierApp0', 'Database0', 'jump-box-production-westeurope'];
  return {
    flow: {
      allowed: flowReply(
        {
          ...flow,
          direction: 'Outbound',
          access: 'Allow',
          rule: { name: 'AllowVnetOutBound', reportedAs: 'defaultSecurityRules/AllowVnetOutBound', priority: 65_000 },
        },
        frame,
      ),
      denied: flowReply(
        {
          machine: machine('db0', '10.1.4.4'),
          direction: 'Inbound',
          protocol: 'Tcp',
          local: '10.1.4.4:80',
          remote: '10.1.1.4:*',
          access: 'Deny',
          ...(deniedAtDestination.rule ? { rule: deniedAtDestination.rule } : {}),
        },
        frame,
      ),
    },
    'next-hop': {
      appliance: nextHopReply(
        {
          machine: app,
          from: '10.1.1.4',
          destination: '10.1.4.4',
          type: 'VirtualAppliance',
          address: '10.1.2.4',
          routeTableId: `${group}/Microsoft.Network/routeTables/app-routes`,
        },
        frame,
      ),
      none: nextHopReply(
        {
          machine: app,
          destination: '13.107.21.200',
          type: 'None',
          routeTableId: `${group}/Microsoft.Network/routeTables/app-routes`,
        },
        frame,
      ),
      internet: nextHopReply({ machine: app, destination: '13.107.21.200', type: 'Internet' }, frame),
    },
    rules: {
      walk: rulesReply(
        {
          machine: machine('db0', '10.1.4.4'),
          walks: [
            {
              direction: 'Inbound',
              flow: 'TCP 10.1.1.4 → 10.1.4.4:80',
              access: 'Deny',
              steps: [
                { securityGroupId: nsg('subnet-nsg'), access: 'Allow', priority: 200, rule: 'allow-web' },
                { securityGroupId: nsg('nic-nsg'), access: 'Deny', priority: 310, rule: 'deny-80' },
              ],
            },
          ],
          groups: [
            {
              securityGroupId: nsg('subnet-nsg'),
              appliedTo: 'subnet',
              rules: [
                effectiveRule('allow-web', 200, 'Allow', '80, 443'),
                effectiveRule('AllowVnetInBound', 65_000, 'Allow', '*'),
                effectiveRule('DenyAllInBound', 65_500, 'Deny', '*', '*'),
              ],
            },
            {
              securityGroupId: nsg('nic-nsg'),
              appliedTo: 'nic',
              rules: [
                effectiveRule('deny-80', 310, 'Deny', '80', '10.1.1.0/24'),
                ...Array.from({ length: 30 }, (_, index) =>
                  effectiveRule(`allow-service-${index}`, 400 + index, 'Allow', `${5000 + index}`),
                ),
              ],
            },
          ],
        },
        frame,
      ),
      none: rulesReply({ machine: app, walks: [], groups: [] }, frame),
    },
    vms: {
      page: vmsReply({
        ...list,
        machines: names.map((name) => machine(name, '10.0.0.4')),
        total: 14,
        page: 2,
        pages: 3,
      }),
      filtered: vmsReply({
        ...list,
        machines: [machine('db0', '10.1.4.4')],
        total: 1,
        filter: 'db',
        page: 1,
        pages: 1,
      }),
      none: vmsReply({ ...list, machines: [], total: 0, filter: 'mail', page: 1, pages: 1 }),
    },
    history: {
      some: historyReply({
        ...list,
        filter: 'db0',
        checks: (['Unreachable', 'Reachable', 'Degraded', 'Undetermined', 'Inconsistent'] as const).map(
          (verdict, index) => ({
            at: `2026-11-20T1${4 - index}:02:11Z`,
            verdict,
            question: 'app0 (ContosoRG, westcentralus) → db0 10.1.4.4 TCP 80',
            askedBy: 'On-call',
            ...(index === 0 ? { cause: 'nsg-db/deny-80' } : {}),
          }),
        ),
        latency: [1, 1.4, 3, 220, 2].map((avgMs, index) => ({ at: `2026-11-20T0${index}:00:00Z`, avgMs })),
      }),
      none: historyReply({ ...list, checks: [] }),
    },
    matrix: {
      'one-fails': matrixReply(
        [
          { from: 'app0', to: 'db0', cells: [ok(80), ok(443), ok(1433)] },
          { from: 'app1', to: 'db0', cells: [ok(80), ok(443), ok(1433)] },
          { from: 'app2', to: 'db0', cells: [ok(80), denied, { ...denied, port: 1433 }] },
        ],
        frame,
      ),
      'one-port': matrixReply(
        ['app0', 'app1', 'app2', 'app3'].map((from) => ({ from, to: 'db0', cells: [ok(80), denied] })),
        frame,
      ),
      running: matrixReply(
        [
          { from: 'app0', to: 'db0', cells: [ok(80), { port: 443, state: 'pending' }] },
          {
            from: 'app0',
            to: 'web0',
            cells: [
              { port: 80, state: 'failed' },
              { port: 443, state: 'pending' },
            ],
          },
        ],
        frame,
      ),
      large: matrixReply(
        Array.from({ length: 32 }, (_, index) => ({
          from: `app${index}`,
          to: 'jump-box-production-westeurope',
          cells: [index % 3 === 0 ? denied : ok(443)],
        })),
        frame,
      ),
    },
  };
}

import * as check from '../../src/commands/check/card.ts';
import type { CheckAnswer } from '../../src/commands/check/outcome.ts';
import { formReply } from '../../src/commands/form-card.ts';
import { helpReply, noticeReply, problemReply, welcomeReply } from '../../src/commands/replies.ts';
import type { Locale, Reply } from '../../src/core/chat.ts';
import type { Question } from '../../src/core/check.ts';
import type { Json } from '../../src/core/json.ts';
import type { Diagnosis, Finding, PathHop } from '../../src/diagnosis/verdict.ts';
import { otherSamples } from './other-samples.ts';
import { deniedAtDestination, group, hop, ids, machine, nic, nsg, onCall, subscriptionId } from './parts.ts';
import { watchSamples } from './watch-samples.ts';

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
      facts: { at: 'Database0', traffic: 'TCP 80', explained: 'yes' },
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
  'blocked-at-appliance': answer(blocked, {
    blockedAt: {
      machine: { kind: 'vm', name: 'Audit0' },
      direction: 'Outbound',
      other: { kind: 'vm', name: 'Database0' },
    },
  }),
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
  offered: answer(reachable, { shared: { kind: 'offered', agoMs: 41_000, here: true, by: 'Network team' } }),
};

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
      joined: check.runningReply({
        ...running,
        shared: { kind: 'joined', agoMs: 20_000, here: true, by: 'Network team' },
      }),
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
        changes: {
          since: '2026-11-20T13:40:00Z',
          list: [
            { kind: 'verdict', from: 'Reachable', to: 'Unreachable' },
            { kind: 'appeared', finding: deniedAtAppliance },
          ],
        },
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
      'not-found': check.failedReply(
        {
          kind: 'failed',
          startedAt: running.startedAt,
          durationMs: 420,
          problem: {
            code: 'VM_NOT_FOUND',
            facts: { name: 'db7', subscriptions: 2 },
            suggestions: ['check from app0 to db0 port 80', 'check from app0 to db1 port 80'],
          },
        },
        { ...input, reference: ids.jobId },
      ),
      late: check.failedReply(
        { ...failure, problem: { code: 'NO_RESULT', facts: { seconds: 600, message: 'empty' } }, durationMs: 600_000 },
        { ...input, reference: ids.jobId },
      ),
    },
    'source-form': {
      source: formReply({
        ...input,
        known: { sources: [], destinations: [{ kind: 'vm', name: 'db0' }], ports: [80] },
        machines: ['app0', 'web0', 'db0', 'MultiTierApp0', 'Database0', 'jump-box-production-westeurope'].map((name) =>
          machine(name, '10.0.0.4'),
        ),
        needs: { source: true, destination: false, port: false },
        problem: { code: 'SOURCE_MISSING', facts: {} },
      }),
      ambiguous: formReply({
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
      everything: formReply({
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
    ...watchSamples(locale),
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

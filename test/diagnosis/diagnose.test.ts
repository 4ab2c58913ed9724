import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/core/check.ts';
import type { Verdict } from '../../src/diagnosis/verdict.ts';
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
  nsg,
  nsgId,
  pending,
  preflight,
  reached,
  type Said,
  silent,
  state,
  tableId,
  throughAppliance,
  toDb,
  vmId,
} from './fixtures.ts';

const ruleName = (value: string) => [{ key: 'RuleName', value }];
const http: Question = asking({ port: 80 });
const sourceStopped = preflight({ source: state('app0', { power: 'deallocated' }) });
const agentMissing = preflight({ source: state('app0', { agent: 'missing' }) });
const agentFailed = preflight({ source: state('app0', { agent: 'failed' }) });
const destinationStopped = preflight({ destination: state('db0', { power: 'stopped', agent: 'unknown' }) });

type Row = {
  readonly name: string;
  readonly said: Said;
  readonly question?: Question;
  readonly verdict: Verdict;
  readonly final?: boolean;
  /** All codes that are not notes, in their order. */
  readonly found: readonly string[];
};

const rows: readonly Row[] = [
  // Probes through.
  {
    name: 'all probes through',
    said: { probe: direct({}, reached), nsg: [allowOut, allowIn] },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'zero latency is a value',
    said: { probe: direct({}, { ...reached, minLatencyInMs: 0, avgLatencyInMs: 0 }) },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'exactly at the limit is not slow',
    said: { probe: direct({}, { ...reached, avgLatencyInMs: 200, maxLatencyInMs: 300 }) },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'slow',
    said: { probe: direct({}, { ...reached, avgLatencyInMs: 201, maxLatencyInMs: 300 }) },
    verdict: 'Degraded',
    found: ['HIGH_LATENCY'],
  },
  {
    name: 'some lost',
    said: { probe: direct({}, { ...reached, probesFailed: 4 }) },
    verdict: 'Degraded',
    found: ['LOSS'],
  },
  {
    name: 'some lost though Azure says Unreachable',
    said: { probe: direct({}, { ...reached, connectionStatus: 'Unreachable', probesFailed: 65 }) },
    verdict: 'Degraded',
    found: ['LOSS'],
  },
  {
    name: 'slow and lossy',
    said: { probe: direct({}, { ...reached, avgLatencyInMs: 900, maxLatencyInMs: 999, probesFailed: 1 }) },
    verdict: 'Degraded',
    found: ['LOSS', 'HIGH_LATENCY'],
  },
  {
    name: 'the word Degraded alone',
    said: { probe: direct({}, { ...reached, connectionStatus: 'Degraded' }) },
    verdict: 'Degraded',
    found: ['PARTLY_REACHABLE'],
  },
  {
    name: 'the words of the specification',
    said: { probe: direct({}, { ...reached, connectionStatus: 'Connected' }) },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'a busy source is worth a word',
    said: { probe: direct({ source: [issue('CPU', 'Local', [{ key: 'Usage', value: '95%' }], 'Warning')] }, reached) },
    verdict: 'Reachable',
    found: ['CPU_HIGH'],
  },
  {
    name: 'a busy source does not outrank the loss',
    said: { probe: direct({ source: [issue('CPU', 'Local', [], 'Warning')] }, { ...reached, probesFailed: 3 }) },
    verdict: 'Degraded',
    found: ['LOSS', 'CPU_HIGH'],
  },
  {
    name: 'partly reachable',
    said: { probe: direct({ destination: [issue('DestinationPartiallyReachable')] }, reached) },
    verdict: 'Degraded',
    found: ['PARTLY_REACHABLE'],
  },
  {
    name: 'an HTTP answer of the wrong kind is reachable, but not well',
    said: {
      probe: direct(
        { destination: [issue('StatusCodeValidationFailed')] },
        { ...reached, connectionStatus: 'Unreachable' },
      ),
    },
    question: asking({ port: 80, protocol: 'Http', protocolAsked: true }),
    verdict: 'Degraded',
    found: ['HTTP_ANSWER_WRONG'],
  },
  {
    name: 'what the probe blames cannot have blocked it',
    said: {
      probe: direct({ destination: [issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_x'))] }, reached),
    },
    verdict: 'Reachable',
    found: ['NSG_DENY_IN'],
  },

  // A firewall that answers.
  {
    name: 'port 80 through an appliance',
    said: { probe: throughAppliance({}, reached) },
    question: http,
    verdict: 'Reachable',
    found: ['PROXY_ANSWERED'],
  },
  {
    name: 'port 443 with an appliance as next hop only',
    said: { probe: direct({}, reached), nextHop: [nextHop('source', 'VirtualAppliance', { address: '10.2.2.4' })] },
    question: asking({ port: 443 }),
    verdict: 'Reachable',
    found: ['PROXY_ANSWERED'],
  },
  {
    name: 'port 1433 through an appliance is proof',
    said: { probe: throughAppliance({}, reached) },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'HTTP through an appliance is proof',
    said: { probe: throughAppliance({}, reached) },
    question: asking({ port: 80, protocol: 'Http', protocolAsked: true }),
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'the appliance is itself the destination',
    said: { probe: direct({}, reached), nextHop: [nextHop('source', 'VirtualAppliance', { address: '10.2.4.4' })] },
    question: http,
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'port 80 through an appliance that lost some',
    said: { probe: throughAppliance({}, { ...reached, probesFailed: 2 }) },
    question: http,
    verdict: 'Degraded',
    found: ['PROXY_ANSWERED', 'LOSS'],
  },

  // Nothing through: causes and their order.
  { name: 'mute', said: { probe: direct() }, verdict: 'Unreachable', found: ['NO_CAUSE_REPORTED'] },
  {
    name: 'mute, all rules allow',
    said: { probe: direct(), nsg: [allowOut, allowIn], nextHop: [nextHop('source', 'VirtualNetwork')] },
    verdict: 'Unreachable',
    found: ['NO_CAUSE_REPORTED'],
  },
  {
    name: 'mute, destination stopped',
    said: { probe: direct(), preflight: destinationStopped },
    verdict: 'Unreachable',
    found: ['VM_STOPPED'],
  },
  {
    name: 'mute, destination starting',
    said: { probe: direct(), preflight: preflight({ destination: state('db0', { power: 'starting' }) }) },
    verdict: 'Unreachable',
    found: ['VM_NOT_READY'],
  },
  {
    name: 'a rule explains the silent port beside it',
    said: {
      probe: direct({
        destination: [
          issue('NoListenerOnDestination'),
          issue('GuestFirewall'),
          issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_deny-sql')),
        ],
      }),
    },
    verdict: 'Unreachable',
    found: ['NSG_DENY_IN'],
  },
  {
    name: 'a rule that only the diagnosis saw explains the silent port',
    said: { probe: direct({ destination: [issue('NoListenerOnDestination')] }), nsg: [denyIn] },
    verdict: 'Unreachable',
    found: ['NSG_DENY_IN'],
  },
  {
    name: 'nothing listens',
    said: {
      probe: direct({ destination: [issue('NoListenerOnDestination'), issue('GuestFirewall')] }),
      nsg: [allowOut, allowIn],
    },
    verdict: 'Unreachable',
    found: ['NO_LISTENER', 'GUEST_FIREWALL'],
  },
  {
    name: 'the route before the default rule, and the missing route explained',
    said: {
      probe: direct({
        source: [
          issue('RouteMissing'),
          issue('UserDefinedRoute', 'Outbound', [{ key: 'ErrorMessage', value: 'NextHop Type None, NextHop IP ' }]),
          issue('NetworkSecurityRule', 'Outbound', ruleName('DefaultRule_DenyAllOutBound')),
        ],
      }),
    },
    verdict: 'Unreachable',
    found: ['ROUTE_NONE', 'NSG_DENY_OUT'],
  },
  {
    name: 'a missing route alone',
    said: { probe: direct({ source: [issue('RouteMissing')] }) },
    verdict: 'Unreachable',
    found: ['ROUTE_MISSING'],
  },
  {
    name: 'the peering before the listener',
    said: {
      probe: direct({
        source: [issue('VnetAccessNotAllowed', 'Outbound')],
        destination: [issue('NoListenerOnDestination')],
      }),
    },
    verdict: 'Unreachable',
    found: ['PEERING_NO_ACCESS'],
  },
  {
    name: 'next hop None, probe mute',
    said: { probe: direct(), nextHop: [nextHop('source', 'None', { routeTableId: tableId('rt') })] },
    verdict: 'Unreachable',
    found: ['ROUTE_NONE'],
  },
  {
    name: 'no way back, probe mute',
    said: { probe: direct(), nextHop: [nextHop('source', 'VirtualNetwork'), nextHop('destination', 'None')] },
    verdict: 'Unreachable',
    found: ['RETURN_ROUTE_NONE'],
  },
  {
    name: 'one way through an appliance, probe mute',
    said: {
      probe: direct(),
      nextHop: [nextHop('source', 'VirtualAppliance', { address: '10.2.2.4' }), nextHop('destination', 'VnetLocal')],
    },
    verdict: 'Unreachable',
    found: ['ASYMMETRIC_ROUTE'],
  },
  {
    name: 'one way through an appliance is a note where it works',
    said: {
      probe: direct({}, reached),
      nextHop: [nextHop('source', 'VirtualAppliance', { address: '10.2.2.4' }), nextHop('destination', 'VnetLocal')],
    },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'a route that Azure blames and that leads somewhere',
    said: {
      probe: direct({ source: [issue('UserDefinedRoute', 'Outbound', [{ key: 'RouteType', value: 'User' }])] }),
      nextHop: [nextHop('source', 'VirtualAppliance', { address: '10.2.2.4' })],
    },
    verdict: 'Unreachable',
    found: ['ROUTE_USER_DEFINED'],
  },
  {
    name: 'an unknown word is a cause by name',
    said: { probe: direct({ destination: [issue('QuantumFoam')] }) },
    verdict: 'Unreachable',
    found: ['UNKNOWN_ISSUE'],
  },
  {
    name: 'a symptom is no cause',
    said: { probe: direct({ source: [issue('NetworkError')] }) },
    verdict: 'Unreachable',
    found: ['NO_CAUSE_REPORTED', 'NETWORK_ERROR'],
  },
  {
    name: 'a warning is no cause',
    said: { probe: direct({ source: [issue('CPU', 'Local', [], 'Warning')] }) },
    verdict: 'Unreachable',
    found: ['NO_CAUSE_REPORTED', 'CPU_HIGH'],
  },
  {
    name: 'a stopped machine before a rule',
    said: { probe: direct(), preflight: destinationStopped, nsg: [denyIn] },
    verdict: 'Unreachable',
    found: ['VM_STOPPED', 'NSG_DENY_IN'],
  },
  {
    name: 'along the path',
    said: { probe: direct(), nsg: [denyIn, denyOut] },
    verdict: 'Unreachable',
    found: ['NSG_DENY_OUT', 'NSG_DENY_IN'],
  },
  {
    name: 'the name is not known',
    said: { probe: direct({ source: [issue('DnsResolution')] }) },
    verdict: 'Unreachable',
    found: ['DNS_FAILED'],
  },

  // A rule is a blocker only if it denies.
  {
    name: 'Azure blames a rule that allows',
    said: {
      probe: direct({ destination: [issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_allow-sql'))] }),
      rules: [
        {
          name: 'allow-sql',
          reportedAs: 'UserRule_allow-sql',
          access: 'Allow',
          hopId: vmId('db0'),
          direction: 'Inbound',
        },
      ],
    },
    verdict: 'Unreachable',
    found: ['NO_CAUSE_REPORTED', 'ALLOW_RULE_BLAMED'],
  },
  {
    name: 'the diagnosis names the blamed rule as the one that allows',
    said: {
      probe: direct({ destination: [issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_allow-sql'))] }),
      nsg: [allowIn],
    },
    verdict: 'Unreachable',
    found: ['NO_CAUSE_REPORTED', 'ALLOW_RULE_BLAMED'],
  },
  {
    name: 'an Allow rule blamed does not explain the listener',
    said: {
      probe: direct({
        destination: [
          issue('NetworkSecurityRule', 'Inbound', ruleName('securityRules/ALLOW-SQL')),
          issue('NoListenerOnDestination'),
        ],
      }),
      nsg: [allowIn],
    },
    verdict: 'Unreachable',
    found: ['NO_LISTENER', 'ALLOW_RULE_BLAMED'],
  },

  // Contradictions about one place.
  {
    name: 'denied at the destination, yet reached',
    said: { probe: direct({}, reached), nsg: [denyIn] },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'NSG_DENY_IN'],
  },
  {
    name: 'denied at the source, yet partly reached',
    said: { probe: direct({}, { ...reached, probesFailed: 3 }), nsg: [denyOut] },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'NSG_DENY_OUT', 'LOSS'],
  },
  {
    name: 'next hop None, yet reached',
    said: { probe: direct({}, reached), nextHop: [nextHop('source', 'None')] },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'ROUTE_NONE'],
  },
  {
    name: 'stopped, yet answering',
    said: { probe: direct({}, reached), preflight: destinationStopped },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'VM_STOPPED'],
  },
  {
    name: 'a firewall answered for a target whose rules deny',
    said: { probe: throughAppliance({}, reached), nsg: [denyIn] },
    question: http,
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'NSG_DENY_IN', 'PROXY_ANSWERED'],
  },
  {
    name: 'a rule blamed where the diagnosis says Allow',
    said: {
      probe: direct({ destination: [issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_deny-sql'))] }),
      nsg: [allowIn],
    },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'NSG_DENY_IN'],
  },
  {
    name: 'a disputed rule explains nothing',
    said: {
      probe: direct({
        destination: [
          issue('NetworkSecurityRule', 'Inbound', ruleName('UserRule_deny-sql')),
          issue('NoListenerOnDestination'),
        ],
      }),
      nsg: [allowIn],
    },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'NSG_DENY_IN', 'NO_LISTENER'],
  },
  {
    name: 'next hop None said aloud where the lookup finds one',
    said: {
      probe: direct({
        source: [
          issue('UserDefinedRoute', 'Outbound', [{ key: 'ErrorMessage', value: 'NextHop Type None, NextHop IP ' }]),
        ],
      }),
      nextHop: [nextHop('source', 'Internet')],
    },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'ROUTE_NONE'],
  },
  {
    name: 'Azure says Unreachable of probes that all passed',
    said: { probe: direct({}, { ...reached, connectionStatus: 'Unreachable' }) },
    verdict: 'Inconsistent',
    found: ['PROBE_CONTRADICTS_ITSELF'],
  },
  {
    name: 'Azure says Reachable of probes that all failed',
    said: { probe: direct({}, { connectionStatus: 'Reachable' }) },
    verdict: 'Inconsistent',
    found: ['PROBE_CONTRADICTS_ITSELF'],
  },

  // A witness speaks only for its own place.
  {
    name: 'Allow at both ends does not contradict a denial in between',
    said: {
      probe: throughAppliance({ appliance: [issue('NetworkSecurityRule', 'Outbound', ruleName('UserRule_Port80'))] }),
      nsg: [allowOut, allowIn],
    },
    verdict: 'Unreachable',
    found: ['NSG_DENY_OUT'],
  },
  {
    name: 'Allow into the appliance does not contradict a denial out of it',
    said: {
      probe: throughAppliance({ appliance: [issue('NetworkSecurityRule', 'Outbound', ruleName('UserRule_Port80'))] }),
      nsg: [nsg('appliance', 'Inbound', 'Allow', 'UserRule_in')],
    },
    verdict: 'Unreachable',
    found: ['NSG_DENY_OUT'],
  },
  {
    name: 'Allow out of the appliance does',
    said: {
      probe: throughAppliance({ appliance: [issue('NetworkSecurityRule', 'Outbound', ruleName('UserRule_Port80'))] }),
      nsg: [nsg('appliance', 'Outbound', 'Allow', 'UserRule_out')],
    },
    verdict: 'Inconsistent',
    found: ['WITNESSES_DISAGREE', 'NSG_DENY_OUT'],
  },
  {
    name: 'a denial at an appliance that the path avoids is a warning',
    said: {
      probe: throughAppliance({}, reached),
      nsg: [{ ...nsg('appliance', 'Inbound', 'Deny', 'UserRule_x'), resourceId: nicId('other-nic') }],
    },
    verdict: 'Reachable',
    found: ['NSG_DENY_IN'],
  },
  {
    name: 'inbound at the source is not on the way',
    said: { probe: direct({}, reached), nsg: [nsg('source', 'Inbound', 'Deny', 'DefaultRule_DenyAllInBound')] },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'no own way back does not contradict an appliance that translates',
    said: { probe: throughAppliance({}, reached), nextHop: [nextHop('destination', 'None')] },
    verdict: 'Reachable',
    found: ['RETURN_ROUTE_NONE'],
  },

  // No probe ran.
  { name: 'source stopped', said: { preflight: sourceStopped }, verdict: 'Undetermined', found: ['VM_STOPPED'] },
  {
    name: 'source stopped, rule denies too',
    said: { preflight: sourceStopped, nsg: [denyIn] },
    verdict: 'Undetermined',
    found: ['VM_STOPPED', 'NSG_DENY_IN'],
  },
  {
    name: 'agent missing',
    said: { preflight: agentMissing, nsg: [allowOut, allowIn] },
    verdict: 'Undetermined',
    found: ['AGENT_MISSING'],
  },
  {
    name: 'agent missing, the other end stopped',
    said: {
      preflight: preflight({
        source: state('app0', { agent: 'missing' }),
        destination: state('db0', { power: 'deallocated' }),
      }),
    },
    verdict: 'Undetermined',
    found: ['AGENT_MISSING', 'VM_STOPPED'],
  },
  {
    name: 'agent failed, probe refused',
    said: { preflight: agentFailed, probe: silent('AZURE_REJECTED') },
    verdict: 'Undetermined',
    found: ['AGENT_STOPPED', 'PROBE_NOT_RUN'],
  },
  {
    name: 'agent failed, yet the probe ran',
    said: { preflight: agentFailed, probe: direct({}, reached) },
    verdict: 'Reachable',
    found: [],
  },
  {
    name: 'agent missing by the list, yet the probe ran',
    said: { preflight: agentMissing, probe: direct() },
    verdict: 'Unreachable',
    found: ['NO_CAUSE_REPORTED'],
  },
  {
    name: 'no watcher in the region',
    said: { preflight: preflight({ watcherId: null }) },
    verdict: 'Undetermined',
    found: ['NO_WATCHER'],
  },
  {
    name: 'probe refused, rules allow',
    said: { probe: silent('AZURE_FORBIDDEN', { missingAction: 'x/action' }), nsg: [allowOut, allowIn] },
    verdict: 'Undetermined',
    found: ['PROBE_NOT_RUN'],
  },
  {
    name: 'probe refused, a rule denies',
    said: { probe: silent('AZURE_FORBIDDEN'), nsg: [denyIn] },
    verdict: 'Unreachable',
    found: ['NSG_DENY_IN', 'PROBE_NOT_RUN'],
  },
  {
    name: 'probe too late, next hop None',
    said: { probe: silent('NO_RESULT'), nextHop: [nextHop('source', 'None')] },
    verdict: 'Unreachable',
    found: ['ROUTE_NONE', 'PROBE_NOT_RUN'],
  },
  {
    name: 'no probe sent and no route learned',
    said: {
      probe: direct(
        { source: [issue('NoRouteLearned', 'Outbound')] },
        { connectionStatus: 'Unknown', probesSent: 0, probesFailed: 0 },
      ),
    },
    verdict: 'Undetermined',
    found: ['ROUTE_MISSING', 'PROBE_NOT_RUN'],
  },
  {
    name: 'no probe sent, Azure says Unreachable',
    said: { probe: direct({}, { probesSent: 0, probesFailed: 0 }) },
    verdict: 'Undetermined',
    found: ['PROBE_NOT_RUN'],
  },
  {
    name: 'no probe sent, Azure says Reachable',
    said: { probe: direct({}, { connectionStatus: 'Reachable', probesSent: 0, probesFailed: 0 }) },
    verdict: 'Undetermined',
    found: ['PROBE_NOT_RUN'],
  },
  {
    name: 'the agent stopped: failed counts prove nothing',
    said: { probe: direct({ source: [issue('AgentStopped')] }) },
    verdict: 'Undetermined',
    found: ['AGENT_STOPPED'],
  },
  { name: 'nobody was asked', said: {}, verdict: 'Undetermined', found: ['PROBE_NOT_RUN'] },

  // Early answers.
  {
    name: 'nothing known yet',
    said: { preflight: pending, probe: pending, nsg: [pending], nextHop: [pending] },
    verdict: 'Undetermined',
    final: false,
    found: [],
  },
  {
    name: 'a denial while the probe runs',
    said: { probe: pending, nsg: [allowOut, denyIn] },
    verdict: 'Unreachable',
    final: false,
    found: ['NSG_DENY_IN'],
  },
  {
    name: 'rules allow while the probe runs',
    said: { probe: pending, nsg: [allowOut, allowIn] },
    verdict: 'Undetermined',
    final: false,
    found: [],
  },
  {
    name: 'agent missing while others are out',
    said: { preflight: agentMissing, nsg: [pending] },
    verdict: 'Undetermined',
    final: false,
    found: ['AGENT_MISSING'],
  },
  {
    name: 'agent failed while the probe runs says nothing yet',
    said: { preflight: agentFailed, probe: pending },
    verdict: 'Undetermined',
    final: false,
    found: [],
  },
  {
    name: 'destination stopped while the probe runs',
    said: { preflight: destinationStopped, probe: pending },
    verdict: 'Unreachable',
    final: false,
    found: ['VM_STOPPED'],
  },
  {
    name: 'probe mute while the rules are out',
    said: { probe: direct(), nsg: [pending] },
    verdict: 'Unreachable',
    final: false,
    found: [],
  },
  {
    name: 'probe through while the rules are out',
    said: { probe: direct({}, reached), nsg: [pending] },
    verdict: 'Reachable',
    final: false,
    found: [],
  },
];

describe('diagnose', () => {
  it.each(rows)('$name', ({ said, question, verdict, final, found }) => {
    const diagnosis = judge(said, question);
    expect({
      verdict: diagnosis.verdict,
      final: diagnosis.final,
      found: diagnosis.findings.filter((finding) => finding.severity !== 'info').map(({ code }) => code),
    }).toEqual({ verdict, final: final ?? true, found });
  });

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

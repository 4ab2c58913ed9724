import { describe, it } from 'vitest';
import {
  allowIn,
  allowOut,
  asking,
  direct,
  issue,
  judgesAs,
  nextHop,
  type Row,
  reached,
  throughAppliance,
} from './fixtures.ts';

const ruleName = (value: string) => [{ key: 'RuleName', value }];
const http = asking({ port: 80 });

describe('Probes through', () => {
  const rows: readonly Row[] = [
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
      said: {
        probe: direct({ source: [issue('CPU', 'Local', [{ key: 'Usage', value: '95%' }], 'Warning')] }, reached),
      },
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
  ];
  it.each(rows)('$name', judgesAs);
});

describe('A firewall that answers', () => {
  const rows: readonly Row[] = [
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
  ];
  it.each(rows)('$name', judgesAs);
});

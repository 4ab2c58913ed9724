import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNextHop, readNsgAnswer } from '../../src/diagnosis/read-configuration.ts';
import { readProbe } from '../../src/diagnosis/read-probe.ts';
import { nicId, nsgId, tableId, vmId } from './fixtures.ts';

describe('readProbe', () => {
  it('reads the shape of 2017: no links, no latency of its own for what does not answer', () => {
    const read = readProbe({
      hops: [
        {
          type: 'Source',
          id: 'a',
          address: '10.0.0.4',
          resourceId: `${nicId('n')}/ipConfigurations/c`,
          nextHopIds: ['b'],
          issues: [],
        },
        { type: 'Internet', id: 'b', address: '192.0.2.1', resourceId: 'Internet', nextHopIds: [], issues: [] },
      ],
      connectionStatus: 'Reachable',
      avgLatencyInMs: 7,
      minLatencyInMs: 2147483605,
      maxLatencyInMs: 13,
      probesSent: 100,
      probesFailed: 0,
    });
    expect(read).toEqual({
      ok: true,
      answer: {
        status: 'Reachable',
        hops: [
          {
            id: 'a',
            type: 'Source',
            address: '10.0.0.4',
            resourceId: `${nicId('n')}/ipConfigurations/c`,
            nextHopIds: ['b'],
            links: [],
            issues: [],
          },
          { id: 'b', type: 'Internet', address: '192.0.2.1', nextHopIds: [], links: [], issues: [] },
        ],
        latency: { avgMs: 7, maxMs: 13 },
        probes: { sent: 100, failed: 0 },
      },
    });
  });

  it('reads links of every era, and issues on them', () => {
    const link = (more: object) => ({ nextHopId: 'b', context: {}, issues: [], resourceId: '', ...more });
    const read = readProbe({
      hops: [
        {
          id: 'a',
          type: 'Source',
          nextHopIds: ['b'],
          links: [
            { nextHopId: 'b', properties: { roundTripTimeMin: 0, roundTripTimeAvg: 3, roundTripTimeMax: 8 } },
            link({ linkType: 'Internet', type: 'Internet', properties: {} }),
            link({
              type: '',
              roundTripTimeAvg: 2,
              issues: [
                { origin: 'Local', severity: 'Warning', type: 'CPU', context: [{ key: 'Usage', value: '95%' }] },
              ],
            }),
            { linkType: 'lost' },
          ],
        },
      ],
      connectionStatus: 'Unknown',
      errors: {},
    });
    expect(read.ok && read.answer.hops[0]?.links).toEqual([
      { nextHopId: 'b', roundTripMs: { min: 0, avg: 3, max: 8 }, issues: [] },
      { nextHopId: 'b', type: 'Internet', issues: [] },
      {
        nextHopId: 'b',
        roundTripMs: { avg: 2 },
        issues: [{ origin: 'Local', severity: 'Warning', type: 'CPU', context: [{ key: 'Usage', value: '95%' }] }],
      },
    ]);
  });

  it.each([
    ['absent', undefined, undefined],
    ['empty', '', undefined],
    ['Internet', 'Internet', undefined],
    ['Unknown', 'Unknown', undefined],
    ['a number', 7, undefined],
    ['an id', vmId('a'), vmId('a')],
    ['an id without its slash', vmId('a').slice(1), vmId('a')],
  ])('a resource id that is %s', (_, resourceId, expected) => {
    const read = readProbe({ hops: [{ id: 'a', type: 'T', resourceId }], connectionStatus: 'Unknown' });
    expect(read.ok && read.answer.hops[0]?.resourceId).toBe(expected);
  });

  it.each([
    ['zero', { minLatencyInMs: 0, avgLatencyInMs: 0, maxLatencyInMs: 0 }, { minMs: 0, avgMs: 0, maxMs: 0 }],
    [
      'a minimum above the average',
      { minLatencyInMs: 50, avgLatencyInMs: 7, maxLatencyInMs: 13 },
      { avgMs: 7, maxMs: 13 },
    ],
    [
      'a maximum under the average',
      { minLatencyInMs: 1, avgLatencyInMs: 7, maxLatencyInMs: 2 },
      { minMs: 1, avgMs: 7 },
    ],
    ['the largest integer', { minLatencyInMs: 2147483605 }, undefined],
    ['negative', { avgLatencyInMs: -1 }, undefined],
    ['not a number', { avgLatencyInMs: Number.NaN, maxLatencyInMs: '13', minLatencyInMs: null }, undefined],
    ['none', {}, undefined],
  ])('a latency that is %s', (_, fields, expected) => {
    const read = readProbe({ hops: [], connectionStatus: 'Reachable', probesSent: 66, ...fields });
    expect(read.ok && read.answer.latency).toEqual(expected);
  });

  it('keeps counts possible', () => {
    const counts = (probesSent: unknown, probesFailed: unknown) => {
      const read = readProbe({ connectionStatus: 'x', probesSent, probesFailed });
      return read.ok && read.answer.probes;
    };
    expect(counts(30, 30)).toEqual({ sent: 30, failed: 30 });
    expect(counts(30, 31)).toEqual({ sent: 30, failed: 30 });
    expect(counts(30, -1)).toEqual({ sent: 30, failed: 0 });
    expect(counts(0, 0)).toEqual({ sent: 0, failed: 0 });
    expect(counts('30', 2147483605)).toEqual({ sent: 0, failed: 0 });
    expect(counts(1.5, undefined)).toEqual({ sent: 0, failed: 0 });
  });

  it('reads a context as pairs, as a map, and not at all', () => {
    const context = (value: unknown) => {
      const read = readProbe({
        connectionStatus: 'x',
        hops: [{ id: 'a', type: 'T', issues: [{ type: 'I', context: value }] }],
      });
      return read.ok && read.answer.hops[0]?.issues[0]?.context;
    };
    expect(context([{ key: 'RuleName', value: 'r' }, { key: 'x' }, null, { value: 'y' }])).toEqual([
      { key: 'RuleName', value: 'r' },
    ]);
    expect(context({ RuleName: 'r', n: 1 })).toEqual([{ key: 'RuleName', value: 'r' }]);
    expect(context('r')).toEqual([]);
    expect(context(null)).toEqual([]);
  });

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [[], 'a list'],
    [{}, 'neither connectionStatus nor probesSent'],
    [{ hops: [] }, 'neither connectionStatus nor probesSent'],
    [{ error: { code: 'X' } }, 'neither connectionStatus nor probesSent'],
    ['<html><body>502</body></html>', 'HTML'],
    ['ok', 'text'],
    [7, 'number'],
  ])('is malformed: %j', (body, why) => {
    const read = readProbe(body);
    expect(read.ok).toBe(false);
    expect(!read.ok && read.why).toContain(why);
  });
});

describe('readNsgAnswer', () => {
  const result = (direction: string, port: string, access: unknown, action?: string) => ({
    profile: { direction, protocol: 'TCP', source: '10.0.0.4', destination: '10.0.0.5', destinationPort: port },
    networkSecurityGroupResult: {
      securityRuleAccessResult: access,
      evaluatedNetworkSecurityGroups: [
        {
          networkSecurityGroupId: nsgId('g'),
          appliedTo: nicId('n'),
          matchedRule: { ruleName: 'UserRule_x', action: action ?? access },
          rulesEvaluationResult: [],
        },
      ],
    },
  });

  it('reads the group, where it applies and the rule that decided', () => {
    expect(
      readNsgAnswer({ results: [result('Inbound', '1433', 'Deny')] }, 'destination', vmId('db0'), 'Inbound'),
    ).toEqual({
      ok: true,
      answer: {
        place: 'destination',
        resourceId: vmId('db0'),
        direction: 'Inbound',
        access: 'Deny',
        groups: [
          { securityGroupId: nsgId('g'), appliedTo: nicId('n'), rule: { reportedAs: 'UserRule_x', action: 'Deny' } },
        ],
      },
    });
  });

  it('picks by direction and port of several', () => {
    const body = {
      results: [result('Outbound', '80', 'Allow'), result('inbound', '80', 'Deny'), result('Inbound', '443', 'allow')],
    };
    const access = (direction: 'Inbound' | 'Outbound', port?: number) => {
      const read = readNsgAnswer(body, 'source', vmId('a'), direction, port);
      return read.ok ? read.answer.access : read.why;
    };
    expect(access('Outbound')).toBe('Allow');
    expect(access('Inbound')).toBe('Deny');
    expect(access('Inbound', 443)).toBe('Allow');
    expect(access('Inbound', 22)).toContain('no result for Inbound port 22');
  });

  it.each([
    [
      'no group evaluated',
      {
        results: [
          { networkSecurityGroupResult: { securityRuleAccessResult: 'Allow', evaluatedNetworkSecurityGroups: [] } },
        ],
      },
      [],
    ],
    [
      'a group without a matched rule',
      {
        results: [
          {
            networkSecurityGroupResult: {
              securityRuleAccessResult: 'Allow',
              evaluatedNetworkSecurityGroups: [{ networkSecurityGroupId: 'g' }, {}, null],
            },
          },
        ],
      },
      [{ securityGroupId: 'g' }],
    ],
  ])('reads %s', (_, body, groups) => {
    const read = readNsgAnswer(body, 'source', vmId('a'), 'Outbound');
    expect(read.ok && read.answer.groups).toEqual(groups);
  });

  it.each([
    null,
    [],
    {},
    '<html>',
    { results: [] },
    { results: [{}] },
    { results: [{ networkSecurityGroupResult: null }] },
  ])('is malformed: %j', (body) => {
    expect(readNsgAnswer(body, 'source', vmId('a'), 'Outbound').ok).toBe(false);
  });
});

describe('readNextHop', () => {
  it.each([
    [{ nextHopType: 'VirtualNetwork', routeTableId: 'System Route' }, { type: 'VirtualNetwork' }],
    [
      { nextHopType: 'None', nextHopIpAddress: '', routeTableId: tableId('rt') },
      { type: 'None', routeTableId: tableId('rt') },
    ],
    [
      { nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.0.0.1', routeTableId: tableId('rt').slice(1) },
      { type: 'VirtualAppliance', address: '10.0.0.1', routeTableId: tableId('rt') },
    ],
  ])('reads %j', (body, expected) => {
    expect(readNextHop(body, 'source', vmId('a'))).toEqual({
      ok: true,
      answer: { place: 'source', resourceId: vmId('a'), ...expected },
    });
  });

  it.each([null, [], {}, '<html>', { nextHopType: '' }, { nextHopType: 3 }])('is malformed: %j', (body) => {
    expect(readNextHop(body, 'source', vmId('a')).ok).toBe(false);
  });
});

it('never throws, whatever the body', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), (body) => {
      readProbe(body);
      readNsgAnswer(body, 'source', vmId('a'), 'Inbound', 80);
      readNextHop(body, 'destination', vmId('a'));
    }),
    { numRuns: 2000 },
  );
});

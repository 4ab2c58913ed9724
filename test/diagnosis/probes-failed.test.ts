import { describe, it } from 'vitest';
import {
  allowIn,
  allowOut,
  denyIn,
  denyOut,
  direct,
  issue,
  judgesAs,
  nextHop,
  preflight,
  type Row,
  reached,
  state,
  tableId,
  vmId,
} from './fixtures.ts';

const ruleName = (value: string) => [{ key: 'RuleName', value }];
const destinationStopped = preflight({ destination: state('db0', { power: 'stopped', agent: 'unknown' }) });

describe('Nothing through: causes and their order', () => {
  const rows: readonly Row[] = [
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
  ];
  it.each(rows)('$name', judgesAs);
});

describe('A rule is a blocker only if it denies', () => {
  const rows: readonly Row[] = [
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
  ];
  it.each(rows)('$name', judgesAs);
});

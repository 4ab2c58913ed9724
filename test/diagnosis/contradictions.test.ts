import { describe, it } from 'vitest';
import {
  allowIn,
  allowOut,
  asking,
  denyIn,
  denyOut,
  direct,
  issue,
  judgesAs,
  nextHop,
  nicId,
  nsg,
  preflight,
  type Row,
  reached,
  state,
  throughAppliance,
} from './fixtures.ts';

const ruleName = (value: string) => [{ key: 'RuleName', value }];
const http = asking({ port: 80 });
const destinationStopped = preflight({ destination: state('db0', { power: 'stopped', agent: 'unknown' }) });

describe('Contradictions about one place', () => {
  const rows: readonly Row[] = [
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
  ];
  it.each(rows)('$name', judgesAs);
});

describe('A witness speaks only for its own place', () => {
  const rows: readonly Row[] = [
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
  ];
  it.each(rows)('$name', judgesAs);
});

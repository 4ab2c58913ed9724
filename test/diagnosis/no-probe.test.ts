import { describe, it } from 'vitest';
import {
  allowIn,
  allowOut,
  denyIn,
  direct,
  issue,
  judgesAs,
  nextHop,
  pending,
  preflight,
  type Row,
  reached,
  silent,
  state,
} from './fixtures.ts';

const sourceStopped = preflight({ source: state('app0', { power: 'deallocated' }) });
const agentMissing = preflight({ source: state('app0', { agent: 'missing' }) });
const agentFailed = preflight({ source: state('app0', { agent: 'failed' }) });
const destinationStopped = preflight({ destination: state('db0', { power: 'stopped', agent: 'unknown' }) });

describe('No probe ran', () => {
  const rows: readonly Row[] = [
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
  ];
  it.each(rows)('$name', judgesAs);
});

describe('Early answers', () => {
  const rows: readonly Row[] = [
    {
      name: 'a loop of appliances while the probe runs',
      said: {
        probe: pending,
        nextHop: [
          nextHop('source', 'VirtualAppliance', { address: '10.2.2.4' }),
          nextHop('appliance', 'VirtualAppliance', { address: '10.2.2.4' }),
        ],
      },
      verdict: 'Unreachable',
      final: false,
      found: ['ROUTE_LOOP'],
    },
    {
      name: 'a chain of appliances is no loop',
      said: {
        probe: pending,
        nextHop: [
          nextHop('source', 'VirtualAppliance', { address: '10.2.2.4' }),
          nextHop('appliance', 'VirtualAppliance', { address: '10.2.3.4' }),
          nextHop('destination', 'VirtualAppliance', { address: '10.2.3.4' }),
        ],
      },
      verdict: 'Undetermined',
      final: false,
      found: [],
    },
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
  it.each(rows)('$name', judgesAs);
});

import { readFileSync } from 'node:fs';
import type { ConnectivityInformation, NetworkManagementClient } from '@azure/arm-network';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Machine, Topology } from '../../src/simulator/network/topology.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import { readExpectations, scenarioNames } from '../../src/simulator/topologies.ts';
import { machine as machineOf, standing } from './support/lab.ts';
import { ask, networkClient, startLeaping } from './support/wire.ts';

/** The sentence of an expectation, as far as the scenarios write them. */
function readCommand(command: string): {
  from: string;
  to: string;
  port: number | undefined;
  protocol: string | undefined;
} {
  const parts = /^check from (\S+) to (?:vm )?(\S+)(?: port (\d+))?(?: (https))?$/.exec(command);
  if (parts === null) throw new Error(`"${command}" is not written as scenarios write their questions`);
  const [, from = '', to = '', port, protocol] = parts;
  return { from, to, port: port === undefined ? undefined : Number(port), protocol };
}

const machines = (topology: Topology) => topology.resources.filter((one): one is Machine => one.kind === 'vm');

/** What the service says where a good diagnosis finds this; one sentence of proof per code of the scenarios. */
type Evidence = {
  readonly answer: ConnectivityInformation | undefined;
  readonly refusal: string | undefined;
  readonly source: Machine;
  readonly target: Machine | undefined;
  readonly topology: Topology;
  readonly simulator: Simulator;
  readonly client: NetworkManagementClient;
};

const issues = ({ answer }: Evidence) => (answer?.hops ?? []).flatMap((hop) => hop.issues ?? []);
const hasIssue = (type: string, origin?: string) => (evidence: Evidence) =>
  issues(evidence).some((issue) => String(issue.type) === type && (origin === undefined || issue.origin === origin));

async function powerOf(evidence: Evidence, machine: Machine | undefined): Promise<string | undefined> {
  if (machine === undefined) return undefined;
  const view = await ask(evidence.simulator, `${machine.id}/instanceView?api-version=2024-07-01`);
  const codes = view.body.statuses.map((status: { code: string }) => status.code);
  return codes.find((code: string) => code.startsWith('PowerState/'));
}

async function nextHopHome(evidence: Evidence): Promise<string> {
  const { target, source, topology, client } = evidence;
  if (target === undefined) return '';
  const watcher = topology.resources.find((one) => one.kind === 'watcher' && one.region === target.region);
  const home = await client.networkWatchers.getNextHop(watcher?.group.name ?? '', watcher?.name ?? '', {
    targetResourceId: target.id,
    sourceIPAddress: standing(topology, target.name).addressText,
    destinationIPAddress: standing(topology, source.name).addressText,
  });
  return String(home.nextHopType);
}

const proofs: Readonly<Record<string, (evidence: Evidence) => boolean | Promise<boolean>>> = {
  NSG_DENY_IN: hasIssue('NetworkSecurityRule', 'Inbound'),
  NSG_DENY_OUT: hasIssue('NetworkSecurityRule', 'Outbound'),
  ROUTE_NONE: hasIssue('UserDefinedRoute', 'Outbound'),
  ROUTE_LOOP: hasIssue('UDRLoop'),
  RETURN_ROUTE_NONE: async (evidence) => issues(evidence).length === 0 && (await nextHopHome(evidence)) === 'None',
  PEERING_NO_ACCESS: hasIssue('VnetAccessNotAllowed'),
  IP_FORWARDING_OFF: hasIssue('IPForwardingNotEnabled'),
  NO_LISTENER: hasIssue('NoListenerOnDestination'),
  GUEST_FIREWALL: (evidence) => hasIssue('GuestFirewall')(evidence) && !hasIssue('NoListenerOnDestination')(evidence),
  DNS_FAILED: hasIssue('DNSResolution'),
  AGENT_STOPPED: hasIssue('AgentStopped'),
  AGENT_MISSING: async (evidence) => {
    const list = await ask(evidence.simulator, `${evidence.source.id}/extensions?api-version=2024-07-01`);
    return /extension is not installed/.test(evidence.refusal ?? '') && list.body.value.length === 0;
  },
  VM_STOPPED: async (evidence) => {
    const powers = [await powerOf(evidence, evidence.source), await powerOf(evidence, evidence.target)];
    return powers.includes('PowerState/deallocated') && issues(evidence).length === 0;
  },
  PROXY_ANSWERED: ({ answer }) => (answer?.hops ?? []).some((hop) => hop.type === 'VirtualAppliance'),
  HIGH_LATENCY: ({ answer }) => (answer?.avgLatencyInMs ?? 0) > 200,
  LOSS: ({ answer }) => (answer?.probesFailed ?? 0) > 0 && (answer?.probesFailed ?? 0) < (answer?.probesSent ?? 0),
};

function fits(verdict: string, { answer, refusal }: Evidence): boolean {
  switch (verdict) {
    case 'Reachable':
      return answer?.connectionStatus === 'Reachable' && answer.probesFailed === 0;
    case 'Degraded':
      return answer?.connectionStatus === 'Reachable';
    case 'Unreachable':
      return String(answer?.connectionStatus) === 'Unreachable' && answer?.probesFailed === answer?.probesSent;
    default:
      return refusal !== undefined || answer?.probesSent === 0;
  }
}

test('every shipped topology is on the page', () => {
  const page = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
  for (const name of scenarioNames()) expect(page).toContain(`\`${name}\``);
});

test('the outages that people have are all there', () => {
  const found = new Set(scenarioNames().flatMap((name) => readExpectations(name).flatMap((one) => one.findings)));
  expect([...found].toSorted()).toEqual(Object.keys(proofs).toSorted());
});

describe.each(scenarioNames())('%s', (name) => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startLeaping({ topology: name });
  });
  afterAll(() => simulator.close());

  test.each(readExpectations(name).map((one) => ({ ...one, findings: [...one.findings] })))(
    '$command: $verdict $findings',
    async ({ command, verdict, findings }) => {
      const { topology } = simulator;
      const { from, to, port, protocol } = readCommand(command);
      const source = machineOf(topology, from);
      const target = machines(topology).find((one) => one.name === to);
      const watcher = topology.resources.find((one) => one.kind === 'watcher' && one.region === source.region);
      const client = networkClient(simulator, source.group.subscription.id);
      const asked = client.networkWatchers.checkConnectivity(watcher?.group.name ?? '', watcher?.name ?? '', {
        source: { resourceId: source.id },
        destination: {
          ...(target === undefined ? { address: to } : { resourceId: target.id }),
          ...(port === undefined ? {} : { port }),
        },
        ...(protocol === undefined ? {} : { protocol: 'Https' }),
      });
      const [answer, refusal] = await asked.then(
        (found) => [found, undefined] as const,
        (error: unknown) => [undefined, String(error)] as const,
      );
      const evidence: Evidence = { answer, refusal, source, target, topology, simulator, client };
      expect(fits(verdict, evidence), `${verdict}? ${refusal ?? JSON.stringify(answer)}`).toBe(true);
      for (const code of findings) {
        expect(await proofs[code]?.(evidence), `${code}? ${refusal ?? JSON.stringify(answer)}`).toBe(true);
      }
    },
  );
});

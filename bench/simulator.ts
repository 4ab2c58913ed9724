import { Agent, request } from 'node:https';
import { generateEstate } from '../src/simulator/estate.ts';
import { decideGroup, type Flow, placeOf } from '../src/simulator/network/nsg.ts';
import { leadingConfiguration, type Machine, primaryNic, type Topology } from '../src/simulator/network/topology.ts';
import { trace } from '../src/simulator/network/trace.ts';
import { type Simulator, startSimulator } from '../src/simulator/server.ts';
import { parseTopology } from '../src/simulator/topologies.ts';

type Figure = { name: string; value: number; unit: string; aim: string; ok: boolean };

const vms = 2000;
const seed = 7;

const machinesOf = (topology: Topology) => topology.resources.filter((one): one is Machine => one.kind === 'vm');

function configurationOf(machine: Machine) {
  const nic = primaryNic(machine);
  const found = nic === undefined ? undefined : leadingConfiguration(nic);
  if (found === undefined) throw new Error(`${machine.id} has no address`);
  return found;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** One pair's trace, there and back, over pairs drawn from the whole estate. */
export function benchTrace(): Figure {
  const estate = generateEstate(vms, seed);
  const machines = machinesOf(estate).map(configurationOf);
  const pick = (at: number) => {
    const found = machines[at % machines.length];
    if (found === undefined) throw new Error('the estate is empty');
    return found;
  };
  const ask = (at: number) =>
    trace(estate, { source: pick(at * 7919), protocol: 'Tcp', destination: pick(at * 104_729).address, port: 443 });
  const pairs = 2000;
  for (let at = 0; at < pairs; at += 1) ask(at);
  const began = performance.now();
  for (let at = 0; at < pairs; at += 1) ask(at);
  const value = rounded((performance.now() - began) / pairs);
  return { name: `trace of one pair among ${vms} VMs`, value, unit: 'ms', aim: '< 1', ok: value < 1 };
}

/** From the call to an endpoint that answers. */
export async function benchStart(): Promise<Figure> {
  const began = performance.now();
  const simulator = await startSimulator({ generate: { vms, seed } });
  const value = Math.round(performance.now() - began);
  await simulator.close();
  return { name: `start of an estate of ${vms} VMs`, value, unit: 'ms', aim: '< 1000', ok: value < 1000 };
}

function post(simulator: Simulator, agent: Agent, path: string, body: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${simulator.token().token}`, 'Content-Type': 'application/json' };
    const sent = request(
      new URL(path, simulator.endpoint),
      { agent, ca: simulator.ca, method: 'POST', headers },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

/** Memory that 2,000 running connectivity checks add to a simulator that has answered a few already. */
export async function benchInFlight(): Promise<Figure> {
  const simulator = await startSimulator({ generate: { vms, seed }, speed: 1000 });
  simulator.plant({ on: 'connectivityCheck', times: 'always', fault: { kind: 'endless' } });
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const machines = machinesOf(simulator.topology).filter(
    (one) => one.power === 'running' && one.agent === 'ready' && one.region === 'westeurope',
  );
  const subscription = `/subscriptions/${simulator.topology.subscriptions[0]?.id}`;
  const path = `${subscription}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westeurope/connectivityCheck?api-version=2025-01-01`;
  const start = async (from: number, to: number) => {
    const asked = Array.from({ length: to - from }, (_, at) => {
      const source = machines[(from + at) % machines.length]?.id;
      const destination = machines[(from + at + 1) % machines.length]?.id;
      const port = 1024 + Math.floor((from + at) / machines.length);
      return post(simulator, agent, path, {
        source: { resourceId: source },
        destination: { resourceId: destination, port },
      });
    });
    const refused = (await Promise.all(asked)).filter((status) => status !== 202);
    if (refused.length > 0) throw new Error(`${refused.length} checks were refused, first with ${refused[0]}`);
  };
  const used = () => {
    globalThis.gc?.();
    return process.memoryUsage().rss / 1024 / 1024;
  };
  await start(0, 100);
  const before = used();
  const operations = 2000;
  for (let at = 100; at < operations + 100; at += 100) await start(at, at + 100);
  const value = Math.max(0, Math.round(used() - before));
  agent.destroy();
  await simulator.close();
  return { name: `memory of ${operations} operations in flight`, value, unit: 'MB', aim: '< 150', ok: value < 150 };
}

/** How much longer ten times as many rules take; linear is 10. */
export function benchRules(): Figure {
  const evaluate = (count: number) => {
    const rules = Array.from(
      { length: count },
      (_, at) =>
        `              - { name: r${at}, priority: ${100 + at}, direction: Inbound, access: Deny, protocol: Tcp, from: 192.168.${at % 250}.0/24, ports: 80 }`,
    );
    const topology = parseTopology(
      `name: rules
subscriptions:
  - id: 33333333-3333-4333-8333-333333333333
    groups:
      - name: LabRG
        region: westeurope
        nsgs:
          - name: nsg
            rules:
${rules.join('\n')}
        vnets: [{ name: vnet, prefixes: 10.10.0.0/16, subnets: [{ name: one, prefix: 10.10.1.0/24 }] }]
        vms:
          - { name: a, nics: [{ subnet: vnet/one, address: 10.10.1.4, nsg: nsg }] }
          - { name: b, nics: [{ subnet: vnet/one, address: 10.10.1.5 }] }
`,
      'rules',
    );
    const [a, b] = machinesOf(topology).map(configurationOf);
    if (a?.nic.securityGroup === undefined || b === undefined) throw new Error('the bench has lost its machines');
    const group = a.nic.securityGroup;
    const place = placeOf(a.nic, a.subnet, () => false);
    const flow: Flow = {
      protocol: 'Tcp',
      source: b.address,
      sourcePort: 0,
      destination: a.address,
      destinationPort: 80,
    };
    const rounds = 200_000 / count;
    const once = () => {
      const began = performance.now();
      for (let round = 0; round < rounds; round += 1) decideGroup(group, a.nic, 'Inbound', place, flow);
      return (performance.now() - began) / rounds;
    };
    once();
    return Math.min(once(), once(), once());
  };
  const value = rounded(evaluate(2000) / evaluate(200));
  return { name: 'ten times the NSG rules take', value, unit: 'times as long', aim: '< 15', ok: value < 15 };
}

export async function benchSimulator(): Promise<Figure[]> {
  return [benchTrace(), await benchStart(), await benchInFlight(), benchRules()];
}

import { expect, test } from 'vitest';
import { generateEstate } from '../../src/simulator/estate.ts';
import type { Machine, Topology } from '../../src/simulator/network/topology.ts';
import { trace } from '../../src/simulator/network/trace.ts';
import { standing } from './support/lab.ts';
import { ask, startLeaping } from './support/wire.ts';

const machines = (topology: Topology) => topology.resources.filter((one): one is Machine => one.kind === 'vm');
const outline = (topology: Topology) =>
  machines(topology).map(({ id, power, agent, listeners }) => ({ id, power, agent, listeners }));

test('an estate has as many machines as asked for, the same ones for the same seed', () => {
  const estate = generateEstate(500, 7);
  expect(machines(estate)).toHaveLength(500);
  expect(outline(generateEstate(500, 7))).toEqual(outline(estate));
  expect(outline(generateEstate(500, 8))).not.toEqual(outline(estate));
});

test('its spokes reach each other through the firewalls of their regions', () => {
  const estate = generateEstate(500, 7);
  const path = (from: string, to: string) => {
    const source = standing(estate, from);
    const traced = trace(estate, { source, protocol: 'Tcp', destination: standing(estate, to).address, port: 443 });
    return traced.hops.map((hop) => hop.addressText);
  };
  expect(path('app-0-00', 'web-0-01')).toHaveLength(2);
  expect(path('app-0-00', 'web-2-01')).toEqual(['10.16.1.4', '10.0.0.4', '10.16.128.5']);
  expect(path('app-0-00', 'web-1-01')).toEqual(['10.16.1.4', '10.0.0.4', '10.1.0.4', '10.16.64.5']);
});

test('it is listed in pages, and checks run in it', async () => {
  const simulator = await startLeaping({ generate: { vms: 500, seed: 7 } });
  const subscription = `/subscriptions/${simulator.topology.subscriptions[0]?.id}`;
  const first = await ask(
    simulator,
    `${subscription}/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01`,
  );
  expect(first.body.value).toHaveLength(200);
  expect(first.body.nextLink).toContain('$skiptoken=200');
  const watcher = `${subscription}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westeurope`;
  const ready = machines(simulator.topology).filter(
    (one) => one.power === 'running' && one.agent === 'ready' && one.region === 'westeurope',
  );
  const [from, to] = [ready.find((one) => one.name.startsWith('app')), ready.find((one) => one.name.startsWith('web'))];
  const started = await ask(simulator, `${watcher}/connectivityCheck?api-version=2025-01-01`, {
    body: { source: { resourceId: from?.id }, destination: { resourceId: to?.id, port: 443 } },
  });
  expect(started.status).toBe(202);
  expect((await ask(simulator, String(started.headers.location))).body.hops.length).toBeGreaterThanOrEqual(2);
  await simulator.close();
});

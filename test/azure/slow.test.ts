import { afterAll, beforeAll, expect, test } from 'vitest';
import { createArm } from '../../src/azure/arm.ts';
import { clouds } from '../../src/azure/cloud.ts';
import { start } from '../../src/azure/operations.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const group = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups';
const vm = (name: string) => `${group}/ShopRG/providers/Microsoft.Compute/virtualMachines/${name}`;

test('an answer whose body never ends is given up, and a question is not asked twice for it', async () => {
  const paths: string[] = [];
  const arm = createArm({
    cloud: { ...clouds.AzureCloud, resourceManager: simulator.endpoint },
    credential: { getToken: async () => simulator.token() },
    simulated: true,
    ca: simulator.ca,
    timeoutMs: 300,
    log: ({ path }) => paths.push(path),
  });
  simulator.plant({ on: 'connectivityCheck', times: 'always', fault: { kind: 'slow', ms: 60_000 } });
  const parameters = { source: { resourceId: vm('app0') }, destination: { resourceId: vm('db0'), port: 1433 } };
  const watcher = `${group}/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westcentralus`;
  const answer = await start(arm, watcher, { kind: 'connectivityCheck', parameters }, systemClock);
  expect(answer).toMatchObject({
    ok: false,
    failure: { code: 'AZURE_UNREACHABLE', message: expect.stringContaining('0.3 s') },
  });
  expect(simulator.faultsHappened.length).toBe(1);
});

import { enableCompileCache } from 'node:module';
import { createApp } from '../src/app.ts';
import { createArm } from '../src/azure/arm.ts';
import { clouds } from '../src/azure/cloud.ts';
import { createInventory } from '../src/azure/inventory.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/core/clock.ts';
import { createLog } from '../src/log.ts';
import { everyone } from '../src/policy/grants.ts';
import { registration, tenantIds } from './channel.ts';
import type { ArmCall, ServerOrders } from './orders.ts';

/** hopcheck as production has it, in a process of its own; its Azure and its Teams are told on the command line. */
enableCompileCache();

const orders: ServerOrders = JSON.parse(process.argv[2] ?? '');
const reading = readConfig(
  {
    ...registration,
    HOST: '127.0.0.1',
    PORT: '0',
    HOPCHECK_TENANTS: tenantIds.join(','),
    HOPCHECK_ARM_ENDPOINT: orders.azure.endpoint,
    HOPCHECK_DATA_DIR: orders.dataDir,
  },
  'production',
);
if (!reading.ok) throw new Error(reading.problems.join('\n'));
let calls: ArmCall[] = [];
const arm = createArm({
  cloud: { ...clouds.AzureCloud, resourceManager: orders.azure.endpoint },
  credential: { getToken: async () => orders.azure },
  simulated: true,
  ca: orders.azure.ca,
  log({ method, path, status, tookMs }) {
    const answeredMs = performance.timeOrigin + performance.now();
    calls.push({ method, path, status, leftMs: answeredMs - tookMs, answeredMs });
  },
});
const grants = everyone('bench');
const app = await createApp(reading.config, {
  log: createLog({ level: 'warn', human: false }),
  connection: {
    arm,
    inventory: createInventory({ arm, clock: systemClock, subscriptions: [], skipped: () => {} }),
    close: async () => {},
  },
  grants: () => grants,
  botCloud: orders.cloud,
});
await app.warm;
while ((await fetch(`${app.url}/readyz`)).status !== 200) await systemClock.sleep(20);
process.on('message', () => {
  process.send?.(calls);
  calls = [];
});
process.on('disconnect', () => process.exit(0));
console.log(`hopcheck is ready on port ${new URL(app.url).port}`);

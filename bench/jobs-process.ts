import { enableCompileCache } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { createArm } from '../src/azure/arm.ts';
import { clouds } from '../src/azure/cloud.ts';
import { createInventory } from '../src/azure/inventory.ts';
import { readConfig } from '../src/config.ts';
import { systemClock } from '../src/core/clock.ts';
import { keepHeapDense } from '../src/memory.ts';
import { everyone } from '../src/policy/grants.ts';

/** The product in a process of its own, which measures itself: asked over IPC, it answers with a `Measured`. */
enableCompileCache();

export type Measured = {
  readonly readyMs: number;
  readonly loopDelayP99Ms: number;
  readonly peakRssMb: number;
  readonly rssMb: number;
};

/** What it is told of test/jobs/victim.ts's orders; that file is not for a bundle. */
const Orders = z.object({
  dataDir: z.string(),
  databaseUrl: z.string().exactOptional(),
  azure: z.object({ endpoint: z.string(), ca: z.string(), token: z.string(), expiresOnTimestamp: z.number() }),
});

const { dataDir, databaseUrl, azure } = Orders.parse(JSON.parse(process.argv[2] ?? ''));
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
/** Looked at ten times a second: the kernel's own count of a process that was spawned begins with what its parent had. */
let peakRss = 0;
setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 100).unref();

const reading = readConfig(
  {
    PORT: '0',
    HOPCHECK_ARM_ENDPOINT: azure.endpoint,
    HOPCHECK_DATA_DIR: dataDir,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  },
  'local',
);
if (!reading.ok) throw new Error(reading.problems.join('\n'));
const arm = createArm({
  cloud: { ...clouds.AzureCloud, resourceManager: azure.endpoint },
  credential: { getToken: async () => azure },
  simulated: true,
  ca: azure.ca,
  log: () => {},
});
const inventory = createInventory({ arm, clock: systemClock, subscriptions: [], skipped: () => {} });
const grants = everyone('bench');
const app = await createApp(reading.config, {
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: (facts, message) => console.error(message, facts) },
  connection: { arm, inventory, close: async () => {} },
  grants: () => grants,
});
keepHeapDense();
const readyMs = performance.now();
process.on('message', () => {
  process.send?.({
    readyMs,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
    peakRssMb: peakRss / 1024 / 1024,
    rssMb: process.memoryUsage.rss() / 1024 / 1024,
  } satisfies Measured);
});
console.log(`ready ${app.url}`);
await app.warm;
delay.reset();

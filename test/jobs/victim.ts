import { writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { z } from 'zod';
import type { Clock } from '../../src/core/clock.ts';
import { systemClock } from '../../src/core/clock.ts';
import { trail } from '../../src/core/trail.ts';
import type { Log } from '../../src/log.ts';

/**
 * The whole product in a process that a test may kill: reads its `Orders` from the command line, says `ready <url>`, and
 * from then on what it reaches, one line each. Over the IPC channel it is told where to die.
 */
enableCompileCache();

export const Orders = z.object({
  dataDir: z.string(),
  databaseUrl: z.string().exactOptional(),
  azure: z.object({ endpoint: z.string(), ca: z.string(), token: z.string(), expiresOnTimestamp: z.number() }),
  /** All processes of a test share one clock: the real one, `factor` times faster since `epochMs`. */
  clock: z.object({ epochMs: z.number(), factor: z.number() }),
});
export type Orders = z.infer<typeof Orders>;

/**
 * Dies when `point` is reached for the `nth` time. `asked` is a check that Azure has taken, `polling` a poll that it has
 * answered.
 */
export const Doom = z.object({ point: z.string(), nth: z.number() });
export type Doom = z.infer<typeof Doom>;

if (import.meta.main) await live(Orders.parse(JSON.parse(process.argv[2] ?? '')));

async function live({ dataDir, databaseUrl, azure, clock: time }: Orders) {
  const [{ createApp }, { stopInTime }, { createArm }, { createInventory }, { clouds }, { readConfig }, { everyone }] =
    await Promise.all([
      import('../../src/app.ts'),
      import('../../src/serve.ts'),
      import('../../src/azure/arm.ts'),
      import('../../src/azure/inventory.ts'),
      import('../../src/azure/cloud.ts'),
      import('../../src/config.ts'),
      import('../../src/policy/grants.ts'),
    ]);
  let doom: Doom | undefined;
  process.on('message', (message) => {
    doom = Doom.parse(message);
  });
  const reach = (point: string, jobId = '') => {
    // Past this process's buffers: what was said is said, however it ends.
    writeSync(1, `${point} ${jobId}\n`);
    if (doom?.point !== point) return;
    doom = { ...doom, nth: doom.nth - 1 };
    if (doom.nth <= 0) process.kill(process.pid, 'SIGKILL');
  };
  const log: Log = {
    debug(facts) {
      if (!('path' in facts && 'status' in facts)) return;
      const path = String(facts.path);
      if (path.includes('/operationResults/')) reach('polling');
      if (path.endsWith('/connectivityCheck') && facts.status === 202) reach('asked', trail()?.jobId);
    },
    info: () => {},
    warn: () => {},
    error: (facts, message) => console.error(message, facts),
  };
  const clock: Clock = {
    now: () => Math.round(time.epochMs + (Date.now() - time.epochMs) * time.factor),
    sleep: (ms, signal) => systemClock.sleep(ms / time.factor, signal),
  };
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
  const cloud = { ...clouds.AzureCloud, resourceManager: azure.endpoint };
  const credential = { getToken: async () => azure };
  const arm = createArm({ cloud, credential, simulated: true, ca: azure.ca, log: (call) => log.debug(call, 'arm') });
  const inventory = createInventory({ arm, clock, subscriptions: [], skipped: () => {} });
  const grants = everyone('test');
  const app = await createApp(reading.config, {
    log,
    clock,
    connection: { arm, inventory, close: async () => {} },
    grants: () => grants,
    reach: (point, job) => reach(point, job.id),
  });
  process.once('SIGTERM', () => {
    void stopInTime(app).then(() => process.exit(0));
    writeSync(1, 'stopping\n');
  });
  writeSync(1, `ready ${app.url}\n`);
}

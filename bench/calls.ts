import { createArm } from '../src/azure/arm.ts';
import { clouds } from '../src/azure/cloud.ts';
import { createInventory } from '../src/azure/inventory.ts';
import { terminalServices } from '../src/check-once.ts';
import { readConfig } from '../src/config.ts';
import type { Connection } from '../src/connect.ts';
import { systemClock } from '../src/core/clock.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { runCheck } from '../src/terminal/check.ts';
import { hasAzureCli, openAzureCli } from '../test/support/azure-cli.ts';
import { atMost, type Figure, shown } from './figure.ts';

const question = 'check from app0 to vm db0 port 1433';
const azLine =
  'network watcher test-connectivity --source-resource app0 -g LabRG --dest-resource db0 --dest-port 1433 -o json';

/**
 * Requests that one check costs Resource Manager. hopcheck asks more witnesses than az does, so what is held against az are the
 * requests until the check has begun; how often a check is polled is Azure's to say, and the others are shown.
 */
export async function benchCalls(): Promise<Figure[]> {
  let lines: string[] = [];
  const simulator = await startSimulator({
    topology: 'nsg-inbound-nic',
    speed: 10,
    identityPort: 0,
    log: (line) => lines.push(line),
  });
  const count = async (run: () => Promise<unknown>): Promise<Calls> => {
    lines = [];
    await run();
    return callsOf(lines);
  };
  try {
    const arm = createArm({
      cloud: { ...clouds.AzureCloud, resourceManager: simulator.endpoint },
      credential: { getToken: async () => simulator.token() },
      simulated: true,
      ca: simulator.ca,
      log: () => {},
    });
    const inventory = createInventory({ arm, clock: systemClock, subscriptions: [], skipped: () => {} });
    const connection: Connection = { arm, inventory, simulator, close: async () => {} };
    const cold = await count(() => ask(connection));
    const warm = await count(() => ask(connection));
    const show = (who: string, { all, polls, check }: Calls) => [
      shown(`requests to ARM for one check, ${who}`, all, ''),
      shown(`of these, for the check itself and its polls, ${who}`, check, ''),
      shown(`of these, polls of any kind, ${who}`, polls, ''),
    ];
    const own = [...show('hopcheck cold', cold), ...show('hopcheck warm', warm)];
    if (!hasAzureCli()) return own;
    const { az, close } = await openAzureCli(simulator);
    const other = await count(() => az(azLine));
    close();
    return [
      ...show('az', other),
      ...own,
      atMost('requests before the check has begun, hopcheck warm, and az', warm.before, '', other.before),
    ];
  } finally {
    await simulator.close();
  }
}

type Calls = { readonly all: number; readonly polls: number; readonly before: number; readonly check: number };

function callsOf(lines: readonly string[]): Calls {
  const requests = lines.filter((line) => /\b(?:GET|POST) \/subscriptions/.test(line));
  const before = requests.findIndex((line) => line.includes('/connectivityCheck'));
  if (before < 0) throw new Error(`no check was begun: ${lines.join('\n')}`);
  const polls = requests.flatMap((line) => /operationResults\/([\w-]+)/.exec(line)?.[1] ?? []);
  // The check's operation takes longest, and is polled most often.
  const byOperation = [...Map.groupBy(polls, (operation) => operation).values()];
  const longest = Math.max(...byOperation.map(({ length }) => length));
  return { all: requests.length, polls: polls.length, before, check: 1 + longest };
}

async function ask(connection: Connection) {
  const reading = readConfig({ HOPCHECK_TOPOLOGY: 'nsg-inbound-nic' }, 'terminal');
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  await runCheck({ text: question, json: false, locale: 'en' }, terminalServices(connection, reading.config), {
    out: () => {},
    err: (text) => console.error(text),
    progress: undefined,
    signal: new AbortController().signal,
  });
}

import { type Arm, createArm } from './azure/arm.ts';
import { type Cloud, clouds, discoverCloud } from './azure/cloud.ts';
import { createCredential } from './azure/credential.ts';
import { createInventory, type Inventory } from './azure/inventory.ts';
import type { Config } from './config.ts';
import type { Clock } from './core/clock.ts';
import type { Log } from './log.ts';
import { type Simulator, startSimulator } from './simulator/server.ts';

/** The Azure that a process talks to. */
export type Connection = {
  readonly arm: Arm;
  readonly inventory: Inventory;
  /** The embedded Azure, where that is the one. */
  readonly simulator?: Simulator;
  close(): Promise<void>;
};

/** `identityPort`: where an embedded Azure gives tokens to other clients, such as azure-cli; nowhere unless said. */
export async function connectAzure(
  config: Config,
  log: Log,
  clock: Clock,
  more: { readonly identityPort?: number } = {},
): Promise<Connection> {
  const calls = (call: object) => log.debug(call, 'arm');
  const { azure } = config;
  if (azure.kind === 'azure') {
    const { endpoint, ...by } = azure;
    const cloud = endpoint ? await discoverCloud(endpoint, by) : { ...clouds[config.cloud], ...by };
    const arm = createArm({ cloud, credential: createCredential(cloud), simulated: false, log: calls });
    return { arm, inventory: inventoryOf(arm, config, log, clock), close: async () => {} };
  }
  const simulator = await startSimulator({ topology: azure.topology, speed: azure.speed, now: clock.now, ...more });
  const cloud: Cloud = { ...clouds.AzureCloud, name: 'simulator', resourceManager: simulator.endpoint };
  const credential = { getToken: async () => simulator.token() };
  const arm = createArm({ cloud, credential, simulated: true, ca: simulator.ca, log: calls });
  return {
    arm,
    inventory: inventoryOf(arm, config, log, clock),
    simulator,
    close: () => simulator.close(),
  };
}

function inventoryOf(arm: Arm, config: Config, log: Log, clock: Clock): Inventory {
  return createInventory({
    arm,
    clock,
    subscriptions: config.subscriptions,
    skipped: (subscriptionId, failure) =>
      log.warn(
        { subscriptionId, code: failure.code, azure: failure.azureCode },
        'subscription left out of the inventory',
      ),
  });
}

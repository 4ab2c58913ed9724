import { type Arm, createArm } from './azure/arm.ts';
import { type Cloud, clouds, discoverCloud } from './azure/cloud.ts';
import { createCredential } from './azure/credential.ts';
import { createInventory, type Inventory } from './azure/inventory.ts';
import type { Config } from './config.ts';
import type { Clock } from './core/clock.ts';
import { noteArmRequest } from './core/trail.ts';
import type { Log } from './log.ts';
import type { Simulator } from './simulator/server.ts';

/** The Azure that a process talks to. */
export type Connection = {
  readonly arm: Arm;
  readonly inventory: Inventory;
  /** The same Azure with somebody else’s rights; absent where nobody else is spoken for. */
  readonly openAs?: (credential: TokenSource) => { readonly arm: Arm; readonly inventory: Inventory };
  /** The embedded Azure, where that is the one. */
  readonly simulator?: Simulator;
  close(): Promise<void>;
};

export type TokenSource = Parameters<typeof createArm>[0]['credential'];

/** `identityPort`: where an embedded Azure gives tokens to other clients, such as azure-cli; nowhere unless said. */
export async function connectAzure(
  config: Config,
  log: Log,
  clock: Clock,
  more: { readonly identityPort?: number } = {},
): Promise<Connection> {
  const calls = (call: { readonly requestId?: string }) => {
    noteArmRequest(call.requestId);
    log.debug(call, 'arm');
  };
  const { azure } = config;
  const openerOf = (create: (credential: TokenSource) => Arm) => (credential: TokenSource) => {
    const arm = create(credential);
    return { arm, inventory: inventoryOf(arm, config, log, clock) };
  };
  if (azure.kind === 'azure') {
    const { endpoint, ...by } = azure;
    const cloud = endpoint ? await discoverCloud(endpoint, by) : { ...clouds[config.cloud], ...by };
    const openAs = openerOf((credential) => createArm({ cloud, credential, simulated: false, log: calls }));
    return { ...openAs(createCredential(cloud)), openAs, close: async () => {} };
  }
  const { startSimulator } = await import('./simulator/server.ts');
  const simulator = await startSimulator({ topology: azure.topology, speed: azure.speed, now: clock.now, ...more });
  const cloud: Cloud = { ...clouds.AzureCloud, name: 'simulator', resourceManager: simulator.endpoint };
  const { ca } = simulator;
  const openAs = openerOf((credential) => createArm({ cloud, credential, simulated: true, ca, log: calls }));
  return {
    ...openAs({ getToken: async () => simulator.token() }),
    openAs,
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

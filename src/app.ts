import { randomUUID } from 'node:crypto';
import type { Inventory } from './azure/inventory.ts';
import type { Services } from './commands/command.ts';
import { createDispatcher, tasksOf } from './commands/dispatch.ts';
import { commands } from './commands/registry.ts';
import type { Config } from './config.ts';
import { type Connection, connectAzure } from './connect.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { openSqliteStore } from './jobs/sqlite-store.ts';
import { createWorker } from './jobs/worker.ts';
import type { Log } from './log.ts';
import type { Grants } from './policy/grants.ts';
import { createRenderer } from './rendering/renderer.ts';
import { createAuthentication, createBot } from './teams/bot.ts';
import { createConnectors } from './teams/connectors.ts';
import { connectorHosts } from './teams/front-door.ts';
import { createReplier } from './teams/replier.ts';
import { startServer } from './teams/server.ts';
import { type Chat, createChat } from './web/chat.ts';
import { channel } from './web/people.ts';

export type App = {
  readonly url: string;
  readonly simulated: boolean;
  readonly chat?: Chat;
  /** Resolves when the first picture of the estate is there, or could not be had. */
  readonly warm: Promise<void>;
  stop(): Promise<void>;
};

export type AppParts = {
  readonly log: Log;
  readonly clock?: Clock;
  readonly grants: () => Grants;
  /** An Azure that is there already; otherwise the one the configuration names is connected. */
  readonly connection?: Connection;
};

/** Builds each part once, joins them, and listens. What end-to-end tests boot. */
export async function createApp(config: Config, parts: AppParts): Promise<App> {
  const { log } = parts;
  const clock = parts.clock ?? systemClock;
  const connection = parts.connection ?? (await connectAzure(config, log, clock));
  const { arm, inventory } = connection;
  const store = openSqliteStore(config.dataDir);
  const renderer = createRenderer(new URL('../cards/', import.meta.url));
  const door = { local: config.local, serviceHosts: connectorHosts[config.cloud] ?? [], tenants: config.tenants };
  const authentication = createAuthentication(config.bot);
  const connectors = createConnectors(authentication, config.bot);
  const replier = createReplier({ connectors, render: renderer.render, door, clock });
  const services: Services = { arm, inventory, store, clock, grants: parts.grants, settings: config };
  const worker = createWorker({
    store,
    replier,
    clock,
    task: tasksOf(commands, services),
    surprised: (job, reference, error) =>
      log.error(
        { reference, jobId: job.id, command: job.command, conversation: job.conversation.id, error },
        'job failed',
      ),
  });
  const dispatcher = createDispatcher({ commands, services, store, worker, replier });
  const bot = createBot({
    authentication,
    dispatcher,
    replier,
    render: renderer.render,
    language: config.language,
    surprised: (reference, error) => log.error({ reference, error }, 'turn failed'),
    newReference: () => randomUUID().slice(0, 8),
  });
  let port = config.port;
  const chat = config.local
    ? createChat({
        botUrl: () => `http://127.0.0.1:${port}`,
        azureIsSimulated: arm.simulated,
        log: (line) => log.warn({ line }, 'connector'),
      })
    : undefined;
  const defaultSource = connection.simulator?.defaultSource;
  if (chat && defaultSource) await store.remember(channel.id, 'source', { kind: 'vm', name: defaultSource });
  const server = await startServer({
    host: config.host,
    port: config.port,
    door,
    bot,
    ready: () => inventory.held !== undefined,
    refused: (status, reason) => log.warn({ status, reason }, 'request refused'),
    ...(chat && { before: chat.handle }),
  });
  port = server.port;
  const warm = Promise.all([warmUp(inventory, log), renderer.warm()]).then(() => undefined);
  const resumed = await worker.resume();
  if (resumed > 0) log.info({ jobs: resumed }, 'going on with unfinished jobs');
  return {
    url: `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`,
    simulated: arm.simulated,
    ...(chat && { chat }),
    warm,
    async stop() {
      // Open event streams of the page would hold the server.
      chat?.close();
      await server.close();
      await worker.stop();
      await store.close();
      if (!parts.connection) await connection.close();
    },
  };
}

async function warmUp(inventory: Inventory, log: Log): Promise<void> {
  const estate = await inventory.estate();
  if (estate.ok) {
    log.info(
      { machines: estate.value.machines.length, subscriptions: estate.value.subscriptionIds.length },
      'estate read',
    );
  } else {
    log.warn(
      { code: estate.failure.code, azure: estate.failure.azureCode, message: estate.failure.message },
      'Azure cannot be read yet',
    );
  }
}

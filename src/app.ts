import { randomUUID } from 'node:crypto';
import type { Inventory } from './azure/inventory.ts';
import type { Services } from './commands/command.ts';
import { heedSettings } from './commands/conversation-settings.ts';
import { jobIdOf } from './commands/deliveries.ts';
import { createDispatcher } from './commands/dispatch.ts';
import { createEndings } from './commands/endings.ts';
import { writeDown } from './commands/ledger.ts';
import { commandsFor } from './commands/registry.ts';
import { createSharedRuns } from './commands/shared-runs.ts';
import { tasksOf } from './commands/tasks.ts';
import type { Config } from './config.ts';
import { type Connection, connectAzure } from './connect.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { count } from './core/telemetry.ts';
import { trail } from './core/trail.ts';
import { createDepartures } from './jobs/departures.ts';
import type { Job } from './jobs/job.ts';
import type { Patience } from './jobs/postgres-pool.ts';
import { keepTidy } from './jobs/retention.ts';
import { createWatchClock } from './jobs/watch-clock.ts';
import { createWorker, type WorkerOptions } from './jobs/worker.ts';
import type { Log } from './log.ts';
import { measuredStore, watchApp } from './measuring.ts';
import { openStore } from './open-store.ts';
import type { Grants } from './policy/grants.ts';
import { createRates } from './policy/rates.ts';
import { createReadiness } from './readiness.ts';
import { createRenderer } from './rendering/renderer.ts';
import { openSignIn } from './sign-in.ts';
import { createAuthentication } from './teams/authentication.ts';
import { createBot } from './teams/bot.ts';
import { type BotCloud, botClouds } from './teams/bot-cloud.ts';
import type { BotIdentity } from './teams/bot-identity.ts';
import { channelOf } from './teams/channel-of.ts';
import { createConnectors } from './teams/connectors.ts';
import { createRefusalLog } from './teams/refusals.ts';
import { createReplier } from './teams/replier.ts';
import { createSender } from './teams/sender.ts';
import { startServer } from './teams/server.ts';
import { createSigningKeys } from './teams/signing-keys.ts';
import { createTokenCheck } from './teams/token.ts';
import { product } from './version.ts';
import type { Chat } from './web/chat.ts';
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
  /** Another Bot Framework than the configured cloud's; tests stand one up on loopback. */
  readonly botCloud?: BotCloud;
  /** What the channel's patience is measured by: real time, however fast the rest passes. */
  readonly channelClock?: Clock;
  readonly reach?: WorkerOptions['reach'];
  /** How long a database is waited for; as usual where it is not said. */
  readonly patience?: Patience;
};

/** Builds each part once, joins them, and listens. What end-to-end tests boot. */
export async function createApp(config: Config, parts: AppParts): Promise<App> {
  const { log } = parts;
  const clock = parts.clock ?? systemClock;
  const { store: opened, engine } = await openStore(config, log, clock, parts.patience);
  const store = measuredStore(opened, config.databaseUrl ? 'postgresql' : 'sqlite');
  const connection = parts.connection ?? (await connectAzure(config, log, clock));
  const { arm, inventory } = connection;
  const renderer = createRenderer(new URL('../cards/', import.meta.url));
  const usualCloud = parts.botCloud ?? botClouds[config.cloud];
  const botCloud = { ...usualCloud, ...(config.tokenService && { tokenService: config.tokenService }) };
  const door = { local: config.local, serviceOrigins: botCloud.serviceOrigins, tenants: config.tenants };
  const gate = config.bot && createGate(config.bot, botCloud, clock, log);
  if (!gate && !config.local) throw new Error('without bot credentials only local mode is served');
  const authentication = createAuthentication(config.bot, botCloud);
  const appId = config.bot?.appId ?? '';
  const connectors = createConnectors({ authentication, appId });
  const departures = createDepartures(({ conversation }, error) =>
    log.error({ conversation: conversation.id, error }, 'work for a conversation that was left goes on'),
  );
  const sender = createSender({ clock });
  const replier = createReplier({
    sender,
    connectors,
    render: renderer.render,
    door,
    clock,
    gone(conversation) {
      log.warn({ conversation: conversation.id }, 'the channel takes nothing for this conversation any more');
      void departures.announce({ from: 'room', conversation });
    },
  });
  const services: Services = {
    arm,
    inventory,
    store,
    clock,
    grants: parts.grants,
    rates: createRates(),
    audit: store.audit,
    settings: config,
    endings: createEndings(store),
    sharing: createSharedRuns({ store, clock }),
    history: store.history,
    watches: store.watches,
  };
  const signIn = openSignIn({
    config,
    connection,
    botCloud,
    authentication,
    connectors,
    door,
    replier,
    services,
    log,
    signedIn: (turn) => dispatcher.signedIn(turn),
  });
  const commands = commandsFor(signIn);
  const worker = createWorker({
    store,
    engine,
    replier,
    clock,
    isShared: config.databaseUrl !== undefined,
    task: tasksOf(commands, services, signIn),
    abandoned: ({ id: reference, command, ...turn }) => writeDown(services, turn, 'abandoned', { reference, command }),
    ...(parts.reach && { reach: parts.reach }),
    surprised(job, reference, error) {
      count('hopcheck.failures', { 'hopcheck.place': 'job' });
      log.error({ reference, ...factsOf(job), error }, 'job failed');
    },
    unshown: (job, error) => log.warn({ ...factsOf(job), error }, 'progress not shown'),
    delivered: (job, tookMs) => log.info({ ...factsOf(job), tookMs }, 'answered'),
  });
  departures.subscribe(worker.abandon);
  const watchClock = createWatchClock({
    store,
    clock,
    async begin(job) {
      const { id: reference, command, request } = job;
      const understood = commands.find(({ name }) => name === command)?.describe?.(request);
      await writeDown(services, job, 'accepted', { reference, command, ...(understood && { understood }) });
      return worker.begin(job);
    },
    command: 'watch',
    deadlineMs: config.deadlineMs,
    surprised: (error) => log.error({ error }, 'watches could not be looked after'),
  });
  departures.subscribe(watchClock.abandon);
  const bare = createDispatcher({
    commands,
    services,
    store,
    worker,
    replier,
    ...(signIn && { people: signIn }),
  });
  const dispatcher = heedSettings(bare, store, channelOf);
  const bot = createBot({
    authentication,
    connectors,
    appId,
    scope: botCloud.scope,
    dispatcher,
    ...(signIn && { signIn }),
    replier,
    departures,
    clock: parts.channelClock ?? systemClock,
    isKept: async (utterance) => (await store.job(jobIdOf(utterance))) !== undefined,
    render: renderer.render,
    language: config.language,
    surprised(reference, error) {
      count('hopcheck.failures', { 'hopcheck.place': 'turn' });
      log.error({ reference, error }, 'turn failed');
    },
    newReference: () => randomUUID().slice(0, 8),
  });
  let port = config.port;
  const chat = config.local
    ? (await import('./web/chat.ts')).createChat({
        botUrl: () => `http://127.0.0.1:${port}`,
        azureIsSimulated: arm.simulated,
        log: (line) => log.warn({ line }, 'connector'),
      })
    : undefined;
  const defaultSource = connection.simulator?.defaultSource;
  if (chat && defaultSource) await store.remember(channel.id, 'source', { kind: 'vm', name: defaultSource });
  // Before anyone is heard: a new question is worked on only once it was acknowledged.
  const resumed = await worker.resume();
  if (resumed > 0) log.info({ jobs: resumed }, 'going on with unfinished jobs');
  watchClock.start();
  // Where people ask with their own rights, the bot's may be none.
  const hasToken = () => signIn !== undefined || arm.hasToken();
  const ready = createReadiness({ keys: () => gate?.keys.ready() ?? true, store, token: hasToken, clock });
  const unwatch = watchApp({ worker, store, ready, clock });
  const server = await startServer({
    host: config.host,
    port: config.port,
    door,
    receive: bot.receive,
    ready,
    product,
    refused: createRefusalLog(clock, (refusal) => log.warn(refusal, 'request refused')),
    surprised(error) {
      count('hopcheck.failures', { 'hopcheck.place': 'request' });
      log.error({ error }, 'request failed');
    },
    ...(gate && { checkToken: gate.checkToken }),
    ...(chat && { before: chat.handle }),
  });
  port = server.port;
  void gate?.keys.warm();
  const closing = new AbortController();
  const warm = Promise.all([warmUp(inventory, log), renderer.warm()]).then(() => undefined);
  void keepAsking(hasToken, inventory, clock, closing.signal);
  const tidying = keepTidy(
    {
      store,
      clock,
      keepMs: config.historyMs,
      pruned: (counts) => log.info(counts, 'dropped what is over and old'),
      failed: (error) => log.warn({ error }, 'what is old could not be dropped; tried again tomorrow'),
    },
    closing.signal,
  ).catch((error: unknown) => log.error({ error }, 'what is old is not dropped any more'));
  return {
    url: `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`,
    simulated: arm.simulated,
    ...(chat && { chat }),
    warm,
    async stop() {
      unwatch();
      closing.abort();
      gate?.keys.close();
      // Open event streams of the page would hold the server.
      chat?.close();
      const stopped = worker.stop();
      sender.close();
      await Promise.all([server.close(), stopped, watchClock.stop(), tidying]);
      await store.close();
      if (!parts.connection) await connection.close();
    },
  };
}

/** Which job a line of the log is about, and what Azure calls the requests that were made for it. */
function factsOf({ id, command, conversation }: Job) {
  const armRequestIds = trail()?.armRequestIds ?? [];
  return { jobId: id, command, conversation: conversation.id, ...(armRequestIds.length > 0 && { armRequestIds }) };
}

/** Verifies who speaks; the keys are fetched in the background, and until they are there everyone is refused. */
function createGate(bot: BotIdentity, cloud: BotCloud, clock: Clock, log: Log) {
  const keys = createSigningKeys({
    metadataUrl: cloud.metadataUrl,
    clock,
    loaded: (count) => log.info({ keys: count }, 'signing keys read'),
    failed: (reason) => log.warn({ reason }, 'signing keys cannot be read'),
  });
  const { appId, entraClaims } = bot;
  return { keys, checkToken: createTokenCheck({ issuer: cloud.issuer, appId, entraClaims, keys, clock }) };
}

const longestPauseMs = 30_000;

/** While there is no token `/readyz` says so, nobody is sent here, and nothing else would ask for one. */
async function keepAsking(hasToken: () => boolean, inventory: Inventory, clock: Clock, signal: AbortSignal) {
  for (let pauseMs = 1000; !hasToken(); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    await clock.sleep(pauseMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    if (!hasToken()) await inventory.estate();
  }
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

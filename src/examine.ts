import { createDatabasePassword } from './azure/database-password.ts';
import { type Config, type Environment, readConfig } from './config.ts';
import { type Connection, connectAzure } from './connect.ts';
import { type Clock, systemClock } from './core/clock.ts';
import { openGrants } from './grants-file.ts';
import { openPool } from './jobs/postgres-pool.ts';
import type { Log } from './log.ts';
import { createAuthentication } from './teams/authentication.ts';
import { type BotCloud, botClouds } from './teams/bot-cloud.ts';
import type { BotIdentity } from './teams/bot-identity.ts';
import { ownCredential } from './teams/own-credential.ts';
import { createSigningKeys } from './teams/signing-keys.ts';
import { createTokenService } from './teams/token-service.ts';
import { type DoctorParts, type DoctorTerminal, runDoctor } from './terminal/doctor.ts';
import type { BotParts } from './terminal/doctor-bot.ts';
import type { DatabaseParts } from './terminal/doctor-store.ts';

export type ExamineParts = {
  readonly log: Log;
  readonly clock?: Clock;
  /** An Azure that is there already; otherwise the one the configuration names is connected. */
  readonly connection?: Connection;
  /** Another Bot Framework than the configured cloud's; tests stand one up on loopback. */
  readonly botCloud?: BotCloud;
};

/** Looks at everything that the process would rest on with this environment. Returns the exit code. */
export async function examine(
  argv: readonly string[],
  environment: Environment,
  parts: ExamineParts,
  io: DoctorTerminal,
): Promise<number> {
  const { log, clock = systemClock, connection } = parts;
  const { config, problems, registered } = readForExamination(environment);
  const connect = config && (() => (connection ? lend(connection) : connectAzure(config, log, clock)));
  const doctor: DoctorParts = {
    configuration: { problems, registered },
    grants: { file: config?.grantsFile, problems: config ? problemsOfGrants(config, log) : [] },
    bot: config?.bot && botParts(config.bot, config, parts.botCloud ?? botClouds[config.cloud], clock),
    port: config?.port ?? 3978,
    dataDir: config?.dataDir,
    database: config && databaseParts(config),
    subscriptions: config?.subscriptions ?? [],
    connect,
    language: config?.language ?? 'en',
    clock,
  };
  return runDoctor(argv, doctor, io);
}

async function lend(connection: Connection) {
  return { arm: connection.arm, close: async () => {} };
}

const registrationSettings = [
  'MicrosoftAppType',
  'MicrosoftAppId',
  'MicrosoftAppClientId',
  'MicrosoftAppCertificatePath',
  'MicrosoftAppPassword',
] as const;

/**
 * With any part of a registration the environment is meant for production and judged as that, yet as much as possible is
 * examined in spite of its problems; without one it is the demo's and the terminal's.
 */
function readForExamination(environment: Environment) {
  const registered = registrationSettings.some((name) => environment[name]);
  const production = readConfig(environment, 'production');
  if (registered && production.ok) return { config: production.config, problems: [], registered };
  const named = environment.HOPCHECK_AZURE || environment.HOPCHECK_ARM_ENDPOINT;
  const terminal = readConfig(
    registered && !named ? { ...environment, HOPCHECK_AZURE: 'azure' } : environment,
    'terminal',
  );
  const judged = registered ? production : terminal;
  return {
    config: terminal.ok ? terminal.config : undefined,
    problems: judged.ok ? [] : judged.problems,
    registered,
  };
}

function databaseParts({ databaseUrl, cloud }: Config): DatabaseParts | undefined {
  if (!databaseUrl) return undefined;
  const { host, pathname } = new URL(databaseUrl);
  return {
    where: `${host}${pathname}`,
    async ask() {
      const sql = openPool({ url: databaseUrl, password: createDatabasePassword(cloud), cut: () => {} });
      try {
        const { rows } = await sql.query(
          `SELECT current_setting('server_version') AS version, has_database_privilege(current_database(), 'CREATE') AS may`,
          [],
        );
        return { version: String(rows[0]?.version), mayCreate: rows[0]?.may === true };
      } finally {
        await sql.close();
      }
    },
  };
}

function problemsOfGrants(config: Config, log: Log): readonly string[] {
  const grants = openGrants(config, log);
  if (!grants.ok) return grants.problems;
  grants.file.close();
  return [];
}

function botParts(
  bot: BotIdentity,
  { oauthConnection, tokenService }: Config,
  usual: BotCloud,
  clock: Clock,
): BotParts {
  const cloud = { ...usual, ...(tokenService && { tokenService }) };
  const { metadataUrl } = cloud;
  return {
    appId: bot.appId,
    proof: bot.proof.kind,
    metadataUrl,
    ...(oauthConnection && {
      signIn: { connection: oauthConnection, invite: () => inviteNobody(bot, cloud, oauthConnection) },
    }),
    fetchToken: () => ownCredential(bot, cloud).getToken(`${cloud.scope}/.default`),
    loadKeys: async () => {
      let outcome: Awaited<ReturnType<BotParts['loadKeys']>> = { failed: '' };
      const keys = createSigningKeys({
        metadataUrl,
        clock,
        loaded: (count) => {
          outcome = { keys: count };
        },
        failed: (reason) => {
          outcome = { failed: reason };
        },
      });
      // Any key id makes it fetch.
      await keys.find('');
      keys.close();
      return outcome;
    },
  };
}

/** A sign-in for nobody, somewhere that is nowhere: it shows whether the connection is there. */
function inviteNobody(bot: BotIdentity, cloud: BotCloud, connection: string) {
  const authentication = createAuthentication(bot, cloud);
  const { appId } = bot;
  const tokens = createTokenService({ authentication, appId, url: cloud.tokenService, connection });
  const [serviceUrl = ''] = cloud.serviceOrigins;
  return tokens.invite('29:doctor', {
    serviceUrl,
    conversationId: 'a:doctor',
    botId: `28:${appId}`,
    botName: 'hopcheck',
  });
}

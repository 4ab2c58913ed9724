import { createUserExchange } from './azure/bot-credential.ts';
import type { Services, Turn } from './commands/command.ts';
import type { Config } from './config.ts';
import type { Connection } from './connect.ts';
import type { Replier } from './jobs/job.ts';
import type { Log } from './log.ts';
import type { createAuthentication } from './teams/authentication.ts';
import type { BotCloud } from './teams/bot-cloud.ts';
import type { Connectors } from './teams/connectors.ts';
import type { Door } from './teams/front-door.ts';
import { createOwnChat } from './teams/own-chat.ts';
import { applicationOf } from './teams/own-credential.ts';
import { createSignIn, type SignIn } from './teams/sign-in.ts';
import { createTokenService } from './teams/token-service.ts';

export type SignInParts = {
  readonly config: Config;
  readonly connection: Connection;
  readonly botCloud: BotCloud;
  readonly authentication: ReturnType<typeof createAuthentication>;
  readonly connectors: Connectors;
  readonly door: Door;
  readonly replier: Replier;
  readonly services: Services;
  readonly log: Log;
  /** Goes on with what a person asked before. */
  readonly signedIn: (turn: Turn) => Promise<void>;
};

/** How people sign in, where the configuration wants Azure asked with their own rights. */
export function openSignIn(parts: SignInParts): SignIn | undefined {
  const { config, connection, botCloud, connectors, door, services, log } = parts;
  const { bot, oauthConnection } = config;
  const { openAs } = connection;
  if (!oauthConnection || !bot) return undefined;
  if (!openAs) throw new Error('this Azure is asked with one identity alone');
  const { cloud } = services.arm;
  const scope = `${cloud.audience.replace(/\/+$/, '')}/.default`;
  const exchange = createUserExchange(applicationOf(bot, botCloud), scope);
  return createSignIn({
    tokens: createTokenService({
      authentication: parts.authentication,
      appId: bot.appId,
      url: botCloud.tokenService,
      connection: oauthConnection,
    }),
    connection: oauthConnection,
    appId: bot.appId,
    audience: cloud.audience,
    exchange: ({ tenantId }, token) => exchange(token, tenantId),
    open: openAs,
    services,
    ownChat: createOwnChat({ connectors, door, clock: services.clock }),
    store: services.store,
    replier: parts.replier,
    clock: services.clock,
    signedIn: (turn) =>
      parts.signedIn(turn).catch((error: unknown) => {
        log.error({ person: turn.requester.objectId, error }, 'what waited for a sign-in does not go on');
      }),
    failed: ({ objectId: person, tenantId: tenant }, reason) => log.warn({ person, tenant, reason }, 'sign-in failed'),
  });
}

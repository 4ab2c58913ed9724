import { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import type { ServiceClientCredentials, ServiceClientCredentialsFactory } from 'botframework-connector';
import type { BotCloud } from './bot-cloud.ts';
import type { BotIdentity } from './bot-identity.ts';
import { ownCredential } from './own-credential.ts';

/**
 * How the SDK gets tokens for speaking. All of its endpoints are given, since one that is missing silently becomes the
 * public cloud's. What it would verify with is never asked: the door has done that.
 */
export function createAuthentication(
  bot: BotIdentity | undefined,
  cloud: BotCloud,
): ConfigurationBotFrameworkAuthentication {
  return new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: bot?.appId ?? '',
      ToChannelFromBotLoginUrl: `${cloud.authority}/${bot?.tenantId ?? cloud.sharedTenant}`,
      ToChannelFromBotOAuthScope: cloud.scope,
      ToBotFromChannelTokenIssuer: cloud.issuer,
      OAuthUrl: cloud.tokenService,
      ToBotFromChannelOpenIdMetadataUrl: cloud.metadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: cloud.metadataUrl,
      CallerId: 'urn:botframework:azure',
      ValidateAuthority: true,
    },
    bot ? credentialsOf(bot, cloud) : undefined,
  );
}

/** MSAL renews a token five minutes before its end, but takes as long to look into its cache as sending a message does. */
const holdMs = 60_000;

function holdToken(credential: ReturnType<typeof ownCredential>, scope: string): () => Promise<string> {
  let held: { readonly token: string; readonly untilMs: number } | undefined;
  return async () => {
    if (held && performance.now() < held.untilMs) return held.token;
    const { token } = (await credential.getToken(scope)) ?? {};
    if (!token) throw new Error('no token for the connector was issued');
    held = { token, untilMs: performance.now() + holdMs };
    return token;
  };
}

function credentialsOf(bot: BotIdentity, cloud: BotCloud): ServiceClientCredentialsFactory {
  const tokenNow = holdToken(ownCredential(bot, cloud), `${cloud.scope}/.default`);
  const credentials: ServiceClientCredentials = {
    async signRequest(request) {
      request.headers.set('authorization', `Bearer ${await tokenNow()}`);
      return request;
    },
  };
  return {
    isValidAppId: async (appId) => appId === bot.appId,
    isAuthenticationDisabled: async () => false,
    createCredentials: async () => credentials,
  };
}

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

function credentialsOf(bot: BotIdentity, cloud: BotCloud): ServiceClientCredentialsFactory {
  const credential = ownCredential(bot, cloud);
  const credentials: ServiceClientCredentials = {
    async signRequest(request) {
      const { token } = (await credential.getToken(`${cloud.scope}/.default`)) ?? {};
      if (!token) throw new Error('no token for the connector was issued');
      request.headers.set('authorization', `Bearer ${token}`);
      return request;
    },
  };
  return {
    isValidAppId: async (appId) => appId === bot.appId,
    isAuthenticationDisabled: async () => false,
    createCredentials: async () => credentials,
  };
}

import type { CloudName } from '../azure/cloud.ts';

/** Where a cloud's Bot Framework lives, and what its tokens say. */
export type BotCloud = {
  /** `iss` of the tokens that come with activities. */
  readonly issuer: string;
  /** The OpenID document that names the keys those tokens are signed with. */
  readonly metadataUrl: string;
  /** Origins a connector may have, exactly: never a wildcard, since anyone can register a name under trafficmanager.net. */
  readonly serviceOrigins: readonly string[];
  /** What the bot's own tokens are for. */
  readonly scope: string;
  readonly authority: string;
  /** The tenant that issues a MultiTenant bot's tokens. */
  readonly sharedTenant: string;
  readonly exchangeAudience: string;
  /** Where people's sign-ins are kept, unless a setting names one of the others: those of a region that data must stay in, or of a ring. */
  readonly tokenService: string;
  readonly otherTokenServices: readonly string[];
  /** See `BotApplication`. */
  readonly ca?: string;
};

const gcc = 'https://smba.infra.gcc.teams.microsoft.com';

/** GCC tenants live in the public cloud under a service host of their own; GCC High and DoD in the government's. */
export const botClouds: Readonly<Record<CloudName, BotCloud>> = {
  AzureCloud: {
    issuer: 'https://api.botframework.com',
    metadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
    serviceOrigins: ['https://smba.trafficmanager.net', gcc],
    scope: 'https://api.botframework.com',
    authority: 'https://login.microsoftonline.com',
    sharedTenant: 'botframework.com',
    exchangeAudience: 'api://AzureADTokenExchange',
    tokenService: 'https://token.botframework.com',
    otherTokenServices: [
      'https://europe.token.botframework.com',
      'https://unitedstates.token.botframework.com',
      'https://india.token.botframework.com',
    ],
  },
  AzureUSGovernment: {
    issuer: 'https://api.botframework.us',
    metadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
    serviceOrigins: [gcc, 'https://smba.infra.gov.teams.microsoft.us', 'https://smba.infra.dod.teams.microsoft.us'],
    scope: 'https://api.botframework.us',
    authority: 'https://login.microsoftonline.us',
    sharedTenant: 'MicrosoftServices.onmicrosoft.us',
    exchangeAudience: 'api://AzureADTokenExchangeUSGov',
    tokenService: 'https://tokengcch.botframework.azure.us',
    otherTokenServices: ['https://token.botframework.azure.us', 'https://apidod.botframework.azure.us'],
  },
  AzureChinaCloud: {
    issuer: 'https://api.botframework.azure.cn',
    metadataUrl: 'https://login.botframework.azure.cn/v1/.well-known/openidconfiguration',
    serviceOrigins: ['https://frontend.botapi.msg.infra.teams.microsoftonline.cn'],
    scope: 'https://api.botframework.azure.cn',
    authority: 'https://login.partner.microsoftonline.cn',
    sharedTenant: 'microsoftservices.partner.onmschina.cn',
    exchangeAudience: 'api://AzureADTokenExchangeChina',
    tokenService: 'https://token.botframework.azure.cn',
    otherTokenServices: [],
  },
};

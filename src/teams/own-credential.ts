import { type BotApplication, createBotCredential } from '../azure/bot-credential.ts';
import type { BotCloud } from './bot-cloud.ts';
import type { BotIdentity } from './bot-identity.ts';

/** How the bot proves itself to its cloud; its tokens are for `cloud.scope`. A MultiTenant bot gets them from the shared tenant. */
export function ownCredential(bot: BotIdentity, cloud: BotCloud): ReturnType<typeof createBotCredential> {
  return createBotCredential(applicationOf(bot, cloud));
}

export function applicationOf(bot: BotIdentity, cloud: BotCloud): BotApplication {
  return {
    appId: bot.appId,
    tenantId: bot.appType === 'MultiTenant' ? cloud.sharedTenant : (bot.tenantId ?? cloud.sharedTenant),
    proof: bot.proof,
    authority: cloud.authority,
    exchangeAudience: cloud.exchangeAudience,
    ...(cloud.ca && { ca: cloud.ca }),
  };
}

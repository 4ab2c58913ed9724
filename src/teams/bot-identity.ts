import type { BotProof } from '../azure/bot-credential.ts';

/** The bot's registration. */
export type BotIdentity = {
  readonly appType: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant';
  readonly appId: string;
  readonly tenantId?: string;
  readonly proof: BotProof;
  /** Whether a token that also carries an Entra token's `tid`, `appid` or `azp` is taken for a connector's. */
  readonly entraClaims: 'refused' | 'accepted';
};

/** The bot's registration, as the SDK is told about it. */
export type BotIdentity = {
  readonly appType: 'SingleTenant' | 'UserAssignedMSI' | 'MultiTenant';
  readonly appId: string;
  readonly tenantId?: string;
  readonly password?: string;
};

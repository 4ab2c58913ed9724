export const findingCodes = ['NSG_DENY_IN'] as const;
export type FindingCode = (typeof findingCodes)[number];

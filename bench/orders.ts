import { z } from 'zod';
import type { BotCloud } from '../src/teams/bot-cloud.ts';

/** What the process of hopcheck-server.ts is told on its command line. */
export type ServerOrders = {
  readonly dataDir: string;
  readonly cloud: BotCloud;
  readonly azure: {
    readonly endpoint: string;
    readonly ca: string;
    readonly token: string;
    readonly expiresOnTimestamp: number;
  };
};

/** One request to Azure; `leftMs` and `answeredMs` are milliseconds since the epoch. */
export const ArmCall = z.object({
  method: z.string(),
  path: z.string(),
  status: z.number(),
  leftMs: z.number(),
  answeredMs: z.number(),
});
export type ArmCall = z.infer<typeof ArmCall>;

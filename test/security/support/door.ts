import { request } from 'node:http';
import type { BotCloud } from '../../../src/teams/bot-cloud.ts';
import { botClouds } from '../../../src/teams/bot-cloud.ts';
import type { KnownActivity } from '../../../src/teams/front-door.ts';
import type { Refusal } from '../../../src/teams/refusals.ts';
import { type Limits, startServer } from '../../../src/teams/server.ts';
import { createSigningKeys } from '../../../src/teams/signing-keys.ts';
import { createTokenCheck } from '../../../src/teams/token.ts';
import { createManualClock, type ManualClock } from '../../support/clock.ts';

export const appId = '6a0b1f5e-0000-4000-8000-00000000b0a7';
export const tenantId = '6a0b1f5e-0000-4000-8000-0000000000aa';

export type OpenDoor = {
  readonly port: number;
  readonly clock: ManualClock;
  readonly refusals: Refusal[];
  readonly received: KnownActivity[];
  readonly surprises: unknown[];
  close(): Promise<void>;
};

/** The door as production has it, with the keys of `metadataUrl`; behind it nothing but a list of what came through. */
export async function openDoor(
  metadataUrl: string | 'local',
  options: {
    readonly cloud?: BotCloud;
    readonly entraClaims?: 'refused' | 'accepted';
    readonly limits?: Partial<Limits>;
    readonly keep?: boolean;
  } = {},
): Promise<OpenDoor> {
  const { cloud = botClouds.AzureCloud, entraClaims = 'refused', limits, keep = true } = options;
  const clock = createManualClock();
  const local = metadataUrl === 'local';
  const keys = createSigningKeys({ metadataUrl, clock });
  if (!local) await keys.warm();
  const refusals: Refusal[] = [];
  const received: KnownActivity[] = [];
  const surprises: unknown[] = [];
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    door: { local, serviceOrigins: cloud.serviceOrigins, tenants: [tenantId] },
    ...(!local && { checkToken: createTokenCheck({ issuer: cloud.issuer, appId, entraClaims, keys, clock }) }),
    receive: async (known) => {
      if (keep) received.push(known);
      return { status: 200 };
    },
    ready: async () => ({ keys: keys.ready() }),
    product: { name: 'hopcheck' },
    refused: (refusal) => {
      if (keep) refusals.push(refusal);
    },
    surprised: (error) => surprises.push(error),
    ...(limits && { limits }),
  });
  return {
    port: server.port,
    clock,
    refusals,
    received,
    surprises,
    async close() {
      keys.close();
      await server.close();
    },
  };
}

export type Answer = { readonly status: number; readonly body: string; readonly headers: Record<string, unknown> };

/** Posts with every header under control, twice the same one too. */
export function post(
  port: number,
  body: string,
  headers: Record<string, string | string[]>,
  options: { readonly path?: string; readonly method?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: options.path ?? '/api/messages',
        method: options.method ?? 'POST',
        headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            headers: response.headers,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

export const serviceUrl = 'https://smba.trafficmanager.net/amer/';

/** A message as Teams sends it. */
export function messageActivity(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'message',
    id: '1700000000000',
    channelId: 'msteams',
    serviceUrl,
    timestamp: '2026-01-01T00:00:00.000Z',
    text: 'help',
    locale: 'en-US',
    conversation: { id: 'a:1', conversationType: 'personal', tenantId },
    from: { id: '29:1', name: 'On-call', aadObjectId: '6a0b1f5e-0000-4000-8000-000000000001' },
    recipient: { id: `28:${appId}`, name: 'hopcheck' },
    channelData: { tenant: { id: tenantId } },
    ...changes,
  };
}

export function connectorClaims(nowSeconds: number, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: 'https://api.botframework.com',
    aud: appId,
    nbf: nowSeconds - 60,
    exp: nowSeconds + 3600,
    serviceurl: serviceUrl,
    ...changes,
  };
}

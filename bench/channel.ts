import { Agent, createServer, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { BotCloud } from '../src/teams/bot-cloud.ts';
import { botClouds } from '../src/teams/bot-cloud.ts';
import { startAuthority } from '../test/security/support/bot-framework.ts';
import { appId, connectorClaims, messageActivity } from '../test/security/support/door.ts';
import { makeKey, sign, startIssuer } from '../test/security/support/issuer.ts';

/** What a bot sent: a POST is a new message, a PUT one written over. */
export type Sent = { readonly method: string; readonly summary: string; readonly atMs: number };

/** Teams on loopback: signs activities with a key of its own, publishes that key, and takes what the bot says. */
export type Channel = {
  /** For a bot in a process of its own; plain data. */
  readonly cloud: BotCloud;
  /** Whatever came since the last call. */
  take(): readonly Sent[];
  /** Says something in the `n`th conversation. Resolves with the status and the milliseconds until the turn was over. */
  say(port: number, n: number, words: string): Promise<{ readonly status: number; readonly tookMs: number }>;
  close(): Promise<void>;
};

/** So many that no tenant's and no conversation's rate is in the way of what is measured. */
const tenants = 64;
const conversations = 4096;

export const tenantIds: readonly string[] = Array.from(
  { length: tenants },
  (_, at) => `6a0b1f5e-0000-4000-8001-${String(at).padStart(12, '0')}`,
);

export async function openChannel(): Promise<Channel> {
  const key = await makeKey('key-1');
  const [issuer, authority] = await Promise.all([startIssuer([key.jwk]), startAuthority()]);
  let sent: Sent[] = [];
  let ids = 0;
  const connector = createServer(async (asked, response) => {
    const atMs = Date.now();
    const body: { summary?: string } = JSON.parse(await text(asked));
    sent.push({ method: asked.method ?? '', summary: body.summary ?? '', atMs });
    ids += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: String(ids) }));
  });
  connector.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => connector.listen(0, '127.0.0.1', resolve));
  const address = connector.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const serviceUrl = `${origin}/connector`;
  const token = await sign(key, connectorClaims(Math.floor(Date.now() / 1000), { serviceurl: serviceUrl }));
  const agent = new Agent({ keepAlive: true });
  let said = 0;

  return {
    cloud: {
      ...botClouds.AzureCloud,
      metadataUrl: issuer.metadataUrl,
      serviceOrigins: [origin],
      authority: authority.url,
      ca: authority.ca,
    },
    take() {
      const taken = sent;
      sent = [];
      return taken;
    },
    say(port, n, words) {
      said += 1;
      const tenantId = tenantIds[n % tenants];
      const activity = messageActivity({
        id: `${Date.now()}-${said}`,
        timestamp: new Date().toISOString(),
        text: words,
        serviceUrl,
        conversation: { id: `a:${n % conversations}`, conversationType: 'personal', tenantId },
        channelData: { tenant: { id: tenantId } },
      });
      return post(port, agent, token, JSON.stringify(activity));
    },
    async close() {
      agent.destroy();
      connector.closeAllConnections();
      connector.close();
      await Promise.all([issuer.close(), authority.close()]);
    },
  };
}

function post(port: number, agent: Agent, token: string, body: string) {
  return new Promise<{ readonly status: number; readonly tookMs: number }>((resolve, reject) => {
    const startedMs = performance.now();
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(
      { host: '127.0.0.1', port, agent, method: 'POST', path: '/api/messages', headers },
      (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode ?? 0, tookMs: performance.now() - startedMs }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The settings of a bot that this channel speaks to. */
export const registration = {
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppId: appId,
  MicrosoftAppTenantId: tenantIds[0] ?? '',
  MicrosoftAppPassword: 'secret-of-the-bench',
} as const;

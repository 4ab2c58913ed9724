import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { createAuthentication } from '../../src/teams/authentication.ts';
import { type BotCloud, botClouds } from '../../src/teams/bot-cloud.ts';
import { createConnectors } from '../../src/teams/connectors.ts';
import { createReplier } from '../../src/teams/replier.ts';
import { createSender } from '../../src/teams/sender.ts';
import { type Authority, startAuthority } from '../security/support/bot-framework.ts';
import { appId, tenantId } from '../security/support/door.ts';
import { type Listening, listen } from '../security/support/issuer.ts';
import { createManualClock } from '../support/clock.ts';

/** What a service does with a request. */
type Deed =
  | 'answer'
  | 'silence'
  | 'reset'
  | 'slow body'
  | { readonly status: number; readonly location?: string; readonly retryAfterS?: number };

type Service = Listening & { deed: Deed; readonly tokens: (string | undefined)[] };

async function startService(): Promise<Service> {
  const tokens: (string | undefined)[] = [];
  const state: { deed: Deed } = { deed: 'answer' };
  const listening = await listen((request, response) => {
    tokens.push(request.headers.authorization);
    const { deed } = state;
    if (deed === 'silence') return;
    if (deed === 'reset') {
      response.destroy();
    } else if (deed === 'slow body') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
    } else if (deed === 'answer') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"id":"1"}');
    } else {
      if (deed.location !== undefined) response.setHeader('location', deed.location);
      if (deed.retryAfterS !== undefined) response.setHeader('retry-after', deed.retryAfterS);
      response.statusCode = deed.status;
      response.end();
    }
  });
  return Object.assign(state, listening, { tokens });
}

let authority: Authority;
let service: Service;
let foreign: Service;
let cloud: BotCloud;

beforeAll(async () => {
  [authority, service, foreign] = await Promise.all([startAuthority(), startService(), startService()]);
  cloud = { ...botClouds.AzureCloud, authority: authority.url, ca: authority.ca, serviceOrigins: [service.url] };
});
afterEach(() => {
  service.deed = 'answer';
  service.tokens.length = 0;
});
afterAll(() => Promise.all([authority.close(), service.close(), foreign.close()]));

function connect() {
  const bot = {
    appType: 'SingleTenant',
    appId,
    tenantId,
    proof: { kind: 'secret', secret: 'client-secret' },
    entraClaims: 'refused',
  } as const;
  return createConnectors({ authentication: createAuthentication(bot, cloud), appId, timeoutMs: 300 });
}

async function speak(kind: 'create' | 'update') {
  const { conversations } = await connect()(`${service.url}/amer`);
  const activity = { type: 'message', text: 'hello' };
  return kind === 'create'
    ? conversations.sendToConversation('a:1', activity)
    : conversations.updateActivity('a:1', '1', activity);
}

const replierWith = (clock: Clock) =>
  createReplier({
    sender: createSender({ clock, random: () => 0 }),
    gone: () => {},
    connectors: connect(),
    render: () => ({}),
    door: { local: false, serviceOrigins: cloud.serviceOrigins, tenants: [tenantId] },
    clock,
  });

const conversationAt = (serviceUrl: string) => ({
  id: 'a:1',
  kind: 'personal' as const,
  reference: { serviceUrl, conversationId: 'a:1', botId: '28:1', botName: 'hopcheck' },
});

const reply = { card: 'notice', data: {}, summary: 'x' };

describe('speaking to the connector', () => {
  test('takes the bot’s token along', async () => {
    expect(await speak('create')).toMatchObject({ id: '1' });
    expect(service.tokens).toEqual(['Bearer connector-token']);
  });

  const kinds = ['create', 'update'] as const;
  const deeds: readonly Deed[] = [
    'silence',
    'reset',
    'slow body',
    { status: 429 },
    { status: 500 },
    { status: 503 },
    { status: 401 },
  ];
  test.each(kinds.flatMap((kind) => deeds.map((deed) => [kind, deed] as const)))(
    'is one request for one %s and ends when the service does this: %j',
    async (kind, deed) => {
      service.deed = deed;
      await expect(speak(kind)).rejects.toThrow();
      expect(service.tokens).toHaveLength(1);
    },
  );

  test.each([301, 302, 303, 307, 308])('follows no %i, neither to another host nor to the same', async (status) => {
    for (const location of [`${foreign.url}/elsewhere`, `${service.url}/elsewhere`, '/elsewhere']) {
      service.deed = { status, location };
      await speak('create').catch(() => {});
    }
    expect(foreign.tokens).toEqual([]);
    expect(service.tokens).toHaveLength(3);
  });

  test('waits as the service says, then speaks again', async () => {
    const clock = createManualClock();
    const replier = replierWith(clock);
    for (const speaking of [
      () => replier.send(conversationAt(service.url), reply),
      () => replier.update(conversationAt(service.url), '1', reply),
    ]) {
      service.deed = { status: 429, retryAfterS: 7 };
      service.tokens.length = 0;
      const spoken = speaking();
      await expect.poll(() => clock.sleepers).toBe(1);
      expect(service.tokens).toHaveLength(1);
      service.deed = 'answer';
      await clock.advance(6999);
      expect(clock.sleepers).toBe(1);
      await clock.advance(1);
      await spoken;
      expect(service.tokens).toHaveLength(2);
    }
  });

  test('does not happen for a stored conversation at a place that is not served', async () => {
    const replier = replierWith(createManualClock());
    const asked = authority.asked.length;
    for (const url of [foreign.url, `${service.url}@${new URL(foreign.url).host}/`, `${service.url}.example.org/`]) {
      await expect(replier.send(conversationAt(url), reply)).rejects.toThrow(/not allowed/);
      await expect(replier.update(conversationAt(url), '1', reply)).rejects.toThrow(/not allowed/);
    }
    expect(foreign.tokens).toEqual([]);
    expect(authority.asked).toHaveLength(asked);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { type Connection, connectAzure } from '../../src/connect.ts';
import type { Log } from '../../src/log.ts';
import { everyone } from '../../src/policy/grants.ts';
import { buttonsOf, cardOf, isFinal, summaryOf } from '../support/app.ts';
import { createFastClock, createManualClock } from '../support/clock.ts';
import { type BotFramework, startBotFramework } from './support/bot-framework.ts';
import { appId, connectorClaims, messageActivity, post, tenantId } from './support/door.ts';
import { makeKey, sign } from './support/issuer.ts';

const clock = createFastClock(50);
const logged: { level: string; facts: object; message: string }[] = [];
const note = (level: string) => (facts: object, message: string) => void logged.push({ level, facts, message });
const log: Log = { debug() {}, info: note('info'), warn: note('warn'), error: note('error') };

let framework: BotFramework;
let app: App;
let port: number;
let config: Config;
let connection: Connection;
const grants = everyone('test');

beforeAll(async () => {
  framework = await startBotFramework();
  framework.connector.open({ id: 'a:1', kind: 'personal', members: [{ id: '29:1', name: 'On-call' }] });
  const reading = readConfig(
    {
      HOST: '127.0.0.1',
      PORT: '0',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppId: appId,
      MicrosoftAppTenantId: tenantId,
      MicrosoftAppPassword: 'client-secret',
      HOPCHECK_AZURE: 'simulator',
      HOPCHECK_SPEED: '1',
    },
    'production',
  );
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const { dataDir: _inMemory, ...inMemory } = reading.config;
  config = inMemory;
  connection = await connectAzure(config, log, clock);
  framework.issuer.behaviour = 'fail';
  app = await createApp(config, { log, clock, connection, grants: () => grants, botCloud: framework.cloud });
  port = Number(new URL(app.url).port);
  await app.warm;
});
afterAll(async () => {
  await app.stop();
  await connection.close();
  await framework.close();
});

const token = (changes: Record<string, unknown> = {}, key = framework.key) =>
  sign(key, connectorClaims(Math.floor(clock.now() / 1000), { serviceurl: framework.serviceUrl, ...changes }));

async function deliver(changes: Record<string, unknown>, by?: string) {
  const body = JSON.stringify(messageActivity({ serviceUrl: framework.serviceUrl, ...changes }));
  return post(port, body, { authorization: `Bearer ${by ?? (await token())}` });
}

const ready = async () => (await fetch(`${app.url}/readyz`)).status;

describe('in production', () => {
  test('the process is not ready and lets nobody in until it has the keys', async () => {
    expect(await ready()).toBe(503);
    expect((await deliver({ id: '0' })).status).toBe(401);
    framework.issuer.behaviour = 'answer';
    await expect.poll(ready, { timeout: 10_000 }).toBe(200);
  });

  test('a process that never got the keys stops when it is told to', async () => {
    const still = createManualClock();
    const unreachable = { ...framework.cloud, metadataUrl: 'http://127.0.0.1:9/metadata' };
    const other = await createApp(config, {
      log,
      clock: still,
      connection,
      grants: () => grants,
      botCloud: unreachable,
    });
    await expect.poll(() => still.sleepers).toBeGreaterThan(0);
    await other.stop();
    expect(still.sleepers).toBe(0);
  });

  test('a signed question ends in one card, spoken with the bot’s own token', async () => {
    const answer = await deliver({ id: '1', text: 'check from app0 to vm db0 port 1433' });
    expect(answer).toMatchObject({ status: 200, body: '' });
    const card = await framework.connector.waitFor((message) => isFinal(message), 15_000);
    expect(summaryOf(card)).toBe('Reachable: app0 → db0:1433');
    expect(framework.connector.activities('a:1')).toHaveLength(1);
    expect(new Set(framework.presented)).toEqual(new Set(['Bearer connector-token']));
    expect(
      framework.authority.asked.map(({ path, form }) => [path, form.client_id, form.scope, form.client_secret]),
    ).toEqual([
      [
        `/${tenantId}/oauth2/v2.0/token`,
        appId,
        expect.stringContaining('https://api.botframework.com/.default'),
        'client-secret',
      ],
    ]);
  });

  test('a signed press of a button is answered in the response', async () => {
    const card = await framework.connector.waitFor((message) => isFinal(message));
    const raw = buttonsOf(cardOf(card)).find(({ verb }) => verb === 'raw');
    const answer = await deliver({
      id: '2',
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: card.id,
      value: { action: { type: 'Action.Execute', verb: 'raw', data: raw?.data }, trigger: 'manual' },
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive' });
  });

  test('a forged one does nothing at all', async () => {
    const sent = framework.presented.length;
    const rogue = await token({}, await makeKey('key-1'));
    const foreign = { channelData: { tenant: { id: appId } }, conversation: { id: 'a:1', tenantId: appId } };
    expect((await deliver({ id: '3', text: 'check from app0 to db0 port 80' }, rogue)).status).toBe(401);
    expect((await deliver({ id: '4', ...foreign })).status).toBe(403);
    expect((await deliver({ id: '5', serviceUrl: 'http://127.0.0.1:9/connector' })).status).toBe(403);
    expect((await post(port, '{}', {})).status).toBe(401);
    expect(framework.presented.length).toBe(sent);
  });

  test('the issuer’s next key is taken when it comes, and a day without the issuer changes nothing', async () => {
    const next = await makeKey('key-2');
    framework.issuer.keys = [framework.key.jwk, next.jwk];
    await expect
      .poll(async () => (await deliver({ id: '6', text: 'help' }, await token({}, next))).status, { timeout: 10_000 })
      .toBe(200);
    framework.issuer.behaviour = 'fail';
    expect((await deliver({ id: '7', text: 'help' }, await token({}, next))).status).toBe(200);
    expect(await ready()).toBe(200);
  });

  test('an activity that the connector does not know the channel of leaves one line for each refusal', () => {
    const refusals = logged.filter(({ message }) => message === 'request refused');
    expect(refusals.map(({ level, facts }) => [level, facts])).toContainEqual([
      'warn',
      { status: 401, reason: 'signature or time', from: '127.0.0.1' },
    ]);
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

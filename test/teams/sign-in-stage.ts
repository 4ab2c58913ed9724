import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { type App, createApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { type Connection, connectAzure } from '../../src/connect.ts';
import type { Log } from '../../src/log.ts';
import { everyone } from '../../src/policy/grants.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import type { Message } from '../../src/web/conversations.ts';
import { type BotFramework, startBotFramework } from '../security/support/bot-framework.ts';
import { type Answer, appId, connectorClaims, messageActivity, post, tenantId } from '../security/support/door.ts';
import { makeKey, sign } from '../security/support/issuer.ts';
import { connectionName } from '../security/support/token-office.ts';
import { buttonsOf, cardOf, isFinal } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';

/** Somebody in Teams and in Azure: the principals of the embedded Azure stand in for people. */
export type Person = { readonly id: string; readonly objectId: string; readonly chat: string };

export const channelId = '19:channel@thread.tacv2';
export const groupId = '19:group@unq.gbl.spaces';

type Place = 'personal' | 'group' | 'channel';

export const operator: Person = {
  id: '29:operator',
  objectId: '6a0b1f5e-0000-4000-8000-000000000001',
  chat: 'a:operator',
};
/** May do nothing in Azure. */
export const outsider: Person = {
  id: '29:outsider',
  objectId: '6a0b1f5e-0000-4000-8000-000000000002',
  chat: 'a:outsider',
};
/** Has rights in Azure, and no chat with the bot. */
export const stranger: Person = {
  id: '29:stranger',
  objectId: '6a0b1f5e-0000-4000-8000-000000000003',
  chat: 'a:stranger',
};

/** The shop's topology, in which the bot itself may do nothing at all. */
function topologyFile(folder: string): string {
  const shipped = readFileSync(new URL('../../src/simulator/topologies/contoso.yaml', import.meta.url), 'utf8');
  const all = '[{ actions: "*" }]';
  const people = [
    'principals:',
    '  - { name: hopcheck, grants: [] }',
    `  - { name: operator, objectId: ${operator.objectId}, grants: ${all} }`,
    `  - { name: outsider, objectId: ${outsider.objectId}, grants: [] }`,
    `  - { name: stranger, objectId: ${stranger.objectId}, grants: ${all} }`,
    '',
  ].join('\n');
  const path = join(folder, 'people.yaml');
  writeFileSync(path, shipped.replace(/^principals:\n[\s\S]*?(?=^subscriptions:)/m, `${people}\n`));
  return path;
}

export type Stage = {
  readonly framework: BotFramework;
  readonly simulator: Simulator;
  readonly logged: { readonly level: string; readonly facts: object; readonly message: string }[];
  /** Ends the process and starts another one over the same store. */
  restart(): Promise<void>;
  /** A token that the person's client or the token service may have. */
  tokenOf(person: Person, changes?: Record<string, unknown>): Promise<string>;
  says(person: Person, text: string, where?: Place): Promise<Answer>;
  /** The person adds the bot for themselves. */
  adds(person: Person): Promise<Answer>;
  presses(person: Person, message: Message, verb: string): Promise<Answer>;
  /** The client hands over its token for the sign-in card that it was shown last. */
  exchanges(person: Person, id?: string, where?: Place): Promise<Answer>;
  invokes(person: Person, name: string, value: object): Promise<Answer>;
  /** The bot's messages in a conversation. */
  said(conversationId: string): readonly Message[];
  /** The card of a result that is newer than `after`. */
  result(conversationId: string, after?: Message): Promise<Message>;
  invitation(conversationId: string, after?: Message): Promise<Message>;
  close(): Promise<void>;
};

export async function startStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-'));
  const clock = createFastClock(25);
  const framework = await startBotFramework();
  const { connector, authority } = framework;
  for (const { id, objectId, chat } of [operator, outsider]) {
    connector.open({ id: chat, kind: 'personal', members: [{ id, name: id, objectId }] });
  }
  connector.open({ id: channelId, kind: 'channel', members: [] });
  connector.open({ id: groupId, kind: 'groupChat', members: [] });
  const config = configOf(topologyFile(folder), join(folder, 'data'));
  const logged: Stage['logged'] = [];
  const note = (level: string) => (facts: object, message: string) => void logged.push({ level, facts, message });
  const log: Log = { debug() {}, info() {}, warn: note('warn'), error: note('error') };
  const connection: Connection = await connectAzure(config, log, clock);
  const { simulator } = connection;
  if (!simulator) throw new Error('the embedded Azure was asked for');
  const tenant = simulator.topology.tenantId;
  const key = await makeKey('entra');
  const nameOf = (objectId: unknown) =>
    simulator.topology.principals.find((principal) => principal.objectId === objectId)?.name;
  authority.answer = ({ form }) => {
    if (form.requested_token_use !== 'on_behalf_of') return 'connector-token';
    return simulator.token(nameOf(decodeJwt(form.assertion ?? '').oid)).token;
  };

  const open = async (): Promise<App> => {
    const grants = everyone('test');
    const app = await createApp(
      { ...config, tenants: [tenant] },
      { log, clock, connection, grants: () => grants, botCloud: framework.cloud },
    );
    await app.warm;
    while ((await fetch(`${app.url}/readyz`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
    return app;
  };
  let app = await open();
  let sent = 0;

  const deliver = async (person: Person, where: Place, changes: Record<string, unknown>) => {
    sent += 1;
    const [id, conversationType] = {
      channel: [channelId, 'channel'],
      group: [groupId, 'groupChat'],
      personal: [person.chat, 'personal'],
    }[where];
    const conversation = { id, conversationType, tenantId: tenant };
    const activity = messageActivity({
      id: String(1_700_000_000_000 + sent),
      timestamp: new Date(1_700_000_000_000 + sent).toISOString(),
      serviceUrl: framework.serviceUrl,
      conversation,
      channelData: { tenant: { id: tenant } },
      from: { id: person.id, name: person.id, aadObjectId: person.objectId },
      ...changes,
    });
    const claims = connectorClaims(Math.floor(clock.now() / 1000), { serviceurl: framework.serviceUrl });
    const authorization = `Bearer ${await sign(framework.key, claims)}`;
    return post(Number(new URL(app.url).port), JSON.stringify(activity), { authorization });
  };
  const tokenOf: Stage['tokenOf'] = (person, changes = {}) =>
    sign(key, {
      aud: appId,
      oid: person.objectId,
      tid: tenant,
      exp: Math.floor(clock.now() / 1000) + 86_400,
      ...changes,
    });
  const invokes: Stage['invokes'] = (person, name, value) =>
    deliver(person, 'personal', { type: 'invoke', name, value });
  const isInvitation = (message: Message) => contentTypeOf(message) === 'application/vnd.microsoft.card.oauth';
  const isAfter = (message: Message, after: Message | undefined) => !after || Number(message.id) > Number(after.id);

  return {
    framework,
    simulator,
    logged,
    async restart() {
      await app.stop();
      app = await open();
    },
    tokenOf,
    says: (person, text, where = 'personal') => deliver(person, where, { text }),
    adds: (person) => deliver(person, 'personal', { type: 'installationUpdate', action: 'add' }),
    presses(person, message, verb) {
      const { data } = buttonsOf(cardOf(message)).find((button) => button.verb === verb) ?? {};
      const where = message.conversationId === channelId ? 'channel' : 'personal';
      const value = { action: { type: 'Action.Execute', verb, data } };
      return deliver(person, where, { type: 'invoke', name: 'adaptiveCard/action', replyToId: message.id, value });
    },
    exchanges: async (person, id = 'exchange', where = 'personal') =>
      deliver(person, where, {
        type: 'invoke',
        name: 'signin/tokenExchange',
        value: { id, connectionName, token: await tokenOf(person) },
      }),
    invokes,
    said: (conversationId) => connector.activities(conversationId),
    result: (conversationId, after) =>
      connector.waitFor(
        (message) =>
          message.conversationId === conversationId &&
          isAfter(message, after) &&
          !isInvitation(message) &&
          isFinal(message),
        8000,
      ),
    invitation: (conversationId, after) =>
      connector.waitFor(
        (message) => message.conversationId === conversationId && isAfter(message, after) && isInvitation(message),
        8000,
      ),
    async close() {
      await app.stop();
      await connection.close();
      await framework.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(topology: string, dataDir: string): Config {
  const reading = readConfig(
    {
      HOST: '127.0.0.1',
      PORT: '0',
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppId: appId,
      MicrosoftAppTenantId: tenantId,
      MicrosoftAppPassword: 'client-secret',
      HOPCHECK_AZURE: 'simulator',
      HOPCHECK_SPEED: '40',
      HOPCHECK_TOPOLOGY: topology,
      HOPCHECK_DATA_DIR: dataDir,
      HOPCHECK_IDENTITY: 'user',
      HOPCHECK_OAUTH_CONNECTION: connectionName,
    },
    'production',
  );
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

function contentTypeOf(message: Message): unknown {
  const { attachments } = message.activity;
  const [first] = Array.isArray(attachments) ? attachments : [];
  return typeof first === 'object' && first !== null && 'contentType' in first ? first.contentType : undefined;
}

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type App, createApp } from '../../src/app.ts';
import { machineActions, watcherActions } from '../../src/azure/permissions.ts';
import { type Environment, readConfig } from '../../src/config.ts';
import { type Connection, connectAzure } from '../../src/connect.ts';
import { systemClock } from '../../src/core/clock.ts';
import { examine } from '../../src/examine.ts';
import { everyone } from '../../src/policy/grants.ts';
import type { Planted } from '../../src/simulator/faults.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { examineDatabase } from '../../src/terminal/doctor-store.ts';
import { type BotFramework, startBotFramework } from '../security/support/bot-framework.ts';
import { listen } from '../security/support/issuer.ts';
import { connectionName } from '../security/support/token-office.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const tenant = '22222222-2222-4222-8222-222222222222';
const secret = 'canary-5b1c';
const registered: Environment = {
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppId: '11111111-1111-4111-8111-111111111111',
  MicrosoftAppTenantId: tenant,
  MicrosoftAppPassword: secret,
  HOPCHECK_AZURE: 'simulator',
  HOPCHECK_SPEED: '1000',
};

const Report = z.strictObject({
  ok: z.boolean(),
  lines: z.array(
    z.strictObject({
      check: z.string(),
      subject: z.string().optional(),
      state: z.enum(['ok', 'problem', 'unknown']),
      message: z.string().min(1),
      fix: z.string().min(1).optional(),
    }),
  ),
});

let framework: BotFramework;
let folder: string;
let app: App;
let idle: Connection;
/** What production rests on, all of it right. */
let healthy: Environment;

beforeAll(async () => {
  framework = await startBotFramework();
  folder = mkdtempSync(join(tmpdir(), 'hopcheck-'));
  mkdirSync(join(folder, 'data'));
  const grants = join(folder, 'grants.yaml');
  writeFileSync(grants, `tenants: [${tenant}]\nrules: []\n`);
  healthy = {
    ...registered,
    HOPCHECK_TOPOLOGY: 'nsg-inbound-nic',
    HOPCHECK_GRANTS: grants,
    HOPCHECK_DATA_DIR: join(folder, 'data'),
  };
  const reading = readConfig({ ...healthy, HOST: '127.0.0.1', PORT: '0' }, 'production');
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  idle = await connectAzure(reading.config, log, systemClock);
  const all = everyone('test');
  app = await createApp(reading.config, {
    log,
    connection: idle,
    grants: () => all,
    botCloud: framework.cloud,
  });
});
afterEach(() => {
  framework.authority.answer = 'connector-token';
  framework.issuer.behaviour = 'answer';
  framework.issuer.keys = [framework.key.jwk];
});
afterAll(async () => {
  await app.stop();
  await idle.close();
  await framework.close();
  rmSync(folder, { recursive: true });
});

type Case = {
  readonly environment?: Environment;
  readonly plant?: readonly Planted[];
  /** Roles as the permissions API tells them; all actions when absent. */
  readonly permissions?: object;
  readonly arguments?: readonly string[];
};

async function run(given: Case = {}, ...more: readonly string[]) {
  const environment = { ...healthy, ...given.environment };
  const reading = readConfig(environment, 'production');
  const connection = reading.ok ? await connectAzure(reading.config, log, systemClock) : undefined;
  // Of two that fit a request the first one planted answers.
  connection?.simulator?.plant(...(given.plant ?? []), {
    path: '/Microsoft.Authorization/permissions',
    times: 'always',
    fault: { kind: 'body', json: z.json().parse(given.permissions ?? roles(['*'])) },
  });
  const out: string[] = [];
  const err: string[] = [];
  const argv = [...(given.arguments ?? ['--endpoint', `${app.url}/api/messages`]), ...more];
  const parts = { log, botCloud: framework.cloud, ...(connection && { connection }) };
  const exitCode = await examine(argv, environment, parts, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  await connection?.close();
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}

async function report(given: Case = {}) {
  const { exitCode, out } = await run(given, '--json');
  const { ok, lines } = Report.parse(JSON.parse(out));
  expect(ok).toBe(exitCode === 0);
  return { exitCode, lines, bad: lines.filter(({ state }) => state !== 'ok') };
}

const roles = (actions: readonly string[], notActions: readonly string[] = []) => ({
  value: [{ actions, notActions }],
});

/** `/subscriptions` and everything below it. */
const always = (fault: Planted['fault'], where: Partial<Planted> = {}): Planted => ({
  ...where,
  times: 'always',
  fault,
});

describe('where nothing is wrong', () => {
  test('every line is ok, in the order of what rests on what, and the exit code is 0', async () => {
    const { exitCode, lines, bad } = await report();
    expect(bad).toEqual([]);
    expect(exitCode).toBe(0);
    expect(lines.map(({ check }) => check)).toEqual([
      'configuration',
      'grants',
      'bot',
      'keys',
      'endpoint',
      'credential',
      'clock',
      'subscriptions',
      'machines',
      'region',
      'role',
      'agents',
      'store',
    ]);
  });

  test('with people who sign in there is one more, for the connection they do it over', async () => {
    const people = { HOPCHECK_IDENTITY: 'user', HOPCHECK_OAUTH_CONNECTION: connectionName };
    const { lines, bad } = await report({ environment: people });
    expect([bad, lines.filter(({ check }) => check === 'signIn').length]).toEqual([[], 1]);
    const other = await report({ environment: { ...people, HOPCHECK_OAUTH_CONNECTION: 'another' } });
    expect(other.bad).toMatchObject([{ check: 'signIn', state: 'problem', fix: expect.stringContaining('OAUTH') }]);
  });

  test('exactly the actions of the role are enough', async () => {
    const { bad } = await report({ permissions: roles([...watcherActions, ...machineActions]) });
    expect(bad).toEqual([]);
  });

  test('the table says the same in both languages, a line for each, without secrets', async () => {
    const [english, chinese] = [await run(), await run({}, '--language', 'zh')];
    expect(english.exitCode).toBe(0);
    expect(english.out).toMatch(/^ok {2}bot credentials +Entra gave a token for 11111111-/m);
    expect(english.out).toMatch(/Nothing is wrong\.$/);
    expect(chinese.out).toMatch(/^正常 {2}机器人凭据 +Entra 已为/m);
    expect(chinese.out.split('\n')).toHaveLength(english.out.split('\n').length);
    expect(english.out).not.toContain(secret);
  });
});

describe('each planted fault is named, with what to do', () => {
  const entra = (number: number, text: string) => {
    framework.authority.answer = {
      status: 401,
      body: { error: 'invalid_client', error_description: `AADSTS${number}: ${text}`, error_codes: [number] },
    };
  };

  type Fault = Case & {
    readonly what: string;
    readonly before?: () => void;
    readonly check: string;
    readonly says: RegExp;
    readonly fix: RegExp;
  };
  const faults: readonly Fault[] = [
    {
      what: 'a setting that is wrong',
      environment: { HOPCHECK_SLOW_MS: 'slow' },
      check: 'configuration',
      says: /HOPCHECK_SLOW_MS: must be a number/,
      fix: /configuration\.md/,
    },
    {
      what: 'a registration without its proof',
      environment: { MicrosoftAppPassword: '' },
      check: 'configuration',
      says: /nothing proves that this is the bot/,
      fix: /configuration\.md/,
    },
    {
      what: 'no grants file',
      environment: { HOPCHECK_GRANTS: '' },
      check: 'grants',
      says: /everything is denied/,
      fix: /HOPCHECK_GRANTS/,
    },
    {
      what: 'a grants file that is not there',
      environment: { HOPCHECK_GRANTS: '/nowhere/grants.yaml' },
      check: 'grants',
      says: /cannot be read/,
      fix: /grants -- validate/,
    },
    {
      what: 'a wrong secret',
      before: () => entra(7000215, 'Invalid client secret provided.'),
      check: 'bot',
      says: /AADSTS7000215/,
      fix: /not its id/,
    },
    {
      what: 'an expired secret',
      before: () => entra(7000222, 'The provided client secret keys are expired.'),
      check: 'bot',
      says: /expired/,
      fix: /make a new one/,
    },
    {
      what: 'a registration in another tenant',
      before: () => entra(700016, 'Application was not found in the directory.'),
      check: 'bot',
      says: /AADSTS700016/,
      fix: /MicrosoftAppTenantId/,
    },
    {
      what: 'an error of Entra that is not known',
      before: () => entra(50196, 'The server terminated an operation.'),
      check: 'bot',
      says: /AADSTS50196/,
      fix: /client secret/,
    },
    {
      what: 'a key document without keys',
      before: () => {
        framework.issuer.keys = [];
      },
      check: 'keys',
      says: /no usable key/,
      fix: /every message is refused/,
    },
    {
      what: 'a proxy’s page in the key document’s place',
      before: () => {
        framework.issuer.behaviour = 'garbage';
      },
      check: 'keys',
      says: /gave no keys/,
      fix: /over https/,
    },
    {
      what: 'an endpoint where nobody listens',
      arguments: ['--endpoint', 'http://127.0.0.1:9/api/messages'],
      check: 'endpoint',
      says: /cannot be reached/,
      fix: /certificate/,
    },
    {
      what: 'an identity that Azure does not accept',
      plant: [always({ kind: 'error', status: 401, code: 'InvalidAuthenticationToken' })],
      check: 'credential',
      says: /InvalidAuthenticationToken/,
      fix: /AZURE_CLIENT_ID/,
    },
    {
      what: 'a proxy’s page in Azure’s place',
      plant: [always({ kind: 'html', status: 200 })],
      check: 'credential',
      says: /does not answer as Resource Manager/,
      fix: /NODE_EXTRA_CA_CERTS/,
    },
    {
      what: 'a clock that is an hour behind',
      plant: [always({ kind: 'clockSkew', seconds: 3600 })],
      check: 'clock',
      says: /^3[56]\d\d seconds behind/,
      fix: /NTP/,
    },
    {
      what: 'a clock that is ten minutes ahead',
      plant: [always({ kind: 'clockSkew', seconds: -600 })],
      check: 'clock',
      says: /^(59\d|60\d) seconds ahead/,
      fix: /NTP/,
    },
    {
      what: 'a subscription that is not seen',
      environment: { HOPCHECK_SUBSCRIPTIONS: '44444444-4444-4444-8444-444444444444' },
      check: 'subscriptions',
      says: /44444444-/,
      fix: /HOPCHECK_SUBSCRIPTIONS/,
    },
    {
      what: 'an identity that sees no subscription',
      plant: [always({ kind: 'body', json: { value: [] } }, { on: 'subscriptions.list' })],
      check: 'subscriptions',
      says: /sees none/,
      fix: /infra\/role\.json/,
    },
    {
      what: 'machines that may not be listed',
      plant: [always({ kind: 'error', status: 403, code: 'AuthorizationFailed' }, { on: 'virtualMachines.listAll' })],
      check: 'machines',
      says: /AZURE_FORBIDDEN: AuthorizationFailed/,
      fix: /infra\/role\.json/,
    },
    {
      what: 'an identity that sees no machine',
      plant: [always({ kind: 'body', json: { value: [] } }, { on: 'virtualMachines.listAll' })],
      check: 'machines',
      says: /sees none/,
      fix: /infra\/role\.json/,
    },
    {
      what: 'a region with machines and no watcher',
      environment: { HOPCHECK_TOPOLOGY: join(import.meta.dirname, '../fixtures/no-watcher.yaml') },
      check: 'region',
      says: /2 machines and no network watcher/,
      fix: /az network watcher configure .*--locations westeurope/,
    },
    {
      what: 'an action that the role lacks',
      permissions: roles([
        '*/read',
        'Microsoft.Network/networkWatchers/nextHop/action',
        'Microsoft.Network/networkInterfaces/effectiveNetworkSecurityGroups/action',
      ]),
      check: 'role',
      says: /lacks 4 actions: .*connectivityCheck\/action/,
      fix: /az role assignment create .*--scope \/subscriptions\/.*\/resourceGroups\/NetworkWatcherRG$/,
    },
    {
      what: 'an action that the role takes away',
      permissions: roles(['*'], ['microsoft.network/networkwatchers/CONNECTIVITYCHECK/*']),
      check: 'role',
      says: /lacks Microsoft\.Network\/networkWatchers\/connectivityCheck\/action$/,
      fix: /NetworkWatcherRG/,
    },
    {
      what: 'a machine without agent',
      environment: { HOPCHECK_TOPOLOGY: 'agent-missing' },
      check: 'agents',
      says: /1 of 2 machines .*: LabRG\/app0/,
      fix: /--vm-name app0 .*NetworkWatcherAgentLinux/,
    },
    {
      what: 'a database that cannot be reached',
      environment: { DATABASE_URL: `postgres://hopcheck:${secret}@127.0.0.1:9/hopcheck` },
      check: 'store',
      says: /^127\.0\.0\.1:9\/hopcheck cannot be used: .*ECONNREFUSED/,
      fix: /DATABASE_URL/,
    },
    {
      what: 'a data folder that is a file',
      environment: { HOPCHECK_DATA_DIR: import.meta.filename },
      check: 'store',
      says: /not a folder/,
      fix: /HOPCHECK_DATA_DIR/,
    },
  ];
  test.each(faults)('$what', async ({ before, check, says, fix, ...given }) => {
    before?.();
    const { exitCode, lines } = await report(given);
    expect(exitCode).toBe(1);
    const problems = lines.filter(({ state }) => state === 'problem');
    expect(problems.map((line) => line.check)).toContain(check);
    const named = problems.filter((line) => line.check === check);
    expect(named[0]?.message).toMatch(says);
    expect(named[0]?.fix).toMatch(fix);
    expect(JSON.stringify(lines)).not.toContain(secret);
  });

  const answers: readonly (readonly [status: number, says: RegExp])[] = [
    [200, /without a token/],
    [404, /Something else/],
    [302, /Something else/],
    [502, /Something else/],
  ];
  test.each(answers)('an endpoint that answers a stranger with %i', async (status, fix) => {
    const other = await listen((_request, response) => {
      response.writeHead(status, { location: '/' });
      response.end();
    });
    const { lines } = await report({ arguments: ['--endpoint', `${other.url}/api/messages`] });
    await other.close();
    const line = lines.find(({ check }) => check === 'endpoint');
    expect(line?.state).toBe('problem');
    expect(line?.message).toContain(String(status));
    expect(line?.fix).toMatch(fix);
  });

  const databases: readonly (readonly [mayCreate: boolean, state: string, says: RegExp])[] = [
    [true, 'ok', /^PostgreSQL 16\.4 at db\/hopcheck$/],
    [false, 'problem', /does not let hopcheck make its tables/],
  ];
  test.each(databases)('a database that lets tables be made: %s', async (mayCreate, state, says) => {
    const line = await examineDatabase(
      { where: 'db/hopcheck', ask: async () => ({ version: '16.4', mayCreate }) },
      'en',
    );
    expect(line.state).toBe(state);
    expect(line.text).toMatch(says);
  });

  test('a file in the database’s place', async () => {
    const place = mkdtempSync(join(folder, 'data-'));
    writeFileSync(join(place, 'hopcheck.sqlite'), 'something else that is long enough');
    const { bad } = await report({ environment: { HOPCHECK_DATA_DIR: place } });
    expect(bad).toMatchObject([
      { check: 'store', state: 'problem', message: expect.stringContaining('not a database') },
    ]);
  });

  test.skipIf(process.getuid?.() === 0)('a data folder that cannot be written', async () => {
    const { bad } = await report({ environment: { HOPCHECK_DATA_DIR: '/proc/hopcheck' } });
    expect(bad).toMatchObject([{ check: 'store', state: 'problem' }]);
  });
});

describe('what cannot be told is unknown, and no problem', () => {
  test('a role that may not be read', async () => {
    const refused = always({ kind: 'error', status: 403, code: 'AuthorizationFailed' }, { path: '/permissions' });
    const { exitCode, bad } = await report({ plant: [refused] });
    expect(exitCode).toBe(0);
    expect(bad).toMatchObject([{ check: 'role', state: 'unknown', fix: expect.stringContaining('permissions/read') }]);
    expect(bad[0]?.message).toMatch(/LabRG, NetworkWatcherRG|NetworkWatcherRG, LabRG/);
  });

  test('the bot, its keys and its endpoint, without a registration', async () => {
    const none = { MicrosoftAppType: '', MicrosoftAppId: '', MicrosoftAppTenantId: '', MicrosoftAppPassword: '' };
    const { exitCode, bad } = await report({ environment: { ...none, HOPCHECK_GRANTS: '' }, arguments: [] });
    const unknown = bad.filter(({ check }) => check !== 'role');
    expect(unknown.map(({ check, state }) => [check, state])).toEqual([
      ['grants', 'unknown'],
      ['bot', 'unknown'],
      ['keys', 'unknown'],
      ['endpoint', 'unknown'],
    ]);
    expect(exitCode).toBe(0);
  });

  test('everything behind a configuration that cannot be read', async () => {
    const { exitCode, lines } = await report({ environment: { PORT: 'eighty', HOPCHECK_CLOUD: 'Moon' } });
    expect(exitCode).toBe(1);
    expect(lines.filter(({ check }) => check === 'configuration')).toHaveLength(2);
    expect(lines.filter(({ state }) => state === 'ok').map(({ check }) => check)).toEqual(['endpoint']);
  });
});

describe('the command line', () => {
  const wrong = [['--jsno'], ['now'], ['--endpoint', 'bot.example.com'], ['--language', 'fr']];
  test.each(wrong)('%j is wrong usage', async (...argv) => {
    const { exitCode, err, out } = await run({ arguments: argv });
    expect([exitCode, out]).toEqual([64, '']);
    expect(err).toMatch(/^Usage: npm run --silent doctor/);
  });

  test('an Azure that cannot be found is a line, not a crash', async () => {
    const out: string[] = [];
    const environment = { ...registered, HOPCHECK_AZURE: '', HOPCHECK_ARM_ENDPOINT: 'https://127.0.0.1:9' };
    const io = { out: (text: string) => out.push(text), err: () => {} };
    expect(await examine(['--json'], environment, { log, botCloud: framework.cloud }, io)).toBe(1);
    const { lines } = Report.parse(JSON.parse(out.join('')));
    expect(lines.find(({ check }) => check === 'credential')).toMatchObject({ state: 'problem' });
    expect(lines.filter(({ check }) => ['clock', 'machines', 'agents'].includes(check))).toHaveLength(3);
  });
});

describe('the command itself', () => {
  let simulator: Simulator;
  let ca: string;
  beforeAll(async () => {
    simulator = await startSimulator({ topology: 'nsg-inbound-nic', identityPort: 0 });
    ca = join(folder, 'ca.pem');
    writeFileSync(ca, simulator.ca);
  });
  afterAll(() => simulator.close());

  async function start(environment: Environment) {
    const words = [join(import.meta.dirname, '../../src/main.ts'), 'doctor', '--json'];
    const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        words,
        { env: { PATH: process.env.PATH, PORT: '9', ...environment } },
        (_, stdout) => resolve({ code: child.exitCode ?? -1, out: stdout }),
      );
    });
    return { code, lines: Report.parse(JSON.parse(out)).lines };
  }

  test('looks at the embedded Azure where no other is named', async () => {
    const { code, lines } = await start({ HOPCHECK_TOPOLOGY: 'nsg-inbound-nic' });
    expect(code).toBe(0);
    expect(lines.filter(({ state }) => state === 'ok').map(({ check }) => check)).toEqual(
      expect.arrayContaining(['configuration', 'credential', 'clock', 'subscriptions', 'machines', 'region', 'agents']),
    );
  });

  const outside = (): Environment => ({
    HOPCHECK_ARM_ENDPOINT: simulator.endpoint,
    NODE_EXTRA_CA_CERTS: ca,
    AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    IDENTITY_ENDPOINT: simulator.identity?.endpoint,
    IDENTITY_HEADER: simulator.identity?.header,
  });

  test('fetches its token as in production where another Azure is named', async () => {
    const { code, lines } = await start(outside());
    expect(code).toBe(0);
    expect(lines.find(({ check }) => check === 'credential')).toMatchObject({
      state: 'ok',
      message: `${new URL(simulator.endpoint).host} accepts the identity`,
    });
  });

  test('names an identity that gives no token, and compares the clocks all the same', async () => {
    const { code, lines } = await start({ ...outside(), IDENTITY_HEADER: 'wrong' });
    expect(code).toBe(1);
    expect(lines.find(({ check }) => check === 'credential')?.message).toMatch(/AZURE_UNAUTHORIZED.*ManagedIdentity/);
    expect(lines.find(({ check }) => check === 'clock')?.state).toBe('ok');
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Environment, type Mode, readConfig, settings } from '../src/config.ts';

const appId = '11111111-1111-4111-8111-111111111111';
const tenant = '22222222-2222-4222-8222-222222222222';
const registered: Environment = {
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppId: appId,
  MicrosoftAppTenantId: tenant,
  MicrosoftAppPassword: 'canary-9f3',
};

function configOf(environment: Environment, mode: Mode) {
  const reading = readConfig(environment, mode);
  if (!reading.ok) throw new Error(reading.problems.join('; '));
  return reading.config;
}

function problemsOf(environment: Environment, mode: Mode): string {
  const reading = readConfig(environment, mode);
  return reading.ok ? '' : reading.problems.join('\n');
}

describe('configuration', () => {
  test('the example file documents every setting that is read, and no other', () => {
    const example = readFileSync(join(import.meta.dirname, '..', '.env.example'), 'utf8');
    const documented = [...example.matchAll(/^([A-Za-z_]+)=/gm)].map((match) => match[1]);
    expect(documented.toSorted()).toEqual(Object.keys(settings).toSorted());
  });

  test('local mode needs nothing, binds loopback, and simulates', () => {
    expect(configOf({ HOST: '0.0.0.0' }, 'local')).toMatchObject({
      host: '127.0.0.1',
      port: 3978,
      azure: { kind: 'simulator', topology: 'contoso', speed: 10 },
    });
    expect(configOf({}, 'local').dataDir).toBeUndefined();
    expect(configOf(registered, 'local').bot).toBeUndefined();
  });

  test('production answers with the real Azure unless simulated answers are asked for by name', () => {
    expect(configOf(registered, 'production')).toMatchObject({
      host: '0.0.0.0',
      azure: { kind: 'azure' },
      tenants: [tenant],
      dataDir: './data',
      deadlineMs: 600_000,
    });
    expect(configOf({ ...registered, HOPCHECK_AZURE: 'simulator' }, 'production').azure.kind).toBe('simulator');
  });

  test('another Resource Manager is a real Azure, in the terminal too', () => {
    const environment = { HOPCHECK_ARM_ENDPOINT: 'https://localhost:8443' };
    expect(configOf({}, 'terminal').azure.kind).toBe('simulator');
    expect(configOf(environment, 'terminal').azure).toEqual({ kind: 'azure', endpoint: 'https://localhost:8443' });
    expect(problemsOf({ ...environment, HOPCHECK_AZURE: 'simulator' }, 'terminal')).toMatch(/unset one of them/);
  });

  const wrong: readonly (readonly [environment: Environment, mode: Mode, names: readonly RegExp[]])[] = [
    [{}, 'production', [/MicrosoftAppId is missing/, /MicrosoftAppType is missing/, /npm run demo/]],
    [{ ...registered, MicrosoftAppType: 'Anything' }, 'production', [/MicrosoftAppType/]],
    [{ ...registered, MicrosoftAppType: 'MultiTenant' }, 'production', [/HOPCHECK_TENANTS is missing/]],
    [{ ...registered, MicrosoftAppId: 'me' }, 'production', [/MicrosoftAppId: must be a GUID/]],
    [
      { PORT: 'eighty', HOPCHECK_SPEED: 'fast', HOPCHECK_CLOUD: 'Moon' },
      'local',
      [/PORT: must be a number/, /HOPCHECK_SPEED/, /HOPCHECK_CLOUD/],
    ],
    [{ PORT: '70000' }, 'local', [/PORT/]],
    [{ METRICS_PORT: 'many' }, 'local', [/METRICS_PORT: must be a port/]],
    [{ METRICS_PORT: '3978' }, 'local', [/METRICS_PORT is 3978, and so is PORT/]],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'terminal',
      [/"grpc" is not served/],
    ],
    [{ HOPCHECK_ARM_ENDPOINT: 'http://localhost' }, 'terminal', [/HOPCHECK_ARM_ENDPOINT: must be an https URL/]],
    [{ HOPCHECK_SUBSCRIPTIONS: 'mine' }, 'local', [/HOPCHECK_SUBSCRIPTIONS: must be a GUID/]],
  ];
  test.each(wrong)('%j in %s mode is refused, every problem named', (environment, mode, names) => {
    const problems = problemsOf(environment, mode);
    for (const name of names) expect(problems).toMatch(name);
    expect(problems).not.toContain('canary-9f3');
  });

  test('people sign in only where an OAuth connection is named, and not in local mode', () => {
    const user = { HOPCHECK_IDENTITY: 'user' };
    const connected = { ...user, HOPCHECK_OAUTH_CONNECTION: 'azure-sign-in' };
    expect(configOf({ ...registered, ...connected }, 'production').oauthConnection).toBe('azure-sign-in');
    expect(problemsOf({ ...registered, ...user }, 'production')).toMatch(/^HOPCHECK_OAUTH_CONNECTION is missing/);
    expect(problemsOf({ ...registered, ...user, HOPCHECK_OAUTH_CONNECTION: 'a b' }, 'production')).toMatch(
      /CONNECTION/,
    );
    const served = { ...registered, ...connected, HOPCHECK_TOKEN_SERVICE: 'https://europe.token.botframework.com/' };
    expect(configOf(served, 'production').tokenService).toBe('https://europe.token.botframework.com');
    for (const service of [
      'https://europe.token.botframework.com.example',
      'https://tokengcch.botframework.azure.us',
    ]) {
      const problems = problemsOf({ ...served, HOPCHECK_TOKEN_SERVICE: service }, 'production');
      expect(problems).toMatch(/^HOPCHECK_TOKEN_SERVICE is none of AzureCloud: it has https:\/\/token/);
    }
    expect(problemsOf(connected, 'production')).toMatch(/MicrosoftAppId is missing/);
    expect(problemsOf(connected, 'local')).toMatch(/local mode has no Teams to sign in to/);
    expect(configOf(user, 'terminal').oauthConnection).toBeUndefined();
    expect(configOf({ ...registered, HOPCHECK_OAUTH_CONNECTION: 'x' }, 'production').oauthConnection).toBeUndefined();
  });

  describe('what proves that a process is the bot', () => {
    const { MicrosoftAppPassword: _none, ...unproven } = registered;
    const folder = mkdtempSync(join(tmpdir(), 'hopcheck-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const pem = (...parts: readonly string[]) => {
      const path = join(mkdtempSync(join(folder, 'proof-')), 'bot.pem');
      writeFileSync(path, parts.map((part) => `-----BEGIN ${part}-----\nAAAA\n-----END ${part}-----\n`).join(''));
      return path;
    };
    const identity = '33333333-3333-4333-8333-333333333333';

    test('is the managed identity, or the best of federated credential, certificate and secret', () => {
      const path = pem('CERTIFICATE', 'RSA PRIVATE KEY');
      const all = { ...registered, MicrosoftAppCertificatePath: path, MicrosoftAppClientId: identity };
      const proofOf = (environment: Environment) => configOf(environment, 'production').bot?.proof;
      expect(proofOf(registered)).toEqual({ kind: 'secret', secret: 'canary-9f3' });
      expect(proofOf({ ...registered, MicrosoftAppCertificatePath: path })).toEqual({ kind: 'certificate', path });
      expect(proofOf(all)).toEqual({ kind: 'federated', clientId: identity });
      expect(proofOf({ ...unproven, MicrosoftAppType: 'UserAssignedMSI' })).toEqual({ kind: 'managed identity' });
      expect(
        configOf({ ...registered, MicrosoftAppType: 'MultiTenant', HOPCHECK_TENANTS: tenant }, 'production'),
      ).toMatchObject({ tenants: [tenant], bot: { appType: 'MultiTenant', entraClaims: 'refused' } });
    });

    const wrong: readonly (readonly [what: string, changes: Environment, names: readonly RegExp[]])[] = [
      ['nothing', {}, [/nothing proves that this is the bot/, /MicrosoftAppClientId/, /MicrosoftAppCertificatePath/]],
      [
        'no file',
        { MicrosoftAppCertificatePath: '/nowhere/bot.pem' },
        [/CertificatePath: .*cannot be read \(ENOENT\)/],
      ],
      ['a folder', { MicrosoftAppCertificatePath: tmpdir() }, [/CertificatePath: .*cannot be read \(EISDIR\)/]],
      ['a file without the key', { MicrosoftAppCertificatePath: pem('CERTIFICATE') }, [/no PRIVATE KEY/]],
      [
        'a file with neither',
        { MicrosoftAppCertificatePath: pem('PUBLIC KEY') },
        [/no CERTIFICATE in PEM/, /no PRIVATE KEY in PEM/],
      ],
      [
        'a secret beside a managed identity',
        { MicrosoftAppType: 'UserAssignedMSI', MicrosoftAppPassword: 'canary-9f3', MicrosoftAppClientId: identity },
        [/MicrosoftAppPassword is set/, /MicrosoftAppClientId is set/],
      ],
      ['an identity that is no id', { MicrosoftAppClientId: 'me' }, [/MicrosoftAppClientId: must be a GUID/]],
      ['a half registration', { MicrosoftAppTenantId: '' }, [/MicrosoftAppTenantId is missing/, /nothing proves/]],
      ['an odd wish', { MicrosoftAppPassword: 'x', HOPCHECK_ENTRA_CLAIMS: 'maybe' }, [/HOPCHECK_ENTRA_CLAIMS/]],
    ];
    test.each(wrong)('is not %s', (_what, changes, names) => {
      const problems = problemsOf({ ...unproven, ...changes }, 'production');
      for (const name of names) expect(problems).toMatch(name);
      expect(problems).not.toContain('canary-9f3');
    });
  });

  test('an empty variable counts as absent, and lists may be separated by commas, spaces or semicolons', () => {
    expect(configOf({ PORT: '', HOPCHECK_SUBSCRIPTIONS: `${tenant}, ${appId};${tenant}` }, 'local')).toMatchObject({
      port: 3978,
      subscriptions: [tenant, appId, tenant],
    });
  });
});

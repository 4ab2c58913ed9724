import { SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createUserCredential, type UserCredentialOptions } from '../../src/azure/user-credential.ts';
import { createManualClock } from '../support/clock.ts';

const person = { tenantId: '6a0b1f5e-0000-4000-8000-0000000000aa', objectId: '6a0b1f5e-0000-4000-8000-000000000001' };
const appId = '6a0b1f5e-0000-4000-8000-00000000b0a7';
const azure = 'https://management.azure.com';
const scope = `${azure}/.default`;

let clock = createManualClock();
let forgotten = 0;
let reasons: string[] = [];
let exchanged: string[] = [];
beforeEach(() => {
  clock = createManualClock();
  forgotten = 0;
  reasons = [];
  exchanged = [];
});

const tokenFor = (aud: string, changes: Record<string, unknown> = {}) =>
  new SignJWT({ aud, oid: person.objectId, tid: person.tenantId, exp: clock.now() / 1000 + 3600, ...changes })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new Uint8Array(32));

const credential = (options: Partial<UserCredentialOptions> = {}) =>
  createUserCredential({
    person,
    audience: azure,
    appId,
    now: clock.now,
    fetch: () => tokenFor(appId),
    async exchange(token) {
      exchanged.push(token);
      return { token: await tokenFor(azure), expiresOnTimestamp: clock.now() + 3_600_000 };
    },
    forget: async () => {
      forgotten += 1;
    },
    failed: (reason) => reasons.push(reason),
    ...options,
  });

const codeOf = async (asked: Promise<unknown>) =>
  asked.then(
    () => 'a token',
    (error: { problem?: { code: string; facts: { why?: string } } }) =>
      [error.problem?.code, error.problem?.facts.why].filter(Boolean).join(' '),
  );

/** As @azure/identity hands on what MSAL was told. */
const refusal = (errorCode: string, words = '') =>
  new Error('Automatic authentication is disabled.', {
    cause: Object.assign(new Error(`${words} canary-assertion`), { errorCode }),
  });

describe('a person’s token for Azure', () => {
  test('is exchanged once for all who ask at once, and again shortly before it expires', async () => {
    const own = credential();
    const tokens = await Promise.all([own.getToken(scope), own.getToken(scope), own.getToken(scope)]);
    expect(new Set(tokens.map((token) => token?.token)).size).toBe(1);
    await clock.advance(50 * 60_000);
    await own.getToken(scope);
    expect(exchanged).toHaveLength(1);
    await clock.advance(6 * 60_000);
    await own.getToken(scope);
    expect(exchanged).toHaveLength(2);
  });

  test.each([azure, `${azure}/`, 'https://management.core.windows.net/'])(
    'is used as it is where the sign-in was to %s',
    async (audience) => {
      const token = await tokenFor(audience);
      const own = credential({ fetch: async () => token });
      expect((await own.getToken(scope))?.token).toBe(token);
      expect(exchanged).toEqual([]);
    },
  );

  test.each([appId, appId.toUpperCase(), `api://${appId}`, `api://hopcheck.example.com/botid-${appId}`])(
    'is exchanged where the sign-in was to %s',
    async (audience) => {
      await credential({ fetch: () => tokenFor(audience) }).getToken(scope);
      expect(exchanged).toHaveLength(1);
    },
  );

  const other = '6a0b1f5e-0000-4000-8000-000000000009';
  const wrong: readonly (readonly [
    what: string,
    options: Partial<UserCredentialOptions>,
    code: string,
    forgets: number,
  ])[] = [
    ['nobody signed in', { fetch: async () => undefined }, 'SIGN_IN_NEEDED', 0],
    ['it has expired', { fetch: () => tokenFor(appId, { exp: 1 }) }, 'SIGN_IN_NEEDED', 0],
    ['it is another person’s', { fetch: () => tokenFor(appId, { oid: other }) }, 'SIGN_IN_FAILED otherPerson', 1],
    ['it is of another directory', { fetch: () => tokenFor(azure, { tid: other }) }, 'SIGN_IN_FAILED otherPerson', 1],
    ['it names nobody', { fetch: () => tokenFor(azure, { oid: undefined }) }, 'SIGN_IN_FAILED refused', 1],
    ['it is no token', { fetch: async () => 'opaque' }, 'SIGN_IN_FAILED refused', 1],
    ['it is for something else', { fetch: () => tokenFor('https://graph.microsoft.com') }, 'SIGN_IN_FAILED refused', 0],
    ['it is for another bot', { fetch: () => tokenFor(`api://x/botid-${other}`) }, 'SIGN_IN_FAILED refused', 0],
    [
      'the exchange gives another person’s',
      { exchange: async () => ({ token: await tokenFor(azure, { oid: other }), expiresOnTimestamp: 1 }) },
      'SIGN_IN_FAILED otherPerson',
      1,
    ],
    [
      'conditional access wants more',
      { exchange: () => Promise.reject(refusal('invalid_grant', 'AADSTS50076')) },
      'SIGN_IN_NEEDED',
      1,
    ],
    ['the person has to consent', { exchange: () => Promise.reject(refusal('consent_required')) }, 'SIGN_IN_NEEDED', 1],
    [
      'the bot is refused',
      { exchange: () => Promise.reject(refusal('invalid_client', 'AADSTS7000215')) },
      'SIGN_IN_FAILED refused',
      0,
    ],
    [
      'the directory is silent',
      { exchange: () => Promise.reject(refusal('network_error')) },
      'SIGN_IN_FAILED unreachable',
      0,
    ],
    [
      'the token service is silent',
      { fetch: () => Promise.reject(new Error('canary-token')) },
      'SIGN_IN_FAILED unreachable',
      0,
    ],
  ];
  test.each(wrong)('is not had when %s', async (_what, options, code, forgets) => {
    expect(await codeOf(credential(options).getToken(scope))).toBe(code);
    expect(forgotten).toBe(forgets);
    expect(reasons.join(' ')).not.toContain('canary');
  });

  test('is asked for anew after a failure', async () => {
    let silent = true;
    const own = credential({ fetch: () => (silent ? Promise.reject(new Error('down')) : tokenFor(appId)) });
    expect(await codeOf(own.getToken(scope))).toBe('SIGN_IN_FAILED unreachable');
    silent = false;
    expect(await codeOf(own.getToken(scope))).toBe('a token');
  });

  test('that Azure finds too weak is dropped, and never asked for again in its place', async () => {
    const own = credential();
    await own.getToken(scope);
    expect(await codeOf(own.getToken(scope, { claims: '{"access_token":{}}' }))).toBe('SIGN_IN_NEEDED');
    expect([forgotten, exchanged.length]).toEqual([1, 1]);
    await own.getToken(scope);
    expect(exchanged).toHaveLength(2);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader, exportPKCS8 } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type BotApplication,
  type BotProof,
  createBotCredential,
  createUserExchange,
} from '../../src/azure/bot-credential.ts';
import { type Authority, startAuthority } from '../security/support/bot-framework.ts';
import { type Listening, listen } from '../security/support/issuer.ts';

const appId = '6a0b1f5e-0000-4000-8000-00000000b0a7';
const tenantId = '6a0b1f5e-0000-4000-8000-0000000000aa';
const identityId = '6a0b1f5e-0000-4000-8000-00000000001d';
const scope = 'https://api.botframework.com/.default';

let authority: Authority;
let identity: Listening;
let identityAsked: URLSearchParams[];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hopcheck-'));
  writeFileSync(join(folder, 'bot.pem'), await makeCertificateFile());
  authority = await startAuthority();
  identityAsked = [];
  identity = await listen((request, response) => {
    identityAsked.push(new URL(request.url ?? '/', 'http://127.0.0.1').searchParams);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: 'identity-token',
        token_type: 'Bearer',
        expires_on: String(Math.floor(Date.now() / 1000) + 7200),
      }),
    );
  });
  vi.stubEnv('IDENTITY_ENDPOINT', `${identity.url}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'secret-header');
});
beforeEach(() => {
  authority.asked.length = 0;
  authority.answer = 'connector-token';
  authority.silent = false;
  identityAsked.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  await Promise.all([authority.close(), identity.close()]);
});

const application = (proof: BotProof, timeoutMs = 2000): BotApplication => ({
  appId,
  tenantId,
  proof,
  authority: authority.url,
  exchangeAudience: 'api://AzureADTokenExchange',
  ca: authority.ca,
  timeoutMs,
});
const credential = (proof: BotProof, timeoutMs?: number) => createBotCredential(application(proof, timeoutMs));

describe('the bot proves itself', () => {
  test('by a client secret, asked once and remembered', async () => {
    const own = credential({ kind: 'secret', secret: 'client-secret' });
    expect((await own.getToken(scope))?.token).toBe('connector-token');
    expect((await own.getToken(scope))?.token).toBe('connector-token');
    expect(authority.asked).toHaveLength(1);
    expect(authority.asked[0]).toMatchObject({
      path: `/${tenantId}/oauth2/v2.0/token`,
      form: { client_id: appId, client_secret: 'client-secret', grant_type: 'client_credentials' },
    });
  });

  test('by a certificate, whose key never leaves', async () => {
    const own = credential({ kind: 'certificate', path: join(folder, 'bot.pem') });
    expect((await own.getToken(scope))?.token).toBe('connector-token');
    const form = authority.asked[0]?.form ?? {};
    expect(form.client_secret).toBeUndefined();
    expect(decodeJwt(form.client_assertion ?? '')).toMatchObject({ iss: appId, sub: appId });
    expect(decodeProtectedHeader(form.client_assertion ?? '').alg).toMatch(/^[RP]S256$/);
  });

  test('by a federated credential: the identity’s token for the exchange, and that for the bot’s', async () => {
    const own = credential({ kind: 'federated', clientId: identityId });
    expect((await own.getToken(scope))?.token).toBe('connector-token');
    expect(identityAsked[0]?.get('resource')).toBe('api://AzureADTokenExchange');
    expect(identityAsked[0]?.get('client_id')).toBe(identityId);
    expect(authority.asked[0]?.form).toMatchObject({ client_id: appId, client_assertion: 'identity-token' });
  });

  test('by its managed identity, whatever other credentials the environment holds', async () => {
    vi.stubEnv('AZURE_CLIENT_ID', identityId);
    vi.stubEnv('AZURE_TENANT_ID', tenantId);
    vi.stubEnv('AZURE_CLIENT_SECRET', 'for Azure alone');
    const own = credential({ kind: 'managed identity' });
    expect((await own.getToken(scope))?.token).toBe('identity-token');
    expect(identityAsked.map((asked) => [asked.get('client_id'), asked.get('resource')])).toEqual([
      [appId, 'https://api.botframework.com'],
    ]);
    expect(authority.asked).toEqual([]);
  });
});

describe('a person’s token is exchanged in their own directory', () => {
  const person = '6a0b1f5e-0000-4000-8000-0000000000bb';
  const azure = 'https://management.azure.com/.default';
  const exchange = (proof: BotProof) => createUserExchange(application(proof), azure)('user-token', person);
  const onBehalf = {
    path: `/${person}/oauth2/v2.0/token`,
    form: { client_id: appId, assertion: 'user-token', requested_token_use: 'on_behalf_of' },
  };

  test('by a client secret', async () => {
    authority.answer = 'azure-token';
    expect((await exchange({ kind: 'secret', secret: 'client-secret' })).token).toBe('azure-token');
    expect(authority.asked).toMatchObject([onBehalf]);
    expect(authority.asked[0]?.form).toMatchObject({ client_secret: 'client-secret' });
    expect(authority.asked[0]?.form.scope?.split(' ')).toContain(azure);
  });

  test('by a certificate, and by a federated credential', async () => {
    await exchange({ kind: 'certificate', path: join(folder, 'bot.pem') });
    await exchange({ kind: 'federated', clientId: identityId });
    expect(authority.asked).toMatchObject([onBehalf, onBehalf]);
    const [certified, federated] = authority.asked.map(({ form }) => form.client_assertion ?? '');
    expect(decodeJwt(certified ?? '')).toMatchObject({ iss: appId, sub: appId });
    expect(federated).toBe('identity-token');
  });

  test('but not by a managed identity, which nobody signs in to', () => {
    expect(() => exchange({ kind: 'managed identity' })).toThrow(/managed identity cannot exchange/);
  });
});

describe('when no token is to be had', () => {
  test('a refusal says why without the secret', async () => {
    authority.answer = { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS7000215: wrong' } };
    const own = credential({ kind: 'secret', secret: 'canary-secret' });
    const error = await own.getToken(scope).catch((reason: unknown) => reason);
    expect(String(error)).toContain('AADSTS7000215');
    expect(`${String(error)} ${error instanceof Error ? error.stack : ''}`).not.toContain('canary-secret');
  });

  test('a silent authority is given up', async () => {
    authority.silent = true;
    await expect(credential({ kind: 'secret', secret: 'x' }, 200).getToken(scope)).rejects.toThrow();
  });
});

async function makeCertificateFile(): Promise<string> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(crypto);
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=hopcheck test bot',
    notBefore: new Date(Date.now() - 1000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
  });
  return `${certificate.toString('pem')}\n${await exportPKCS8(keys.privateKey)}`;
}

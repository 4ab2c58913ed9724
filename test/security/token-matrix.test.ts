import { createHmac } from 'node:crypto';
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { botClouds } from '../../src/teams/bot-cloud.ts';
import {
  appId,
  connectorClaims,
  messageActivity,
  type OpenDoor,
  openDoor,
  post,
  serviceUrl,
  tenantId,
} from './support/door.ts';
import { encode, type Issuer, type KeyPair, makeKey, sign, signRaw, startIssuer } from './support/issuer.ts';

type Sent = { readonly authorization?: string | string[]; readonly activity?: Record<string, unknown> };
type Case = readonly [name: string, make: () => Sent | Promise<Sent>];

let issuer: Issuer;
let door: OpenDoor;
let now = 0;
let key: KeyPair;
let second: KeyPair;
let rogue: KeyPair;
let unendorsed: KeyPair;
let noEndorsements: KeyPair;
let forWebChat: KeyPair;
let forEncryption: KeyPair;
let ec: CryptoKey;

beforeAll(async () => {
  [key, second, rogue, unendorsed, noEndorsements, forWebChat, forEncryption] = await Promise.all([
    makeKey('key-1'),
    makeKey('key-2', { endorsements: ['webchat', 'msteams'] }),
    makeKey('key-1'),
    makeKey('unendorsed', { endorsements: [] }),
    makeKey('no-endorsements', {}),
    makeKey('for-webchat', { endorsements: ['webchat', 'MSTEAMS', 'msteams2'] }),
    makeKey('for-encryption', { endorsements: ['msteams'], use: 'enc' }),
  ]);
  ({ privateKey: ec } = await generateKeyPair('ES256'));
  issuer = await startIssuer([
    ...[key, second, unendorsed, noEndorsements, forWebChat, forEncryption].map(({ jwk }) => jwk),
    { kty: 'oct', kid: 'shared', k: encode('shared secret'), endorsements: ['msteams'] },
    { kty: 'RSA', kid: 'broken', n: '!', e: 'AQAB', endorsements: ['msteams'] },
    'not even an object',
  ] as object[]);
  door = await openDoor(issuer.metadataUrl);
  now = Math.floor(door.clock.now() / 1000);
});
afterAll(async () => {
  await door.close();
  await issuer.close();
});

const bearer = (token: string): Sent => ({ authorization: `Bearer ${token}` });
const good = (changes: Record<string, unknown> = {}) => connectorClaims(now, changes);
const without = (name: string) => good({ [name]: undefined });
const claims = (name: string, changes: () => Record<string, unknown>): Case => [
  name,
  async () => bearer(await sign(key, good(changes()))),
];
const header = (name: string, changes: Record<string, unknown>): Case => [
  `header: ${name}`,
  async () => bearer(await signRaw(key, { alg: 'RS256', kid: key.kid, typ: 'JWT', ...changes }, good())),
];
const signedFor = (name: string, url: string): Case => [
  `serviceUrl: ${name}`,
  async () => ({ ...bearer(await sign(key, good({ serviceurl: url }))), activity: { serviceUrl: url } }),
];
const activity = (name: string, changes: Record<string, unknown>, pair = () => key): Case => [
  `activity: ${name}`,
  async () => ({ ...bearer(await sign(pair(), good())), activity: changes }),
];
const shaped = (name: string, shape: (token: string) => string | string[]): Case => [
  `Authorization: ${name}`,
  async () => ({ authorization: shape(await sign(key, good())) }),
];
const hmac = (alg: string, secret: string | Buffer, kid = 'key-1') => {
  const input = `${encode({ alg, kid, typ: 'JWT' })}.${encode(good())}`;
  const hash = `sha${alg.slice(2)}`;
  return bearer(`${input}.${createHmac(hash, secret).update(input).digest('base64url')}`);
};
const other = '6a0b1f5e-ffff-4000-8000-0000000000ff';

const forged: readonly Case[] = [
  // The header's form.
  ['Authorization: none', () => ({})],
  shaped('empty', () => ''),
  shaped('a scheme alone', () => 'Bearer'),
  shaped('no scheme', (token) => token),
  shaped('another scheme', (token) => `Basic ${token}`),
  shaped('two spaces', (token) => `Bearer  ${token}`),
  shaped('a tab', (token) => `Bearer\t${token}`),
  shaped('something behind', (token) => `Bearer ${token} x`),
  shaped('two tokens in one', (token) => `Bearer ${token}, Bearer ${token}`),
  shaped('a good one twice', (token) => [`Bearer ${token}`, `Bearer ${token}`]),
  shaped('a good one behind a bad one', (token) => ['Bearer a.b.c', `Bearer ${token}`]),
  shaped('a good one before a bad one', (token) => [`Bearer ${token}`, 'Bearer a.b.c']),
  shaped('two parts', (token) => `Bearer ${token.split('.').slice(0, 2).join('.')}`),
  shaped('four parts', (token) => `Bearer ${token}.x`),
  shaped('five parts', (token) => `Bearer ${token}.x.y`),
  shaped('an empty signature', (token) => `Bearer ${token.split('.').slice(0, 2).join('.')}.`),
  shaped('an empty payload', (token) => `Bearer ${token.replace(/\..*\./, '..')}`),
  shaped('an empty header', (token) => `Bearer ${token.slice(token.indexOf('.'))}`),
  shaped('padding', (token) => `Bearer ${token}==`),
  shaped('base64 instead of base64url', (token) => `Bearer ${token.slice(0, -4)}+/+/`),
  shaped('percent-encoded', (token) => `Bearer ${token.replaceAll('.', '%2E')}`),
  shaped('dots alone', () => 'Bearer ..'),
  shaped('not base64', () => 'Bearer a.b.c'),
  shaped('a quoted token', (token) => `Bearer "${token}"`),
  [
    'Authorization: a right token of more than 16 KB',
    async () => bearer(await sign(key, good({ padding: 'x'.repeat(12_500) }))),
  ],
  ['Authorization: a right token of 24 KB', async () => bearer(await sign(key, good({ padding: 'x'.repeat(18_000) })))],
  // The signature.
  ...['none', 'None', 'NONE', 'nOnE', ''].map(
    (alg): Case => [
      `alg "${alg}" with some signature`,
      () => bearer(`${encode({ alg, kid: 'key-1' })}.${encode(good())}.${encode('x')}`),
    ],
  ),
  ['alg none without a signature', () => bearer(`${encode({ alg: 'none' })}.${encode(good())}.`)],
  ['HS256 with the public key', async () => hmac('HS256', await spkiOf(key))],
  ['HS256 with the modulus', () => hmac('HS256', key.jwk.n ?? '')],
  ['HS256 with an empty secret', () => hmac('HS256', '')],
  ['HS256 with a shared key of the key document', () => hmac('HS256', 'shared secret', 'shared')],
  ['HS384 with the public key', async () => hmac('HS384', await spkiOf(key))],
  ['HS512 with the public key', async () => hmac('HS512', await spkiOf(key))],
  ...['RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map(
    (alg): Case => [`${alg} with the right key`, async () => bearer(await signWith(alg, key))],
  ),
  ['ES256', async () => bearer(await new SignJWT(good()).setProtectedHeader({ alg: 'ES256', kid: 'key-1' }).sign(ec))],
  ['a rogue key under a known id', async () => bearer(await sign(rogue, good()))],
  ['a rogue key under an unknown id', async () => bearer(await sign({ ...rogue, kid: 'rogue' }, good()))],
  ['a known key under another known id', async () => bearer(await sign(key, good(), { kid: second.kid }))],
  ['a key for encryption', async () => bearer(await sign(forEncryption, good()))],
  ['a key that cannot be read', async () => bearer(await sign({ ...key, kid: 'broken' }, good()))],
  ['a rogue key that the token brings along', async () => bearer(await sign(rogue, good(), { jwk: rogue.jwk }))],
  ['a rogue key at an address', async () => bearer(await sign(rogue, good(), { jku: `${issuer.metadataUrl}/rogue` }))],
  ['a certificate at an address', async () => bearer(await sign(rogue, good(), { x5u: `${issuer.metadataUrl}/x5u` }))],
  ['a certificate in the token', async () => bearer(await sign(rogue, good(), { x5c: [encode('x')] }))],
  ['the payload changed', async () => bearer(tamper(await sign(key, good()), 1, encode(good({ aud: appId, x: 1 }))))],
  [
    'the header changed',
    async () => bearer(tamper(await sign(key, good()), 0, encode({ alg: 'RS256', kid: 'key-1' }))),
  ],
  ['the signature of another token', async () => bearer(tamper(await sign(key, good()), 2, await signatureOf()))],
  ['the signature cut', async () => bearer((await sign(key, good())).slice(0, -8))],
  ['one bit of the signature', async () => bearer(flip(await sign(key, good())))],
  ['a payload that is text', async () => bearer(await signRaw(key, { alg: 'RS256', kid: 'key-1' }, 'text'))],
  ['a payload that is a list', async () => bearer(await signRaw(key, { alg: 'RS256', kid: 'key-1' }, [good()]))],
  ['a payload that is null', async () => bearer(await signRaw(key, { alg: 'RS256', kid: 'key-1' }, 'null'))],
  ['a header that is text', async () => bearer(await signRaw(key, 'text', good()))],
  ['a header that is a list', async () => bearer(await signRaw(key, ['RS256'], good()))],
  ['a header that is null', async () => bearer(await signRaw(key, 'null', good()))],
  header('no alg', { alg: undefined }),
  header('alg null', { alg: null }),
  header('alg a list', { alg: ['RS256'] }),
  header('alg a number', { alg: 256 }),
  header('alg in lower case', { alg: 'rs256' }),
  header('alg with a space', { alg: 'RS256 ' }),
  header('crit', { crit: ['exp'] }),
  header('crit of the unknown', { crit: ['hopcheck'], hopcheck: 1 }),
  header('crit empty', { crit: [] }),
  header('b64', { b64: false, crit: ['b64'] }),
  header('b64 without crit', { b64: false }),
  header('no kid', { kid: undefined }),
  header('kid null', { kid: null }),
  header('kid a number', { kid: 1 }),
  header('kid a list', { kid: ['key-1'] }),
  header('kid an object', { kid: { toString: 'key-1' } }),
  header('kid empty', { kid: '' }),
  header('kid in another case', { kid: 'KEY-1' }),
  header('kid with a space', { kid: 'key-1 ' }),
  header('kid a path', { kid: '../../../../dev/null' }),
  header('kid an address', { kid: 'http://127.0.0.1/key' }),
  header('kid SQL', { kid: "key-1' or '1'='1" }),
  header('kid __proto__', { kid: '__proto__' }),
  header('kid constructor', { kid: 'constructor' }),
  header('kid of 5 KB', { kid: 'k'.repeat(5000) }),
  // The claims.
  ['iss missing', async () => bearer(await sign(key, without('iss')))],
  claims('iss null', () => ({ iss: null })),
  claims('iss a list', () => ({ iss: ['https://api.botframework.com'] })),
  claims('iss with a slash', () => ({ iss: 'https://api.botframework.com/' })),
  claims('iss in upper case', () => ({ iss: 'HTTPS://API.BOTFRAMEWORK.COM' })),
  claims('iss over http', () => ({ iss: 'http://api.botframework.com' })),
  claims('iss with more behind', () => ({ iss: 'https://api.botframework.com.example.org' })),
  claims('iss of the US government', () => ({ iss: botClouds.AzureUSGovernment.issuer })),
  claims('iss of China', () => ({ iss: botClouds.AzureChinaCloud.issuer })),
  claims('an emulator token, v1', () => ({ iss: `https://sts.windows.net/${tenantId}/`, ver: '1.0', appid: appId })),
  claims('an emulator token, v2', () => ({
    iss: `https://login.microsoftonline.com/${tenantId}/v2.0`,
    ver: '2.0',
    azp: appId,
  })),
  claims('a skill token', () => ({ iss: `https://sts.windows.net/${tenantId}/`, ver: '1.0', appid: other })),
  ['aud missing', async () => bearer(await sign(key, without('aud')))],
  claims('aud null', () => ({ aud: null })),
  claims('aud empty', () => ({ aud: '' })),
  claims('aud another bot', () => ({ aud: other })),
  claims('aud a list with ours', () => ({ aud: [appId] })),
  claims('aud a list with ours and another', () => ({ aud: [other, appId] })),
  claims('aud an address of ours', () => ({ aud: `api://${appId}` })),
  claims('aud ours with a space', () => ({ aud: `${appId} ` })),
  claims('aud an object', () => ({ aud: { [appId]: true } })),
  ['exp missing', async () => bearer(await sign(key, without('exp')))],
  claims('exp null', () => ({ exp: null })),
  claims('exp text', () => ({ exp: String(now + 3600) })),
  claims('exp a list', () => ({ exp: [now + 3600] })),
  claims('exp true', () => ({ exp: true })),
  claims('exp 0', () => ({ exp: 0 })),
  claims('exp before 1970', () => ({ exp: -1 })),
  claims('exp 5 minutes ago', () => ({ exp: now - 300 })),
  claims('exp 5 minutes and a second ago', () => ({ exp: now - 301 })),
  ['exp endless', async () => bearer(await withRawNumber('exp'))],
  ['nbf missing', async () => bearer(await sign(key, without('nbf')))],
  claims('nbf null', () => ({ nbf: null })),
  claims('nbf text', () => ({ nbf: String(now) })),
  claims('nbf in 5 minutes and a second', () => ({ nbf: now + 301 })),
  claims('nbf tomorrow', () => ({ nbf: now + 86_400, exp: now + 90_000 })),
  ['nbf endless', async () => bearer(await withRawNumber('nbf'))],
  ['serviceurl missing', async () => bearer(await sign(key, without('serviceurl')))],
  claims('serviceurl in another spelling', () => ({ serviceurl: undefined, serviceUrl })),
  claims('serviceurl null', () => ({ serviceurl: null })),
  claims('serviceurl empty', () => ({ serviceurl: '' })),
  claims('serviceurl a list', () => ({ serviceurl: [serviceUrl] })),
  claims('serviceurl of another region', () => ({ serviceurl: 'https://smba.trafficmanager.net/emea/' })),
  claims('serviceurl without the slash', () => ({ serviceurl: serviceUrl.slice(0, -1) })),
  claims('serviceurl in another case', () => ({ serviceurl: serviceUrl.toUpperCase() })),
  ...['tid', 'appid', 'azp'].map((name) => claims(`an Entra token's ${name}`, () => ({ [name]: appId }))),
  claims("an Entra token's empty tid", () => ({ tid: '' })),
  claims("an Entra token's tid null", () => ({ tid: null })),
  // The key's endorsements and the activity's channel.
  ['a key endorsed for nothing', async () => bearer(await sign(unendorsed, good()))],
  ['a key without endorsements', async () => bearer(await sign(noEndorsements, good()))],
  ['a key endorsed for other channels', async () => bearer(await sign(forWebChat, good()))],
  activity('webchat', { channelId: 'webchat' }, () => second),
  activity('emulator', { channelId: 'emulator' }),
  activity('directline', { channelId: 'directline' }),
  activity('an empty channel', { channelId: '' }),
  activity('the channel in upper case', { channelId: 'MSTEAMS' }),
  activity('the channel with a space', { channelId: 'msteams ' }),
  activity('another tenant', { channelData: { tenant: { id: other } }, conversation: { id: 'a:1', tenantId: other } }),
  activity('another tenant in the channel data', { channelData: { tenant: { id: other } } }),
  activity('another tenant in the conversation', { conversation: { id: 'a:1', tenantId: other } }),
  activity('an empty tenant', { channelData: { tenant: { id: '' } } }),
  activity('no tenant', { channelData: {}, conversation: { id: 'a:1' } }),
  activity("a serviceUrl that is not the token's", { serviceUrl: 'https://smba.trafficmanager.net/emea/' }),
  activity('a foreign serviceUrl', { serviceUrl: 'https://example.org/' }),
  signedFor('http', 'http://smba.trafficmanager.net/amer/'),
  signedFor('a neighbour under trafficmanager.net', 'https://mine.trafficmanager.net/amer/'),
  signedFor('a subdomain', 'https://x.smba.trafficmanager.net/amer/'),
  signedFor('a longer name', 'https://smba.trafficmanager.net.example.org/amer/'),
  signedFor('a trailing dot', 'https://smba.trafficmanager.net./amer/'),
  signedFor('a user', 'https://smba.trafficmanager.net@example.org/amer/'),
  signedFor('a user before the right host', 'https://me:secret@smba.trafficmanager.net/amer/'),
  signedFor('another port', 'https://smba.trafficmanager.net:8443/amer/'),
  signedFor('a backslash', 'https://smba.trafficmanager.net\\@example.org/'),
  signedFor('a query', 'https://smba.trafficmanager.net/amer/?x=1'),
  signedFor('a fragment', 'https://smba.trafficmanager.net/amer/#x'),
  signedFor('a line break', 'https://smba.traffic\nmanager.net/amer/'),
  signedFor('an encoded host', 'https://smba%2Etrafficmanager.net/amer/'),
  signedFor('loopback', 'http://127.0.0.1:3978/connector'),
  signedFor('loopback over https', 'https://127.0.0.1/'),
  signedFor('the metadata address', 'http://169.254.169.254/metadata'),
  signedFor('a file', 'file:///etc/passwd'),
  signedFor('a script', 'javascript:alert(1)'),
  signedFor('no URL', 'smba.trafficmanager.net'),
  signedFor('a government host in the public cloud', 'https://smba.infra.gov.teams.microsoft.us/gcch/'),
];

async function spkiOf({ jwk }: KeyPair): Promise<string> {
  const imported = await importJWK({ ...jwk, ext: true }, 'RS256');
  if (imported instanceof Uint8Array) throw new Error('not a public key');
  return exportSPKI(imported);
}

async function signWith(alg: string, pair: KeyPair): Promise<string> {
  const hash = `SHA-${alg.slice(2)}`;
  const name = alg.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
  const bytes = await crypto.subtle.exportKey('pkcs8', pair.privateKey);
  const privateKey = await crypto.subtle.importKey('pkcs8', bytes, { name, hash }, false, ['sign']);
  return new SignJWT(good()).setProtectedHeader({ alg, kid: pair.kid }).sign(privateKey);
}

function tamper(token: string, part: number, value: string): string {
  return token
    .split('.')
    .map((old, index) => (index === part ? value : old))
    .join('.');
}

async function signatureOf(): Promise<string> {
  return (await sign(key, good({ aud: other }))).split('.')[2] ?? '';
}

function flip(token: string): string {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(10) ^ 1, 10);
  return [head, payload, bytes.toString('base64url')].join('.');
}

/** 1e999 is valid JSON and reads as infinity. */
function withRawNumber(name: string): Promise<string> {
  const text = JSON.stringify(good({ [name]: 4242 })).replace('4242', '1e999');
  return signRaw(key, { alg: 'RS256', kid: key.kid }, text);
}

function deliver(to: OpenDoor, { authorization, activity: changes }: Sent) {
  return post(to.port, JSON.stringify(messageActivity(changes)), {
    ...(authorization !== undefined && { authorization }),
  });
}

describe('tokens that are not the connector’s', () => {
  test('are many', () => {
    expect(forged.length).toBeGreaterThanOrEqual(120);
    expect(new Set(forged.map(([name]) => name)).size).toBe(forged.length);
  });

  test.each(forged)('%s', async (_name, make) => {
    const answer = await deliver(door, await make());
    expect([401, 403]).toContain(answer.status);
    expect(answer.body).toBe('');
    expect(door.received).toEqual([]);
  });

  test('left one reason each, of our own words, and asked nobody else for keys', () => {
    expect(door.refusals).toHaveLength(forged.length);
    for (const { reason } of door.refusals) expect(reason).toMatch(/^[A-Za-z' ]{5,40}$/);
    expect(door.surprises).toEqual([]);
    expect(issuer.asked.elsewhere).toBe(0);
  });

  test('a header section of more than 32 KB ends before the door', async () => {
    const answer = await deliver(door, { authorization: `Bearer ${'x'.repeat(40_000)}` });
    expect(answer).toMatchObject({ status: 431, body: '' });
  });
});

describe('tokens that are', () => {
  const rows: readonly Case[] = [
    ['as the connector signs them', async () => bearer(await sign(key, good()))],
    ['the second key', async () => bearer(await sign(second, good()))],
    ['the scheme in lower case', async () => ({ authorization: `bearer ${await sign(key, good())}` })],
    claims('exp a second less than 5 minutes ago', () => ({ exp: now - 299 })),
    claims('nbf in 5 minutes', () => ({ nbf: now + 300 })),
    claims('our id in upper case', () => ({ aud: appId.toUpperCase() })),
    claims('claims we do not know', () => ({ foo: 'bar', iat: now })),
    claims('just under 16 KB', () => ({ padding: 'x'.repeat(11_000) })),
    header('no typ', { typ: undefined }),
    header('a thumbprint', { x5t: 'key-1' }),
    activity('the tenant in upper case', { channelData: { tenant: { id: tenantId.toUpperCase() } } }),
    activity('the tenant in the conversation alone', { channelData: null }),
    signedFor('GCC', 'https://smba.infra.gcc.teams.microsoft.com/teams'),
    signedFor('another region', 'https://smba.trafficmanager.net/emea/6a0b1f5e-0000-4000-8000-0000000000aa/'),
    signedFor('without a path', 'https://smba.trafficmanager.net'),
  ];
  test.each(rows)('%s', async (_name, make) => {
    const before = door.received.length;
    expect(await deliver(door, await make())).toMatchObject({ status: 200, body: '' });
    expect(door.received.length).toBe(before + 1);
  });

  test('with claims of an Entra token, where the setting accepts them', async () => {
    const lenient = await openDoor(issuer.metadataUrl, { entraClaims: 'accepted' });
    try {
      const token = await sign(key, good({ tid: tenantId, azp: other, appid: other }));
      expect((await deliver(lenient, bearer(token))).status).toBe(200);
      const foreign = await sign(key, good({ iss: `https://sts.windows.net/${tenantId}/`, appid: appId }));
      expect((await deliver(lenient, bearer(foreign))).status).toBe(401);
    } finally {
      await lenient.close();
    }
  });

  const clouds = [
    ['AzureUSGovernment', 'https://smba.infra.gov.teams.microsoft.us/gcch/'],
    ['AzureUSGovernment', 'https://smba.infra.dod.teams.microsoft.us/dod/'],
    ['AzureUSGovernment', 'https://smba.infra.gcc.teams.microsoft.com/teams/'],
    ['AzureChinaCloud', 'https://frontend.botapi.msg.infra.teams.microsoftonline.cn/'],
  ] as const;
  test.each(clouds)('of %s at %s, and none of the public cloud', async (name, url) => {
    const cloud = botClouds[name];
    const there = await openDoor(issuer.metadataUrl, { cloud });
    try {
      const token = (changes: object) => sign(key, good({ iss: cloud.issuer, serviceurl: url, ...changes }));
      const at = { activity: { serviceUrl: url } };
      expect((await deliver(there, { ...bearer(await token({})), ...at })).status).toBe(200);
      const publicToken = await token({ iss: botClouds.AzureCloud.issuer });
      expect((await deliver(there, { ...bearer(publicToken), ...at })).status).toBe(401);
      expect((await deliver(there, bearer(await token({ serviceurl: serviceUrl })))).status).toBe(403);
    } finally {
      await there.close();
    }
  });
});

import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appId, connectorClaims, messageActivity, type OpenDoor, openDoor, post } from './support/door.ts';
import { type Issuer, makeKey, sign, startIssuer } from './support/issuer.ts';

const soak = process.env.SOAK !== undefined;
const limits = { headTimeoutMs: 400, bodyTimeoutMs: 600, lookMs: 50 };

let issuer: Issuer;
let door: OpenDoor;
let token: string;
let files: readonly string[];

beforeAll(async () => {
  const key = await makeKey('key-1');
  issuer = await startIssuer([key.jwk]);
  door = await openDoor(issuer.metadataUrl, { limits });
  token = await sign(key, connectorClaims(Math.floor(door.clock.now() / 1000)));
  files = readdirSync(tmpdir()).toSorted();
});
afterAll(async () => {
  await door.close();
  await issuer.close();
});

type Step = string | Buffer | 'half-close';

/** Writes each step and reads until the server closes, or for as long as a kept connection is silent. */
function speak(steps: readonly Step[], quietMs = 2500): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true });
    let heard = '';
    const timer = setTimeout(() => {
      heard += ' (kept open)';
      socket.destroy();
    }, quietMs);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (heard.includes('\r\n\r\n') && !/connection: close/i.test(heard)) socket.end();
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(heard);
    });
    socket.on('connect', () => {
      for (const step of steps) {
        if (step === 'half-close') socket.end();
        else socket.write(step);
      }
    });
  });
}

const statusOf = (heard: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? Number.NaN);
/** What follows the head of the first answer, without the frame of an empty chunked body. */
const bodyOf = (heard: string) =>
  heard
    .slice(heard.indexOf('\r\n\r\n') + 4)
    .replace(/HTTP\/1\.1 [\s\S]*$/, '')
    .replace(/^0\r\n\r\n$/, '');
const head = (...lines: string[]) =>
  ['POST /api/messages HTTP/1.1', 'Host: hopcheck.example.org', ...lines, '', ''].join('\r\n');
const json = 'Content-Type: application/json';
const vouched = () => `Authorization: Bearer ${token}`;
const good = JSON.stringify(messageActivity());
const sized = (body: string | Buffer) => `Content-Length: ${Buffer.byteLength(body)}`;
const bomb = gzipSync(Buffer.alloc(50_000_000));

/** A verified caller, so that what is looked at is the body and not the token. */
const rows: readonly (readonly [name: string, steps: () => readonly Step[], status: number])[] = [
  ['a gzip header over plain text', () => [head(vouched(), json, 'Content-Encoding: gzip', sized(good)), good], 415],
  ['a gzip bomb', () => [head(vouched(), json, 'Content-Encoding: gzip', sized(bomb)), bomb], 415],
  ['deflate', () => [head(vouched(), json, 'Content-Encoding: deflate', sized('x')), 'x'], 415],
  ['two encodings', () => [head(vouched(), json, 'Content-Encoding: identity, gzip', sized('x')), 'x'], 415],
  [
    'multipart with a file',
    () => {
      const part = '--b\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n\r\nhello\r\n--b--\r\n';
      return [head(vouched(), 'Content-Type: multipart/form-data; boundary=b', sized(part)), part];
    },
    415,
  ],
  ['a form', () => [head(vouched(), 'Content-Type: application/x-www-form-urlencoded', sized('a=b')), 'a=b'], 415],
  ['plain text', () => [head(vouched(), 'Content-Type: text/plain', sized(good)), good], 415],
  ['no content type', () => [head(vouched(), sized(good)), good], 415],
  ['a JSON patch', () => [head(vouched(), 'Content-Type: application/json-patch+json', sized(good)), good], 415],
  ['another charset', () => [head(vouched(), `${json}; charset=utf-16`, sized(good)), good], 415],
  ['no body', () => [head(vouched(), json, 'Content-Length: 0')], 400],
  ['not JSON', () => [head(vouched(), json, sized('{"a":')), '{"a":'], 400],
  ['JSON that is text', () => [head(vouched(), json, sized('"x"')), '"x"'], 400],
  ['JSON that is null', () => [head(vouched(), json, sized('null')), 'null'], 400],
  ['JSON that is a list', () => [head(vouched(), json, sized('[]')), '[]'], 400],
  [
    'bytes that are not UTF-8',
    () => [head(vouched(), json, sized(Buffer.from([0x7b, 0xff]))), Buffer.from([0x7b, 0xff])],
    400,
  ],
  ['no type', () => [head(vouched(), json, sized('{}')), '{}'], 400],
  ['a type that is a number', () => [head(vouched(), json, sized('{"type":1}')), '{"type":1}'], 400],
  ['a length over the limit', () => [head(vouched(), json, 'Content-Length: 262145'), 'x'], 413],
  ['an absurd length', () => [head(vouched(), json, 'Content-Length: 99999999999999999999'), 'x'], 400],
  ['a negative length', () => [head(vouched(), json, 'Content-Length: -1'), 'x'], 400],
  ['two lengths', () => [head(vouched(), json, 'Content-Length: 1', 'Content-Length: 2'), 'xx'], 400],
  [
    'a length and chunks',
    () => [head(vouched(), json, 'Content-Length: 5', 'Transfer-Encoding: chunked'), '0\r\n\r\n'],
    400,
  ],
  ['an unknown transfer', () => [head(vouched(), json, 'Transfer-Encoding: gzip'), 'x'], 400],
  ['chunks that lie', () => [head(vouched(), json, 'Transfer-Encoding: chunked'), 'ZZ\r\nxx\r\n'], 400],
  [
    'chunks over the limit',
    () => [head(vouched(), json, 'Transfer-Encoding: chunked'), `${(300_000).toString(16)}\r\n${'x'.repeat(300_000)}`],
    413,
  ],
  ['a body cut off by closing', () => [head(vouched(), json, 'Content-Length: 100'), '{"type":', 'half-close'], 400],
  ['a body that never ends', () => [head(vouched(), json, 'Content-Length: 100'), '{"type":'], 408],
  ['a head that never ends', () => ['POST /api/messages HTTP/1.1\r\nHost: x\r\nX-Slow: '], 408],
  ['nothing at all', () => [], 408],
  ['no HTTP', () => ['hello there\r\n\r\n'], 400],
  ['TLS', () => [Buffer.from('1603010200010001fc0303', 'hex')], 400],
  ['binary', () => [Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256))], 400],
  ['HTTP/2', () => ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], 400],
  ['a bare line feed in a header', () => [head('X: a\nb')], 400],
  ['a null in a header', () => [head('X: a\0b')], 400],
  ['no host', () => ['POST /api/messages HTTP/1.1\r\nContent-Length: 0\r\n\r\n'], 400],
  ['headers of 40 KB', () => [head(`X: ${'x'.repeat(40_000)}`)], 431],
  ['an upgrade', () => [head('Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 0')], 400],
  ['an expectation', () => [head('Expect: the-unexpected', 'Content-Length: 0')], 417],
  ['GET', () => ['GET /api/messages HTTP/1.1\r\nHost: x\r\n\r\n'], 405],
  ['OPTIONS', () => ['OPTIONS /api/messages HTTP/1.1\r\nHost: x\r\nOrigin: https://example.org\r\n\r\n'], 405],
  ['TRACE', () => ['TRACE /api/messages HTTP/1.1\r\nHost: x\r\n\r\n'], 405],
  ['an unknown method', () => ['BREW /api/messages HTTP/1.1\r\nHost: x\r\n\r\n'], 400],
  ['another path', () => ['GET /<script>alert(1)</script> HTTP/1.1\r\nHost: x\r\n\r\n'], 404],
  ['a path out of the house', () => ['GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n'], 404],
  ['a path that decodes to nothing', () => ['GET /%ff%c0%zz HTTP/1.1\r\nHost: x\r\n\r\n'], 404],
  ['no token, a big body announced', () => [head(json, 'Content-Length: 200000'), 'x'.repeat(1000)], 401],
  ['no token, chunks without end', () => [head(json, 'Transfer-Encoding: chunked'), '5\r\nhello\r\n'], 401],
  ['no token, an expectation to continue', () => [head(json, 'Expect: 100-continue', 'Content-Length: 5')], 401],
];

describe('garbage on a raw socket', () => {
  test.each(rows)('%s', async (_name, steps, status) => {
    const heard = await speak(steps());
    expect(statusOf(heard.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''))).toBe(status);
    expect(bodyOf(heard.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''))).toBe('');
  });

  test('a connection that is cut while its body comes leaves no trace', async () => {
    const socket = connect({ port: door.port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write(head(vouched(), json, 'Content-Length: 100'));
    socket.write('{"type":');
    await expect.poll(() => socket.bytesWritten).toBeGreaterThan(100);
    socket.resetAndDestroy();
    await alive();
  });

  test('left the process well, no file, and nothing that came through', async () => {
    await alive();
    expect(
      readdirSync(tmpdir())
        .toSorted()
        .filter((name) => !files.includes(name) && /upload|formidable/i.test(name)),
    ).toEqual([]);
    expect(door.surprises).toEqual([]);
  });
});

describe('many sockets', () => {
  const many = soak ? 1000 : 200;

  test(`${many} that say nothing are closed, and someone else is served meanwhile`, async () => {
    const sockets = await openSockets(many, '');
    await alive();
    await Promise.all(sockets.map(closed));
  });

  test(`${many} that send a byte of their body and wait hold the door for nobody`, async () => {
    const sockets = await openSockets(many, `${head(vouched(), json, 'Content-Length: 100')}{`);
    await alive();
    await Promise.all(sockets.map(closed));
  });
});

async function alive() {
  const before = door.received.length;
  const answer = await post(door.port, good, { authorization: `Bearer ${token}` });
  expect(answer).toMatchObject({ status: 200, body: '' });
  expect(door.received.length).toBe(before + 1);
  expect(door.received.at(-1)?.recipient.id).toBe(`28:${appId}`);
}

function openSockets(count: number, text: string): Promise<Socket[]> {
  const open = () =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect({ port: door.port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.resume();
        if (text !== '') socket.write(text);
        resolve(socket);
      });
    });
  return Promise.all(Array.from({ length: count }, open));
}

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { everyone } from '../../src/policy/grants.ts';
import { serveUntilStopped } from '../../src/serve.ts';
import { configOf } from '../support/app.ts';
import { messageActivity, type OpenDoor, openDoor, post } from './support/door.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const here = 'http://127.0.0.1:3978/connector';

describe('local mode', () => {
  let door: OpenDoor;
  beforeAll(async () => {
    door = await openDoor('local');
  });
  afterAll(() => door.close());

  const send = (headers: Record<string, string> = {}, changes: Record<string, unknown> = {}) =>
    post(door.port, JSON.stringify(messageActivity({ serviceUrl: here, ...changes })), headers);

  test('takes messages of this machine without a token', async () => {
    expect((await send()).status).toBe(200);
    expect((await send({ host: 'localhost:3978' })).status).toBe(200);
    expect((await send({}, { serviceUrl: 'http://localhost:9/x' })).status).toBe(200);
    expect((await send({}, { serviceUrl: 'http://[::1]:9/x' })).status).toBe(200);
  });

  const pages: readonly (readonly [name: string, headers: Record<string, string>, status: number])[] = [
    ['another origin', { origin: 'https://example.org' }, 403],
    ['an origin without a name', { origin: 'null' }, 403],
    ['even its own page', { origin: 'http://127.0.0.1:3978' }, 403],
    ['a name that was rebound to 127.0.0.1', { host: 'rebound.example.org' }, 403],
    ['a name that only begins well', { host: 'localhost.example.org' }, 403],
    ['an address that is not loopback', { host: '192.0.2.1:3978' }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['text, as a page may send without asking', { 'content-type': 'text/plain' }, 415],
  ];
  test.each(pages)('takes nothing that a web page sends: %s', async (_name, headers, status) => {
    expect(await send(headers)).toMatchObject({ status, body: '' });
  });

  test('answers no page that asks whether it may', async () => {
    const asked = await post(
      door.port,
      '',
      { origin: 'https://example.org', 'access-control-request-method': 'POST' },
      { method: 'OPTIONS' },
    );
    expect(asked.status).toBe(405);
    expect(Object.keys(asked.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  const elsewhere = [
    'https://smba.trafficmanager.net/amer/',
    'https://127.0.0.1/',
    'http://192.0.2.1/',
    'http://127.0.0.1.example.org/',
    'http://127.0.0.1@example.org/',
    'http://0.0.0.0:3978/',
    'http://[::ffff:192.0.2.1]/',
  ];
  test.each(elsewhere)('answers nobody at %s', async (serviceUrl) => {
    expect((await send({}, { serviceUrl })).status).toBe(403);
  });
});

describe('without bot credentials', () => {
  test('production does not start, whatever else is set', async () => {
    const reading = readConfig({ HOST: '127.0.0.1' }, 'production');
    expect(reading.ok).toBe(false);
    const config = { ...configOf(), local: false };
    await expect(createApp(config, { log: silent, grants: () => everyone('test') })).rejects.toThrow(/local mode/);
  });

  test('local mode says so on its first line and listens on loopback alone', async () => {
    const lines: string[] = [];
    const stop = new AbortController();
    const config = configOf({ HOST: '0.0.0.0', MicrosoftAppPassword: 'ignored' });
    const running = serveUntilStopped(config, silent, {
      out: (line) => lines.push(line),
      err: (line) => lines.push(line),
      signal: stop.signal,
    });
    await expect.poll(() => lines.length, { timeout: 15_000 }).toBeGreaterThan(0);
    expect(lines[0]).toMatch(/ready at http:\/\/127\.0\.0\.1:\d+ \(local mode/);
    const port = Number(/:(\d+) /.exec(lines[0] ?? '')?.[1]);
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    for (const { address } of outside) expect(await reaches(address, port)).toBe(false);
    expect(await reaches('127.0.0.1', port)).toBe(true);
    stop.abort();
    expect(await running).toBe(0);
  });
});

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const settle = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.on('connect', () => settle(true));
    socket.on('error', () => settle(false));
    socket.on('timeout', () => settle(false));
  });
}

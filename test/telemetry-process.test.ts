import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');

/** Tells on the way out which packages were loaded, by whichever loader. */
const teller = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      const name = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name) loaded.add(name);
      return next(url, context);
    },
  });
  process.on('exit', () => writeSync(2, '\\nloaded ' + [...loaded].join(' ') + '\\n'));
`)}`;

type Ended = { readonly code: number; readonly out: string; readonly err: string; readonly loaded: readonly string[] };

function check(environment: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    const argv = ['--import', teller, join(root, 'src/main.ts'), 'check', 'check from app0 to vm db0 port 80'];
    const env = { PATH: process.env.PATH ?? '', HOPCHECK_SPEED: '1000', LOG_LEVEL: 'warn', ...environment };
    const child = execFile(process.execPath, argv, { env, timeout: 20_000 }, (_error, out, err) => {
      const loaded = /^loaded (.*)$/m.exec(err)?.[1]?.split(' ') ?? [];
      resolve({ code: child.exitCode ?? -1, out, err: err.replace(/^loaded .*$/m, '').trim(), loaded });
    });
  });
}

const isSdk = (name: string) =>
  name === '@azure/monitor-opentelemetry-exporter' ||
  (name.startsWith('@opentelemetry/') && name !== '@opentelemetry/api');

let collector: Server;
const received: { readonly path: string; readonly authorization: string; readonly body: string }[] = [];
let off: Ended;
let down: Ended;
let up: Ended;

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const authorization = request.headers.authorization ?? '';
      received.push({ path: request.url ?? '', authorization, body: Buffer.concat(chunks).toString() });
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  [off, down, up] = await Promise.all([
    check({ METRICS_PORT: '0', APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${crypto.randomUUID()}` }),
    check({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }),
    check({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer of-the-collector',
      OTEL_SERVICE_NAME: 'hopcheck-in-a-shell',
    }),
  ]);
}, 60_000);
afterAll(() => void collector.close());

describe('a process that nobody asked for telemetry', () => {
  test('loads nothing of an SDK, in a shell not even for the service’s own settings', () => {
    expect(off.loaded).toContain('pino');
    expect(off.loaded.filter(isSdk)).toEqual([]);
    expect({ code: off.code, err: off.err }).toEqual({ code: 1, err: '' });
  });
});

describe('a collector that is down', () => {
  test('costs the check nothing, and is said once for each kind of data', () => {
    expect(down.loaded.filter(isSdk)).not.toEqual([]);
    expect(down.code).toBe(1);
    expect(down.out.split('\n')[0]).toBe(off.out.split('\n')[0]);
    const lines = down.err.split('\n').map((line) => z.object({ msg: z.string() }).parse(JSON.parse(line)));
    expect(lines.map(({ msg }) => msg)).toEqual(lines.map(() => 'telemetry'));
    expect(lines.length).toBeLessThanOrEqual(2);
  });
});

describe('a collector that listens', () => {
  const Spans = z.object({
    resourceSpans: z.array(
      z.object({
        resource: z.object({
          attributes: z.array(
            z.object({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }) }),
          ),
        }),
        scopeSpans: z.array(
          z.object({ spans: z.array(z.object({ name: z.string(), parentSpanId: z.string().optional() })) }),
        ),
      }),
    ),
  });

  test('gets the trace and the metrics of the check by the standard variables', () => {
    expect([...new Set(received.map(({ path }) => path))].toSorted()).toEqual(['/v1/metrics', '/v1/traces']);
    expect(received.every(({ authorization }) => authorization === 'Bearer of-the-collector')).toBe(true);
    const traces = received
      .filter(({ path }) => path === '/v1/traces')
      .map(({ body }) => Spans.parse(JSON.parse(body)));
    const resources = traces.flatMap(({ resourceSpans }) => resourceSpans);
    const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    expect(spans.filter(({ parentSpanId }) => !parentSpanId).map(({ name }) => name)).toEqual(['check']);
    expect(spans.map(({ name }) => name)).toContain('POST networkWatchers/connectivityCheck');
    const service = resources[0]?.resource.attributes.flatMap(({ key, value }) =>
      key.startsWith('service.') ? [[key, value.stringValue]] : [],
    );
    expect(Object.fromEntries(service ?? [])).toMatchObject({
      'service.name': 'hopcheck-in-a-shell',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    const metrics = received.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body);
    expect(metrics.join()).toContain('"hopcheck.checks"');
    expect(up.err).toBe('');
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Log } from '../src/log.ts';
import { MetricsPortError, startTelemetry } from '../src/telemetry.ts';
import { readTelemetry } from '../src/telemetry-choice.ts';

const key = '00000000-0000-4000-8000-00000000000c';
const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

const service = (own: Parameters<typeof readTelemetry>[0], environment: Readonly<Record<string, string>> = {}) =>
  readTelemetry(own, environment, { onlyOtel: false });

describe('what turns telemetry on', () => {
  const rows: readonly (readonly [
    what: string,
    own: Parameters<typeof readTelemetry>[0],
    environment: Readonly<Record<string, string>>,
    choice: object | undefined,
  ])[] = [
    ['nothing', {}, {}, undefined],
    ['a name for the service alone', {}, { OTEL_SERVICE_NAME: 'x' }, undefined],
    ['METRICS_PORT', { METRICS_PORT: 9100 }, {}, { prometheus: { host: '127.0.0.1', port: 9100 } }],
    [
      'METRICS_PORT for others',
      { METRICS_PORT: 9100 },
      { OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0' },
      { prometheus: { host: '0.0.0.0', port: 9100 } },
    ],
    [
      'prometheus by name',
      {},
      { OTEL_METRICS_EXPORTER: 'prometheus' },
      { prometheus: { host: '127.0.0.1', port: 9464 } },
    ],
    [
      'prometheus by name and port',
      {},
      { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '9200' },
      { prometheus: { host: '127.0.0.1', port: 9200 } },
    ],
    ['an endpoint', {}, collector, { otlp: { traces: 'http/protobuf', metrics: 'http/protobuf' } }],
    [
      'an endpoint of the traces alone',
      {},
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' },
      { otlp: { traces: 'http/protobuf' } },
    ],
    [
      'an exporter by name',
      {},
      { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      { otlp: { traces: 'http/json' } },
    ],
    [
      'an endpoint but for the traces',
      {},
      { ...collector, OTEL_TRACES_EXPORTER: 'none' },
      { otlp: { metrics: 'http/protobuf' } },
    ],
    [
      'both readers of the metrics',
      {},
      { ...collector, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'otlp,prometheus' },
      { prometheus: { host: '127.0.0.1', port: 9464 }, otlp: { metrics: 'http/protobuf' } },
    ],
    [
      'Application Insights',
      { APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key};IngestionEndpoint=https://here/` },
      {},
      { azureMonitor: `InstrumentationKey=${key};IngestionEndpoint=https://here/` },
    ],
    [
      'nothing, when the SDK is disabled',
      { METRICS_PORT: 9100 },
      { ...collector, OTEL_SDK_DISABLED: 'TRUE' },
      undefined,
    ],
  ];
  test.each(rows)('%s', (_what, own, environment, choice) => {
    expect(service(own, environment)).toEqual({
      problems: [],
      ...(choice && { choice: { ...choice, intervalMs: 60_000 } }),
    });
  });

  test('in a shell only what OTEL_* asks for, and not for long', () => {
    const own = { METRICS_PORT: 9100, APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${key}` };
    expect(readTelemetry(own, {}, { onlyOtel: true })).toEqual({ problems: [] });
    expect(readTelemetry(own, collector, { onlyOtel: true }).choice).toEqual({
      otlp: { traces: 'http/protobuf', metrics: 'http/protobuf' },
      patienceMs: 1500,
      intervalMs: 60_000,
    });
  });
});

describe('what is refused, by name and without what may be secret', () => {
  const rows: readonly (readonly [
    own: Parameters<typeof readTelemetry>[0],
    environment: Record<string, string>,
    says: RegExp,
  ])[] = [
    [{}, { OTEL_TRACES_EXPORTER: 'zipkin' }, /^OTEL_TRACES_EXPORTER: "zipkin" is not served; use otlp, none$/],
    [{}, { OTEL_METRICS_EXPORTER: 'console' }, /^OTEL_METRICS_EXPORTER: "console" is not served/],
    [
      {},
      { ...collector, OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      /^OTEL_EXPORTER_OTLP_PROTOCOL: "grpc"/,
    ],
    [
      {},
      { ...collector, OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' },
      /^OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" is not served; use http\/protobuf/,
    ],
    [
      { APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=of-the-secret' },
      {},
      /^APPLICATIONINSIGHTS_CONNECTION_STRING: (?!.*secret)/,
    ],
  ];
  test.each(rows)('%o %o', (own, environment, says) => {
    const { problems } = service(own, environment);
    expect(problems).toEqual([expect.stringMatching(says)]);
  });
});

test('a port of the metrics that is taken stops the start, and the sentence says which', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
  const starting = startTelemetry({ prometheus: { host: '127.0.0.1', port }, intervalMs: 60_000 }, silent);
  await expect(starting).rejects.toThrow(MetricsPortError);
  await expect(starting).rejects.toThrow(`127.0.0.1:${port} is taken by another program: stop it, or set METRICS_PORT`);
});

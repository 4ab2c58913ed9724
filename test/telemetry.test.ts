import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type InstrumentName, instruments } from '../src/core/instruments.ts';
import { traceIdsOf } from '../src/core/telemetry.ts';
import type { Log } from '../src/log.ts';
import { startTelemetry, type Telemetry } from '../src/telemetry.ts';
import { channel, people, team, tenantId } from '../src/web/people.ts';
import { type Booted, boot } from './support/app.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const question = 'check from app0 to vm db0 port 80';

const kept = new InMemorySpanExporter();
let telemetry: Telemetry;
let booted: Booted;
let metrics: readonly Sample[];

beforeAll(async () => {
  const choice = { prometheus: { host: '127.0.0.1', port: 0 }, intervalMs: 60_000 };
  telemetry = await startTelemetry(choice, silent, { processors: [new SimpleSpanProcessor(kept)] });
  booted = await boot();
  booted.simulator.plant({
    on: 'connectivityCheck',
    times: 1,
    fault: { kind: 'error', status: 429, code: 'TooManyRequests', retryAfter: 1 },
  });
  await booted.ask(question);
  booted.chat.connector.plant({ answer: { kind: 'status', status: 429, retryAfterS: 1 }, on: 'create' });
  await booted.ask('help');
  await booted.ask('chekc');
  await post('not json', 'text/plain');
  await vi.waitFor(() => expect(traceOf('check')).not.toEqual([]), 5000);
  metrics = readSamples(await (await fetch(telemetry.metricsUrl ?? '')).text());
}, 30_000);
afterAll(async () => {
  await booted.stop();
  await telemetry.stop(1000);
});

const post = (body: string, type: string) =>
  fetch(`${booted.app.url}/api/messages`, { method: 'POST', body, headers: { 'content-type': type } });

/** The spans of the trace whose root has this name; none while the root is not ended. */
function traceOf(root: string): readonly ReadableSpan[] {
  const spans = kept.getFinishedSpans();
  const found = spans.find((span) => span.name === root && !span.parentSpanContext);
  return spans.filter((span) => span.spanContext().traceId === found?.spanContext().traceId);
}

function treeOf(spans: readonly ReadableSpan[]): readonly string[] {
  const nameOf = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const edges = spans.map((span) => `${nameOf.get(span.parentSpanContext?.spanId ?? '') ?? '-'} > ${span.name}`);
  return [...new Set(edges)].toSorted();
}

describe('the trace of a check', () => {
  test('goes from the activity to the card, with every step below it', () => {
    expect(treeOf(traceOf('check'))).toEqual([
      '- > check',
      'acknowledge > create message',
      'check > acknowledge',
      'check > deliver',
      'check > run',
      'deliver > update message',
      'run > GET locations/operationResults',
      'run > GET networkInterfaces',
      'run > GET networkSecurityGroups',
      'run > GET virtualNetworks',
      'run > POST networkWatchers/networkConfigurationDiagnostic',
      'run > update message',
      'run > witness nextHop',
      'run > witness nsg',
      'run > witness preflight',
      'run > witness probe',
      'witness nextHop > GET locations/operationResults',
      'witness nextHop > POST networkWatchers/nextHop',
      'witness preflight > GET virtualMachines',
      'witness probe > GET locations/operationResults',
      'witness probe > POST networkWatchers/connectivityCheck',
    ]);
  });

  test('has the ids that follow from the job’s, and ends after all that it holds', () => {
    const spans = traceOf('check');
    const root = spans.find(({ name }) => name === 'check');
    const jobId = String(root?.attributes['hopcheck.job.id']);
    expect(root?.spanContext()).toMatchObject(traceIdsOf(jobId));
    const endOf = (span: ReadableSpan | undefined) => (span ? span.endTime[0] * 1e9 + span.endTime[1] : 0);
    // A root that began in the past ends by a clock that knows whole milliseconds.
    expect(spans.filter((span) => endOf(span) > endOf(root) + 1e6).map(({ name }) => name)).toEqual([]);
  });

  test('has one span for each request that Azure got, repeats included, with Azure’s own id', () => {
    const asked = traceOf('check').filter(({ name }) => name === 'POST networkWatchers/connectivityCheck');
    expect(asked.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([429, 202]);
    expect(booted.asked('/connectivityCheck')).toBe(2);
    for (const { attributes } of asked) expect(attributes['azure.service.request.id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a turn that begins no job is a trace of its own', () => {
    // The channel said 429 to the first.
    expect(traceOf('help')).toHaveLength(3);
    expect(treeOf(traceOf('help'))).toEqual(['- > help', 'help > create message']);
  });
});

describe('GET /metrics', () => {
  const rows: readonly (readonly [name: string, labels: Readonly<Record<string, string>>, value: number])[] = [
    ['hopcheck_checks_total', { hopcheck_verdict: 'Unreachable' }, 1],
    ['hopcheck_answer_duration_count', { hopcheck_command: 'check' }, 1],
    ['hopcheck_witness_duration_count', { hopcheck_witness: 'probe' }, 1],
    ['hopcheck_witness_duration_count', { hopcheck_witness: 'preflight' }, 1],
    ['hopcheck_witness_duration_count', { hopcheck_witness: 'nsg' }, 2],
    ['hopcheck_witness_duration_count', { hopcheck_witness: 'nextHop' }, 2],
    ['hopcheck_jobs_in_flight', {}, 0],
    ['hopcheck_queue_length', {}, 0],
    ['hopcheck_queue_age', {}, 0],
    ['hopcheck_refusals_total', { hopcheck_refusal_by: 'door', hopcheck_refusal_reason: 'media type' }, 1],
    ['hopcheck_refusals_total', { hopcheck_refusal_by: 'question', hopcheck_refusal_reason: 'UNKNOWN_COMMAND' }, 1],
    ['hopcheck_throttled_total', { hopcheck_peer: 'arm' }, 1],
    ['hopcheck_throttled_total', { hopcheck_peer: 'connector' }, 1],
    ['hopcheck_ready', { hopcheck_part: 'keys' }, 1],
    ['hopcheck_ready', { hopcheck_part: 'store' }, 1],
    ['hopcheck_ready', { hopcheck_part: 'token' }, 1],
    ['http_server_request_duration_count', { http_route: '/api/messages', http_response_status_code: '200' }, 3],
    ['http_server_request_duration_count', { http_route: '/api/messages', http_response_status_code: '415' }, 1],
    [
      'http_client_request_duration_count',
      {
        hopcheck_peer: 'arm',
        hopcheck_operation: 'networkWatchers/connectivityCheck',
        http_request_method: 'POST',
        http_response_status_code: '202',
      },
      1,
    ],
    ['db_client_operation_duration_count', { db_system_name: 'sqlite', db_operation_name: 'insert' }, 2],
  ];
  test.each(rows)('%s %o', (name, labels, value) => {
    const found = metrics.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, expected]) => sample.labels[label] === expected),
    );
    expect(found.map((sample) => sample.value)).toEqual([value]);
  });

  test('answers nothing else, and only a GET', async () => {
    const url = telemetry.metricsUrl ?? '';
    const answers = await Promise.all([fetch(new URL('/', url)), fetch(url, { method: 'POST' })]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  });

  test('its labels are those that the list names', () => {
    const known = Object.entries(instruments).map(([name, { labels }]) => ({
      name: prometheusName(name),
      labels: labels.map(prometheusName),
    }));
    const odd = metrics.flatMap(({ name, labels }) => {
      if (name === 'target_info') return [];
      const instrument = known.find((one) => name === one.name || name.startsWith(`${one.name}_`));
      const foreign = Object.keys(labels).filter((label) => label !== 'le' && !instrument?.labels.includes(label));
      return instrument && foreign.length === 0 ? [] : [`${name} ${foreign.join(' ')}`];
    });
    expect(odd).toEqual([]);
  });

  test('every instrument but the one of surprises was heard of', () => {
    const silentOnes = Object.keys(instruments).filter(
      (name) => !metrics.some((sample) => sample.name.startsWith(prometheusName(name))),
    );
    expect(silentOnes).toEqual(['hopcheck.failures'] satisfies InstrumentName[]);
  });
});

describe('telemetry says nothing of people and resources', () => {
  const secrets = () => [
    ...people.flatMap(({ name, userId, objectId }) => [name, userId, objectId]),
    ...[tenantId, team.id, team.name, channel.id, booted.simulator.token().token],
    ...['app0', 'db0', 'chekc', 'deny-80', 'resourceGroups/', 'Bearer'],
  ];
  /** Ids that are random, or follow from others by a hash. */
  const named = ['azure.service.request.id', 'hopcheck.job.id'];
  const said = () => [
    ...metrics.flatMap(({ labels }) => Object.values(labels)),
    ...kept
      .getFinishedSpans()
      .flatMap(({ name, attributes, events, status }) => [
        name,
        ...Object.entries(attributes).flatMap(([key, value]) => (named.includes(key) ? [] : [String(value)])),
        ...events.map((event) => JSON.stringify(event)),
        status.message ?? '',
      ]),
  ];

  test('neither in a label nor in a span', () => {
    const words = said().map((word) => word.toLowerCase());
    expect(words.length).toBeGreaterThan(100);
    const leaked = secrets().filter((secret) => words.some((word) => word.includes(secret.toLowerCase())));
    expect(leaked).toEqual([]);
  });

  test('nor by an id or an address', () => {
    const shapes = /[0-9a-f]{8}-[0-9a-f]{4}-|\b(?!127\.0\.0\.1)\d{1,3}(?:\.\d{1,3}){3}\b|https?:/i;
    expect(said().filter((word) => shapes.test(word))).toEqual([]);
  });
});

type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

function readSamples(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

function prometheusName(name: string): string {
  return name.replaceAll('.', '_');
}

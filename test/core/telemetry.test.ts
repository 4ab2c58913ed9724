import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  appointedIds,
  count,
  endTrace,
  handOver,
  isWatching,
  keepTrace,
  measure,
  observe,
  traced,
  tracedJob,
  tracedTurn,
  traceFacts,
  traceIdsOf,
  turnOn,
} from '../../src/core/telemetry.ts';

const job = { id: 'VbGm1yTtG6Fh0Pzq3v1c2A', command: 'check', createdAtMs: Date.now() };

/** As if a process had started: what an earlier one kept in memory is gone. */
function startProcess(sampler?: Sampler) {
  const exporter = new InMemorySpanExporter();
  const random = (bytes: number) => () => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex');
  const [newTrace, newSpan] = [random(16), random(8)];
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    idGenerator: {
      generateTraceId: () => appointedIds()?.traceId ?? newTrace(),
      generateSpanId: () => appointedIds()?.spanId ?? newSpan(),
    },
    ...(sampler && { sampler }),
  });
  const stop = turnOn({ tracer: provider.getTracer('test') });
  return { spans: () => exporter.getFinishedSpans(), stop };
}

beforeEach(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterEach(() => context.disable());

describe('a trace outlives its process', () => {
  test('one that was acknowledged here and answered after a restart has one root, by the same ids', async () => {
    const first = startProcess();
    await tracedTurn(job.id, async () => {
      await traced('acknowledge', {}, async () => undefined);
      handOver(job.id, job.command);
    });
    first.stop();
    const second = startProcess();
    await tracedJob(job, () => traced('run', {}, async () => undefined));
    endTrace(job.id);
    second.stop();
    const ids = traceIdsOf(job.id);
    const all = [...first.spans(), ...second.spans()];
    expect(all.map(({ name }) => name)).toEqual(['acknowledge', 'run', 'check']);
    expect(all.map((span) => span.spanContext().traceId)).toEqual(all.map(() => ids.traceId));
    expect(all.map((span) => span.parentSpanContext?.spanId)).toEqual([ids.spanId, ids.spanId, undefined]);
    expect(all[2]?.spanContext().spanId).toBe(ids.spanId);
  });

  test('work that fails is gone on with under the same root, which ends once', async () => {
    const { spans, stop } = startProcess();
    await tracedTurn(job.id, async () => handOver(job.id, job.command));
    await expect(tracedJob(job, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
    expect(spans()).toEqual([]);
    await tracedJob(job, async () => undefined);
    expect(spans()).toEqual([]);
    endTrace(job.id);
    endTrace(job.id);
    stop();
    expect(spans().map(({ name }) => name)).toEqual(['check']);
  });

  test('a job that is ended from elsewhere ends its trace', async () => {
    const { spans, stop } = startProcess();
    await tracedTurn(job.id, async () => handOver(job.id, job.command));
    endTrace(job.id);
    stop();
    expect(spans().map(({ name }) => name)).toEqual(['check']);
  });

  test('what is not sampled stays so on both sides', async () => {
    const { spans, stop } = startProcess(new AlwaysOffSampler());
    await tracedTurn(job.id, async () => handOver(job.id, job.command));
    await tracedJob(job, () => traced('run', {}, async () => undefined));
    stop();
    expect(spans()).toEqual([]);
  });
});

describe('a span', () => {
  test('of a failure has the exception’s name and not its words', async () => {
    const { spans, stop } = startProcess();
    const failing = tracedTurn(job.id, () => traced('run', {}, () => Promise.reject(new TypeError('app0 is secret'))));
    await expect(failing).rejects.toThrow(TypeError);
    stop();
    for (const { attributes, status, events } of spans()) {
      expect(attributes['error.type']).toBe('TypeError');
      expect(status).toEqual({ code: SpanStatusCode.ERROR });
      expect(events).toEqual([]);
    }
  });

  test('is not begun outside of a turn or a job', async () => {
    const { spans, stop } = startProcess();
    await traced('GET subscriptions', {}, async () => undefined);
    stop();
    expect(spans()).toEqual([]);
  });

  test('follows what a queue runs later', async () => {
    const { spans, stop } = startProcess();
    let later = async (): Promise<unknown> => undefined;
    await tracedTurn('one', async () => {
      later = keepTrace()(() => traced('update message', {}, async () => undefined));
    });
    await tracedTurn('two', () => later());
    stop();
    const update = spans().find(({ name }) => name === 'update message');
    expect(update?.spanContext().traceId).toBe(traceIdsOf('one').traceId);
  });

  test('is named in the log', async () => {
    const { stop } = startProcess();
    await tracedTurn(job.id, async () => {
      const { traceId, spanId } = traceIdsOf(job.id);
      expect(traceFacts()).toEqual({ trace_id: traceId, span_id: spanId });
    });
    stop();
    expect(traceFacts()).toBeUndefined();
  });
});

test('off, work is passed through and nothing is kept', async () => {
  expect(isWatching()).toBe(false);
  const work = async () => {
    expect(trace.getSpan(context.active())).toBeUndefined();
    handOver(job.id, job.command);
    return 7;
  };
  expect(await tracedTurn(job.id, work)).toBe(7);
  expect(await tracedJob(job, work)).toBe(7);
  expect(await traced('run', {}, work)).toBe(7);
  expect(keepTrace()(work)).toBe(work);
  count('hopcheck.checks', { 'hopcheck.verdict': 'Reachable' });
  measure('hopcheck.answer.duration', 1, { 'hopcheck.command': 'check' });
  observe('hopcheck.queue.age', () => expect.unreachable('nobody reads'))();
});

import { createHash } from 'node:crypto';
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Meter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { type InstrumentName, instruments, type LabelsOf, type NameOf } from './instruments.ts';

/** What an SDK gives. Without one nothing below does anything. */
export type Sdk = { readonly tracer?: Tracer; readonly meter?: Meter };

type Recorder = (value: number, labels: Attributes) => void;

let tracer: Tracer | undefined;
let meter: Meter | undefined;
let recorders = new Map<InstrumentName, Recorder>();

/** Sends what is measured and traced to `sdk` until the returned function is called. */
export function turnOn(sdk: Sdk): () => void {
  tracer = sdk.tracer;
  meter = sdk.meter;
  recorders = new Map();
  return () => {
    tracer = undefined;
    meter = undefined;
    recorders = new Map();
    kept.clear();
  };
}

/** Whether measuring costs anything; for what would be prepared in vain. */
export function isMeasuring(): boolean {
  return meter !== undefined;
}

export function count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>): void {
  if (meter) recorderOf(name, meter)(1, labels);
}

/** Whether anything is measured or traced. */
export function isWatching(): boolean {
  return meter !== undefined || tracer !== undefined;
}

/** `seconds` as they are; see the instrument's unit. */
export function measure<Name extends NameOf<'histogram'>>(name: Name, seconds: number, labels: LabelsOf<Name>): void {
  if (meter) recorderOf(name, meter)(seconds, labels);
}

/** `read` is asked whenever the metrics are. Returns how to stop that. */
export function observe<Name extends NameOf<'gauge'>>(
  name: Name,
  read: (say: (value: number, labels: LabelsOf<Name>) => void) => void | Promise<void>,
): () => void {
  if (!meter) return () => {};
  const { unit, says } = instruments[name];
  const gauge = meter.createObservableGauge(name, { unit, description: says });
  const callback = (result: { observe(value: number, labels: Attributes): void }) =>
    read((value, labels) => result.observe(value, labels));
  gauge.addCallback(callback);
  return () => gauge.removeCallback(callback);
}

function recorderOf(name: NameOf<'counter' | 'histogram'>, from: Meter): Recorder {
  const known = recorders.get(name);
  if (known) return known;
  const described = instruments[name];
  const options = { unit: described.unit, description: described.says };
  let recorder: Recorder;
  if (described.kind === 'counter') {
    const counter = from.createCounter(name, options);
    recorder = (value, labels) => counter.add(value, labels);
  } else {
    const advice = { explicitBucketBoundaries: [...described.bounds] };
    const histogram = from.createHistogram(name, { ...options, advice });
    recorder = (value, labels) => histogram.record(value, labels);
  }
  recorders.set(name, recorder);
  return recorder;
}

/** What a span may say. Nothing of a person, and no name of a resource. */
export type Facts = {
  readonly [Name in
    | 'hopcheck.job.id'
    | 'hopcheck.command'
    | 'hopcheck.witness'
    | 'hopcheck.operation'
    | 'hopcheck.peer'
    | 'azure.service.request.id'
    | 'server.address'
    | 'http.request.method'
    | 'http.response.status_code'
    | 'error.type']?: string | number;
};

const clientSpan = SpanKind.CLIENT;

/** Runs `work` as a step of whatever is traced at the moment; `note` adds what is known only afterwards. */
export async function traced<T>(
  name: string,
  facts: Facts & { readonly client?: boolean },
  work: (note: (facts: Facts) => void) => Promise<T>,
): Promise<T> {
  const on = tracer;
  if (!on || !trace.getSpan(context.active())) return work(() => {});
  const { client, ...attributes } = facts;
  const span = on.startSpan(name, { attributes, ...(client && { kind: clientSpan }) });
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work((more) => note(span, more)));
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function note(span: Span, facts: Facts) {
  span.setAttributes(facts);
  const status = facts['http.response.status_code'];
  if (facts['error.type'] !== undefined || (typeof status === 'number' && status >= 400)) {
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

/** The name alone: an exception's words may hold what was typed. */
function fail(span: Span, error: unknown) {
  span.setAttribute('error.type', nameOf(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/** For what a queue runs later, in somebody else's place: gives a function the trace of now. */
export function keepTrace(): <T>(run: () => Promise<T>) => () => Promise<T> {
  if (!tracer) return (run) => run;
  const now = context.active();
  return (run) => () => context.with(now, run);
}

const arrival = createContextKey('hopcheck arrival');
const turnKey = createContextKey('hopcheck turn');

type Turn = { readonly span: Span; handedOver: boolean };

/** Remembers when a message came, for the trace that it will turn out to belong to. */
export function arriving<T>(run: () => Promise<T>): Promise<T> {
  return tracer ? context.with(context.active().setValue(arrival, Date.now()), run) : run();
}

/**
 * Roots of jobs that this process has acknowledged and not yet answered. An instance that lost a job to another one keeps its
 * root here, never ended and so never sent, until newer ones push it out.
 */
const kept = new Map<string, Span>();
const mostKept = 10_000;

/**
 * Runs a turn as the beginning of the trace of the job `jobId`. The root goes from the activity to the card: it ends with the turn
 * only if no job was handed over to the worker.
 */
export async function tracedTurn<T>(jobId: string, work: () => Promise<T>): Promise<T> {
  if (!tracer) return work();
  const since = context.active().getValue(arrival);
  const turn: Turn = {
    span: beginRoot(tracer, jobId, typeof since === 'number' ? since : Date.now()),
    handedOver: false,
  };
  try {
    return await context.with(under(turn.span).setValue(turnKey, turn), work);
  } catch (error) {
    fail(turn.span, error);
    throw error;
  } finally {
    if (!turn.handedOver && turn.span.isRecording()) turn.span.end();
  }
}

/** What was asked for, as far as it is known yet. */
export function nameTurn(command: string): void {
  const turn = context.active().getValue(turnKey) as Turn | undefined;
  if (!tracer || !turn?.span.isRecording()) return;
  turn.span.updateName(command);
  turn.span.setAttribute('hopcheck.command', command);
}

/** The job goes on after its turn, and the turn's trace with it. */
export function handOver(jobId: string, command: string): void {
  const turn = context.active().getValue(turnKey) as Turn | undefined;
  if (!tracer || !turn?.span.isRecording()) return;
  turn.handedOver = true;
  describe(turn.span, jobId, command);
  kept.set(jobId, turn.span);
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break;
    kept.delete(oldest);
  }
}

/**
 * Works on a job in the trace of its activity; `endTrace` ends the root once the job is over. After a restart, or in another
 * instance, the root is begun again under the same ids: what the earlier process sent hangs below it too.
 */
export async function tracedJob<T>(
  job: { readonly id: string; readonly command: string; readonly createdAtMs: number },
  work: () => Promise<T>,
): Promise<T> {
  if (!tracer) return work();
  const span = kept.get(job.id) ?? beginRoot(tracer, job.id, job.createdAtMs);
  kept.set(job.id, span);
  describe(span, job.id, job.command);
  return context.with(under(span), work);
}

/** A job is over, with or without an answer: its trace ends there. */
export function endTrace(jobId: string): void {
  const span = kept.get(jobId);
  kept.delete(jobId);
  if (span?.isRecording()) span.end();
}

const under = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span);

function describe(span: Span, jobId: string, command: string) {
  span.updateName(command);
  span.setAttributes({ 'hopcheck.job.id': jobId, 'hopcheck.command': command } satisfies Facts);
}

let appointed: TraceIds | undefined;

export type TraceIds = { readonly traceId: string; readonly spanId: string };

/** The ids that the span which is begun at this moment has to have; the SDK's generator asks. */
export function appointedIds(): TraceIds | undefined {
  return appointed;
}

/** From the job's id alone, so that every process that works on a job knows them and none has to store them. */
export function traceIdsOf(jobId: string): TraceIds {
  const hash = createHash('sha256').update(jobId).digest('hex');
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) };
}

function beginRoot(on: Tracer, jobId: string, startTime: number): Span {
  appointed = traceIdsOf(jobId);
  try {
    return on.startSpan('turn', { root: true, kind: SpanKind.CONSUMER, startTime });
  } finally {
    appointed = undefined;
  }
}

/** Names the trace in a line of the log, under the names that log collectors look for. */
export function traceFacts(): { readonly trace_id: string; readonly span_id: string } | undefined {
  const found = tracer && trace.getSpanContext(context.active());
  return found && trace.isSpanContextValid(found) ? { trace_id: found.traceId, span_id: found.spanId } : undefined;
}

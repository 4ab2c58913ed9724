import { AsyncLocalStorage } from 'node:async_hooks';
import {
  isRestError,
  type Pipeline,
  type PipelinePolicy,
  RestError,
  type RetryStrategy,
  retryPolicy,
  tracingPolicyName,
} from '@azure/core-rest-pipeline';
import pLimit from 'p-limit';
import { ShownError } from '../core/errors.ts';
import { linkedTo } from '../core/linked.ts';
import { isWatching } from '../core/telemetry.ts';
import { isHeldByAnother, readFailure, type Trace } from './failure.ts';
import { watchCalls } from './watched-calls.ts';

/**
 * What passes between us and ARM while `during` runs. The SDK's deserialisers drop what they do not know and its errors
 * lose `error.details`; here the answer is kept as received.
 */
export type Exchange = { last?: Trace };

const current = new AsyncLocalStorage<Exchange>();
const tallies = new AsyncLocalStorage<Tally>();

/** Counts the HTTP requests that ARM got, repeats included. `requestIds` gathers those of requests that started something. */
export type Tally = { calls: number; requestIds?: string[] };

const mostRequestIds = 50;

export function during<T>(exchange: Exchange, run: () => Promise<T>): Promise<T> {
  return current.run(exchange, run);
}

export function counting<T>(tally: Tally, run: () => Promise<T>): Promise<T> {
  const outer = tallies.getStore()?.requestIds;
  if (outer) tally.requestIds ??= outer;
  return tallies.run(tally, run);
}

export type CallLog = (call: {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly tookMs: number;
  readonly requestId?: string;
}) => void;

/** Longest Retry-After that is waited out inside the pipeline; a longer one is an answer to the person. */
const patienceMs = 30_000;

/** Makes an SDK pipeline ours: one host only, no redirects, a time-out on every request, retries that never start a check twice. */
export function harden(
  pipeline: Pipeline,
  options: { readonly host: string; readonly timeoutMs: number; readonly log: CallLog },
) {
  pipeline.removePolicy({ name: 'redirectPolicy' });
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  // Spans are ours (`watchCalls`); theirs take a signed URL of some kB apart for each request, whether anybody traces or not.
  pipeline.removePolicy({ name: tracingPolicyName });
  pipeline.addPolicy(guard(options.host));
  pipeline.addPolicy(retryPolicy([gentle], { maxRetries: 3 }), { phase: 'Retry' });
  pipeline.addPolicy(takeTurns(), { afterPhase: 'Retry' });
  pipeline.addPolicy(limit(options.timeoutMs), { afterPhase: 'Retry' });
  pipeline.addPolicy(record(options.log), { afterPhase: 'Retry' });
  if (isWatching()) pipeline.addPolicy(watchCalls(), { afterPhase: 'Retry' });
}

/** The bearer token goes to ARM's host and nowhere else, whatever a Location says. */
function guard(host: string): PipelinePolicy {
  return {
    name: 'hopcheckGuard',
    sendRequest: (request, next) => {
      const url = new URL(request.url);
      if (url.protocol !== 'https:' || url.host.toLowerCase() !== host.toLowerCase()) {
        throw new ShownError({ code: 'AZURE_FOREIGN_HOST', facts: { host: url.host } });
      }
      return next(request);
    },
  };
}

/** Ends each try in time, its body included: the SDK's own time-out is over when the headers are there. */
function limit(timeoutMs: number): PipelinePolicy {
  return {
    name: 'hopcheckLimit',
    sendRequest: async (request, next) => {
      const callers = request.abortSignal;
      // Not AbortSignal.timeout, which lives on for the whole time after the answer.
      const ending = linkedTo(callers);
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        ending.abort();
      }, timeoutMs);
      request.abortSignal = ending.signal;
      try {
        return await next(request);
      } catch (error) {
        if (!late || callers?.aborted) throw error;
        throw new RestError(`no whole answer within ${timeoutMs / 1000} s`, { code: 'ETIMEDOUT', request });
      } finally {
        clearTimeout(timer);
        ending.release();
        if (callers) request.abortSignal = callers;
        else delete request.abortSignal;
      }
    },
  };
}

/** So many requests are out at once; each open connection costs memory and a handshake. The others wait for their turn. */
const mostAtOnce = 64;

/** Before `limit`, so that a request's time begins with its turn. */
function takeTurns(): PipelinePolicy {
  const turn = pLimit(mostAtOnce);
  return { name: 'hopcheckTurns', sendRequest: (request, next) => turn(() => next(request)) };
}

function record(log: CallLog): PipelinePolicy {
  return {
    name: 'hopcheckRecord',
    sendRequest: async (request, next) => {
      const started = performance.now();
      const exchange = current.getStore();
      const tally = tallies.getStore();
      if (tally) tally.calls += 1;
      delete exchange?.last;
      const response = await next(request);
      const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), response.headers.get('date'));
      const requestId = response.headers.get('x-ms-request-id');
      if (requestId && request.method === 'POST' && (tally?.requestIds?.length ?? mostRequestIds) < mostRequestIds) {
        tally?.requestIds?.push(requestId);
      }
      const location = response.headers.get('location');
      const trace: Trace = {
        status: response.status,
        body: response.bodyAsText ?? '',
        ...(requestId && { requestId }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        ...(location && { location }),
      };
      if (exchange) exchange.last = trace;
      log({
        method: request.method,
        path: new URL(request.url).pathname,
        status: response.status,
        tookMs: Math.round(performance.now() - started),
        ...(requestId && { requestId }),
      });
      return response;
    },
  };
}

/** Seconds or an HTTP date (measured against the server's own clock); anything else counts as absent. */
export function readRetryAfter(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  // Date.parse takes "-1" for a year: only a date with a month's name is one.
  const at = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN;
  const now = date ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(at) || Number.isNaN(now)) return undefined;
  return Math.max(0, at - now);
}

/**
 * A POST is repeated only after a 429 that says when, since then nothing was started; a reset or a 5xx may have started it.
 * A resource held by another operation is not waited for here: the check says so on the card and asks once more itself.
 */
const gentle: RetryStrategy = {
  name: 'hopcheckRetry',
  retry({ retryCount, response, responseError }) {
    const skip = { skipStrategy: true };
    if (response?.status === 429) {
      const after = readRetryAfter(response.headers.get('retry-after'), response.headers.get('date'));
      const failure = readFailure({ status: 429, body: response.bodyAsText ?? '' });
      if (after === undefined || after > patienceMs || isHeldByAnother(failure.azureCode)) return skip;
      return { retryAfterInMs: after };
    }
    const request = response?.request ?? (isRestError(responseError) ? responseError.request : undefined);
    if (request?.method !== 'GET') return skip;
    const broken = response ? [408, 500, 502, 503, 504].includes(response.status) : responseError !== undefined;
    if (!broken) return skip;
    const told = response && readRetryAfter(response.headers.get('retry-after'), response.headers.get('date'));
    if (told !== undefined && told > patienceMs) return skip;
    return { retryAfterInMs: told ?? 500 * 2 ** retryCount * (0.75 + Math.random() / 2) };
  },
};

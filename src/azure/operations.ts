import type {
  ConnectivityParameters,
  NetworkConfigurationDiagnosticParameters,
  NetworkManagementClient,
  NextHopParameters,
  VerificationIPFlowParameters,
} from '@azure/arm-network';
import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import { type Arm, ask } from './arm.ts';
import type { Exchange } from './exchange.ts';
import { type Answer, type Failure, readFailure } from './failure.ts';
import { readResourceId } from './ids.ts';

/** The long-running questions, each with what it is asked: all of a network watcher, but the last, which is asked of an interface. */
export type WatcherQuestion =
  | { readonly kind: 'connectivityCheck'; readonly parameters: ConnectivityParameters }
  | { readonly kind: 'networkConfigurationDiagnostic'; readonly parameters: NetworkConfigurationDiagnosticParameters }
  | { readonly kind: 'nextHop'; readonly parameters: NextHopParameters }
  | { readonly kind: 'ipFlowVerify'; readonly parameters: VerificationIPFlowParameters }
  | { readonly kind: 'effectiveNetworkSecurityGroups' };

/** An operation under way in Azure: plain JSON, enough to go on from another process. */
export type Operation = {
  readonly kind: WatcherQuestion['kind'];
  readonly subscriptionId: string;
  /** The SDK's serialized poller as it was right after the POST. Opaque; holds a signed URL of some 4 kB: never log it. */
  readonly poller: string;
  /** Milliseconds since the epoch before which Azure does not want to be polled. */
  readonly notBeforeMs: number;
  readonly requestId?: string;
};

/** Azure's final body as received, with the request id of the answer that carried it. */
export type WatcherAnswer = { readonly body: Json; readonly requestId?: string };

export type Started = { readonly done: WatcherAnswer } | { readonly operation: Operation };

type Pollers = Pick<
  NetworkManagementClient['networkWatchers'],
  'checkConnectivity' | 'getNetworkConfigurationDiagnostic' | 'getNextHop' | 'verifyIPFlow'
>;
type Poller =
  | ReturnType<Pollers[keyof Pollers]>
  | ReturnType<NetworkManagementClient['networkInterfaces']['listEffectiveNetworkSecurityGroups']>;

/** Polls at least this far apart, whatever Azure says: the contract's floor for Retry-After. */
const floorMs = 1000;
/** What Network Watcher asks for in every recording; used where an answer carries no Retry-After. */
const usualMs = 10_000;

/**
 * POSTs the question to a network watcher, or to the interface that it is about. The first poll is not made here: the SDK would make it at once, before Retry-After.
 */
export async function start(
  arm: Arm,
  resourceId: string,
  question: WatcherQuestion,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Answer<Started>> {
  const asked = readResourceId(resourceId);
  const [name] = asked?.names ?? [];
  if (!asked || !name) throw new Error(`not the id of something that answers: ${resourceId}`);
  const exchange: Exchange = {};
  const submitted = await ask(async () => {
    const poller = post(arm.network(asked.subscriptionId), asked.group, name, question, signal);
    // A poller is a thenable: returned bare from an async function it would be awaited to the end.
    await poller.submitted();
    return { poller };
  }, exchange);
  const { last } = exchange;
  if (last?.status === 200) {
    const answer = finished(last.body, last.requestId);
    return answer.ok ? { ok: true, value: { done: answer.value } } : answer;
  }
  if (!submitted.ok) return submitted;
  const state = await submitted.value.poller.serialize();
  if (locationOf(state) === undefined) return malformed('202 without a Location to poll', last?.requestId);
  return {
    ok: true,
    value: {
      operation: {
        kind: question.kind,
        subscriptionId: asked.subscriptionId,
        poller: state,
        notBeforeMs: clock.now() + Math.max(floorMs, last?.retryAfterMs ?? usualMs),
        ...(last?.requestId && { requestId: last.requestId }),
      },
    },
  };
}

/**
 * Polls until Azure gives its result, refuses for good, or `deadlineMs` (epoch) passes; never earlier than Retry-After. A 202 may
 * hand out a new Location, which is followed from then on.
 */
export function finish(
  arm: Arm,
  operation: Operation,
  clock: Clock,
  limits: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<Answer<WatcherAnswer>> {
  const { notBeforeMs: nextMs, requestId } = operation;
  const url = locationOf(operation.poller);
  if (url === undefined) return Promise.resolve(malformed('no Location to poll', requestId));
  // Thousands wait here at once: nothing else of the operation is held while they do.
  return follow(arm, { url, nextMs, ...(requestId && { requestId }) }, clock, limits);
}

/** Where to look next, and when (epoch). */
type Way = { url: string; nextMs: number; readonly requestId?: string };

async function follow(
  arm: Arm,
  way: Way,
  clock: Clock,
  limits: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<Answer<WatcherAnswer>> {
  const { requestId } = way;
  let failure: Failure | undefined;
  for (;;) {
    if (way.nextMs > limits.deadlineMs) {
      await clock.sleep(Math.max(0, limits.deadlineMs - clock.now()), limits.signal);
      return { ok: false, failure: { ...failure, code: 'NO_RESULT', ...(requestId && { requestId }) } };
    }
    await clock.sleep(Math.max(0, way.nextMs - clock.now()), limits.signal);
    const look = await poll(arm, way.url, limits.signal);
    if (look.state === 'done') return finished(look.body, look.requestId ?? requestId);
    if (look.state === 'failed' && !passing(look.failure)) return { ok: false, failure: look.failure };
    failure = look.state === 'failed' ? look.failure : undefined;
    if (look.state === 'running' && look.location) way.url = look.location;
    way.nextMs = clock.now() + look.waitMs;
  }
}

type Look =
  | { readonly state: 'done'; readonly body: string; readonly requestId?: string }
  | { readonly state: 'running'; readonly waitMs: number; readonly location?: string }
  | { readonly state: 'failed'; readonly waitMs: number; readonly failure: Failure };

async function poll(arm: Arm, location: string, signal?: AbortSignal): Promise<Look> {
  const exchange: Exchange = {};
  const asked = await ask(() => arm.get(location, signal), exchange);
  const { last } = exchange;
  const waitMs = Math.max(floorMs, last?.retryAfterMs ?? usualMs);
  if (!asked.ok) return { state: 'failed', waitMs, failure: asked.failure };
  switch (last?.status) {
    case 200:
      return { state: 'done', body: last.body, ...(last.requestId && { requestId: last.requestId }) };
    case 202:
      return { state: 'running', waitMs, ...(last.location && { location: last.location }) };
    default:
      return { state: 'failed', waitMs, failure: readFailure(last ?? { status: 0, body: '' }) };
  }
}

function post(
  client: NetworkManagementClient,
  group: string,
  name: string,
  question: WatcherQuestion,
  abortSignal?: AbortSignal,
): Poller {
  const options = abortSignal ? { abortSignal } : {};
  switch (question.kind) {
    case 'connectivityCheck':
      return client.networkWatchers.checkConnectivity(group, name, question.parameters, options);
    case 'networkConfigurationDiagnostic':
      return client.networkWatchers.getNetworkConfigurationDiagnostic(group, name, question.parameters, options);
    case 'nextHop':
      return client.networkWatchers.getNextHop(group, name, question.parameters, options);
    case 'ipFlowVerify':
      return client.networkWatchers.verifyIPFlow(group, name, question.parameters, options);
    case 'effectiveNetworkSecurityGroups':
      return client.networkInterfaces.listEffectiveNetworkSecurityGroups(group, name, options);
  }
}

function passing(failure: Failure): boolean {
  return ['AZURE_FAILED', 'AZURE_UNREACHABLE', 'AZURE_THROTTLED', 'AZURE_BUSY'].includes(failure.code);
}

function finished(body: string, requestId: string | undefined): Answer<WatcherAnswer> {
  try {
    return { ok: true, value: { body: JSON.parse(body), ...(requestId && { requestId }) } };
  } catch {
    return malformed(`200 with a body that is not JSON, ${body.length} characters`, requestId);
  }
}

function malformed(message: string, requestId: string | undefined): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code: 'AZURE_MALFORMED', message, ...(requestId && { requestId }) } };
}

function locationOf(poller: string): string | undefined {
  const parsed: { state?: { config?: { operationLocation?: unknown } } } = JSON.parse(poller);
  const location = parsed.state?.config?.operationLocation;
  return typeof location === 'string' ? location : undefined;
}

import { ComputeManagementClient } from '@azure/arm-compute';
import { NetworkManagementClient } from '@azure/arm-network';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { TokenCredential } from '@azure/core-auth';
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { ShownError } from '../core/errors.ts';
import type { Cloud } from './cloud.ts';
import { type CallLog, during, type Exchange, harden } from './exchange.ts';
import { type Answer, readFailure, readThrown } from './failure.ts';

/** One Resource Manager. All its clients speak through one pipeline; those of the subscriptions asked last are kept. */
export type Arm = {
  readonly cloud: Cloud;
  readonly simulated: boolean;
  /** GETs an address as Azure gave it, such as an operation's Location; its answer is in the `Exchange`, whatever its status. */
  get(url: string, signal?: AbortSignal): Promise<void>;
  network(subscriptionId: string): NetworkManagementClient;
  compute(subscriptionId: string): ComputeManagementClient;
  readonly subscriptions: SubscriptionClient;
  /** Whether a token for it was had. */
  hasToken(): boolean;
};

export type ArmOptions = {
  readonly cloud: Cloud;
  readonly credential: TokenCredential;
  readonly simulated: boolean;
  /** PEM of a certificate authority to trust beside the system's; for the embedded Azure. */
  readonly ca?: string;
  readonly log: CallLog;
  /** How long one request may take, its body included; 30 s unless said. */
  readonly timeoutMs?: number;
};

const usualTimeoutMs = 30_000;

export function createArm(options: ArmOptions): Arm {
  const { cloud, timeoutMs = usualTimeoutMs } = options;
  const { credential, hasToken } = watchToken(options.credential);
  const host = new URL(cloud.resourceManager).host;
  const common = {
    endpoint: cloud.resourceManager,
    credentials: { scopes: [`${cloud.audience.replace(/\/+$/, '')}/.default`] },
    userAgentOptions: { userAgentPrefix: 'hopcheck' },
    ...(options.ca && { tlsOptions: { ca: options.ca } }),
  };
  const subscriptions = new SubscriptionClient(credential, common);
  const { pipeline } = subscriptions;
  harden(pipeline, { host, timeoutMs, log: options.log });
  const shared = { ...common, pipeline };
  const http = createDefaultHttpClient();
  return {
    cloud,
    simulated: options.simulated,
    hasToken,
    subscriptions,
    async get(url, signal) {
      const headers = createHttpHeaders({ accept: 'application/json' });
      const abortable = signal ? { abortSignal: signal } : {};
      const { href } = new URL(url, cloud.resourceManager);
      await pipeline.sendRequest(http, createPipelineRequest({ url: href, method: 'GET', headers, ...abortable }));
    },
    network: keepLast((id) => new NetworkManagementClient(credential, id, shared)),
    compute: keepLast((id) => new ComputeManagementClient(credential, id, shared)),
  };
}

/** A token that was had counts for good: one that lapses while nobody asks is renewed by the next question. */
function watchToken(credential: TokenCredential): { credential: TokenCredential; hasToken: () => boolean } {
  let had = false;
  return {
    credential: {
      async getToken(scopes, options) {
        const token = await credential.getToken(scopes, options);
        if (token) had = true;
        return token;
      },
    },
    hasToken: () => had,
  };
}

/** An SDK client is some hundred kB of closures, made within a millisecond: not one for each of a thousand subscriptions. */
const mostKept = 64;

function keepLast<T>(make: (subscriptionId: string) => T): (subscriptionId: string) => T {
  const kept = new Map<string, T>();
  return (subscriptionId) => {
    const key = subscriptionId.toLowerCase();
    const client = kept.get(key) ?? make(subscriptionId);
    kept.delete(key);
    kept.set(key, client);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return client;
  };
}

/** Asks ARM once through the SDK and turns every way of not answering into a value. Aborts are thrown on. */
export async function ask<T>(run: () => Promise<T>, exchange: Exchange = {}): Promise<Answer<T>> {
  try {
    return { ok: true, value: await during(exchange, run) };
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    if (error instanceof ShownError) {
      return {
        ok: false,
        failure: { code: error.problem.code, message: Object.values(error.problem.facts).join(' ') },
      };
    }
    const { last } = exchange;
    return { ok: false, failure: last && last.status >= 300 ? readFailure(last) : readThrown(error) };
  }
}

export async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of pages) all.push(item);
  return all;
}

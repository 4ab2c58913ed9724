import { ComputeManagementClient } from '@azure/arm-compute';
import { NetworkManagementClient } from '@azure/arm-network';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import type { TokenCredential } from '@azure/core-auth';
import type { Pipeline } from '@azure/core-rest-pipeline';
import { ShownError } from '../core/errors.ts';
import type { Cloud } from './cloud.ts';
import { type CallLog, during, type Exchange, harden } from './exchange.ts';
import { type Answer, readFailure, readThrown } from './failure.ts';

/** The clients of one Resource Manager, made once per subscription and kept. */
export type Arm = {
  readonly cloud: Cloud;
  readonly simulated: boolean;
  network(subscriptionId: string): NetworkManagementClient;
  compute(subscriptionId: string): ComputeManagementClient;
  readonly subscriptions: SubscriptionClient;
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
  const { cloud, credential, timeoutMs = usualTimeoutMs } = options;
  const host = new URL(cloud.resourceManager).host;
  const common = {
    endpoint: cloud.resourceManager,
    credentials: { scopes: [`${cloud.audience.replace(/\/+$/, '')}/.default`] },
    userAgentOptions: { userAgentPrefix: 'hopcheck' },
    ...(options.ca && { tlsOptions: { ca: options.ca } }),
  };
  const ours = <T extends { readonly pipeline: Pipeline }>(client: T): T => {
    harden(client.pipeline, { host, timeoutMs, log: options.log });
    return client;
  };
  const network = new Map<string, NetworkManagementClient>();
  const compute = new Map<string, ComputeManagementClient>();
  return {
    cloud,
    simulated: options.simulated,
    subscriptions: ours(new SubscriptionClient(credential, common)),
    network: (id) => once(network, id, () => ours(new NetworkManagementClient(credential, id, common))),
    compute: (id) => once(compute, id, () => ours(new ComputeManagementClient(credential, id, common))),
  };
}

function once<T>(made: Map<string, T>, id: string, make: () => T): T {
  const key = id.toLowerCase();
  const existing = made.get(key);
  if (existing) return existing;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
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

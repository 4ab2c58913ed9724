import { createHmac, randomBytes } from 'node:crypto';
import { ArmError } from './arm-error.ts';
import type { Chance } from './chance.ts';
import type { Answer, LongRunning } from './exchange.ts';

/** A long-running operation, from its POST until it is forgotten. */
export type Running = {
  readonly id: string;
  readonly name: string;
  readonly subscription: string;
  readonly region: string;
  readonly apiVersion: string;
  readonly startedAt: number;
  readonly doneAt: number;
  readonly principalId: string;
  readonly result: () => Answer;
  readonly key?: string;
};

export type OperationStore = {
  start(
    from: LongRunning & {
      readonly name: string;
      readonly subscription: string;
      readonly apiVersion: string;
      readonly principalId: string;
    },
  ): Running;
  find(id: string): Running | undefined;
  /** A fresh signed URL; every one issued stays good until the operation is forgotten. */
  locate(operation: Running, host: string): string;
  /** Throws ArmError for a query that is not what `locate` signed. */
  checkSignature(operation: Running, query: URLSearchParams): void;
  /** Whole seconds, at least 1. */
  readonly retryAfterS: number;
  /** Never completes from now on. */
  hold(id: string): void;
  isHeld(id: string): boolean;
  readonly size: number;
};

/** Results are kept this many simulated seconds after completion (assumed; Azure does not say). */
const keptS = 3600;

/** Keeps operations in memory; time is `now`, and simulated seconds pass `speed` times as fast. */
export function openOperations(now: () => number, speed: number, chance: Chance): OperationStore {
  const operations = new Map<string, Running>();
  const running = new Map<string, Running>();
  const held = new Set<string>();
  const secret = randomBytes(32);
  /** Stands for the certificate chain that real Locations carry; its length is what matters. */
  const filler = Buffer.from(Array.from({ length: 1850 }, () => chance.between(0, 255))).toString('base64url');
  let lastTick = 0;

  const forget = () => {
    const horizon = now() - Math.max(600_000, (keptS * 1000) / speed);
    for (const [id, operation] of operations) {
      if (operation.doneAt >= horizon) break;
      operations.delete(id);
      held.delete(id);
      if (operation.key !== undefined && running.get(operation.key) === operation) running.delete(operation.key);
    }
  };

  const sign = (operation: Running, ticks: string) =>
    createHmac('sha512', secret)
      .update(`${operation.id} ${operation.apiVersion} ${ticks}`)
      .digest('base64url')
      .repeat(4);

  return {
    retryAfterS: Math.max(1, Math.ceil(10 / speed)),
    start: (from) => {
      forget();
      const at = now();
      const before = from.key === undefined ? undefined : running.get(from.key);
      if (before !== undefined && (before.doneAt > at || held.has(before.id))) throw busy(before, from, at);
      const { name, subscription, region, apiVersion, principalId, result, key } = from;
      const operation: Running = {
        id: chance.guid(),
        name,
        subscription,
        region,
        apiVersion,
        startedAt: at,
        doneAt: at + (from.seconds * 1000) / speed,
        principalId,
        result,
        ...(key === undefined ? {} : { key }),
      };
      operations.set(operation.id, operation);
      if (key !== undefined) running.set(key, operation);
      return operation;
    },
    find: (id) => operations.get(id.toLowerCase()),
    locate: (operation, host) => {
      // 621355968000000000 ticks lie between the year 1 and 1970; a Location never repeats.
      lastTick = Math.max(lastTick + 1, now() * 10);
      const ticks = `${621355968000000000n + BigInt(Math.floor(lastTick)) * 1000n}`;
      const path = `/subscriptions/${operation.subscription}/providers/Microsoft.Network/locations/${operation.region}/operationResults/${operation.id}`;
      const signature = sign(operation, ticks);
      const half = signature.length / 2;
      return `https://${host}${path}?api-version=${operation.apiVersion}&t=${ticks}&c=${filler}&s=${signature.slice(0, half)}&h=${signature.slice(half)}`;
    },
    checkSignature: (operation, query) => {
      const signature = `${query.get('s') ?? ''}${query.get('h') ?? ''}`;
      const whole = query.get('c') === filler && query.get('api-version') === operation.apiVersion;
      if (whole && signature === sign(operation, query.get('t') ?? '')) return;
      throw new ArmError(
        403,
        'InvalidOperationUrl',
        'This is not the Location that was issued: its signature does not fit. Follow Location as it is, with its whole query.',
        { details: [{ code: 'InventedBySimulator', message: 'What Azure says here is not known.' }] },
      );
    },
    hold: (id) => {
      held.add(id);
    },
    isHeld: (id) => held.has(id),
    get size() {
      return operations.size;
    },
  };
}

/** Seen from the network resource provider on other operations; that connectivityCheck says it too is invented. */
function busy(before: Running, from: LongRunning, at: number): ArmError {
  const seconds = Math.max(1, Math.ceil((before.doneAt - at) / 1000));
  return new ArmError(429, 'RetryableError', 'A retryable error occurred.', {
    details: [
      {
        code: 'RetryableErrorDueToAnotherOperation',
        message: `Operation ${from.title ?? before.name} (${before.id}) is updating resource ${from.resourceId ?? ''}. The call can be retried in ${seconds} seconds.`,
      },
    ],
  });
}

import { ArmError } from './arm-error.ts';
import type { Bucket, Quotas } from './network/topology.ts';

export type LimitKind = keyof Quotas;

/** Token buckets per subscription and principal, as ARM's front door keeps them. */
export type Limits = {
  /** Takes one token and returns how many are left, or throws ARM's 429. */
  take(kind: LimitKind, quotas: Quotas, subscription: string, principal: string): number;
};

export function openLimits(now: () => number, speed: number): Limits {
  const levels = new Map<string, { level: number; at: number }>();
  const fill = (bucket: Bucket, key: string) => {
    const at = now();
    const before = levels.get(key) ?? { level: bucket.size, at };
    const gained = ((at - before.at) / 1000) * speed * bucket.perSecond;
    const level = Math.min(bucket.size, before.level + Math.max(0, gained));
    const entry = { level, at };
    levels.set(key, entry);
    return entry;
  };
  return {
    take: (kind, quotas, subscription, principal) => {
      const bucket = quotas[kind];
      const entry = fill(bucket, `${kind} ${subscription.toLowerCase()} ${principal}`);
      if (entry.level < 1) throw throttled(kind, bucket, entry.level, speed, subscription, principal);
      entry.level -= 1;
      return Math.floor(entry.level);
    },
  };
}

function throttled(
  kind: LimitKind,
  bucket: Bucket,
  level: number,
  speed: number,
  subscription: string,
  principal: string,
): ArmError {
  const perSecond = bucket.perSecond * speed;
  const seconds = perSecond === 0 ? 3600 : Math.max(1, Math.ceil((1 - level) / perSecond));
  const what = kind === 'writes' ? 'write' : 'read';
  return new ArmError(
    429,
    'SubscriptionRequestsThrottled',
    `Number of '${what}' requests for subscription '${subscription}' actor '${principal}' exceeded. Please try again after '${seconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
    { headers: { 'Retry-After': String(seconds), 'x-ms-failure-cause': 'gateway' } },
  );
}

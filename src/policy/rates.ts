import type { Conversation, Requester } from '../core/chat.ts';
import { type Allowed, type Decision, type Denied, personId, placeId } from './decide.ts';
import type { Limit, Limits } from './rule.ts';

/** What was asked in the last minute and what is running, by key. Lives in one process; time comes in with each call. */
export type Rates = {
  /** When each was taken, oldest first. */
  readonly taken: Map<string, number[]>;
  /** The jobs that are running. */
  readonly running: Map<string, Set<string>>;
  sweptAtMs: number;
};

export type Taking =
  | { readonly ok: true }
  /** `retryAfterMs` is absent where `count` is more than the limit ever lets through. */
  | { readonly ok: false; readonly most: number; readonly retryAfterMs?: number };

const windowMs = 60_000;

export function createRates(): Rates {
  return { taken: new Map(), running: new Map(), sweptAtMs: 0 };
}

/** Takes `count` from the sliding minute of one key, or says when that many are free again. Refused takes do not count. */
export function take(rates: Rates, key: string, limit: Limit, nowMs: number, count = 1): Taking {
  const answer = look(rates, key, limit, nowMs, count);
  if (answer.ok) add(rates, key, limit, nowMs, count);
  return answer;
}

function look(rates: Rates, key: string, { perMinute }: Limit, nowMs: number, count: number): Taking {
  if (perMinute === undefined) return { ok: true };
  const recent = recentOf(rates, key, nowMs);
  if (recent.length + count <= perMinute) return { ok: true };
  const freeing = recent[recent.length + count - perMinute - 1];
  if (freeing === undefined) return { ok: false, most: perMinute };
  return { ok: false, most: perMinute, retryAfterMs: freeing + windowMs - nowMs };
}

function add(rates: Rates, key: string, { perMinute }: Limit, nowMs: number, count: number): void {
  if (perMinute === undefined) return;
  const recent = recentOf(rates, key, nowMs);
  rates.taken.set(key, [...recent, ...Array.from({ length: count }, () => nowMs)]);
}

/** Times after `nowMs` come from a clock that was set back: read as now, they lock nobody out for more than a minute. */
function recentOf(rates: Rates, key: string, nowMs: number): readonly number[] {
  sweep(rates, nowMs);
  return (rates.taken.get(key) ?? []).filter((atMs) => atMs > nowMs - windowMs).map((atMs) => Math.min(atMs, nowMs));
}

/** Forgets who has been silent for a minute, once a minute: the maps stay as small as the people at work. */
function sweep(rates: Rates, nowMs: number): void {
  if (Math.abs(nowMs - rates.sweptAtMs) < windowMs) return;
  rates.sweptAtMs = nowMs;
  for (const [key, times] of rates.taken) {
    if (times.every((atMs) => atMs <= nowMs - windowMs)) rates.taken.delete(key);
  }
}

/** One job that wants to start. */
export type Start = {
  readonly jobId: string;
  readonly who: Requester;
  readonly where: Conversation;
  /** Of its source machines. */
  readonly subscriptionIds: readonly string[];
  /** Checks in it: a matrix counts each of its cells. */
  readonly checks: number;
};

/**
 * Holds an allowed decision against the rates of its rule. When all of person, channel and subscriptions have room, the job is
 * counted as running until `finish`; otherwise nothing is counted and the decision turns into a denial that says when.
 */
export function admit(rates: Rates, decision: Decision, start: Start, nowMs: number): Decision {
  if (!decision.allowed) return decision;
  const charges = chargesOf(decision.limits, start);
  const refusal = charges
    .flatMap((charge) => refusalsOf(rates, charge, start, nowMs))
    .reduce<Refusal | undefined>((worst, each) => (worst && waitOf(worst) >= waitOf(each) ? worst : each), undefined);
  if (refusal) return overLimit(decision, refusal);
  for (const { key, limit } of charges) {
    add(rates, key, limit, nowMs, start.checks);
    hold(rates, key, start.jobId);
  }
  return decision;
}

/** Counts a job that runs already, such as one that a restart took up again. */
export function resume(rates: Rates, start: Start): void {
  for (const { key } of chargesOf(unlimited, start)) hold(rates, key, start.jobId);
}

/** Takes back what `admit` counted, for a job that was not begun after all. */
export function giveBack(rates: Rates, start: Start): void {
  finish(rates, start.jobId);
  for (const { key } of chargesOf(unlimited, start)) {
    const times = rates.taken.get(key);
    if (times) rates.taken.set(key, times.slice(0, Math.max(0, times.length - start.checks)));
  }
}

/** The jobs that count as running against the same person, channel or subscriptions. */
export function running(rates: Rates, start: Start): readonly string[] {
  const keys = chargesOf(unlimited, start).map(({ key }) => key);
  return [...new Set(keys.flatMap((key) => [...(rates.running.get(key) ?? [])]))];
}

export function isRunning(rates: Rates, jobId: string): boolean {
  return [...rates.running.values()].some((jobs) => jobs.has(jobId));
}

/** What of a person's and a channel's limits is used at this moment. */
export function usage(
  rates: Rates,
  who: Requester,
  where: Conversation,
  nowMs: number,
): Readonly<Record<'person' | 'channel', { readonly lastMinute: number; readonly inFlight: number }>> {
  const of = (key: string) => ({
    lastMinute: recentOf(rates, key, nowMs).length,
    inFlight: rates.running.get(key)?.size ?? 0,
  });
  return { person: of(personKey(who)), channel: of(channelKey(where)) };
}

/** Where several rules allowed the parts of one job, it has to keep to each. */
export function tightest(limits: readonly Limits[]): Limits {
  const least = (of: keyof Limits, what: keyof Limit) => {
    const figures = limits.map((each) => each[of][what]).filter((figure) => figure !== undefined);
    return figures.length > 0 ? { [what]: Math.min(...figures) } : {};
  };
  const merge = (of: keyof Limits): Limit => ({ ...least(of, 'perMinute'), ...least(of, 'inFlight') });
  return { person: merge('person'), channel: merge('channel'), subscription: merge('subscription') };
}

/** To be called once a job has its answer, whatever it is. */
export function finish(rates: Rates, jobId: string): void {
  for (const [key, jobs] of rates.running) {
    if (jobs.delete(jobId) && jobs.size === 0) rates.running.delete(key);
  }
}

function hold(rates: Rates, key: string, jobId: string): void {
  const jobs = rates.running.get(key);
  if (jobs) jobs.add(jobId);
  else rates.running.set(key, new Set([jobId]));
}

const unlimited: Limits = { person: {}, channel: {}, subscription: {} };

const personKey = (who: Requester) => `person:${personId(who).toLowerCase()}`;
const channelKey = (where: Conversation) => `channel:${placeId(where).toLowerCase()}`;

function chargesOf(limits: Limits, { who, where, subscriptionIds }: Start) {
  const subscriptions = [...new Set(subscriptionIds.map((id) => id.toLowerCase()))];
  return [
    { of: 'person' as const, key: personKey(who), limit: limits.person },
    { of: 'channel' as const, key: channelKey(where), limit: limits.channel },
    ...subscriptions.map((id) => ({
      of: 'subscription' as const,
      key: `subscription:${id}`,
      limit: limits.subscription,
    })),
  ];
}

type Refusal = { readonly limit: NonNullable<Denied['limit']>; readonly retryAfterMs?: number };

function refusalsOf(
  rates: Rates,
  { of, key, limit }: ReturnType<typeof chargesOf>[number],
  { jobId, checks }: Start,
  nowMs: number,
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const running = [...(rates.running.get(key) ?? [])].filter((id) => id !== jobId).length;
  if (limit.inFlight !== undefined && running >= limit.inFlight) {
    refusals.push({ limit: { of, what: 'inFlight', most: limit.inFlight } });
  }
  const answer = look(rates, key, limit, nowMs, checks);
  if (!answer.ok) {
    const { most, retryAfterMs } = answer;
    refusals.push({ limit: { of, what: 'perMinute', most }, ...(retryAfterMs !== undefined && { retryAfterMs }) });
  }
  return refusals;
}

/** The longest wait is the one to tell: before it, another limit would refuse. */
function waitOf({ retryAfterMs = Number.POSITIVE_INFINITY }: Refusal): number {
  return retryAfterMs;
}

function overLimit({ rule }: Allowed, { limit, retryAfterMs }: Refusal): Denied {
  return {
    allowed: false,
    rule,
    reason: 'rate',
    toGrant: { rates: `${limit.of}.${limit.what} over ${limit.most}` },
    limit,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

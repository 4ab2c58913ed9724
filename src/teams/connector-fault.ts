import { z } from 'zod';

/** A create may be repeated only where the channel says it did nothing (412, 429); an update is the same however often it is made. */
const repeatable = { create: [412, 429], update: [408, 412, 429, 500, 502, 503, 504] } as const;

/** The channel's statuses that slow down the whole conversation, not one message alone. */
const slowing = [412, 429];

/** Longest Retry-After that is obeyed: the longest stretch that the channel counts in. */
const patienceMs = 3_600_000;

export type ConnectorFault = {
  /** Undefined where no answer came: a time-out, a cut connection. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly again: boolean;
  readonly slows: boolean;
};

type Headers = { get(name: string): string | undefined };

/** The headers stay the object they are: parsed into a copy, their methods would lose what they read from. */
const Shape = z.object({
  statusCode: z.number().optional(),
  response: z
    .object({ headers: z.custom<Headers>((value) => typeof value === 'object' && value !== null && 'get' in value) })
    .optional(),
});

/** What an error of the SDK's client means for the request that met it. */
export function readFault(error: unknown, kind: keyof typeof repeatable, nowMs: number): ConnectorFault {
  const parsed = Shape.safeParse(error);
  const status = parsed.data?.statusCode;
  if (status === undefined) return { again: kind === 'update', slows: false };
  const retryAfterMs = readRetryAfter(parsed.data?.response?.headers.get('retry-after'), nowMs);
  const codes: readonly number[] = repeatable[kind];
  return {
    status,
    again: codes.includes(status),
    slows: slowing.includes(status),
    ...(retryAfterMs !== undefined && { retryAfterMs: Math.min(retryAfterMs, patienceMs) }),
  };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3). */
function readRetryAfter(told: string | undefined, nowMs: number): number | undefined {
  if (told === undefined) return undefined;
  if (/^\d{1,6}$/.test(told)) return Number(told) * 1000;
  const atMs = Date.parse(told);
  return Number.isNaN(atMs) || !told.includes(':') ? undefined : Math.max(0, atMs - nowMs);
}

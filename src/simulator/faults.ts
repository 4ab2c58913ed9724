import { z } from 'zod';
import { seeded } from './chance.ts';

/** What can go wrong on purpose. The wire shapes are documented in docs/simulator.md. */
const fault = z.discriminatedUnion('kind', [
  /** A refusal; `retryAfter` in seconds adds the header. */
  z.strictObject({
    kind: z.literal('error'),
    status: z.int().min(300).max(599),
    code: z.string().optional(),
    message: z.string().optional(),
    retryAfter: z.union([z.number(), z.string()]).optional(),
  }),
  /** ServerTimeout, as recorded in mid-poll; the answer may hang first. */
  z.strictObject({ kind: z.literal('serverTimeout'), afterMs: z.number().min(0).default(0) }),
  /** The RetryableError of another operation that holds the resource. */
  z.strictObject({ kind: z.literal('busy'), seconds: z.int().default(11), retryAfter: z.number().optional() }),
  /** A page of a proxy in ARM's place. */
  z.strictObject({ kind: z.literal('html'), status: z.int().min(200).max(599).default(502) }),
  /** The right answer, cut in the middle; the length header still promises all of it. */
  z.strictObject({ kind: z.literal('truncated') }),
  /** Well-formed HTTP around half of the JSON. */
  z.strictObject({ kind: z.literal('halfJson') }),
  /** The connection is reset: after the request was worked on, or before. */
  z.strictObject({ kind: z.literal('reset'), before: z.boolean().default(false) }),
  /** The right answer, dribbled out over this time. */
  z.strictObject({ kind: z.literal('slow'), ms: z.number().min(0) }),
  /** 202 for ever: on a POST the operation never ends, on a poll this poll says so. */
  z.strictObject({ kind: z.literal('endless') }),
  z.strictObject({ kind: z.literal('foreignLocation'), host: z.string().default('foreign.example') }),
  z.strictObject({ kind: z.literal('noLocation') }),
  z.strictObject({ kind: z.literal('noRetryAfter') }),
  /** 200 with the result in the answer to the POST, as seen in 2020. */
  z.strictObject({ kind: z.literal('immediate') }),
  /** A chosen body with a chosen status: empty, null, a list, a wrong object. */
  z.strictObject({
    kind: z.literal('body'),
    status: z.int().min(200).max(599).default(200),
    json: z.json().optional(),
    text: z.string().optional(),
    contentType: z.string().optional(),
  }),
  /** The server's clock is off by this much: Date headers and token expiry. */
  z.strictObject({ kind: z.literal('clockSkew'), seconds: z.number() }),
  /** 401: the token is right, but shows too little of how its person signed in. */
  z.strictObject({ kind: z.literal('moreClaims') }),
]);

export type Fault = z.output<typeof fault>;

export const planted = z.strictObject({
  /** An operation's name (`connectivityCheck`, `operationResults`, `virtualMachines.listAll`, …) or `*`. */
  on: z.string().default('*'),
  /** Part of the path, compared without case. */
  path: z.string().optional(),
  skip: z.int().min(0).default(0),
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
  fault,
});

export const faultRequest = z.union([
  z.strictObject({ faults: z.array(planted).min(1) }),
  planted.transform((one) => ({ faults: [one] })),
]);

export const scheduleRequest = z.strictObject({
  seed: z.int().min(0),
  /** Share of requests that go wrong, 0 to 1. */
  rate: z.number().min(0).max(1),
  on: z.string().default('*'),
  kinds: z
    .array(z.enum(['serverTimeout', 'busy', 'throttled', 'internal', 'reset', 'html', 'halfJson', 'truncated', 'slow']))
    .min(1)
    .default(['serverTimeout', 'busy', 'throttled', 'internal', 'reset']),
});

export type Planted = z.input<typeof planted>;
export type Schedule = z.input<typeof scheduleRequest>;

/** One fault that happened, for comparing replays. */
export type Happened = { readonly nth: number; readonly on: string; readonly kind: string };

export type Faults = {
  plant(faults: readonly Planted[]): void;
  /** Those of a topology file, which were checked when it was read. */
  plantAll(faults: readonly unknown[]): void;
  schedule(schedule: Schedule | undefined): void;
  clear(): void;
  /** The faults that this request meets, in the order they were planted. */
  draw(operation: string, path: string): readonly Fault[];
  readonly pending: number;
  readonly happened: readonly Happened[];
};

type Slot = {
  readonly on: string;
  readonly path: string | undefined;
  skip: number;
  times: number;
  readonly fault: Fault;
};

/** Keeps at most this many happenings: enough to compare, too few to fill the memory. */
const longestHistory = 10_000;

export function openFaults(fromTopology: readonly unknown[]): Faults {
  let slots: Slot[] = [];
  let plan:
    | { readonly on: string; readonly rate: number; readonly kinds: readonly string[]; readonly seed: number }
    | undefined;
  const seen = new Map<string, number>();
  const happened: Happened[] = [];

  const plant = (faults: readonly unknown[]) => {
    for (const one of faults) {
      const { on, path, skip, times, fault: what } = planted.parse(one);
      slots.push({
        on,
        path: path?.toLowerCase(),
        skip,
        times: times === 'always' ? Number.POSITIVE_INFINITY : times,
        fault: what,
      });
    }
  };
  plant(fromTopology);

  const fits = (slot: Slot, operation: string, path: string) =>
    (slot.on === '*' || slot.on === operation) && (slot.path === undefined || path.toLowerCase().includes(slot.path));

  return {
    plant,
    plantAll: plant,
    schedule: (next) => {
      plan = next === undefined ? undefined : scheduleRequest.parse(next);
      seen.clear();
    },
    clear: () => {
      slots = [];
      plan = undefined;
      seen.clear();
      happened.length = 0;
    },
    draw: (operation, path) => {
      const found: Fault[] = [];
      for (const slot of slots) {
        if (!fits(slot, operation, path)) continue;
        if (slot.skip > 0) {
          slot.skip -= 1;
          continue;
        }
        slot.times -= 1;
        found.push(slot.fault);
      }
      slots = slots.filter((slot) => slot.times > 0);
      const nth = seen.get(operation) ?? 0;
      seen.set(operation, nth + 1);
      const drawn = plan === undefined ? undefined : fromSchedule(plan, operation, nth);
      if (drawn !== undefined) found.push(drawn);
      for (const one of found)
        if (happened.length < longestHistory) happened.push({ nth, on: operation, kind: one.kind });
      return found;
    },
    get pending() {
      return slots.length;
    },
    happened,
  };
}

/** The n-th request of an operation always meets the same fate under one seed, however requests interleave. */
function fromSchedule(
  plan: { readonly on: string; readonly rate: number; readonly kinds: readonly string[]; readonly seed: number },
  operation: string,
  nth: number,
): Fault | undefined {
  if (plan.on !== '*' && plan.on !== operation) return undefined;
  const chance = seeded(`${plan.seed}/${operation}/${nth}`);
  if (chance.next() >= plan.rate) return undefined;
  const kind = plan.kinds[chance.between(0, plan.kinds.length - 1)];
  switch (kind) {
    case 'serverTimeout':
      return { kind, afterMs: 0 };
    case 'busy':
      return { kind, seconds: chance.between(1, 12) };
    case 'throttled':
      return { kind: 'error', status: 429, code: 'TooManyRequests', retryAfter: 1 };
    case 'internal':
      return { kind: 'error', status: 500, code: 'InternalServerError', message: 'An error occurred.' };
    case 'reset':
      return { kind, before: chance.next() < 0.5 };
    case 'html':
      return { kind, status: 502 };
    case 'slow':
      return { kind, ms: chance.between(50, 500) };
    case 'halfJson':
    case 'truncated':
      return { kind };
    default:
      return undefined;
  }
}

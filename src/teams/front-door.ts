import { z } from 'zod';
import type { Voucher } from './token.ts';

/** What is let in before the SDK looks at it. The SDK accepts far more than a bot on the internet may. */
export type Door = {
  readonly local: boolean;
  /** Origins that a connector may have, exactly. */
  readonly serviceOrigins: readonly string[];
  /** Tenants served. */
  readonly tenants: readonly string[];
};

/** What came instead of a verified token: nothing, in local mode alone. */
export type Vouched = Voucher | 'local';

/** Ids end up in paths and keys: half a surrogate pair cannot be encoded, and control characters are in none. */
const idOf = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u);
const id = idOf(512).min(1);
const shortId = idOf(64);

/** The fields of an activity that anything here looks at; all else passes through untouched. */
const Shape = z.looseObject({
  type: z.string().min(1).max(64),
  channelId: shortId,
  serviceUrl: z.string().max(2048),
  id: idOf(512).optional(),
  text: z.string().max(28_000).nullish(),
  locale: z.string().max(64).nullish(),
  timestamp: z.string().max(64).nullish(),
  replyToId: idOf(512).nullish(),
  conversation: z.looseObject({
    id: idOf(1024).min(1),
    conversationType: z.string().max(32).nullish(),
    tenantId: shortId.nullish(),
  }),
  from: z.looseObject({ id, name: z.string().max(512).nullish(), aadObjectId: shortId.nullish() }),
  recipient: z.looseObject({ id, name: z.string().max(512).nullish() }),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: shortId.nullish() }).nullish(),
      team: z.looseObject({ id: idOf(512).nullish() }).nullish(),
      channel: z.looseObject({ id: idOf(512).nullish() }).nullish(),
    })
    .nullish(),
});

export type KnownActivity = z.infer<typeof Shape>;

export type Admission =
  | { readonly ok: true; readonly known: KnownActivity }
  | { readonly ok: false; readonly status: 400 | 403; readonly reason: string };

export function admit(body: Readonly<Record<string, unknown>>, door: Door, vouched: Vouched): Admission {
  const parsed = Shape.safeParse(body);
  if (!parsed.success) return { ok: false, status: 400, reason: `not an activity: ${placeOf(parsed.error)}` };
  const known = parsed.data;
  if (known.channelId !== 'msteams') return refuse('channel not served');
  if (!servesUrl(known.serviceUrl, door)) return refuse('serviceUrl not allowed');
  if (vouched === 'local') return door.local ? { ok: true, known } : refuse('no token');
  if (known.serviceUrl !== vouched.serviceUrl) return refuse("serviceUrl is not the token's");
  if (!vouched.endorsements.includes(known.channelId)) return refuse('key not endorsed for the channel');
  const tenants = [known.channelData?.tenant?.id, known.conversation.tenantId].filter((id) => id != null);
  if (tenants.length === 0 || !tenants.every((id) => isServed(id, door))) return refuse('tenant not served');
  return { ok: true, known };
}

const refuse = (reason: string) => ({ ok: false, status: 403, reason }) as const;

/** The first odd field, by its path in the schema: a field that the schema does not have is never named. */
function placeOf(error: z.ZodError): string {
  return error.issues[0]?.path.join('.') ?? '';
}

function isServed(tenant: string, door: Door): boolean {
  return door.tenants.some((served) => served.toLowerCase() === tenant.toLowerCase());
}

/** No user, query or fragment, and nothing that one URL parser reads differently from another. */
const plainUrl = /^https?:\/\/[\w.:[\]-]+(?:\/[\w.~%/-]*)?$/i;

/** A named origin; in local mode http to this machine alone. Asked on arrival and again for stored conversations. */
export function servesUrl(serviceUrl: string, door: Door): boolean {
  if (!plainUrl.test(serviceUrl) || !URL.canParse(serviceUrl)) return false;
  const url = new URL(serviceUrl);
  if (door.local) return url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return door.serviceOrigins.includes(url.origin);
}

export function tenantOf(known: KnownActivity): string | undefined {
  return known.channelData?.tenant?.id ?? known.conversation.tenantId ?? undefined;
}

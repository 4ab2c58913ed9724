import type { Activity } from 'botbuilder';
import { z } from 'zod';

/** What is let in before the SDK looks at it. The SDK accepts far more than a bot on the internet may. */
export type Door = {
  readonly local: boolean;
  /** Host names that a connector may have, exactly. */
  readonly serviceHosts: readonly string[];
  /** Tenants served. */
  readonly tenants: readonly string[];
};

export const connectorHosts: Readonly<Record<string, readonly string[]>> = {
  AzureCloud: ['smba.trafficmanager.net'],
  AzureUSGovernment: [
    'smba.infra.gcc.teams.microsoft.com',
    'smba.infra.gov.teams.microsoft.us',
    'smba.infra.dod.teams.microsoft.us',
  ],
  AzureChinaCloud: [],
};

/** The fields of an activity that anything here looks at; all else passes through untouched. */
const Shape = z.looseObject({
  type: z.string().min(1).max(64),
  channelId: z.string().max(64),
  serviceUrl: z.string().max(2048),
  id: z.string().max(512).optional(),
  text: z.string().max(28_000).nullish(),
  locale: z.string().max(64).nullish(),
  timestamp: z.string().max(64).nullish(),
  replyToId: z.string().max(512).nullish(),
  conversation: z.looseObject({
    id: z.string().min(1).max(1024),
    conversationType: z.string().max(32).nullish(),
    tenantId: z.string().max(64).nullish(),
  }),
  from: z.looseObject({
    id: z.string().min(1).max(512),
    name: z.string().max(512).nullish(),
    aadObjectId: z.string().max(64).nullish(),
  }),
  recipient: z.looseObject({ id: z.string().min(1).max(512), name: z.string().max(512).nullish() }),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: z.string().max(64).nullish() }).nullish(),
      team: z.looseObject({ id: z.string().max(512).nullish() }).nullish(),
      channel: z.looseObject({ id: z.string().max(512).nullish() }).nullish(),
    })
    .nullish(),
});

export type KnownActivity = z.infer<typeof Shape>;

export type Admission =
  | { readonly ok: true; readonly activity: Activity; readonly known: KnownActivity }
  | { readonly ok: false; readonly status: 400 | 403; readonly reason: string };

export function admit(body: Readonly<Record<string, unknown>>, door: Door): Admission {
  const parsed = Shape.safeParse(body);
  if (!parsed.success) {
    return { ok: false, status: 400, reason: `not an activity: ${parsed.error.issues[0]?.path.join('.') ?? ''}` };
  }
  const known = parsed.data;
  if (known.channelId !== 'msteams') return { ok: false, status: 403, reason: 'channel not served' };
  if (!servesUrl(known.serviceUrl, door)) return { ok: false, status: 403, reason: 'serviceUrl not allowed' };
  const tenant = tenantOf(known);
  if (!door.local && !(tenant && door.tenants.some((served) => served.toLowerCase() === tenant.toLowerCase()))) {
    return { ok: false, status: 403, reason: 'tenant not served' };
  }
  // The schema has looked at every field the SDK and the bot read; the SDK's class-like type cannot be had otherwise.
  return { ok: true, activity: body as unknown as Activity, known };
}

/** https to a named host; in local mode http to this machine alone. Asked on arrival and again for stored conversations. */
export function servesUrl(serviceUrl: string, door: Door): boolean {
  if (!URL.canParse(serviceUrl)) return false;
  const url = new URL(serviceUrl);
  if (url.username || url.password) return false;
  if (door.local) return url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' && url.port === '' && door.serviceHosts.includes(url.hostname.toLowerCase());
}

export function tenantOf(known: KnownActivity): string | undefined {
  return known.channelData?.tenant?.id ?? known.conversation.tenantId ?? undefined;
}

import { type CryptoKey, importJWK } from 'jose';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';

export type SigningKey = {
  readonly key: CryptoKey;
  /** Channels the key may speak for. */
  readonly endorsements: readonly string[];
};

/** The public keys of a token issuer, fetched once at a time and kept while they cannot be fetched. */
export type SigningKeys = {
  find(kid: string): Promise<SigningKey | undefined>;
  /** False until the keys were had once. */
  ready(): boolean;
  /** Fetches until the keys are there. */
  warm(): Promise<void>;
  close(): void;
};

export type SigningKeysOptions = {
  readonly metadataUrl: string;
  readonly clock: Clock;
  readonly loaded?: (keys: number) => void;
  readonly failed?: (reason: string) => void;
  readonly timeoutMs?: number;
};

const refreshMs = 6 * 60 * 60 * 1000;
const cooldownMs = 60_000;
const longestPauseMs = 30_000;
const documentLimitBytes = 1024 * 1024;
/** Requests that may wait for a fetch which an unknown key id caused; the others are refused at once. */
const mostWaiting = 64;

const Metadata = z.object({ jwks_uri: z.url() });
const KeyDocument = z.object({ keys: z.array(z.unknown()).max(1000) });
const RsaKey = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1).max(256),
  use: z.literal('sig').optional(),
  alg: z.literal('RS256').optional(),
  n: z.string(),
  e: z.string(),
  endorsements: z.array(z.string()).default([]),
});

export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { metadataUrl, clock, timeoutMs = 5000 } = options;
  const closed = new AbortController();
  let keys: ReadonlyMap<string, SigningKey> | undefined;
  let loadedAtMs = Number.NEGATIVE_INFINITY;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let waiting = 0;

  const fetchKeys = async () => {
    triedAtMs = clock.now();
    try {
      const { jwks_uri } = Metadata.parse(await fetchJson(metadataUrl, timeoutMs, closed.signal));
      if (new URL(jwks_uri).protocol !== new URL(metadataUrl).protocol)
        throw new Error('the key document is not on https');
      const fresh = await readKeys(await fetchJson(jwks_uri, timeoutMs, closed.signal));
      if (fresh.size === 0) throw new Error('the key document holds no usable key');
      keys = fresh;
      loadedAtMs = clock.now();
      options.loaded?.(fresh.size);
    } catch (error) {
      if (!closed.signal.aborted) options.failed?.(describe(error));
    }
  };
  const load = () => {
    running ??= fetchKeys().finally(() => {
      running = undefined;
    });
    return running;
  };
  const mayTry = () => clock.now() - triedAtMs >= cooldownMs;

  return {
    async find(kid) {
      const known = keys?.get(kid);
      if (known) {
        if (clock.now() - loadedAtMs >= refreshMs && mayTry()) void load();
        return known;
      }
      if (!(running || mayTry()) || waiting >= mostWaiting) return undefined;
      waiting += 1;
      try {
        await load();
      } finally {
        waiting -= 1;
      }
      return keys?.get(kid);
    },
    ready: () => keys !== undefined,
    async warm() {
      let pauseMs = 1000;
      while (!keys && !closed.signal.aborted) {
        await load();
        if (keys) return;
        await clock.sleep(pauseMs, closed.signal).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    },
    close: () => closed.abort(),
  };
}

async function fetchJson(url: string, timeoutMs: number, closed: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.any([closed, AbortSignal.timeout(timeoutMs)]),
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`${new URL(url).host} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > documentLimitBytes)
      throw new Error(`${new URL(url).host} answered more than ${documentLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** fetch says only that it failed; what happened is in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return `${error.message}${cause instanceof Error ? `: ${cause.message}` : ''}`.slice(0, 200);
}

/** Keys of another kind, size or use are left out: one odd entry must not cost the others. */
async function readKeys(document: unknown): Promise<ReadonlyMap<string, SigningKey>> {
  const found = new Map<string, SigningKey>();
  for (const entry of KeyDocument.parse(document).keys) {
    const parsed = RsaKey.safeParse(entry);
    if (!parsed.success) continue;
    const { kty, kid, n, e, endorsements } = parsed.data;
    const key = await importJWK({ kty, n, e }, 'RS256').catch(() => undefined);
    if (key && !(key instanceof Uint8Array)) found.set(kid, { key, endorsements });
  }
  return found;
}

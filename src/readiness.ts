import type { Clock } from './core/clock.ts';
import type { Json } from './core/json.ts';

/** What a process needs to do its work, each had or not. Local mode needs no keys. */
export type Readiness = { readonly keys: boolean; readonly store: boolean; readonly token: boolean };

export type ReadinessOptions = {
  /** Whether the channel's signing keys were had. */
  readonly keys: () => boolean;
  readonly store: { remember(conversationId: string, key: string, value: Json): Promise<void> };
  /** Whether a token for Azure was had. */
  readonly token: () => boolean;
  readonly clock: Pick<Clock, 'now'>;
  /** How long the store may take. */
  readonly patienceMs?: number;
};

/** Anybody may ask for `/readyz`, so the store is not asked more often than this. */
const freshMs = 5000;
const usualPatienceMs = 2000;

/** A store is there while it takes a write: a full disk or a lost database can still answer what is asked of memory. */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const { keys, store, token, clock, patienceMs = usualPatienceMs } = options;
  let asked: { readonly atMs: number; readonly answer: Promise<boolean> } | undefined;

  const tryStore = async (): Promise<boolean> => {
    const late = AbortSignal.timeout(patienceMs);
    const slow = new Promise<boolean>((resolve) => late.addEventListener('abort', () => resolve(false)));
    const written = store.remember('readyz', 'asked', clock.now()).then(
      () => true,
      () => false,
    );
    return Promise.race([written, slow]);
  };

  return async () => {
    const nowMs = clock.now();
    if (!asked || nowMs - asked.atMs >= freshMs) asked = { atMs: nowMs, answer: tryStore() };
    return { keys: keys(), store: await asked.answer, token: token() };
  };
}

export function isReady(readiness: Readiness): boolean {
  return Object.values(readiness).every(Boolean);
}

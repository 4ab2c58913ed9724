import type { Clock } from './core/clock.ts';
import { isMeasuring, measure, observe } from './core/telemetry.ts';
import type { Store } from './jobs/store.ts';
import { StoreError } from './jobs/store.ts';
import type { Readiness } from './readiness.ts';

/** The same store, and how long it takes; untouched where nothing is measured. */
export function measuredStore(store: Store, system: 'sqlite' | 'postgresql'): Store {
  if (!isMeasuring()) return store;
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => timed(system, String(name), () => Reflect.apply(member, target, given));
    },
  });
}

function timed(system: string, operation: string, run: () => unknown): unknown {
  const startedMs = performance.now();
  const note = (error?: unknown) =>
    measure('db.client.operation.duration', (performance.now() - startedMs) / 1000, {
      'db.system.name': system,
      'db.operation.name': operation,
      ...(error !== undefined && { 'error.type': error instanceof StoreError ? error.fault : 'other' }),
    });
  const result = run();
  if (!(result instanceof Promise)) return result;
  return result.then(
    (value) => {
      note();
      return value;
    },
    (error) => {
      note(error);
      throw error;
    },
  );
}

export type Watched = {
  readonly worker: { readonly inFlight: number };
  readonly store: Pick<Store, 'unfinished'>;
  readonly ready: () => Promise<Readiness>;
  readonly clock: Pick<Clock, 'now'>;
};

/** The queue is counted no more often than this, whoever asks. */
const freshMs = 5000;

/** Lets the metrics show how the process stands whenever they are read. Returns how to stop that. */
export function watchApp({ worker, store, ready, clock }: Watched): () => void {
  let counted: { readonly atMs: number; readonly jobs: ReturnType<Store['unfinished']> } | undefined;
  const unfinished = async () => {
    const atMs = performance.now();
    if (!counted || atMs - counted.atMs >= freshMs) counted = { atMs, jobs: store.unfinished() };
    // A store that does not answer shows in `hopcheck.ready`; the queue has no value then.
    return counted.jobs.catch(() => undefined);
  };
  const stops = [
    observe('hopcheck.jobs.in_flight', (say) => say(worker.inFlight, {})),
    observe('hopcheck.queue.length', async (say) => {
      const jobs = await unfinished();
      if (jobs) say(jobs.length, {});
    }),
    observe('hopcheck.queue.age', async (say) => {
      const jobs = await unfinished();
      const oldest = jobs?.[0];
      if (jobs) say(oldest ? Math.max(0, clock.now() - oldest.createdAtMs) / 1000 : 0, {});
    }),
    observe('hopcheck.ready', async (say) => {
      for (const [part, there] of Object.entries(await ready())) say(there ? 1 : 0, { 'hopcheck.part': part });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

import type { Clock } from '../core/clock.ts';
import { concerns, type Departure } from './departures.ts';
import { isOver, type Job } from './job.ts';
import type { Store } from './store.ts';
import { runIdOf, type Watch, type WatchEnding, type WatchRun } from './watch.ts';

/** Turns watches that are due into jobs. Any number of processes may have one over the same store. */
export type WatchClock = {
  /** Looks about once a second from now on. */
  start(): void;
  /** Looks once: for tests, and for whoever keeps time otherwise. */
  tick(): Promise<void>;
  /** Ends the watches of conversations that the bot has left. */
  abandon(departure: Departure): Promise<void>;
  /** Resolves when it looks no more. */
  stop(): Promise<void>;
};

export type WatchClockOptions = {
  readonly store: Pick<Store, 'job' | 'watches'>;
  readonly clock: Clock;
  /** Stores a job and has it worked on; false where it was stored before. */
  readonly begin: (job: Job) => Promise<boolean>;
  /** The command whose task runs watches. */
  readonly command: string;
  /** How long a run may take. */
  readonly deadlineMs: number;
  readonly surprised: (error: unknown) => void;
  /** From 0 to 1, exclusive. */
  readonly random?: () => number;
};

const lookMs = 1000;
/** After a long stop everything is due at once; so many begin with each look. */
const atOnce = 20;
/** A run that is due while the one before is under way waits for it. */
const busyMs = 3000;
/** Each interval is up to so much longer or shorter, so that watches begun together do not ask together. */
const jitter = 0.1;

export function createWatchClock(options: WatchClockOptions): WatchClock {
  const { store, clock, begin, command, surprised, random = Math.random } = options;
  const { watches } = store;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  /** However long it is overdue, one run now and the next an interval from now. */
  const nextOf = ({ everyMs, endsAtMs }: Watch, nowMs: number) =>
    Math.min(Math.round(nowMs + everyMs * (1 + (2 * random() - 1) * jitter)), Math.max(endsAtMs, nowMs + lookMs));

  const endUnheard = async (id: string) => {
    const nowMs = clock.now();
    await watches.end(id, { reason: 'gone' }, 'ended', nowMs);
    await watches.close(id, nowMs);
  };

  const run = async (watch: Watch) => {
    const nowMs = clock.now();
    const before = await store.job(runIdOf(watch, watch.runs));
    if (before && !isOver(before)) return watches.putOff(watch.id, nowMs + busyMs);
    if (before?.state === 'abandoned') return endUnheard(watch.id);
    const ending = watch.ending ?? (nowMs >= watch.endsAtMs ? ({ reason: 'over' } as const) : undefined);
    const number = watch.runs + 1;
    const nextAtMs = nextOf(watch, nowMs);
    // Stored before it is counted: should this process die in between, the same job is found when it is tried again.
    await begin(jobOf(watch, number, before, nextAtMs, ending));
    if (ending) {
      if (!watch.ending) await watches.end(watch.id, ending, 'ending', nowMs);
      await watches.close(watch.id, nowMs);
    } else {
      await watches.begun(watch.id, number, nextAtMs);
    }
    // The first carries the nonce of the card's buttons, the last what the next one goes on from.
    if (number > 3) await watches.forgetRun(runIdOf(watch, number - 2));
  };

  const jobOf = (
    watch: Watch,
    number: number,
    before: Job | undefined,
    nextAtMs: number,
    ending: WatchEnding | undefined,
  ): Job => {
    const { requester, conversation, locale, nonce } = watch;
    const request: WatchRun = {
      kind: 'run',
      watch,
      nextAtMs,
      ...(before?.outcome !== undefined && { before: before.outcome }),
      ...(ending && { ending }),
    };
    const nowMs = clock.now();
    return {
      id: runIdOf(watch, number),
      command,
      state: 'queued',
      request,
      requester,
      conversation,
      locale,
      nonce,
      createdAtMs: nowMs,
      deadlineMs: nowMs + options.deadlineMs,
      ...(before?.messageId !== undefined && { messageId: before.messageId }),
    };
  };

  const tick = async () => {
    try {
      for (const watch of await watches.due(clock.now(), atOnce)) {
        if (stopping.signal.aborted) return;
        await run(watch);
      }
    } catch (error) {
      // A fault of the store passes, and what is due stays so.
      surprised(error);
    }
  };

  return {
    start() {
      loop = (async () => {
        while (!stopping.signal.aborted) {
          await tick();
          await clock.sleep(lookMs, stopping.signal).catch(() => undefined);
        }
      })();
    },
    tick,
    async abandon(departure) {
      for (const { id, conversation } of await watches.live()) {
        if (concerns(departure, conversation)) await endUnheard(id);
      }
    },
    async stop() {
      stopping.abort(new Error('hopcheck is stopping'));
      await loop;
    },
  };
}

import type { Reply } from '../core/chat.ts';
import { ShownError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { linkedTo } from '../core/linked.ts';
import { endTrace, handOver, traced, tracedJob } from '../core/telemetry.ts';
import { follow } from '../core/trail.ts';
import { backOff } from './back-off.ts';
import { concerns, type Departure } from './departures.ts';
import { closing, createEditor } from './editor.ts';
import type { Engine } from './engine.ts';
import { hasNoOutcome, isOver, type Job, type JobState, Resting, type Task } from './job.ts';
import { createPace } from './pace.ts';
import { createSpeaker, type SpeakerOptions } from './speaker.ts';
import { endedElsewhere, heedOthers, type Stint } from './stints.ts';
import { type Change, StoreError } from './store.ts';

export type Worker = {
  /**
   * Stores the job, then says `first` (as a new message, or over `job.messageId`), then has it run in the background.
   * A job that comes with an outcome is only stored and said. Returns false for a second delivery of the same message.
   * Errors: StoreError when it could not be stored; then nothing was said.
   */
  accept(job: Job, first: Reply, deliveryKey?: string): Promise<boolean>;
  /** Stores a job that nobody waits for an acknowledgement of, and has it run or said; false where it was stored before. */
  begin(job: Job): Promise<boolean>;
  /**
   * Ends a job that is not answered yet without a card, because job `by` answers in its place; its outcome then says so
   * (`successorOf`). False when it is too late for that.
   */
  supersede(jobId: string, by: string): Promise<boolean>;
  /** Ends the unfinished jobs of conversations that the bot has left, without a card. */
  abandon(departure: Departure): Promise<void>;
  /** Begins to work, first on what an earlier process left unfinished: resolves with how much that is. */
  resume(): Promise<number>;
  readonly inFlight: number;
  /** Stops waiting; unfinished jobs stay in the store for the next start. Resolves when no job is being worked on. */
  stop(): Promise<void>;
};

export type WorkerOptions = SpeakerOptions & {
  readonly engine: Engine;
  /** Other processes work over the same store, and end jobs that this one works on. */
  readonly isShared?: boolean;
  readonly task: (command: string) => Task | undefined;
  /** What is known so far could not be shown; the answer still comes. */
  readonly unshown?: (job: Job, error: unknown) => void;
};

/**
 * Each check begins with some dozen requests at once. Two thousand that a restart begins together would hold the event loop for
 * seconds and take gigabytes for their connections.
 */
const startingPace = { burst: 20, everyMs: 25 };

export function createWorker(options: WorkerOptions): Worker {
  const { store, engine, replier, clock, surprised, reach = () => undefined } = options;
  const stopping = new AbortController();
  const pace = createPace(clock, startingPace);
  const stints = new Map<string, Stint>();
  let heeding: Promise<void> = Promise.resolve();

  /** A fault of the store passes; what is under way waits for that instead of being done again. */
  const persist = async <T>(job: Job, signal: AbortSignal, write: () => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await write();
      } catch (error) {
        if (signal.aborted || !(error instanceof StoreError)) throw error;
        surprised(job, job.id, error);
        await backOff(clock, attempt, signal);
      }
    }
  };

  const { acknowledge, deliver } = createSpeaker(options, persist, stopping.signal);

  const work = async (jobId: string, lease: AbortSignal) => {
    for (let isLeft = true; isLeft; ) {
      const stint: Stint = { ending: linkedTo(lease), isOpen: false };
      const { signal } = stint.ending;
      stints.set(jobId, stint);
      try {
        await pace(signal);
        let came: Json | undefined;
        do {
          const resting: Resting | undefined = await workUntil(jobId, stint, came);
          came = await resting?.came;
        } while (came !== undefined);
        isLeft = false;
      } catch (error) {
        const isBroken = !signal.aborted || lease.aborted;
        // Also what it held for its next run is let go of.
        stint.ending.abort(error);
        if (isBroken) throw error;
        // Its answer may still have to be said; what was ended here is over in the store already.
        isLeft = signal.reason === endedElsewhere;
        if (!isLeft) endTrace(jobId);
      } finally {
        stint.ending.release();
        stints.delete(jobId);
      }
    }
  };

  /** Thousands rest at once: of what was needed to get there nothing may be held by who waits. */
  const workUntil = async (jobId: string, stint: Stint, came?: Json): Promise<Resting | undefined> => {
    const job = await store.job(jobId);
    if (came !== undefined && !(job && hasNoOutcome(job))) {
      // It is not run again: what it held while it rested has to hear of that.
      stint.ending.abort(endedElsewhere);
      throw endedElsewhere;
    }
    if (!job || isOver(job)) {
      endTrace(jobId);
      return undefined;
    }
    const where = { jobId, conversation: job.conversation.id };
    const left = await follow(where, () => tracedJob(job, () => workOn(job, stint, came)));
    // One that failed or was given back is not over either: it is gone on with under the same root, here or elsewhere.
    if (!left) endTrace(jobId);
    return left;
  };

  const workOn = async (job: Job, stint: Stint, came?: Json): Promise<Resting | undefined> => {
    const { signal } = stint.ending;
    try {
      const task = options.task(job.command);
      if (!task) throw new Error(`no command "${job.command}" to go on with job ${job.id}`);
      const answered = job.outcome === undefined ? await traced('run', {}, () => run(job, task, stint, came)) : job;
      if (answered instanceof Resting) return answered;
      if (answered?.outcome === undefined) return undefined;
      const also = task.also?.(answered, answered.outcome);
      // Before the answer is delivered: should this process die in between, it is found again and stored then.
      if (also) await persist(job, signal, () => begin(also));
      const reply = draw(task, answered, answered.outcome);
      await traced('deliver', {}, () => deliver(answered, reply, signal));
      return undefined;
    } catch (error) {
      if (!signal.aborted) surprised(job, job.id, error);
      throw error;
    }
  };

  /** The job with its outcome, whoever found it; undefined when it is over already. */
  const run = async (job: Job, task: Task, stint: Stint, came?: Json): Promise<Job | Resting | undefined> => {
    const { signal } = stint.ending;
    if (job.state === 'queued' && !(await persist(job, signal, () => store.advance(job.id, 'queued', 'running')))) {
      const now = await persist(job, signal, () => store.job(job.id));
      if (!now || isOver(now)) return undefined;
      if (!hasNoOutcome(now)) return now;
    }
    signal.throwIfAborted();
    const editor = createEditor({
      job,
      store,
      replier,
      clock,
      signal,
      unshown: (error) => options.unshown?.(job, error),
    });
    let outcome: Json;
    let resting: Resting | undefined;
    stint.isOpen = true;
    try {
      const step = await task.run(job, {
        signal,
        ...(came !== undefined && { came }),
        async keep(operation) {
          reach('keeping', job);
          await persist(job, signal, () => store.amend(job.id, { operation }));
          reach('kept', job);
        },
        show: editor.show,
      });
      if (step instanceof Resting) {
        resting = new Resting(closing(editor, step.came));
        return resting;
      }
      outcome = step;
    } catch (error) {
      if (signal.aborted) throw error;
      const shown = error instanceof ShownError && !(error instanceof StoreError) ? error.problem : undefined;
      if (!shown) surprised(job, job.id, error);
      outcome = task.fail(job, job.id, shown);
    } finally {
      stint.isOpen = resting !== undefined;
      if (!resting) await editor.close();
    }
    const entry = task.entryOf?.(outcome);
    const change = { outcome, ...(entry && { entry }) };
    await persist(job, signal, () => store.advance(job.id, 'running', 'answered', change));
    reach('answered', job);
    const stored = await persist(job, signal, () => store.job(job.id));
    return stored && !isOver(stored) ? stored : undefined;
  };

  const draw = (task: Task, job: Job, outcome: Json): Reply => {
    try {
      return task.draw(job, outcome);
    } catch (error) {
      surprised(job, job.id, error);
      return task.draw(job, task.fail(job, job.id));
    }
  };

  /** States only go forward: asked for in this order, no job slips through. */
  const end = async (jobId: string, states: readonly JobState[], change?: Change): Promise<boolean> => {
    for (const from of states) {
      if (!(await store.advance(jobId, from, 'abandoned', change))) continue;
      stints.get(jobId)?.ending.abort(new Error('nobody waits for this job any more'));
      const job = options.abandoned && (await store.job(jobId));
      if (job) await persist(job, stopping.signal, async () => options.abandoned?.(job));
      return true;
    }
    return false;
  };

  const begin = async (job: Job): Promise<boolean> => {
    if ((await store.insert(job)) === 'duplicate') return false;
    await engine.release(job.id);
    return true;
  };

  return {
    begin,
    async accept(job, first, deliveryKey) {
      if ((await store.insert(job, deliveryKey)) === 'duplicate') return false;
      reach('inserted', job);
      const said = await traced('acknowledge', {}, () => acknowledge(job, first));
      if (said && job.outcome !== undefined) {
        await persist(job, stopping.signal, () => store.advance(job.id, 'answered', 'delivered'));
      } else {
        handOver(job.id, job.command);
        await engine.release(job.id);
      }
      return true;
    },
    supersede: (jobId, by) => end(jobId, ['queued', 'running'], { outcome: { supersededBy: by } }),
    async abandon(departure) {
      const left = (await store.unfinished()).filter(({ conversation }) => concerns(departure, conversation));
      for (const job of left) await end(job.id, ['queued', 'running', 'answered']);
    },
    async resume() {
      const found = await engine.start(work);
      if (options.isShared) heeding = heedOthers({ store: store.runs, clock, stints, signal: stopping.signal });
      return found;
    },
    get inFlight() {
      return engine.inFlight;
    },
    async stop() {
      stopping.abort(new Error('hopcheck is stopping'));
      await Promise.all([engine.stop(), heeding]);
    },
  };
}

/** The job that answers in place of a superseded one. */
export function successorOf({ state, outcome }: Job): string | undefined {
  if (state !== 'abandoned' || typeof outcome !== 'object' || outcome === null || !('supersededBy' in outcome)) return;
  return typeof outcome.supersededBy === 'string' ? outcome.supersededBy : undefined;
}

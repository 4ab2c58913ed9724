import type { Requester } from '../core/chat.ts';
import type { Json } from '../core/json.ts';
import { type Linked, linkedTo } from '../core/linked.ts';
import { hasNoOutcome, type Job, Resting, type Task } from '../jobs/job.ts';
import type { Store } from '../jobs/store.ts';

/** A task whose jobs can be cancelled: it says what is left then. */
export type CommandTask = Task & { cancel(job: Job, by: Requester): Json };

/** Lets jobs be cancelled, wherever they run. */
export type Endings = {
  /**
   * The same task, one whose jobs can be ended. `noted` hears of each that was ended here and does not run here, once that is
   * stored.
   */
  watch(command: string, task: CommandTask, noted?: (job: Job, outcome: Json) => Promise<void>): Task;
  /**
   * Stops waiting for a job; its card says by whom, as soon as the process that runs it has noticed. False when it is as good as
   * answered. Errors: StoreError.
   */
  end(jobId: string, by: Requester): Promise<boolean>;
};

type Live = {
  readonly ending: Linked;
  /** Resolves when somebody cancels it. */
  readonly cancelled: Promise<Json>;
  cancel(by: Requester): void;
  by?: Requester;
};

type Watched = { readonly task: CommandTask; readonly noted: (job: Job, outcome: Json) => Promise<void> };

const unwanted = new Error('nobody waits for this job any more');
const over = new Error('this job is over');

/** Without a store only jobs of this process can be ended. */
export function createEndings(store?: Pick<Store, 'job' | 'advance'>): Endings {
  const running = new Map<string, Live>();
  const tasks = new Map<string, Watched>();

  const begin = (jobId: string, signal: AbortSignal): Live => {
    const { promise: cancelled, resolve } = Promise.withResolvers<Json>();
    const live: Live = {
      ending: linkedTo(signal),
      cancelled,
      cancel(by) {
        live.by = by;
        resolve(null);
        live.ending.abort(unwanted);
      },
    };
    // Also between a rest and the next run, which then does not come.
    const stop = () => {
      if (!live.by) forget(jobId, live);
    };
    live.ending.signal.addEventListener('abort', stop, { once: true });
    running.set(jobId, live);
    return live;
  };

  const forget = (jobId: string, live: Live) => {
    if (running.get(jobId) === live) running.delete(jobId);
  };

  const letGo = (jobId: string, live: Live) => {
    forget(jobId, live);
    live.ending.release();
    // What a rest holds for the next run is let go of with the signal.
    live.ending.abort(over);
  };

  /** What it waits for, or the end of that when it is cancelled: it is then run again, for its last words. */
  const rest = ({ came }: Resting, jobId: string, live: Live): Promise<Json> =>
    Promise.race([came, live.cancelled]).catch((error: unknown) => {
      if (live.by) return null;
      letGo(jobId, live);
      throw error;
    });

  const endElsewhere = async (jobId: string, by: Requester): Promise<boolean> => {
    const job = await store?.job(jobId);
    const watched = job && tasks.get(job.command);
    if (!store || !watched || !hasNoOutcome(job)) return false;
    const outcome = watched.task.cancel(job, by);
    // States only go forward: asked for in this order, it does not slip through.
    const isEnded =
      (await store.advance(jobId, 'queued', 'answered', { outcome })) ||
      (await store.advance(jobId, 'running', 'answered', { outcome }));
    if (!isEnded) return false;
    const live = running.get(jobId);
    if (!live) await watched.noted(job, outcome);
    // It has begun here in the meantime.
    else if (!live.by) live.cancel(by);
    return true;
  };

  return {
    watch(command, task, noted = async () => {}) {
      tasks.set(command, { task, noted });
      return {
        ...task,
        async run(job, hooks) {
          const live = running.get(job.id) ?? begin(job.id, hooks.signal);
          let step: Json | Resting = null;
          try {
            if (!live.by) {
              const work = task.run(job, { ...hooks, signal: live.ending.signal });
              work.catch(() => undefined);
              // What is cancelled is not waited for, however long it takes to notice.
              step = await Promise.race([work, live.cancelled]);
            }
          } catch (error) {
            if (!live.by) {
              letGo(job.id, live);
              throw error;
            }
          }
          if (step instanceof Resting && !live.by) return new Resting(rest(step, job.id, live));
          letGo(job.id, live);
          return live.by ? task.cancel(job, live.by) : step;
        },
      };
    },
    async end(jobId, by) {
      const live = running.get(jobId);
      if (!live) return endElsewhere(jobId, by);
      if (live.by) return false;
      live.cancel(by);
      return true;
    },
  };
}

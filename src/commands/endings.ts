import type { Requester } from '../core/chat.ts';
import type { Json } from '../core/json.ts';
import { type Linked, linkedTo } from '../core/linked.ts';
import { type Job, Resting, type Task } from '../jobs/job.ts';

/** A task whose jobs can be cancelled: it says what is left then. */
export type CommandTask = Task & { cancel(job: Job, by: Requester): Json };

/** Lets jobs that run in this process be cancelled. */
export type Endings = {
  /** The same task, one whose jobs can be ended. */
  watch(task: CommandTask): Task;
  /** Stops waiting for a job; its card says by whom. False when it does not run here, or is as good as answered. */
  end(jobId: string, by: Requester): boolean;
};

type Live = {
  readonly ending: Linked;
  /** Resolves when somebody cancels it. */
  readonly cancelled: Promise<Json>;
  cancel(by: Requester): void;
  by?: Requester;
};

export function createEndings(): Endings {
  const running = new Map<string, Live>();

  const begin = (jobId: string, signal: AbortSignal): Live => {
    const { promise: cancelled, resolve } = Promise.withResolvers<Json>();
    const live: Live = {
      ending: linkedTo(signal),
      cancelled,
      cancel(by) {
        live.by = by;
        resolve(null);
        live.ending.abort(new Error('nobody waits for this job any more'));
      },
    };
    running.set(jobId, live);
    return live;
  };

  const letGo = (jobId: string, { ending }: Live) => {
    running.delete(jobId);
    ending.release();
  };

  /** What it waits for, or the end of that when it is cancelled: it is then run again, for its last words. */
  const rest = ({ came }: Resting, jobId: string, live: Live): Promise<Json> =>
    Promise.race([came, live.cancelled]).catch((error: unknown) => {
      if (live.by) return null;
      letGo(jobId, live);
      throw error;
    });

  return {
    watch: (task) => ({
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
    }),
    end(jobId, by) {
      const live = running.get(jobId);
      if (!live || live.by) return false;
      live.cancel(by);
      return true;
    },
  };
}

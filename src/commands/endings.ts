import type { Requester } from '../core/chat.ts';
import type { Json } from '../core/json.ts';
import { linkedTo } from '../core/linked.ts';
import type { Job, Task } from '../jobs/job.ts';

/** A task whose jobs can be cancelled: it says what is left then. */
export type CommandTask = Task & { cancel(job: Job, by: Requester): Json };

/** Lets jobs that run in this process be cancelled. */
export type Endings = {
  /** The same task, one whose jobs can be ended. */
  watch(task: CommandTask): Task;
  /** Stops waiting for a job; its card says by whom. False when it does not run here, or is as good as answered. */
  end(jobId: string, by: Requester): boolean;
};

export function createEndings(): Endings {
  const running = new Map<string, (by: Requester) => void>();
  return {
    watch: (task) => ({
      ...task,
      async run(job, hooks) {
        const ending = linkedTo(hooks.signal);
        let endedBy: Requester | undefined;
        const ended = new Promise<Json>((resolve) => {
          running.set(job.id, (by) => {
            endedBy = by;
            resolve(null);
            ending.abort(new Error('nobody waits for this job any more'));
          });
        });
        const work = task.run(job, { ...hooks, signal: ending.signal });
        let outcome: Json = null;
        try {
          // What is cancelled is not waited for, however long it takes to notice.
          outcome = await Promise.race([work, ended]);
        } catch (error) {
          if (!endedBy) throw error;
        } finally {
          running.delete(job.id);
          ending.release();
          work.catch(() => undefined);
        }
        return endedBy ? task.cancel(job, endedBy) : outcome;
      },
    }),
    end(jobId, by) {
      const end = running.get(jobId);
      end?.(by);
      running.delete(jobId);
      return end !== undefined;
    },
  };
}

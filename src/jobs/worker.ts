import type { Reply } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import type { Job, Replier, Task } from './job.ts';
import type { Store } from './store.ts';

export type Worker = {
  /**
   * Stores the job, then says `first` (as a new message, or over `job.messageId`), then runs it in the background.
   * A job that comes with an outcome is only stored and said. Returns false for a second delivery of the same message.
   */
  accept(job: Job, first: Reply, deliveryKey?: string): Promise<boolean>;
  /** Goes on with what an earlier process left unfinished. */
  resume(): Promise<number>;
  readonly inFlight: number;
  /** Stops waiting; unfinished jobs stay in the store for the next start. Resolves when no job is being worked on. */
  stop(): Promise<void>;
};

export type WorkerOptions = {
  readonly store: Store;
  readonly replier: Replier;
  readonly clock: Clock;
  readonly task: (command: string) => Task | undefined;
  /** An exception of a job, with the reference that its card carries. */
  readonly surprised: (job: Job, reference: string, error: unknown) => void;
};

/** Teams slows down who edits faster. */
const betweenEditsMs = 1000;

export function createWorker(options: WorkerOptions): Worker {
  const { store, replier, clock, surprised } = options;
  const stopping = new AbortController();
  const underWay = new Map<string, Promise<void>>();

  const launch = (job: Job) => {
    if (stopping.signal.aborted || underWay.has(job.id)) return;
    const done = work(job)
      .catch((error) => {
        if (!stopping.signal.aborted) surprised(job, job.id, error);
      })
      .finally(() => underWay.delete(job.id));
    underWay.set(job.id, done);
  };

  const work = async (job: Job) => {
    const task = options.task(job.command);
    if (!task) throw new Error(`no command "${job.command}" to go on with job ${job.id}`);
    const outcome = job.outcome ?? (await run(job, task));
    await deliver(job, task.draw(job, outcome));
  };

  const run = async (job: Job, task: Task): Promise<Json> => {
    if (job.state === 'queued') await store.advance(job.id, 'queued', 'running');
    const editor = createEditor(job);
    let outcome: Json;
    try {
      outcome = await task.run(job, {
        signal: stopping.signal,
        keep: (operation) => store.amend(job.id, { operation }),
        show: editor.show,
      });
    } catch (error) {
      if (stopping.signal.aborted) throw error;
      surprised(job, job.id, error);
      outcome = task.fail(job, job.id);
    } finally {
      await editor.close();
    }
    await store.advance(job.id, 'running', 'answered', { outcome });
    return outcome;
  };

  /** A stored job is worked on even if the channel did not take its acknowledgement: the answer is then sent new. */
  const acknowledge = async (job: Job, first: Reply): Promise<string | undefined> => {
    try {
      const edited =
        job.messageId !== undefined && (await replier.update(job.conversation, job.messageId, first)) === 'updated';
      const messageId = edited ? job.messageId : await replier.send(job.conversation, first);
      if (messageId && messageId !== job.messageId) await store.amend(job.id, { messageId });
      return messageId;
    } catch (error) {
      surprised(job, job.id, error);
      return undefined;
    }
  };

  /** The answer is written over the acknowledging message: a PUT may be repeated, a POST may not. */
  const deliver = async (job: Job, reply: Reply) => {
    const messageId = job.messageId ?? (await store.job(job.id))?.messageId;
    const edited = messageId !== undefined && (await replier.update(job.conversation, messageId, reply)) === 'updated';
    const sent = edited ? undefined : await replier.send(job.conversation, reply);
    await store.advance(job.id, 'answered', 'delivered', sent ? { messageId: sent } : {});
  };

  /** Merges edits that come faster than Teams takes them, and never lets one land after the final answer. */
  const createEditor = (job: Job) => {
    const closed = new AbortController();
    let newest: Reply | undefined;
    let pump: Promise<void> | undefined;
    const edit = async () => {
      while (newest && !closed.signal.aborted) {
        const reply = newest;
        newest = undefined;
        const messageId = job.messageId ?? (await store.job(job.id))?.messageId;
        if (messageId) await replier.update(job.conversation, messageId, reply);
        await clock.sleep(betweenEditsMs, closed.signal);
      }
    };
    return {
      show(reply: Reply) {
        newest = reply;
        pump ??= edit()
          .catch((error) => {
            if (!closed.signal.aborted) surprised(job, job.id, error);
          })
          .finally(() => {
            pump = undefined;
          });
      },
      async close() {
        closed.abort();
        await pump;
      },
    };
  };

  return {
    async accept(job, first, deliveryKey) {
      if ((await store.insert(job, deliveryKey)) === 'duplicate') return false;
      const messageId = await acknowledge(job, first);
      if (job.outcome === undefined) launch({ ...job, ...(messageId && { messageId }) });
      else if (messageId) await store.advance(job.id, 'answered', 'delivered');
      return true;
    },
    async resume() {
      const jobs = await store.unfinished();
      for (const job of jobs) launch(job);
      return jobs.length;
    },
    get inFlight() {
      return underWay.size;
    },
    async stop() {
      stopping.abort(new Error('hopcheck is stopping'));
      await Promise.allSettled(underWay.values());
    },
  };
}

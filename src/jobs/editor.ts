import type { Reply } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Job, Replier } from './job.ts';
import type { Store } from './store.ts';

/** Edits a job's message while it runs. */
export type Editor = {
  /** Merges with what was not shown yet: only the newest is. */
  show(reply: Reply): void;
  /** Resolves when no edit is under way; what was not shown by then never is, so that none lands after the answer. */
  close(): Promise<void>;
};

export type EditorOptions = {
  readonly job: Job;
  readonly store: Pick<Store, 'job'>;
  readonly replier: Pick<Replier, 'update'>;
  readonly clock: Clock;
  readonly surprised: (error: unknown) => void;
};

/** Teams slows down who edits faster. */
const betweenEditsMs = 1000;

export function createEditor({ job, store, replier, clock, surprised }: EditorOptions): Editor {
  const closed = new AbortController();
  let newest: Reply | undefined;
  let pump: Promise<void> | undefined;

  const edit = async (reply: Reply) => {
    try {
      const messageId = job.messageId ?? (await store.job(job.id))?.messageId;
      if (messageId && !closed.signal.aborted) await replier.update(job.conversation, messageId, reply);
    } catch (error) {
      surprised(error);
    }
  };

  const run = async () => {
    while (newest && !closed.signal.aborted) {
      const reply = newest;
      newest = undefined;
      await edit(reply);
      await clock.sleep(betweenEditsMs, closed.signal).catch(() => undefined);
    }
    // In the same breath as the look at `newest`: a reply shown a moment later finds no pump and starts one.
    pump = undefined;
  };

  return {
    show(reply) {
      newest = reply;
      pump ??= run();
    },
    async close() {
      closed.abort();
      await pump;
    },
  };
}

import type { Reply } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import { linkedTo } from '../core/linked.ts';
import { type Job, type Replier, Withheld } from './job.ts';
import type { Store } from './store.ts';

/** Edits a job's message while it runs. */
export type Editor = {
  /** Merges with what was not shown yet: only the newest is. */
  show(draw: () => Reply): void;
  /** Resolves when what was shown last is on the message, or could not be put there. */
  settled(): Promise<void>;
  /** Resolves when no edit is under way; what was not shown by then never is, so that none lands after the answer. */
  close(): Promise<void>;
};

export type EditorOptions = {
  readonly job: Job;
  readonly store: Pick<Store, 'job'>;
  readonly replier: Pick<Replier, 'update'>;
  readonly clock: Clock;
  /** Aborts when the job is not to be shown any more. */
  readonly signal: AbortSignal;
  /** An edit failed; a newer one, or the answer, may still come. */
  readonly unshown: (error: unknown) => void;
};

/** Teams slows down who edits faster. */
const betweenEditsMs = 1000;

export function createEditor({ job, store, replier, clock, signal, unshown }: EditorOptions): Editor {
  const closing = linkedTo(signal);
  const closed = closing.signal;
  let newest: (() => Reply) | undefined;
  let pump: Promise<void> | undefined;

  const edit = async (draw: () => Reply) => {
    try {
      const messageId = job.messageId ?? (await store.job(job.id))?.messageId;
      if (!messageId || closed.aborted) return;
      await replier.update(job.conversation, messageId, draw(), { weight: 'progress', signal: closed });
    } catch (error) {
      if (!closed.aborted && !(error instanceof Withheld)) unshown(error);
    }
  };

  const run = async () => {
    while (newest && !closed.aborted) {
      const draw = newest;
      newest = undefined;
      await edit(draw);
      await clock.sleep(betweenEditsMs, closed).catch(() => undefined);
    }
    // In the same breath as the look at `newest`: what is shown a moment later finds no pump and starts one.
    pump = undefined;
  };

  return {
    show(draw) {
      newest = draw;
      pump ??= run();
    },
    settled: async () => pump,
    async close() {
      closing.abort(new Error('the answer is there'));
      closing.release();
      await pump;
    },
  };
}

/** Closes the editor when what was shown last is on the message, or when `came` is there; until then, and no longer, it is held. */
export function closing<T>(editor: Editor, came: Promise<T>): Promise<T> {
  let open: Editor | undefined = editor;
  const close = async () => {
    await open?.close();
    open = undefined;
  };
  void editor.settled().then(close);
  return closedAfter(came, close);
}

async function closedAfter<T>(came: Promise<T>, close: () => Promise<void>): Promise<T> {
  try {
    return await came;
  } finally {
    await close();
  }
}

import type { Reply } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import { measure } from '../core/telemetry.ts';
import { backOff } from './back-off.ts';
import { ConversationGone, type FaultPoint, type Job, type Manner, type Replier, Withheld } from './job.ts';
import type { Store } from './store.ts';

export type SpeakerOptions = {
  readonly store: Store;
  readonly replier: Replier;
  readonly clock: Clock;
  /** An exception of a job, with the reference that its card carries. */
  readonly surprised: (job: Job, reference: string, error: unknown) => void;
  /** Nobody will have this job's answer. Errors: StoreError, and then it is told again. */
  readonly abandoned?: (job: Job) => Promise<void>;
  /** A job's answer is in its conversation, `tookMs` after its question was stored. */
  readonly delivered?: (job: Job, tookMs: number) => void;
  /** Called where dying would hurt most, so that tests can die there. */
  readonly reach?: (point: FaultPoint, job: Job) => void;
};

/** What a worker says of its jobs. */
export type Speaker = {
  /** False where the channel did not take it. */
  acknowledge(job: Job, first: Reply): Promise<boolean>;
  /** Resolves when the answer is there, or when nobody is there to have it. */
  deliver(job: Job, reply: Reply, signal: AbortSignal): Promise<void>;
};

/** Waits for a store that fails, and writes again. */
export type Persist = <T>(job: Job, signal: AbortSignal, write: () => Promise<T>) => Promise<T>;

/** After so long nobody waits for an answer any more. */
const patienceMs = 24 * 3_600_000;

export function createSpeaker(options: SpeakerOptions, persist: Persist, stopping: AbortSignal): Speaker {
  const { store, replier, clock, surprised, delivered = () => undefined, reach = () => undefined } = options;

  /** A stored job is worked on even if the channel did not take its acknowledgement: the answer is then sent new. */
  const acknowledge = async (job: Job, first: Reply): Promise<boolean> => {
    try {
      const messageId = await put(job, first, { weight: 'acknowledgement', signal: stopping });
      reach('acknowledged', job);
      if (messageId && messageId !== job.messageId) {
        await persist(job, stopping, () => store.amend(job.id, { messageId }));
      }
      return true;
    } catch (error) {
      const isExpected = error instanceof Withheld || error instanceof ConversationGone || stopping.aborted;
      if (!isExpected) surprised(job, job.id, error);
      return false;
    }
  };

  /** While the channel does not take an answer the job stays answered, and is said as soon as it does. */
  const deliver = async (job: Job, reply: Reply, signal: AbortSignal) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const messageId = await put(job, reply, { signal });
        reach('updated', job);
        await persist(job, signal, () =>
          store.advance(job.id, 'answered', 'delivered', messageId ? { messageId } : {}),
        );
        const tookMs = clock.now() - job.createdAtMs;
        measure('hopcheck.answer.duration', tookMs / 1000, { 'hopcheck.command': job.command });
        delivered(job, tookMs);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        const isGone = error instanceof ConversationGone;
        if (!isGone) surprised(job, job.id, error);
        if (isGone || clock.now() > job.createdAtMs + patienceMs) {
          await persist(job, signal, async () => options.abandoned?.(job));
          await persist(job, signal, () => store.advance(job.id, 'answered', 'abandoned'));
          return;
        }
        await backOff(clock, attempt, signal);
      }
    }
  };

  /**
   * Writes over the job's message, or sends a new one where it has none or that one is gone: a PUT may be repeated, a POST may
   * not. Resolves with the message's id, if it is known.
   */
  const put = async ({ conversation, messageId }: Job, reply: Reply, manner: Manner): Promise<string | undefined> => {
    const isEdited =
      messageId !== undefined && (await replier.update(conversation, messageId, reply, manner)) === 'updated';
    return isEdited ? messageId : replier.send(conversation, reply, manner);
  };

  return { acknowledge, deliver };
}

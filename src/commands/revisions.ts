import type { Conversation, Requester, Utterance } from '../core/chat.ts';
import { isOver, type Job } from '../jobs/job.ts';
import type { Store } from '../jobs/store.ts';
import { successorOf, type Worker } from '../jobs/worker.ts';
import type { Services } from './command.ts';
import { editIdOf, jobIdOf, type Place } from './deliveries.ts';
import { createRevised } from './revised.ts';
import { stopWatch } from './watch-ends.ts';

export type RevisionsOptions = {
  readonly store: Pick<Store, 'job' | 'remember' | 'recall'>;
  readonly worker: Pick<Worker, 'supersede'>;
  readonly services: Services;
  /** Whether a message got a plain reply, of which no job is stored. */
  readonly isAnswered: (jobId: string) => boolean;
  readonly answer: (utterance: Utterance, place: Place) => Promise<void>;
};

/** What becomes of a question when its message is edited or deleted. */
export type Revisions = {
  revise(utterance: Utterance): Promise<void>;
  withdraw(conversation: Conversation, activityId: string, by: Requester): Promise<void>;
};

/** An acknowledgement that is under way has its message's id by then. */
const looks = 5;
const lookMs = 1000;

export function createRevisions({ store, worker, services, isAnswered, answer }: RevisionsOptions): Revisions {
  const { clock, watches } = services;
  const revised = createRevised(store);

  /** The job that answers a message after all its edits so far. */
  const standing = async (id: string): Promise<Job | undefined> => {
    const job = await store.job(id);
    const successor = job && successorOf(job);
    return (successor && (await standing(successor))) || job;
  };

  const acknowledged = async (job: Job): Promise<Job> => {
    let seen = job;
    for (let look = 0; look < looks && seen.messageId === undefined && !isOver(seen); look += 1) {
      await clock.sleep(lookMs);
      seen = (await store.job(job.id)) ?? seen;
    }
    return seen;
  };

  return {
    async revise(utterance) {
      const id = editIdOf(utterance);
      if ((await store.job(id)) || !(await revised.edited(utterance))) return;
      const original = jobIdOf(utterance);
      const job = await standing(original);
      // Nobody heard it before the edit, perhaps because nobody was mentioned.
      if (!job) return isAnswered(original) ? undefined : answer(utterance, { id: original });
      const { messageId, ...last } = await acknowledged(job);
      // That took its time, in which the message may have changed once more.
      if (!(await revised.edited(utterance))) return;
      // The second: an earlier delivery of this edit came no further.
      const isOpen = (await worker.supersede(job.id, id)) || successorOf(last) === id;
      if (!isOpen) return;
      // A watch that had just begun: its card is the new question's now, so it has no last word.
      await watches?.end(job.id, { reason: 'stopped', by: utterance.requester }, 'ended', clock.now());
      await answer(utterance, { id, ...(messageId !== undefined && { messageId }) });
    },
    async withdraw(conversation, activityId, by) {
      await revised.deleted({ conversation, activityId });
      const job = await standing(jobIdOf({ conversation, activityId }));
      if (!job) return;
      const watch = await watches?.get(job.id);
      if (watch) await stopWatch(watch, { requester: by, conversation, locale: job.locale }, services);
      else if (!isOver(job)) await services.endings.end(job.id, by);
    },
  };
}

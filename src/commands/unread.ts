import { z } from 'zod';
import { internal, type Problem } from '../core/errors.ts';
import type { Job, Task } from '../jobs/job.ts';
import { problemReply } from './replies.ts';

/** Jobs of this name hold what an unknown word may have meant, so that its buttons can run it. */
export const unread = 'unread';

export const unreadTask: Task = {
  run: async () => {
    throw new Error('what was not understood has nothing to run');
  },
  fail: () => internal,
  draw: (job, outcome) => problemReply(outcome as Problem, { ...job, jobId: job.id }),
};

/** The sentence behind a "did you mean" button: from the stored problem, never from the card. */
export function suggestionOf(job: Job, verb: string): string | undefined {
  const index = /^suggest-(\d)$/.exec(verb)?.[1];
  const parsed = Suggesting.safeParse(job.command === unread ? { problem: job.outcome } : job.outcome);
  return index === undefined || !parsed.success ? undefined : parsed.data.problem.suggestions[Number(index)];
}

const Suggesting = z.object({ problem: z.object({ suggestions: z.array(z.string()) }) });

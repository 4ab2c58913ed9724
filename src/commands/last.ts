import { roomOf } from '../core/chat.ts';
import type { Job } from '../jobs/job.ts';
import type { Services, Turn } from './command.ts';

const lastKey = 'last';

/** Keeps which job is the newest question of a conversation: of a channel's thread, and of the channel as a whole. */
export async function rememberLast({ conversation }: Turn, { store }: Services, jobId: string): Promise<void> {
  for (const id of new Set([conversation.id, roomOf(conversation)])) await store.remember(id, lastKey, jobId);
}

/** The last question of a thread; of the whole channel in a thread that has none. */
export async function recallLast({ conversation }: Turn, { store }: Services): Promise<Job | undefined> {
  for (const id of new Set([conversation.id, roomOf(conversation)])) {
    const jobId = await store.recall(id, lastKey);
    const job = typeof jobId === 'string' ? await store.job(jobId) : undefined;
    if (job) return job;
  }
  return undefined;
}

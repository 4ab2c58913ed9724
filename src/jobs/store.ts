import type { Json } from '../core/json.ts';
import type { Job, JobState } from './job.ts';

/** What a change of state may carry along. */
export type Change = Partial<Pick<Job, 'messageId' | 'operation' | 'outcome' | 'request'>>;

/**
 * The one contract of every store. Each promise resolves when the change is durable.
 * Errors: any rejection means that nothing was written.
 */
export type Store = {
  /**
   * Stores a new job. `duplicate` when a job of this id or of this delivery key is there already; `deliveryKey` says what
   * makes two deliveries the same message although the channel gave them different ids.
   */
  insert(job: Job, deliveryKey?: string): Promise<'stored' | 'duplicate'>;
  job(id: string): Promise<Job | undefined>;
  /** Moves a job on if it is still in state `from`; false when it is not. */
  advance(id: string, from: JobState, to: JobState, change?: Change): Promise<boolean>;
  /** Adds what became known of a job without moving it. */
  amend(id: string, change: Change): Promise<void>;
  /** Jobs not delivered yet, oldest first. */
  unfinished(): Promise<readonly Job[]>;
  /** Uses up a nonce that starts work: true for the first caller only. */
  spend(jobId: string, nonce: string): Promise<boolean>;
  /** A conversation's own settings, e.g. its default source. */
  remember(conversationId: string, key: string, value: Json): Promise<void>;
  recall(conversationId: string, key: string): Promise<Json | undefined>;
  close(): Promise<void>;
};

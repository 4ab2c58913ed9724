import { ShownError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Audit } from './audit.ts';
import type { History } from './history.ts';
import type { Entry, Job, JobState } from './job.ts';
import type { Pruning } from './pruning.ts';
import type { Runs } from './runs.ts';
import type { Watches } from './watch-store.ts';

/** What a change of state may carry along. */
export type Change = Partial<Pick<Job, 'messageId' | 'operation' | 'outcome' | 'request'>> & {
  /** Puts the outcome into the history of its room. */
  readonly entry?: Entry;
};

/**
 * The one contract of every store. Each promise resolves when the change is durable.
 * Errors: a StoreError means that nothing was written.
 */
export type Store = {
  readonly watches: Watches;
  readonly runs: Runs;
  readonly history: History;
  readonly pruning: Pruning;
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
  /** Jobs that somebody still waits for, oldest first. */
  unfinished(): Promise<readonly Job[]>;
  /** Uses up a nonce that starts work: true for the first caller only. */
  spend(jobId: string, nonce: string): Promise<boolean>;
  /** A conversation's own settings, e.g. its default source. */
  remember(conversationId: string, key: string, value: Json): Promise<void>;
  recall(conversationId: string, key: string): Promise<Json | undefined>;
  /** Where every request is written down. */
  readonly audit: Audit;
  close(): Promise<void>;
};

export type StoreFault = 'full' | 'locked' | 'damaged' | 'unreachable' | 'other';

/** The store did not do what it was asked. It may work again a moment later. */
export class StoreError extends ShownError {
  readonly fault: StoreFault;
  constructor(fault: StoreFault, options?: ErrorOptions) {
    super({ code: 'STORE_FAILED', facts: { fault } }, options);
    this.name = 'StoreError';
    this.message = `the store failed (${fault})`;
    this.fault = fault;
  }
}

/** Why a process cannot start with its store: words for an operator. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}

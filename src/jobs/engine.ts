/**
 * Decides which process works on which job. A job is worked on by one process at a time; one that is not over when its
 * process dies, or that was never released because its acknowledgement did not get out, is handed out again.
 */
export type Engine = {
  /**
   * Begins to hand out jobs. `work` is called again, later or elsewhere, for a job that it rejects; `signal` aborts when the
   * job is not this process's any more. Resolves with the number of jobs that an earlier process left.
   */
  start(work: Work): Promise<number>;
  /** The job has been acknowledged and may be worked on. */
  release(jobId: string): Promise<void>;
  /** Jobs that this process works on at the moment. */
  readonly inFlight: number;
  /** Hands out nothing more, aborts what is under way and gives it back; resolves when nobody works here any more. */
  stop(): Promise<void>;
};

export type Work = (jobId: string, signal: AbortSignal) => Promise<void>;

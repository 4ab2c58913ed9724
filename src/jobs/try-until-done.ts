import type { Clock } from '../core/clock.ts';
import { backOff } from './back-off.ts';
import type { Work } from './engine.ts';

/** Works on a job until that succeeds or the job is not this process's any more. Never rejects. True when it succeeded. */
export async function tryUntilDone(work: Work, jobId: string, clock: Clock, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await work(jobId, signal);
      return true;
    } catch {
      if (!signal.aborted) await backOff(clock, attempt, signal).catch(() => undefined);
    }
  }
  return false;
}

import { createHash } from 'node:crypto';
import type { PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Engine, Work } from './engine.ts';
import type { Sql } from './sql.ts';
import { tryUntilDone } from './try-until-done.ts';

export type BossEngineOptions = {
  /** Started, and with the queue made (`makeQueue`). */
  readonly boss: PgBoss;
  /** Leases run by the database's clock, so this is the real one. */
  readonly clock: Clock;
  /** The database did not answer; the engine goes on when it does. */
  readonly troubled: (error: unknown) => void;
};

export type BossEngine = Engine & {
  /** Puts a job before all instances, in the transaction that stores it. */
  enqueue(jobId: string, tx: Pick<Sql, 'query'>): Promise<void>;
};

const queue = 'job';
/** A job that was stored but never acknowledged is worked on after this: its process has died. */
const graceS = 15;
/** A process that was not heard of for so long has lost its jobs. */
const leaseS = 10;
const renewMs = 3000;
const lookMs = 250;
const atOnce = 200;
const mostInFlight = 5000;

/** The queue's own limits on attempts never end a job: that is its deadline's business. */
export async function makeQueue(boss: PgBoss): Promise<void> {
  await boss.createQueue(queue, {
    heartbeatSeconds: leaseS,
    expireInSeconds: 24 * 3600 - 1,
    retryLimit: 1_000_000,
    retryDelay: 0,
    deleteAfterSeconds: 600,
  });
}

/** What pg-boss answers; its own type of this is empty. */
const Touched = z.object({ requested: z.number(), affected: z.number() });

type Attempt = { readonly id: string; readonly retryCount: number };
type Held = { readonly attempt: Attempt; readonly lease: AbortController; readonly done: Promise<void> };

/**
 * pg-boss as the queue: who has a job, since when, and when it is somebody else's turn. Jobs are fetched and their leases
 * renewed all together instead of by its workers, which hold a batch until its slowest job ends.
 */
export function createBossEngine({ boss, clock, troubled }: BossEngineOptions): BossEngine {
  const stopping = new AbortController();
  const held = new Map<string, Held>();
  let loops: Promise<unknown> = Promise.resolve();
  let wake = new AbortController();

  const lookNow = () => {
    wake.abort();
    wake = new AbortController();
  };

  const take = (attempt: Attempt, jobId: string, work: Work) => {
    const lease = new AbortController();
    const done = tryUntilDone(work, jobId, clock, lease.signal)
      .then(async (finished) => {
        if (finished) await boss.complete(queue, attempt);
      })
      // Its lease lapses, and whoever has it next finds the job over.
      .catch(troubled)
      .finally(() => held.delete(attempt.id));
    held.set(attempt.id, { attempt, lease, done });
  };

  /** Takes what is there; true when there may be more. */
  const look = async (work: Work): Promise<boolean> => {
    const batchSize = Math.min(atOnce, mostInFlight - held.size);
    if (batchSize <= 0) return false;
    const jobs = await boss.fetch<{ readonly jobId: string }>(queue, { batchSize });
    for (const { id, retryCount, data } of jobs) take({ id, retryCount }, data.jobId, work);
    return jobs.length === batchSize;
  };

  const lookOut = async (work: Work) => {
    while (!stopping.signal.aborted) {
      const pause = AbortSignal.any([stopping.signal, wake.signal]);
      const more = await look(work).catch((error) => {
        troubled(error);
        return false;
      });
      if (!more) await clock.sleep(lookMs, pause).catch(() => undefined);
    }
  };

  const findLost = async (mine: readonly Held[]) => {
    for (const { attempt, lease } of mine) {
      const { affected } = Touched.parse(await boss.touch(queue, attempt));
      if (affected === 0) lease.abort(new Error('another process has this job now'));
    }
  };

  const renew = async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(renewMs, stopping.signal).catch(() => undefined);
      const mine = [...held.values()];
      if (stopping.signal.aborted || mine.length === 0) continue;
      try {
        const attempts = mine.map(({ attempt }) => attempt);
        const { affected, requested } = Touched.parse(await boss.touch(queue, attempts));
        if (affected < requested) await findLost(mine);
      } catch (error) {
        troubled(error);
      }
    }
  };

  return {
    async enqueue(jobId, tx) {
      const db = {
        executeSql: async (text: string, values?: unknown[]) => ({ rows: [...(await tx.query(text, values)).rows] }),
      };
      await boss.send(queue, { jobId }, { id: queueIdOf(jobId), startAfter: graceS, db });
    },
    async start(work) {
      await look(work);
      const found = held.size;
      loops = Promise.all([lookOut(work), renew()]);
      return found;
    },
    async release(jobId) {
      try {
        await boss.update(queue, undefined, { id: queueIdOf(jobId), startAfter: 0 });
        lookNow();
      } catch (error) {
        // It comes up by itself when its grace is over.
        troubled(error);
      }
    },
    get inFlight() {
      return held.size;
    },
    async stop() {
      stopping.abort(new Error('hopcheck is stopping'));
      await loops;
      const mine = [...held.values()];
      for (const { lease } of mine) lease.abort(new Error('hopcheck is stopping'));
      await Promise.all(mine.map(({ done }) => done));
      const left = mine.map(({ attempt }) => attempt);
      // Those that ended meanwhile are completed, and stay so: only a claim that is still held can be given back.
      if (left.length > 0) await boss.fail(queue, left).catch(troubled);
      await boss.stop({ graceful: false });
    },
  };
}

/** pg-boss wants UUIDs. */
function queueIdOf(jobId: string): string {
  const hex = createHash('sha256').update(jobId).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

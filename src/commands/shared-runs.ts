import type { Clock } from '../core/clock.ts';
import type { Json } from '../core/json.ts';
import { linkedTo } from '../core/linked.ts';
import { unless } from '../core/unless.ts';
import { backOff } from '../jobs/back-off.ts';
import { hasNoOutcome, type Job, Resting } from '../jobs/job.ts';
import { type Store, StoreError } from '../jobs/store.ts';
import { createLookout } from './lookout.ts';

/** A question of a job, which other jobs may be asking Azure at this moment. */
export type Sharing<News, Answer extends Json> = {
  /** The same for all that is the same question to Azure. */
  readonly question: string;
  readonly job: Job;
  readonly signal: AbortSignal;
  /**
   * Asks Azure; `operation` is under way already, left by whoever asked before. What becomes known meanwhile is told to who waits.
   * One that rests still leads, and is shared again when it goes on.
   */
  lead(operation: Json | undefined, tell: (news: News) => void): Promise<Answer | Resting>;
  /** This job waits for another one's answer. */
  joined(leader: Job): void;
  /** What the leader knows so far, where it runs in this process. */
  heard(news: News): void;
  /** What a leader's outcome is worth: its answer where that is one for everybody who asks this, and when it was there. */
  read(outcome: Json): { readonly endedAtMs?: number; readonly answer?: Answer };
};

export type Shared<Answer> =
  | { readonly kind: 'led'; readonly answer: Answer }
  | { readonly kind: 'rests'; readonly resting: Resting }
  | { readonly kind: 'joined'; readonly answer: Answer; readonly leader: Job }
  /** The job's own deadline has passed. */
  | { readonly kind: 'late' };

/** Lets jobs that ask the same at the same time ask Azure once, in this process and across instances. */
export type SharedRuns = {
  share<News, Answer extends Json>(sharing: Sharing<News, Answer>): Promise<Shared<Answer>>;
  /** No answer for others comes from this job any more, whatever became of it. */
  leave(jobId: string): void;
};

type Live = {
  news: { readonly is: unknown } | undefined;
  readonly listeners: Set<(news: unknown) => void>;
  /** With the answer, or with nothing when none comes from here any more. */
  readonly over: Promise<Json | undefined>;
  end(answer?: Json): void;
};

export function createSharedRuns({
  store,
  clock,
}: {
  readonly store: Pick<Store, 'job' | 'runs'>;
  readonly clock: Clock;
}): SharedRuns {
  const lives = new Map<string, Live>();
  const lookout = createLookout(store.runs, clock);

  const leave = (jobId: string) => {
    lives.get(jobId)?.end();
    lives.delete(jobId);
  };

  const begin = ({ id }: Job, signal: AbortSignal): Live => {
    const { promise: over, resolve } = Promise.withResolvers<Json | undefined>();
    const stop = () => leave(id);
    const live: Live = {
      news: undefined,
      listeners: new Set(),
      over,
      end(answer) {
        signal.removeEventListener('abort', stop);
        resolve(answer);
      },
    };
    signal.addEventListener('abort', stop, { once: true });
    lives.set(id, live);
    return live;
  };

  const lead = async <News, Answer extends Json>(
    sharing: Sharing<News, Answer>,
    operation: Json | undefined,
  ): Promise<Shared<Answer>> => {
    const { job, signal } = sharing;
    const live = lives.get(job.id) ?? begin(job, signal);
    let resting: Resting | undefined;
    try {
      const answer = await sharing.lead(operation, (news) => {
        live.news = { is: news };
        for (const listener of live.listeners) listener(news);
      });
      if (answer instanceof Resting) {
        resting = answer;
        // Who joins from now on is told by what is kept of the leader.
        live.news = undefined;
        return { kind: 'rests', resting };
      }
      live.end(answer);
      return { kind: 'led', answer };
    } finally {
      if (!resting) leave(job.id);
    }
  };

  /** What a leader that runs in this process came to; undefined when that is not known here. */
  const listen = async <News, Answer extends Json>(
    leaderId: string,
    sharing: Sharing<News, Answer>,
    signal: AbortSignal,
  ): Promise<Json | undefined> => {
    const live = lives.get(leaderId);
    if (!live) return undefined;
    // The question says what is told of it.
    const listener = (news: unknown) => sharing.heard(news as News);
    if (live.news) listener(live.news.is);
    live.listeners.add(listener);
    try {
      return await unless(signal, live.over);
    } finally {
      live.listeners.delete(listener);
    }
  };

  /** The leader's answer, here or elsewhere; undefined when it ended without one for all. */
  const follow = async <News, Answer extends Json>(
    leader: Job,
    sharing: Sharing<News, Answer>,
  ): Promise<{ readonly answer: Answer } | 'late' | undefined> => {
    const { job } = sharing;
    const over = linkedTo(sharing.signal);
    const { signal } = over;
    void clock.sleep(Math.max(0, job.deadlineMs - clock.now()), signal).then(
      () => over.abort(late),
      () => {},
    );
    try {
      sharing.joined(leader);
      const heard = await listen(leader.id, sharing, signal);
      const answer = heard === undefined ? undefined : sharing.read(heard).answer;
      if (answer !== undefined) return { answer };
      await lookout.untilOver(leader.id, signal);
      return undefined;
    } catch (error) {
      if (error === late) return 'late';
      throw error;
    } finally {
      over.release();
      over.abort(new Error('nothing is waited for any more'));
    }
  };

  return {
    leave,
    async share(sharing) {
      const { question, job, read, signal } = sharing;
      /** A fault of the store passes, and nothing is lost by waiting for that. */
      const insist = async <T>(call: () => Promise<T>): Promise<T> => {
        for (let attempt = 0; ; attempt += 1) {
          try {
            return await call();
          } catch (error) {
            if (signal.aborted || !(error instanceof StoreError)) throw error;
            await backOff(clock, attempt, signal);
          }
        }
      };
      const look = (jobId: string) => insist(() => store.job(jobId));
      let followed: string | undefined;
      let own = job;
      for (;;) {
        const leaderId = await insist(() => store.runs.claim(question, job.id));
        if (leaderId === job.id) return lead(sharing, own.operation);
        const leader = await look(leaderId);
        if (leader && hasNoOutcome(leader)) {
          followed = leaderId;
          const came = await follow(leader, sharing);
          if (came === 'late') return { kind: 'late' };
          if (came !== undefined) return { kind: 'joined', answer: came.answer, leader };
        }
        const left = await look(leaderId);
        if (left && hasNoOutcome(left)) continue;
        const said = left?.outcome === undefined ? undefined : read(left.outcome);
        // What was over before this job was asked for says nothing about now.
        const isNew = leaderId === followed || (said?.endedAtMs ?? 0) >= job.createdAtMs;
        if (left && isNew && said?.answer !== undefined) return { kind: 'joined', answer: said.answer, leader: left };
        const taken = await insist(() => store.runs.succeed(question, leaderId, job.id, isNew));
        // Also where it was not: a commit whose answer is lost is made again, and then finds it taken by this job.
        own = (await look(job.id)) ?? job;
        if (taken) return lead(sharing, isNew ? own.operation : undefined);
      }
    },
  };
}

const late = new Error('the deadline of this job has passed');

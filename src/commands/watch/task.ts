import { roomOf } from '../../core/chat.ts';
import type { VmName } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import { type Hooks, type Job, Resting, type Task } from '../../jobs/job.ts';
import type { Watch, WatchEnding, WatchRun } from '../../jobs/watch.ts';
import type { PathRequest } from '../../language/path-request.ts';
import { mayRun } from '../../policy/decide.ts';
import { authorize } from '../authorize.ts';
import { problemOf } from '../azure-problem.ts';
import type { Checking } from '../checking.ts';
import type { Services } from '../command.ts';
import type { CommandTask } from '../endings.ts';
import { lookUp } from '../names.ts';
import { watchesOf } from '../watch-ends.ts';
import { type Progress, progressOf, type WatchPlan } from '../watch-state.ts';
import { draw, drawStarting } from './draw.ts';
import type { WatchBegin, WatchFailure, WatchOutcome, WatchRan } from './outcome.ts';
import { mostWatches, usualEveryMs, usualForMs } from './plan.ts';
import { type Heard, take } from './progress.ts';
import type { WatchRequest } from './request.ts';

/** What a check came to, and whether its owner may not ask it any more. */
type Asked = { readonly heard: Heard; readonly refused: boolean };

export function createTask(
  services: Services,
  checking: Checking,
  tasks: (command: string) => Task | undefined,
): CommandTask {
  const { clock } = services;
  const watches = watchesOf(services);

  /** The check's own task does the asking, with its decisions, its limits and its way on after a restart. */
  const ask = async (request: PathRequest, job: Job, hooks: Hooks): Promise<Asked | Resting> => {
    if (!mayRun(services.grants(), job.requester, job.conversation, 'watch')) {
      const denied = authorize(services, job, { command: 'watch', machines: [], ports: [] });
      return failed(denied ?? { code: 'DENIED', facts: { command: 'watch', rule: '', ids: '' } }, true);
    }
    const task = tasks('check');
    if (!task) throw new Error('no command "check" to watch with');
    // The card shows what came out, not each step on the way.
    const outcome = await task.run({ ...job, request: { request } }, { ...hooks, show: () => undefined });
    if (outcome instanceof Resting) return outcome;
    const checked = checking.read(outcome);
    switch (checked.kind) {
      case 'diagnosed':
        return { heard: { kind: 'diagnosed', diagnosis: checked.answer.diagnosis }, refused: false };
      case 'failed':
        return failed(checked.problem, isRefusal(checked.problem, request));
      default:
        return failed({ code: 'VM_AMBIGUOUS', facts: { name: namesOf(request)[0]?.name ?? '', count: 2 } });
    }
  };

  /** A machine that is there but may not be seen is refused in the same words as one that is not there. */
  const isRefusal = ({ code }: Problem, request: PathRequest): boolean => {
    if (code === 'DENIED') return true;
    const { held } = services.inventory;
    if ((code !== 'VM_NOT_FOUND' && code !== 'NO_VM_VISIBLE') || !held) return false;
    return namesOf(request).every((name) => held.find(name).kind !== 'none');
  };

  const conclude = async (
    watch: Watch,
    nextAtMs: number,
    before: Progress | undefined,
    asked: Asked | Resting,
  ): Promise<WatchRan | Resting> => {
    if (asked instanceof Resting) return asked;
    const { heard, refused } = asked;
    const { progress, change } = take(before, heard, iso(clock.now()));
    const reason = refused ? 'refused' : isMet(watch.plan as WatchPlan, heard) ? 'met' : undefined;
    const ending = reason && (await end(watch, { reason }));
    return {
      kind: 'ran',
      watch,
      progress,
      nextAtMs,
      ...(ending && { ending }),
      ...(change && { change }),
      ...((change || ending) && { news: true }),
    };
  };

  /** Undefined when it ended otherwise meanwhile: then that is said by a job of its own. */
  const end = async ({ id }: Watch, ending: WatchEnding): Promise<WatchEnding | undefined> => {
    if (await watches.end(id, ending, 'ended', clock.now())) return ending;
    // This process may have died between this and keeping what came out.
    const standing = await watches.get(id);
    return standing?.state === 'ended' && standing.ending?.reason === ending.reason ? ending : undefined;
  };

  const begin = async ({ request }: WatchBegin, job: Job, hooks: Hooks): Promise<WatchOutcome | Resting> => {
    const failure = (problem: Problem): WatchFailure => ({
      kind: 'failed',
      problem,
      durationMs: clock.now() - job.createdAtMs,
    });
    const estate = await lookUp(namesOf(request.path), services.inventory);
    if (!estate.ok) return failure(problemOf(estate.failure));
    const settled = checking.settle({ request: request.path }, estate.value, job, services);
    if (settled.kind === 'form') return { ...settled.form, kind: 'form', request };
    if (settled.kind === 'refused') return failure(settled.problem);
    if (settled.kind !== 'question') throw new Error('several questions were refused in the turn');
    const { question } = settled;
    const { everyMs = usualEveryMs, forMs, until } = request;
    const plan: WatchPlan = {
      request: request.path,
      ...checking.ends(question),
      parts: checking.parts(question),
      ...(until && { until }),
      ...(forMs !== undefined && { forMs }),
    };
    const { id, requester, conversation, locale, nonce, createdAtMs } = job;
    const endsAtMs = createdAtMs + (forMs ?? usualForMs);
    const nextAtMs = Math.min(createdAtMs + everyMs, endsAtMs);
    const timing = { nextAtMs, everyMs, endsAtMs };
    const room = roomOf(conversation);
    const watch = await watches.add({ id, room, ...timing, requester, conversation, locale, nonce, plan }, mostWatches);
    if (watch === 'full') return failure({ code: 'WATCH_LIMIT', facts: { most: mostWatches } });
    if (hooks.came === undefined) hooks.show(() => drawStarting(watch, services));
    return conclude(watch, nextAtMs, undefined, await ask(request.path, job, hooks));
  };

  const run = async (
    { watch, nextAtMs, before, ending }: WatchRun,
    job: Job,
    hooks: Hooks,
  ): Promise<WatchOutcome | Resting> => {
    const progress = progressOf(before);
    // Whoever stops a watch has their answer; that it ended by itself is news.
    if (ending) {
      const news = ending.reason !== 'stopped' && { news: true as const };
      return { kind: 'ran', watch, progress: progress ?? { samples: [] }, nextAtMs, ending, ...news };
    }
    return conclude(watch, nextAtMs, progress, await ask((watch.plan as WatchPlan).request, job, hooks));
  };

  /** What is left of a run that was not carried through. */
  const broken = (problem: Problem, job: Job): WatchOutcome => {
    const request = requestOf(job);
    if (request.kind === 'begin') return { kind: 'failed', problem, durationMs: clock.now() - job.createdAtMs };
    const { watch, nextAtMs, before } = request;
    return {
      kind: 'ran',
      watch,
      nextAtMs,
      progress: take(progressOf(before), { kind: 'failed', problem }, iso(job.createdAtMs)).progress,
    };
  };

  return {
    async run(job, hooks) {
      const request = requestOf(job);
      return request.kind === 'begin' ? begin(request, job, hooks) : run(request, job, hooks);
    },
    fail: (job) => broken({ code: 'INTERNAL', facts: {} }, job),
    cancel(job, by) {
      const request = requestOf(job);
      if (request.kind === 'begin') return broken({ code: 'CANCELLED', facts: { name: by.name ?? by.id } }, job);
      const { watch, nextAtMs, before } = request;
      return { kind: 'ran', watch, nextAtMs, progress: progressOf(before) ?? { samples: [] } } satisfies WatchOutcome;
    },
    draw: (job, outcome) => draw(outcome as WatchOutcome, { ...job, jobId: job.id }, services),
    also(job, stored) {
      const outcome = stored as WatchOutcome;
      if (outcome.kind !== 'ran' || !outcome.news) return undefined;
      const { messageId: _, operation: _done, ...rest } = job;
      const { news: _said, ...told } = outcome;
      return { ...rest, id: `${job.id}.news`, state: 'answered', request: null, outcome: { ...told, kind: 'news' } };
    },
  };
}

function failed(problem: Problem, refused = false): Asked {
  return { heard: { kind: 'failed', problem }, refused };
}

export const requestOf = (job: Job): WatchBegin | WatchRun => job.request as WatchBegin | WatchRun;

export function namesOf({ sources, destinations }: WatchRequest['path']): readonly VmName[] {
  return [...sources, ...destinations.filter((target) => target.kind === 'vm')];
}

function isMet({ until }: WatchPlan, heard: Heard): boolean {
  if (!until || heard.kind !== 'diagnosed') return false;
  const { verdict } = heard.diagnosis;
  return until === 'unreachable' ? verdict === 'Unreachable' : verdict === 'Reachable' || verdict === 'Degraded';
}

const iso = (ms: number): string => new Date(ms).toISOString();

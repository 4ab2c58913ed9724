import { type Press, roomOf } from '../../core/chat.ts';
import type { Json } from '../../core/json.ts';
import type { Job } from '../../jobs/job.ts';
import type { Watch, WatchRun } from '../../jobs/watch.ts';
import { say } from '../../language/say.ts';
import type { Checking } from '../checking.ts';
import type { Command, Handling, NewJob, PressHandling, Services, Turn } from '../command.ts';
import { type Filled, readForm } from '../form.ts';
import { defaultSource } from '../names.ts';
import { noticeReply, problemReply } from '../replies.ts';
import { problemSentence, stopInWords, watchesOf } from '../watch-ends.ts';
import type { WatchPlan } from '../watch-state.ts';
import { draw, drawBeginning } from './draw.ts';
import type { WatchBegin, WatchForm, WatchOutcome } from './outcome.ts';
import { mostWatches, readTimes } from './plan.ts';
import { printWatch, readWatch, type WatchRequest, watchWords } from './request.ts';
import { createTask, requestOf } from './task.ts';

export function createWatch(checking: Checking): Command {
  const newJob = (request: WatchRequest, turn: Turn, services: Services): NewJob => {
    const begin: WatchBegin = { kind: 'begin', request };
    const { held } = services.inventory;
    const settled = held && checking.settle({ request: request.path }, held, turn, services);
    if (settled?.kind === 'question') {
      const ends = checking.ends(settled.question);
      return { request: begin, first: () => drawBeginning(ends, turn) };
    }
    const outcome = settled && outcomeAtOnce(settled, request);
    if (outcome) {
      const createdAtMs = services.clock.now();
      return {
        request: begin,
        outcome,
        first: (ids) => draw(outcome, { ...turn, ...ids, createdAtMs }, services),
      };
    }
    const { locale } = turn;
    const text = say(locale, 'turn.looking', { text: printWatch(request, locale) });
    return { request: begin, first: () => noticeReply({ text, locale }) };
  };

  const handle = async (typed: WatchRequest, turn: Turn, services: Services): Promise<Handling> => {
    const source = await defaultSource(turn, services);
    const isOpen = typed.path.sources.length === 0 && !typed.path.sourceTags?.length;
    const path = isOpen && source ? { ...typed.path, sources: [source] } : typed.path;
    const live = await watchesOf(services).inRoom(roomOf(turn.conversation));
    if (live.length >= mostWatches) {
      const problem = { code: 'WATCH_LIMIT', facts: { most: mostWatches } } as const;
      return { kind: 'reply', reply: problemReply(problem, turn) };
    }
    return { kind: 'job', job: newJob({ ...typed, path }, turn, services) };
  };

  const press = async (pressed: Press, job: Job, services: Services): Promise<PressHandling | undefined> => {
    const outcome = job.outcome as WatchOutcome | undefined;
    if (outcome?.kind === 'form') return pressForm(outcome, pressed, job, services, newJob);
    const watch = await watchesOf(services).get(watchIdOf(job));
    if (!watch) return undefined;
    switch (pressed.verb) {
      case 'stop':
        return { kind: 'act', act: () => stopInWords(watch, watch.number, pressed, services) };
      case 'run-now':
        return { kind: 'act', act: () => hurry(watch, pressed, services) };
      case 'watch-again':
        return watch.state === 'active'
          ? undefined
          : { kind: 'start', job: newJob(requestAgain(watch), pressed, services), over: 'new' };
      default:
        return undefined;
    }
  };

  /** Whoever presses has to have the right to ask, though the run is its owner's. */
  const hurry = async (watch: Watch, pressed: Press, services: Services): Promise<string> => {
    const { request } = watch.plan as WatchPlan;
    const estate = await services.inventory.estate();
    const settled = estate.ok ? checking.settle({ request }, estate.value, pressed, services) : undefined;
    if (settled?.kind === 'refused') return problemSentence(settled.problem, pressed);
    const isDue = await watchesOf(services).hurry(watch.id, services.clock.now());
    return say(pressed.locale, isDue ? 'watch.hurried' : 'watch.isOver', { number: watch.number });
  };

  return {
    name: 'watch',
    words: watchWords,
    examples: 3,
    // It begins with its owner's rights, and goes on when they are not signed in any more.
    runsAsBot: (request) => (request as WatchBegin | WatchRun).kind !== 'begin',
    read(rest, locale) {
      const reading = readWatch(rest, locale);
      if (!reading.ok) return reading;
      const timed = readTimes(reading.value);
      return timed.ok ? { ok: true, value: (turn, services) => handle(timed.value, turn, services) } : timed;
    },
    describe: describeJob,
    task: (services, tasks) => createTask(services, checking, tasks),
    press,
  };
}

function outcomeAtOnce(
  settled: Exclude<ReturnType<Checking['settle']>, { readonly kind: 'question' }>,
  request: WatchRequest,
): WatchOutcome | undefined {
  if (settled.kind === 'form') return { ...settled.form, kind: 'form', request };
  // A name that is not known yet is looked for once more by the job.
  if (settled.kind !== 'refused' || settled.problem.code === 'VM_NOT_FOUND') return undefined;
  return { kind: 'failed', problem: settled.problem, durationMs: 0 };
}

function pressForm(
  form: WatchForm,
  { verb, inputs, ...turn }: Press,
  job: Job,
  services: Services,
  newJob: (request: WatchRequest, turn: Turn, services: Services) => NewJob,
): PressHandling | undefined {
  if (verb !== 'submit') return undefined;
  const filled = readForm(form, inputs);
  if (!filled.ok) {
    return { kind: 'view', reply: draw({ ...form, problem: filled.problem }, { ...job, jobId: job.id }, services) };
  }
  return { kind: 'start', job: newJob(fill(form, filled.value), turn, services), over: 'card' };
}

/** Puts what was filled in where it was missing. */
function fill({ request, known, replaces }: WatchForm, { source, destination, port }: Filled): WatchRequest {
  const path = {
    ...known,
    ...(source && { sources: replaces === undefined ? [source] : known.sources.with(replaces, source) }),
    ...(destination && {
      destinations: replaces === undefined ? [destination] : known.destinations.with(replaces, destination),
    }),
    ...(port !== undefined && { ports: [port] }),
  };
  return { ...request, path };
}

function requestAgain({ everyMs, plan }: Watch): WatchRequest {
  const { request: path, until, forMs } = plan as WatchPlan;
  return { path, everyMs, ...(forMs !== undefined && { forMs }), ...(until && { until }) };
}

/** The job that began a watch has its id; that of a later run names it. */
function watchIdOf(job: Job): string {
  const request = requestOf(job);
  return request?.kind === 'run' ? request.watch.id : job.id;
}

function describeJob(stored: Json): string {
  const request = stored as WatchBegin | WatchRun | null;
  if (!request) return 'watch';
  return printWatch(request.kind === 'begin' ? request.request : requestAgain(request.watch));
}

import type { Estate } from '../../azure/inventory.ts';
import { internal, type Problem } from '../../core/errors.ts';
import { compare } from '../../diagnosis/compare.ts';
import { type Entry, type Hooks, type Job, Resting } from '../../jobs/job.ts';
import { StoreError } from '../../jobs/store.ts';
import { problemOf } from '../azure-problem.ts';
import { chargeRun } from '../charge.ts';
import type { NewJob, Services, Turn } from '../command.ts';
import type { CommandTask } from '../endings.ts';
import { lookUp } from '../names.ts';
import { questionKey } from '../question-key.ts';
import { admitProbe } from './admit.ts';
import { ask, startOf } from './ask.ts';
import { blockedAt } from './blocked.ts';
import { draw, drawMatrix, running } from './draw.ts';
import { notesOf } from './investigation.ts';
import { type CheckJob, goOn, newJob, outcomeOf, settle, subscriptionOf } from './job.ts';
import { runMatrix } from './matrix.ts';
import type { Changes, CheckOutcome } from './outcome.ts';
import { createPlaces, type Places } from './places.ts';
import { namesOf } from './resolve.ts';

export function createTask(services: Services): CommandTask {
  const places = createPlaces(services.settings.maxInFlight);
  return {
    async run(job, hooks) {
      let step: CheckOutcome | Resting | undefined;
      try {
        step = await run(job, hooks, services, places);
        return step;
      } finally {
        if (!(step instanceof Resting)) services.sharing?.leave(job.id);
      }
    },
    fail: (job, _reference, problem = internal) => failed(problem, job, services),
    cancel: (job, by) => failed({ code: 'CANCELLED', facts: { name: by.name ?? by.id } }, job, services),
    entryOf: (outcome) => entryOf(outcome as CheckOutcome),
    draw: (job, outcome) => draw(outcome as CheckOutcome, startOf(job), { ...job, jobId: job.id }, services),
  };
}

async function run(job: Job, hooks: Hooks, services: Services, places: Places): Promise<CheckOutcome | Resting> {
  const asked = job.request as CheckJob;
  const { inventory } = services;
  const notes = notesOf(job.operation);
  const isResolved = notes !== undefined || asked.question !== undefined;
  const estate = isResolved ? await inventory.estate() : await lookUp(namesOf(asked.request), inventory);
  if (!estate.ok) return failed(problemOf(estate.failure), job, services);
  const settled = notes ? goOn(notes, estate.value, job, services) : settle(asked, estate.value, job, services);
  const isRun = settled.kind === 'question' || settled.kind === 'matrix';
  const over = isRun && hooks.came === undefined && (await chargeRun(services, job));
  if (over) return failed(over, job, services);
  switch (settled.kind) {
    case 'question':
      return runOne(settled.question, estate.value, job, hooks, services, places);
    case 'matrix': {
      const subscriptionId = subscriptionOf(settled);
      const show = (rows: Parameters<typeof drawMatrix>[0]) =>
        hooks.show(() => drawMatrix(rows, subscriptionId, startOf(job), { ...job, jobId: job.id }, services));
      const rows = await runMatrix(services, {
        questions: settled.questions,
        estate: estate.value,
        startedAtMs: job.createdAtMs,
        deadlineMs: job.deadlineMs,
        locale: job.locale,
        ...(job.operation !== undefined && { kept: job.operation }),
        signal: hooks.signal,
        admitAnswer: (question, answer) => admitProbe(question, answer, estate.value, job, services),
        keep: hooks.keep,
        progress: show,
        place: places.within,
      });
      return { kind: 'matrix', rows, subscriptionId } satisfies CheckOutcome;
    }
    default:
      return outcomeOf(settled, startOf(job), services.clock.now() - job.createdAtMs);
  }
}

async function runOne(
  question: NonNullable<CheckJob['question']>,
  estate: Estate,
  job: Job,
  hooks: Hooks,
  services: Services,
  places: Places,
): Promise<CheckOutcome | Resting> {
  if (!(job.request as CheckJob).question && job.operation === undefined)
    hooks.show(() => running(question, startOf(job), { ...job, jobId: job.id }, services));
  const outcome = await ask(question, estate, job, hooks, services, places);
  if (outcome instanceof Resting || outcome.kind !== 'diagnosed') return outcome;
  const blocked = blockedAt(outcome.answer, estate, job, services);
  const changes = await changesSince(job, outcome.answer.diagnosis, services);
  return {
    ...outcome,
    answer: { ...outcome.answer, ...(blocked && { blockedAt: blocked }) },
    ...(changes && { changes }),
  };
}

/** Of those that joined a run in its own room only the one they joined is history. */
function entryOf(outcome: CheckOutcome): Entry | undefined {
  if (outcome.kind !== 'diagnosed' || outcome.answer.shared?.here) return undefined;
  const { question, diagnosis } = outcome.answer;
  return { question: questionKey(question), verdict: diagnosis.verdict };
}

/** Rather an answer without its comparison than none, when the store fails for a moment. */
function unlessPassing(error: unknown): undefined {
  if (!(error instanceof StoreError)) throw error;
}

async function changesSince(
  job: Job,
  diagnosis: Parameters<typeof compare>[1],
  { store }: Services,
): Promise<Changes | undefined> {
  const { previous } = job.request as CheckJob;
  const before = previous === undefined ? undefined : await store.job(previous).catch(unlessPassing);
  const outcome = before?.outcome as CheckOutcome | undefined;
  if (outcome?.kind !== 'diagnosed') return undefined;
  return { since: outcome.answer.startedAt, list: compare(outcome.answer.diagnosis, diagnosis) };
}

/** The question of a job once more; its answer says what is new since the last one. */
export async function repeatJob(job: Job, turn: Turn, services: Services): Promise<NewJob> {
  const { question: _, previous, ...asked } = job.request as CheckJob;
  const outcome = job.outcome as CheckOutcome | undefined;
  const last = outcome?.kind === 'diagnosed' ? job.id : previous;
  const confirmed = outcome?.kind === 'matrix' ? { confirmed: true as const } : {};
  return newJob({ ...asked, ...confirmed, ...(last && { previous: last }) }, turn, services);
}

function failed(problem: Problem, job: Job, { clock }: Services): CheckOutcome {
  const { question } = job.request as CheckJob;
  return {
    kind: 'failed',
    ...(question && { question }),
    problem,
    startedAt: startOf(job),
    durationMs: clock.now() - job.createdAtMs,
  };
}

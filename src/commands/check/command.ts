import pLimit, { type LimitFunction } from 'p-limit';
import { type Estate, narrow } from '../../azure/inventory.ts';
import type { Operation } from '../../azure/operations.ts';
import { type Press, type Reply, roomOf } from '../../core/chat.ts';
import type { Machine, Question, VmName } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Job, Task } from '../../jobs/job.ts';
import { readPlace } from '../../language/endpoints.ts';
import { readPort } from '../../language/ports.ts';
import { say } from '../../language/say.ts';
import { maySee } from '../../policy/decide.ts';
import { authorize } from '../authorize.ts';
import type { CardIds } from '../card-parts.ts';
import type { Command, Handling, NewJob, PressHandling, Services, Turn } from '../command.ts';
import { noticeReply } from '../replies.ts';
import { failedReply, rawReply, resultReply, runningReply, sourceFormReply } from './card.ts';
import { lookUp } from './look-up.ts';
import type { CheckForm, CheckOutcome } from './outcome.ts';
import { type CheckRequest, checkWords, printCheck, readCheck } from './request.ts';
import { type Resolution, resolve, subjectOf, withDefault } from './resolve.ts';
import { investigate, problemOf } from './run.ts';

/** A check as stored. The question is there when the names could be resolved before the acknowledgement. */
type CheckJob = { readonly request: CheckRequest; readonly question?: Question };

export const check: Command = {
  name: 'check',
  words: checkWords,
  examples: 4,
  read(rest, locale) {
    const reading = readCheck(rest, locale);
    return reading.ok ? { ok: true, value: (turn, services) => handle(reading.value, turn, services) } : reading;
  },
  task: (services) => createTask(services),
  press: (press, job, services) => answerPress(press, job, services),
};

/** Resolves against the estate at hand; where that is not enough the job looks again, so that the turn never waits for Azure. */
async function handle(typed: CheckRequest, turn: Turn, services: Services): Promise<Handling> {
  const request = withDefault(typed, await defaultSource(turn, services));
  return { kind: 'job', job: newJob(request, turn, services) };
}

function newJob(request: CheckRequest, turn: Turn, services: Services): NewJob {
  const { held } = services.inventory;
  const resolution = held && settle(request, held, turn, services);
  const startedAt = new Date(services.clock.now()).toISOString();
  if (resolution?.kind === 'question') {
    const { question } = resolution;
    return {
      request: { request, question } satisfies CheckJob,
      first: (ids) => running(question, startedAt, { ...turn, ...ids }, services),
    };
  }
  if (resolution && !(resolution.kind === 'refused' && resolution.problem.code === 'VM_NOT_FOUND')) {
    const outcome = outcomeOf(resolution, startedAt, 0);
    return { request: { request } satisfies CheckJob, outcome, first: (ids) => draw(outcome, { ...turn, ...ids }) };
  }
  const { locale } = turn;
  return {
    request: { request } satisfies CheckJob,
    first: () => noticeReply({ text: say(locale, 'turn.looking', { text: printCheck(request, locale) }), locale }),
  };
}

function createTask(services: Services): Task {
  const places = new Map<string, LimitFunction>();
  const placeIn = (subscriptionId: string): LimitFunction => {
    const place = places.get(subscriptionId) ?? pLimit(services.settings.maxInFlight);
    places.set(subscriptionId, place);
    return place;
  };
  return {
    async run(job, hooks) {
      const { request, question: asked } = job.request as CheckJob;
      const estate = asked ? await services.inventory.estate() : await lookUp(request, services.inventory);
      if (!estate.ok) return failed(problemOf(estate.failure), job, services);
      const resolution = settle(request, estate.value, job, services);
      if (resolution.kind !== 'question') return outcomeOf(resolution, at(job), services.clock.now() - job.createdAtMs);
      const { question } = resolution;
      const show = (diagnosis?: Parameters<typeof runningReply>[0]['diagnosis']) =>
        hooks.show(running(question, at(job), { ...job, jobId: job.id }, services, diagnosis));
      if (!asked) show();
      return placeIn(question.source.subscriptionId)(() =>
        investigate(services, {
          question,
          estate: estate.value,
          startedAtMs: job.createdAtMs,
          deadlineMs: job.deadlineMs,
          ...(job.operation !== undefined && { operation: job.operation as Operation }),
          signal: hooks.signal,
          keep: hooks.keep,
          progress: show,
        }),
      );
    },
    fail: (job) => failed({ code: 'INTERNAL', facts: {} }, job, services),
    draw: (job, outcome) => draw(outcome as CheckOutcome, { ...job, jobId: job.id }),
  };
}

/** Resolves as far as this person may see, and holds the question against the grants: in the turn, and again at the start. */
function settle(request: CheckRequest, estate: Estate, turn: Turn, services: Services): Resolution {
  const visible = (machine: Machine) => maySee(services.grants(), turn.requester, turn.conversation, machine);
  const resolution = resolve(request, narrow(estate, visible));
  if (resolution.kind !== 'question') return resolution;
  const problem = authorize(services, turn, subjectOf(resolution.question));
  return problem ? { kind: 'refused', problem } : resolution;
}

async function defaultSource(turn: Turn, { store }: Services): Promise<VmName | undefined> {
  const name = await store.recall(roomOf(turn.conversation), 'source');
  return name === undefined ? undefined : (name as VmName);
}

function outcomeOf(
  resolution: Exclude<Resolution, { kind: 'question' }>,
  startedAt: string,
  durationMs: number,
): CheckOutcome {
  return resolution.kind === 'form'
    ? resolution.form
    : { kind: 'failed', problem: resolution.problem, startedAt, durationMs };
}

function failed(problem: Problem, job: Job, { clock }: Services): CheckOutcome {
  return { kind: 'failed', problem, startedAt: at(job), durationMs: clock.now() - job.createdAtMs };
}

const at = (job: Job): string => new Date(job.createdAtMs).toISOString();

type Drawn = Turn & CardIds;

function running(
  question: Question,
  startedAt: string,
  { requester, locale, jobId, nonce }: Drawn,
  { arm }: Services,
  diagnosis?: Parameters<typeof runningReply>[0]['diagnosis'],
): Reply {
  return runningReply({
    question,
    askedBy: requester,
    startedAt,
    ...(diagnosis && { diagnosis }),
    jobId,
    nonce,
    locale,
    simulated: arm.simulated,
  });
}

function draw(outcome: CheckOutcome, { requester: askedBy, locale, jobId, nonce }: Drawn): Reply {
  const input = { askedBy, locale, jobId, nonce };
  switch (outcome.kind) {
    case 'diagnosed':
      return resultReply(outcome.answer, input);
    case 'failed':
      return failedReply(outcome, { ...input, reference: jobId });
    case 'form':
      return sourceFormReply({ ...outcome, ...input });
  }
}

async function answerPress(press: Press, job: Job, services: Services): Promise<PressHandling | undefined> {
  const outcome = job.outcome as CheckOutcome | undefined;
  const turn: Turn = press;
  const drawn = { ...job, jobId: job.id, locale: press.locale };
  if (press.verb === 'run-again') {
    const { request } = job.request as CheckJob;
    return { kind: 'start', job: newJob(request, turn, services), over: 'new' };
  }
  if (outcome?.kind === 'diagnosed' && press.verb === 'raw') {
    return { kind: 'view', reply: rawReply(outcome.answer.raw, drawn) };
  }
  if (outcome && press.verb === 'back') return { kind: 'view', reply: draw(outcome, drawn) };
  if (outcome?.kind === 'form' && press.verb === 'submit') {
    const filled = fillIn(outcome, press.inputs);
    if ('problem' in filled) {
      return { kind: 'view', reply: draw({ ...outcome, problem: filled.problem }, drawn) };
    }
    return { kind: 'start', job: newJob(filled.request, turn, services), over: 'card' };
  }
  return undefined;
}

/** A form's fields, each of which must be one of the offered values or read like a typed one. */
function fillIn(
  form: CheckForm,
  inputs: Press['inputs'],
): { readonly request: CheckRequest } | { readonly problem: Problem } {
  let request = form.known;
  const chosen = (id: string | undefined): VmName | undefined => {
    const machine = form.machines.find((candidate) => candidate.resourceId.toLowerCase() === id?.toLowerCase());
    return machine && { kind: 'vm', name: machine.name, group: machine.group, resourceId: machine.resourceId };
  };
  if (form.needs.source) {
    const source = chosen(inputs.source);
    if (!source) return { problem: { code: 'SOURCE_MISSING', facts: {} } };
    request = { ...request, sources: [source] };
  }
  if (form.needs.destination) {
    const typed = inputs.destination?.trim() ?? '';
    const machine = chosen(typed);
    const place = machine ? undefined : readPlace(typed);
    if (!typed) return { problem: { code: 'DESTINATION_MISSING', facts: {} } };
    if (place && !place.ok) return { problem: place.problem };
    const endpoint = machine ?? (place?.ok ? place.value.endpoint : undefined);
    if (!endpoint || endpoint.kind === 'tag') return { problem: { code: 'NOT_UNDERSTOOD', facts: { text: typed } } };
    const port = place?.ok ? place.value.port : undefined;
    request = { ...request, destinations: [endpoint], ...(port !== undefined && { ports: [port] }) };
  }
  const port = inputs.port?.trim();
  if (form.needs.port || port) {
    const reading = readPort(port ?? '');
    if (!reading.ok) return { problem: port ? reading.problem : { code: 'PORT_INVALID', facts: { text: '' } } };
    request = { ...request, ports: [reading.value] };
  }
  return { request };
}

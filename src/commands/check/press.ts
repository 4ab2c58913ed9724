import type { Press } from '../../core/chat.ts';
import type { Question, VmName } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Job } from '../../jobs/job.ts';
import { printPath } from '../../language/path-request.ts';
import type { PressHandling, Services, Turn } from '../command.ts';
import { type Filled, formOf, readForm } from '../form.ts';
import { targetText } from '../names.ts';
import { admitAnswer } from './admit.ts';
import { flowSentence } from './blocked.ts';
import { rawReply } from './card.ts';
import { draw } from './draw.ts';
import { authorizeQuestion, type CheckJob, newJob } from './job.ts';
import type { CheckForm, CheckOutcome } from './outcome.ts';
import type { CheckRequest } from './request.ts';
import { repeatJob } from './task.ts';

/** What the buttons of a check's cards do. A view of a stored answer never asks Azure. */
export async function answerPress(press: Press, job: Job, services: Services): Promise<PressHandling | undefined> {
  const turn: Turn = press;
  if (press.verb === 'run-again') return { kind: 'start', job: await repeatJob(job, turn, services), over: 'new' };
  const outcome = job.outcome as CheckOutcome | undefined;
  const startedAt = new Date(job.createdAtMs).toISOString();
  const drawn = { ...job, jobId: job.id, locale: press.locale };
  const denied = refusalOf(outcome, turn, services);
  if (denied) return { kind: 'refused', problem: denied };
  if (outcome && press.verb === 'back') return { kind: 'view', reply: draw(outcome, startedAt, drawn, services) };
  switch (outcome?.kind) {
    case 'diagnosed': {
      const { answer } = outcome;
      switch (press.verb) {
        case 'raw':
          return { kind: 'view', reply: rawReply(answer.raw, drawn) };
        case 'other-port':
          return startWith(formForPort(requestOf(job)), turn, services);
        case 'swap': {
          const request = swapped(answer.question, requestOf(job));
          return request && { kind: 'start', job: newJob({ request }, turn, services), over: 'new' };
        }
        case 'watch':
          return { kind: 'say', text: `watch ${printPath(requestOf(job))}` };
        case 'flow': {
          const text = flowSentence(answer);
          return text === undefined ? undefined : { kind: 'say', text };
        }
        default:
          return undefined;
      }
    }
    case 'form': {
      if (press.verb !== 'submit') return undefined;
      const filled = readForm(outcome, press.inputs);
      if (!filled.ok) {
        return { kind: 'view', reply: draw({ ...outcome, problem: filled.problem }, startedAt, drawn, services) };
      }
      return { kind: 'start', job: newJob({ request: fill(outcome, filled.value) }, turn, services), over: 'card' };
    }
    case 'confirm':
      return press.verb === 'submit'
        ? { kind: 'start', job: newJob({ request: outcome.known, confirmed: true }, turn, services), over: 'card' }
        : undefined;
    default:
      return undefined;
  }
}

/** Somebody else may press than who asked: an answer is shown to whoever may ask for it. */
export function refusalOf(outcome: CheckOutcome | undefined, turn: Turn, services: Services): Problem | undefined {
  if (outcome?.kind !== 'diagnosed') return undefined;
  const { answer } = outcome;
  const estate = services.inventory.held ?? { ownersOf: () => [] };
  return authorizeQuestion(answer.question, estate, turn, services) ?? admitAnswer(answer, estate, turn, services);
}

const requestOf = (job: Job): CheckRequest => (job.request as CheckJob).request;

/** A form is an answer that is there already: it is kept with a job of its own. */
function startWith(form: CheckForm, turn: Turn, services: Services): PressHandling {
  const startedAt = new Date(services.clock.now()).toISOString();
  return {
    kind: 'start',
    over: 'new',
    job: {
      request: { request: form.known } satisfies CheckJob,
      outcome: form,
      first: (ids) => draw(form, startedAt, { ...turn, ...ids }, services),
    },
  };
}

function formForPort(request: CheckRequest): CheckForm {
  const { ports: _, ...rest } = request;
  const needs = { source: false, destination: false, port: true };
  const problem = { code: 'PORT_MISSING', facts: { destination: targetText(request.destinations[0]) } } as const;
  return { kind: 'form', known: { ...rest, ports: [] }, ...formOf({ needs, machines: [], problem }) };
}

/** The same question the other way round, which only a machine can answer. */
function swapped({ source, destination }: Question, request: CheckRequest): CheckRequest | undefined {
  if (destination.kind !== 'vm') return undefined;
  const name = ({ name, group, resourceId }: Question['source']): VmName => ({ kind: 'vm', name, group, resourceId });
  const { sourceTags: _from, destinationTags: _to, ...rest } = request;
  return { ...rest, sources: [name(destination.machine)], destinations: [name(source)] };
}

/** Puts what was filled in where it was missing: the one name of a list that was not clear, or the whole side. */
function fill({ known, replaces }: CheckForm, { source, destination, port }: Filled): CheckRequest {
  return {
    ...known,
    ...(source && { sources: replaces === undefined ? [source] : known.sources.with(replaces, source) }),
    ...(destination && {
      destinations: replaces === undefined ? [destination] : known.destinations.with(replaces, destination),
    }),
    ...(port !== undefined && { ports: [port] }),
  };
}

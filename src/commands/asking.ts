import type { Estate } from '../azure/inventory.ts';
import type { Press, Reply } from '../core/chat.ts';
import type { VmName } from '../core/check.ts';
import { internal, type Problem, type Reading } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Job } from '../jobs/job.ts';
import { say } from '../language/say.ts';
import type { Subject } from '../policy/subject.ts';
import { authorize } from './authorize.ts';
import { problemOf } from './azure-problem.ts';
import type { Frame } from './card-frame.ts';
import type { CardIds } from './card-parts.ts';
import { chargeRun } from './charge.ts';
import type { Command, Handling, NewJob, PressHandling, Services, Turn } from './command.ts';
import type { CommandTask } from './endings.ts';
import { failedCard } from './failed-card.ts';
import { type Filled, type Form, readForm } from './form.ts';
import { formReply, type Known } from './form-card.ts';
import { defaultSource, lookUp, visibleTo } from './names.ts';
import { noticeReply } from './replies.ts';

/** A request against an estate: what to ask, a form for what is missing, or why it cannot be asked. */
export type Resolved<Question> =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** What one question may take and touch. */
export type Setting = {
  readonly services: Services;
  readonly turn: Turn;
  /** All of it: hold nothing of it against a person that they may not see. */
  readonly estate: Estate;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
};

/** A command that asks one thing about machines and answers with one card. Requests, forms and answers are plain JSON. */
export type Asking<Request extends JsonObject, Question, Answer extends JsonObject> = {
  readonly command: string;
  names(request: Request): readonly VmName[];
  /** Puts the conversation's own source where none was named, for a command that has one. */
  withDefault?(request: Request, source: VmName): Request;
  resolve(request: Request, estate: Estate): Resolved<Question>;
  /** What the policy decides about, and what a person typed for the last machine of it. `estate` is all of it. */
  subject(question: Question, estate: Estate): { readonly subject: Subject; readonly typed?: string };
  ask(question: Question, setting: Setting): Promise<Reading<Answer>>;
  draw(answer: Answer, frame: Frame): Reply;
  /** The subscription that an answer came from. */
  subscriptionOf(answer: Answer): string;
  /** The answer is there at once: Azure is not asked. */
  readonly instant?: true;
  /** What a form shows as understood, and how it calls what is missing. */
  known(request: Request): Known;
  readonly about: 'question' | 'machine';
  fill(request: Request, filled: Filled): Request;
  print(request: Request, locale: Turn['locale']): string;
};

type Outcome<Request, Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly durationMs: number }
  | (Form & { readonly kind: 'form'; readonly known: Request });

type Stored<Request> = { readonly request: Request };

/** The parts of a command that are the same for every one that asks one thing. */
export function createAsking<Request extends JsonObject, Question, Answer extends JsonObject>(
  asking: Asking<Request, Question, Answer>,
): {
  handle(typed: Request, turn: Turn, services: Services): Promise<Handling>;
} & Required<Pick<Command, 'task' | 'press' | 'repeat' | 'describe'>> {
  type Ended = Outcome<Request, Answer>;

  const settle = (request: Request, estate: Estate, turn: Turn, services: Services): Resolved<Question> => {
    const resolved = asking.resolve(request, visibleTo(turn, services, estate, asking.command));
    if (resolved.kind !== 'question') return resolved;
    const { subject, typed } = asking.subject(resolved.question, estate);
    const problem = authorize(services, turn, subject, typed);
    return problem ? { kind: 'refused', problem } : resolved;
  };

  const endedBy = (
    resolved: Exclude<Resolved<Question>, { kind: 'question' }>,
    known: Request,
    durationMs: number,
  ): Ended =>
    resolved.kind === 'form'
      ? { kind: 'form', known, ...resolved.form }
      : { kind: 'failed', problem: resolved.problem, durationMs };

  const outcomeAtOnce = async (
    resolved: Resolved<Question>,
    request: Request,
    at: Pick<Setting, 'services' | 'turn' | 'estate'>,
  ): Promise<Ended | undefined> => {
    if (resolved.kind !== 'question') return isUnknown(resolved) ? undefined : endedBy(resolved, request, 0);
    if (!asking.instant) return undefined;
    const setting = { ...at, deadlineMs: at.services.clock.now(), signal: AbortSignal.abort() };
    const answer = await asking.ask(resolved.question, setting);
    return answer.ok
      ? { kind: 'answered', answer: answer.value }
      : { kind: 'failed', problem: answer.problem, durationMs: 0 };
  };

  const newJob = async (request: Request, turn: Turn, services: Services): Promise<NewJob> => {
    const { locale } = turn;
    const { held } = services.inventory;
    const resolved = held && settle(request, held, turn, services);
    const stored = { request } satisfies Stored<Request>;
    const outcome = held && resolved && (await outcomeAtOnce(resolved, request, { services, turn, estate: held }));
    if (outcome) {
      const at = services.clock.now();
      return {
        request: stored,
        outcome,
        first: (ids) => draw(outcome, { ...turn, ...ids, createdAtMs: at }, services),
      };
    }
    const text = say(locale, 'turn.looking', { text: asking.print(request, locale) });
    return { request: stored, first: () => noticeReply({ text, locale }) };
  };

  const draw = (
    outcome: Ended,
    drawn: Turn & CardIds & { readonly createdAtMs: number },
    services: Services,
  ): Reply => {
    const { requester: askedBy, locale, jobId, nonce } = drawn;
    const at = new Date(drawn.createdAtMs).toISOString();
    const { arm } = services;
    switch (outcome.kind) {
      case 'answered': {
        const subscriptionId = asking.subscriptionOf(outcome.answer);
        const azure = { subscriptionId, simulated: arm.simulated, portal: arm.cloud.portal };
        return asking.draw(outcome.answer, { jobId, nonce, locale, askedBy, at, azure });
      }
      case 'failed':
        return failedCard({ ...outcome, startedAt: at }, { jobId, nonce, locale, askedBy, reference: jobId });
      case 'form': {
        const { known, ...form } = outcome;
        const example = `${asking.print(asking.fill(known, { source: { kind: 'vm', name: 'NAME' } }), locale)}`;
        return formReply({ ...form, known: asking.known(known), about: asking.about, example, locale, jobId, nonce });
      }
    }
  };

  return {
    async handle(typed, turn, services) {
      const source = asking.withDefault && (await defaultSource(turn, services));
      const request = source && asking.withDefault ? asking.withDefault(typed, source) : typed;
      return { kind: 'job', job: await newJob(request, turn, services) };
    },
    describe: (stored) => asking.print((stored as Stored<Request>).request, 'en'),
    repeat: async (job, turn, services) => newJob((job.request as Stored<Request>).request, turn, services),
    task: (services): CommandTask => {
      const failed = (problem: Problem, job: Job): Ended => ({
        kind: 'failed',
        problem,
        durationMs: services.clock.now() - job.createdAtMs,
      });
      return {
        async run(job, { signal }) {
          const { request } = job.request as Stored<Request>;
          const estate = await lookUp(asking.names(request), services.inventory);
          if (!estate.ok) return failed(problemOf(estate.failure), job);
          const resolved = settle(request, estate.value, job, services);
          if (resolved.kind !== 'question') return endedBy(resolved, request, services.clock.now() - job.createdAtMs);
          const over = await chargeRun(services, job);
          if (over) return failed(over, job);
          const { deadlineMs } = job;
          const setting = { services, turn: job, estate: estate.value, deadlineMs, signal };
          const answer = await asking.ask(resolved.question, setting);
          return answer.ok ? { kind: 'answered', answer: answer.value } : failed(answer.problem, job);
        },
        fail: (job, _reference, problem = internal) => failed(problem, job),
        cancel: (job, by) => failed({ code: 'CANCELLED', facts: { name: by.name ?? by.id } }, job),
        draw: (job, outcome) => draw(outcome as Ended, { ...job, jobId: job.id }, services),
      };
    },
    async press(press: Press, stored: Job, services: Services): Promise<PressHandling | undefined> {
      const { request } = stored.request as Stored<Request>;
      if (press.verb === 'run-again')
        return { kind: 'start', job: await newJob(request, press, services), over: 'new' };
      const outcome = stored.outcome as Ended | undefined;
      if (outcome?.kind !== 'form' || press.verb !== 'submit') return undefined;
      const filled = readForm(outcome, press.inputs);
      if (!filled.ok) {
        const drawn = { ...stored, jobId: stored.id, locale: press.locale };
        return { kind: 'view', reply: draw({ ...outcome, problem: filled.problem }, drawn, services) };
      }
      const job = await newJob(asking.fill(outcome.known, filled.value), press, services);
      return { kind: 'start', job, over: 'card' };
    },
  };
}

/** A name that is not in the estate at hand is looked for once more, in the job. */
function isUnknown(resolved: { readonly kind: string; readonly problem?: Problem }): boolean {
  return resolved.problem?.code === 'VM_NOT_FOUND';
}

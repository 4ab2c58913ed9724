import type { Answer } from '../../azure/failure.ts';
import type { Estate } from '../../azure/inventory.ts';
import type { WatcherAnswer } from '../../azure/operations.ts';
import { roomOf } from '../../core/chat.ts';
import type { Question } from '../../core/check.ts';
import type { Json } from '../../core/json.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import type { Hooks, Job, Resting } from '../../jobs/job.ts';
import { personId } from '../../policy/decide.ts';
import type { Services } from '../command.ts';
import { questionKey } from '../question-key.ts';
import type { Sharing } from '../shared-runs.ts';
import { admitAnswer, admitProbe } from './admit.ts';
import { running } from './draw.ts';
import { type Kept, notesOf } from './investigation.ts';
import type { CheckOutcome, Investigated, Shared } from './outcome.ts';
import type { Places } from './places.ts';
import { investigateInRests, judge } from './run.ts';

/** What is known so far, judged when somebody looks. */
type Look = () => Diagnosis;

/** Asks Azure one question, or waits for the job that is asking it already. */
export async function ask(
  question: Question,
  estate: Estate,
  job: Job,
  hooks: Hooks,
  services: Services,
  places: Places,
): Promise<Investigated | Resting> {
  const { clock, sharing } = services;
  let shared: Shared | undefined;
  const show = (look?: Look) => {
    const so = shared && { shared };
    hooks.show(() =>
      running(question, startOf(job), { ...job, jobId: job.id }, services, {
        ...so,
        ...(look && { diagnosis: look() }),
      }),
    );
  };
  const lead: Sharing<Look, Investigated>['lead'] = (operation, tell) => {
    shared = undefined;
    return places.keep(question.source.subscriptionId, { id: job.id, signal: hooks.signal }, () =>
      investigateInRests(services, {
        question,
        estate,
        startedAtMs: job.createdAtMs,
        deadlineMs: job.deadlineMs,
        ...(operation !== undefined && { operation: operation as Kept }),
        ...(hooks.came !== undefined && { came: hooks.came as Answer<WatcherAnswer> }),
        signal: hooks.signal,
        admit: (answer) => admitProbe(question, answer, estate, job, services),
        keep: hooks.keep,
        progress(look) {
          show(look);
          tell(look);
        },
      }),
    );
  };
  if (!sharing) return lead(job.operation, () => {});
  const key = questionKey(question);
  const came = await sharing.share<Look, Investigated>({
    // What one person's own rights show is not another's to see.
    question: services.rights === 'reader' ? `${personId(job.requester)} ${key}` : key,
    job,
    signal: hooks.signal,
    lead,
    joined(leader) {
      shared = sharedWith(leader, job, Math.max(0, clock.now() - leader.createdAtMs));
      const notes = isName(question) ? undefined : notesOf(leader.operation);
      show(notes && (() => judge(notes.testimonies, question, services)));
    },
    // What a host leads to is decided for each of them, once it is known.
    heard: (look) => (isName(question) ? undefined : show(look)),
    read: (outcome) => readShared(outcome, key),
  });
  const timing = { startedAt: startOf(job), durationMs: clock.now() - job.createdAtMs };
  switch (came.kind) {
    case 'led':
      return came.answer;
    case 'rests':
      return came.resting;
    case 'late':
      return { kind: 'failed', question, problem: { code: 'NO_RESULT', facts: {} }, ...timing };
    case 'joined': {
      const { answer: said, leader } = came;
      if (said.kind === 'failed') return { ...said, question, ...timing };
      const refused = admitAnswer(said.answer, estate, job, services);
      if (refused) return { kind: 'failed', question, problem: refused, ...timing };
      const { blockedAt: _, azure, ...answer } = said.answer;
      shared ??= sharedWith(leader, job, 0);
      // The calls to Azure were the leader's.
      return { kind: 'diagnosed', answer: { ...answer, ...timing, azure: { ...azure, armCalls: 0 }, shared } };
    }
  }
}

/** Who asked is said only where everybody has seen them ask. */
export function sharedWith(
  { conversation, requester }: Job,
  reader: Pick<Job, 'conversation'>,
  agoMs: number,
  kind: Shared['kind'] = 'joined',
): Shared {
  const here =
    roomOf(conversation) === roomOf(reader.conversation) && conversation.tenantId === reader.conversation.tenantId;
  return { kind, agoMs, here, ...(here && requester.name && { by: requester.name }) };
}

/** A refusal of Azure is one for everybody; that somebody cancelled, was denied or ran out of time is not. */
function readShared(outcome: Json, key: string): ReturnType<Sharing<Look, Investigated>['read']> {
  const said = outcome as CheckOutcome;
  switch (said.kind) {
    case 'diagnosed': {
      const { answer } = said;
      const isSame = questionKey(answer.question) === key;
      return { endedAtMs: endOf(answer), ...(isSame && { answer: { kind: 'diagnosed', answer } }) };
    }
    case 'failed': {
      const isSame = said.question !== undefined && questionKey(said.question) === key;
      const isForAll = isSame && said.problem.code.startsWith('AZURE_');
      return { endedAtMs: endOf(said), ...(isForAll && { answer: said }) };
    }
    default:
      return {};
  }
}

export function endOf({ startedAt, durationMs }: { readonly startedAt: string; readonly durationMs: number }): number {
  return Date.parse(startedAt) + durationMs;
}

const isName = ({ destination }: Question) => destination.kind === 'host' || destination.kind === 'url';

export function startOf(job: Job): string {
  return new Date(job.createdAtMs).toISOString();
}

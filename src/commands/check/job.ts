import type { Estate } from '../../azure/inventory.ts';
import type { Machine, Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import { say } from '../../language/say.ts';
import { authorize } from '../authorize.ts';
import type { NewJob, Services, Turn } from '../command.ts';
import { visibleTo } from '../names.ts';
import { noticeReply } from '../replies.ts';
import { draw, drawMatrix, running } from './draw.ts';
import type { Notes } from './investigation.ts';
import { mostCells, mostUnasked, rowsOf } from './matrix.ts';
import type { CheckOutcome } from './outcome.ts';
import { type CheckRequest, printCheck } from './request.ts';
import { type Expansion, expand, subjectOf } from './resolve.ts';

/** A check as stored. The question is there when the names could be resolved before the acknowledgement. */
export type CheckJob = {
  readonly request: CheckRequest;
  readonly question?: Question;
  /** The person said yes to a matrix of this size. */
  readonly confirmed?: true;
  /** The job that last answered the same question, to compare with. */
  readonly previous?: string;
};

export function newJob(asked: CheckJob, turn: Turn, services: Services): NewJob {
  const { question: _, ...rest } = asked;
  const { request } = rest;
  const { held } = services.inventory;
  const expansion = held && settle(rest, held, turn, services);
  const startedAt = new Date(services.clock.now()).toISOString();
  if (expansion?.kind === 'question') {
    const { question } = expansion;
    return {
      request: { ...rest, question } satisfies CheckJob,
      first: (ids) => running(question, startedAt, { ...turn, ...ids }, services),
    };
  }
  if (expansion?.kind === 'matrix') {
    const rows = rowsOf(expansion.questions, []);
    return {
      request: rest satisfies CheckJob,
      first: (ids) => drawMatrix(rows, subscriptionOf(expansion), startedAt, { ...turn, ...ids }, services),
    };
  }
  if (expansion && !(expansion.kind === 'refused' && expansion.problem.code === 'VM_NOT_FOUND')) {
    const outcome = outcomeOf(expansion, startedAt, 0);
    return {
      request: rest satisfies CheckJob,
      outcome,
      first: (ids) => draw(outcome, startedAt, { ...turn, ...ids }, services),
    };
  }
  const { locale } = turn;
  return {
    request: rest satisfies CheckJob,
    first: () => noticeReply({ text: say(locale, 'turn.looking', { text: printCheck(request, locale) }), locale }),
  };
}

type Settled = Expansion | { readonly kind: 'confirm'; readonly known: CheckRequest; readonly cells: number };

/** Resolves as far as this person may see, and holds every question against the grants: in the turn, and again at the start. */
export function settle({ request, confirmed }: CheckJob, estate: Estate, turn: Turn, services: Services): Settled {
  const expansion = expand(request, visibleTo(turn, services, estate, 'check'));
  const questions =
    expansion.kind === 'question' ? [expansion.question] : expansion.kind === 'matrix' ? expansion.questions : [];
  const cells = questions.length;
  if (cells > mostCells) {
    return { kind: 'refused', problem: { code: 'MATRIX_TOO_LARGE', facts: { cells, most: mostCells } } };
  }
  for (const question of questions) {
    const problem = authorizeQuestion(question, estate, turn, services);
    if (problem) return { kind: 'refused', problem };
  }
  return cells > mostUnasked && !confirmed ? { kind: 'confirm', known: request, cells } : expansion;
}

/** A question that was resolved and let in before is held against the grants of now, by the machines that it stands for. */
export function goOn({ question }: Notes, estate: Estate, turn: Turn, services: Services): Settled {
  const problem = authorizeQuestion(question, estate, turn, services);
  return problem ? { kind: 'refused', problem } : { kind: 'question', question };
}

export function authorizeQuestion(
  question: Question,
  estate: Pick<Estate, 'ownersOf'>,
  turn: Turn,
  services: Services,
): Problem | undefined {
  const { destination } = question;
  const typed = destination.kind === 'address' ? destination.address : undefined;
  return authorize(services, turn, subjectOf(question, estate), typed);
}

export function outcomeOf(
  settled: Exclude<Settled, { kind: 'question' | 'matrix' }>,
  startedAt: string,
  durationMs: number,
): CheckOutcome {
  switch (settled.kind) {
    case 'form':
      return settled.form;
    case 'confirm':
      return settled;
    case 'refused':
      return { kind: 'failed', problem: settled.problem, startedAt, durationMs };
  }
}

/** The subscription that a matrix is run in; the first one where it is run in several. */
export function subscriptionOf({ questions }: { readonly questions: readonly { readonly source: Machine }[] }): string {
  return questions[0]?.source.subscriptionId ?? '';
}

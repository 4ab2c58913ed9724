import type { Estate } from '../../azure/inventory.ts';
import { type Locale, type Press, type Reply, roomOf } from '../../core/chat.ts';
import { internal, type Problem } from '../../core/errors.ts';
import type { Job } from '../../jobs/job.ts';
import { say } from '../../language/say.ts';
import { problemOf } from '../azure-problem.ts';
import { button, type CardIds } from '../card-parts.ts';
import type { Checking } from '../checking.ts';
import type { Command, NewJob, PressHandling, Services, Turn } from '../command.ts';
import type { CommandTask } from '../endings.ts';
import { failedCard } from '../failed-card.ts';
import { noticeReply, problemReply } from '../replies.ts';
import { exportReply } from './card.ts';
import type { Cursor, HistoryPage } from './entry.ts';
import type { ExportFormat } from './export.ts';
import { type Admits, gather, isVisible } from './gather.ts';
import { pageReply } from './page.ts';
import { type HistoryRequest, historyWords, printHistory, readHistory } from './request.ts';

/** What `check` lets its history know; the registry hands it over. */
export type Past = Pick<Checking, 'read' | 'parts'> & {
  /** Whether this person may see an answer about a name, now that it is known where the name leads. */
  admits: Admits;
  /** Why this person may not see the whole of an answer. */
  refusal(job: Job, turn: Turn, services: Services): Problem | undefined;
  /** The card of a check's job that was answered. */
  draw(job: Job, locale: Locale, services: Services): Reply;
};

type HistoryJob = { readonly request: HistoryRequest };

type Outcome =
  | { readonly kind: 'page'; readonly page: HistoryPage; readonly from?: Cursor }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly durationMs: number };

const pageSize = 10;
/** More lines than a card takes. */
const mostExported = 150;

export function createHistory(past: Past): Command {
  const pageOf = async (
    request: HistoryRequest,
    turn: Turn,
    services: Services,
    estate: Estate,
    from?: Cursor,
  ): Promise<Outcome> => {
    const page = await gather(request, turn, services, estate, past, { most: pageSize, ...(from && { from }) });
    return { kind: 'page', page, ...(from && { from }) };
  };

  const draw = (
    outcome: Outcome,
    job: Pick<Job, 'request' | 'createdAtMs'>,
    drawn: Turn & CardIds,
    services: Services,
  ) => {
    const { locale, jobId, nonce } = drawn;
    if (outcome.kind === 'failed') {
      const startedAt = new Date(job.createdAtMs).toISOString();
      return failedCard(
        { ...outcome, startedAt },
        { jobId, nonce, locale, askedBy: drawn.requester, reference: jobId },
      );
    }
    const { request } = job.request as HistoryJob;
    const { simulated } = services.arm;
    return pageReply({ ...outcome, request, parts: past.parts, simulated, jobId, nonce, locale });
  };

  const newJob = async (request: HistoryRequest, turn: Turn, services: Services): Promise<NewJob> => {
    const { held } = services.inventory;
    const stored = { request } satisfies HistoryJob;
    const { locale } = turn;
    if (!held) {
      const text = say(locale, 'turn.looking', { text: printHistory(request, locale) });
      return { request: stored, first: () => noticeReply({ text, locale }) };
    }
    const createdAtMs = services.clock.now();
    const outcome = await pageOf(request, turn, services, held);
    return {
      request: stored,
      outcome,
      first: (ids) => draw(outcome, { request: stored, createdAtMs }, { ...turn, ...ids }, services),
    };
  };

  const view = async (
    press: Press,
    job: Job,
    services: Services,
    estate: Estate,
  ): Promise<Reply | Problem | undefined> => {
    const { request } = job.request as HistoryJob;
    const { verb, locale } = press;
    const ids = { jobId: job.id, nonce: job.nonce };
    const [, name = '', createdAtMs, jobId = ''] = /^([a-z]+)(?:\.(\d{1,15})\.([\w.-]{1,64}))?$/.exec(verb) ?? [];
    const from = createdAtMs === undefined ? undefined : { createdAtMs: Number(createdAtMs), jobId };
    switch (name) {
      case 'newest':
      case 'older': {
        const outcome = await pageOf(request, press, services, estate, from);
        return draw(outcome, job, { ...press, ...ids }, services);
      }
      case 'json':
      case 'csv': {
        const format: ExportFormat = name;
        const most = { most: mostExported, ...(from && { from }) };
        const { entries, older } = await gather(request, press, services, estate, past, most);
        return exportReply({ entries, hasMore: older !== undefined, format, locale, ...ids });
      }
      case 'open': {
        const opened = await services.store.job(jobId);
        const checked = opened?.outcome === undefined ? undefined : past.read(opened.outcome);
        if (!opened || checked?.kind !== 'diagnosed') return undefined;
        // The verb names it, and so anyone could have named any.
        const isHere = roomOf(opened.conversation) === roomOf(job.conversation);
        if (!isHere || !isVisible(opened, checked.answer.question, past.admits, press, services, estate))
          return undefined;
        const problem = past.refusal(opened, press, services);
        if (problem) return problem;
        return withWayBack(past.draw(opened, locale, services), { ...ids, locale });
      }
      default:
        return undefined;
    }
  };

  return {
    name: 'history',
    words: historyWords,
    examples: 2,
    read(rest, locale) {
      const reading = readHistory(rest, locale);
      if (!reading.ok) return reading;
      return {
        ok: true,
        value: async (turn, services) => ({ kind: 'job', job: await newJob(reading.value, turn, services) }),
      };
    },
    describe: (stored) => printHistory((stored as HistoryJob).request),
    task: (services): CommandTask => {
      const failed = (problem: Problem, job: Job): Outcome => ({
        kind: 'failed',
        problem,
        durationMs: services.clock.now() - job.createdAtMs,
      });
      return {
        async run(job) {
          const estate = await services.inventory.estate();
          if (!estate.ok) return failed(problemOf(estate.failure), job);
          return pageOf((job.request as HistoryJob).request, job, services, estate.value);
        },
        fail: (job, _reference, problem = internal) => failed(problem, job),
        cancel: (job, by) => failed({ code: 'CANCELLED', facts: { name: by.name ?? by.id } }, job),
        draw: (job, outcome) => draw(outcome as Outcome, job, { ...job, jobId: job.id }, services),
      };
    },
    async press(press, job, services): Promise<PressHandling | undefined> {
      if (press.verb === 'run-again') {
        const { request } = job.request as HistoryJob;
        return { kind: 'start', job: await newJob(request, press, services), over: 'card' };
      }
      const estate = await services.inventory.estate();
      if (!estate.ok) return { kind: 'view', reply: problemReply(problemOf(estate.failure), press) };
      const reply = await view(press, job, services, estate.value);
      if (reply && 'code' in reply) return { kind: 'refused', problem: reply };
      return reply && { kind: 'view', reply };
    },
  };
}

/** The stored answer as it was, with its first buttons; those that ask something else give way to the one that leads back. */
function withWayBack(reply: Reply, input: CardIds & { readonly locale: Locale }): Reply {
  const { buttons } = reply.data;
  const own = Array.isArray(buttons) ? buttons.filter(isKept) : [];
  return {
    ...reply,
    data: { ...reply.data, buttons: [...own, button('newest', say(input.locale, 'card.history.back'), input)] },
  };
}

const kept = ['run-again', 'other-port', 'raw'];

function isKept(each: unknown): boolean {
  return typeof each === 'object' && each !== null && 'verb' in each && kept.some((verb) => verb === each.verb);
}

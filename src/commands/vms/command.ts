import { readPowers } from '../../azure/powers.ts';
import type { Reply } from '../../core/chat.ts';
import type { Machine } from '../../core/check.ts';
import { internal, type Problem } from '../../core/errors.ts';
import type { Job } from '../../jobs/job.ts';
import { say } from '../../language/say.ts';
import { problemOf } from '../azure-problem.ts';
import type { Command, NewJob, Services, Turn } from '../command.ts';
import type { CommandTask } from '../endings.ts';
import { failedCard } from '../failed-card.ts';
import { byName } from '../form.ts';
import { visibleTo } from '../names.ts';
import { noticeReply } from '../replies.ts';
import { vmsReply } from './card.ts';
import { printVms, readVms, type VmsRequest, vmsWords } from './request.ts';

type Outcome =
  | {
      readonly kind: 'list';
      /** The first by name. */
      readonly machines: readonly Machine[];
      readonly powers: Readonly<Record<string, string>>;
      readonly total: number;
    }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly durationMs: number };

const pageSize = 10;
/** Kept with the job, so that its pages are all of one list. */
const mostKept = 500;
/** States are one listing for each subscription: cheap for a few, a flood for many. */
const mostSubscriptions = 5;

export const vms: Command = {
  name: 'vms',
  words: vmsWords,
  examples: 2,
  read(rest, locale) {
    const reading = readVms(rest, locale);
    return reading.ok
      ? { ok: true, value: async (turn) => ({ kind: 'job', job: newJob(reading.value, turn) }) }
      : reading;
  },
  describe: (stored) => printVms(stored as VmsRequest),
  task: createTask,
  async press({ verb, locale, ...turn }, job, services) {
    if (verb === 'run-again')
      return { kind: 'start', job: newJob(job.request as VmsRequest, { ...turn, locale }), over: 'new' };
    const page = Number(/^page-(\d{1,3})$/.exec(verb)?.[1] ?? 0);
    const outcome = job.outcome as Outcome | undefined;
    if (outcome?.kind !== 'list' || page < 1 || page > pagesOf(outcome)) return undefined;
    return { kind: 'view', reply: draw(outcome, { ...job, locale }, page, services) };
  },
};

function newJob(request: VmsRequest, { locale }: Turn): NewJob {
  const text = say(locale, 'turn.looking', { text: printVms(request, locale) });
  return { request, first: () => noticeReply({ text, locale }) };
}

function createTask(services: Services): CommandTask {
  const failed = (problem: Problem, job: Job): Outcome => ({
    kind: 'failed',
    problem,
    durationMs: services.clock.now() - job.createdAtMs,
  });
  return {
    async run(job, { signal }) {
      const answer = await services.inventory.estate();
      if (!answer.ok) return failed(problemOf(answer.failure), job);
      const { text } = job.request as VmsRequest;
      const wanted = text?.toLowerCase() ?? '';
      const all = visibleTo(job, services, answer.value, 'vms').machines.filter(({ name, group }) =>
        [name, group].some((part) => part.toLowerCase().includes(wanted)),
      );
      const machines = [...all].sort(byName).slice(0, mostKept);
      const powers = await readStates(machines, services, signal);
      return { kind: 'list', machines, powers, total: all.length } satisfies Outcome;
    },
    fail: (job, _reference, problem = internal) => failed(problem, job),
    cancel: (job, by) => failed({ code: 'CANCELLED', facts: { name: by.name ?? by.id } }, job),
    draw: (job, outcome) => draw(outcome as Outcome, job, 1, services),
  };
}

async function readStates(
  machines: readonly Machine[],
  { arm }: Services,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const subscriptionIds = [...new Set(machines.map((machine) => machine.subscriptionId))];
  if (subscriptionIds.length > mostSubscriptions) return {};
  const listed = await Promise.all(subscriptionIds.map((id) => readPowers(arm, id, signal)));
  return Object.fromEntries(
    machines.flatMap(({ resourceId }) => {
      const power = listed.map((powers) => powers.get(resourceId.toLowerCase())).find((each) => each !== undefined);
      return power ? [[resourceId, power]] : [];
    }),
  );
}

const pagesOf = ({ machines }: Outcome & { kind: 'list' }) => Math.max(1, Math.ceil(machines.length / pageSize));

function draw(outcome: Outcome, job: Job, page: number, { arm }: Services): Reply {
  const { id: jobId, nonce, locale } = job;
  if (outcome.kind === 'failed') {
    const startedAt = new Date(job.createdAtMs).toISOString();
    return failedCard({ ...outcome, startedAt }, { jobId, nonce, locale, askedBy: job.requester, reference: jobId });
  }
  const { machines, powers, total } = outcome;
  const { text } = job.request as VmsRequest;
  return vmsReply({
    jobId,
    nonce,
    locale,
    simulated: arm.simulated,
    machines: machines.slice((page - 1) * pageSize, page * pageSize),
    powers,
    total,
    ...(text && { filter: text }),
    ...(machines.length < total && { kept: machines.length }),
    page,
    pages: pagesOf(outcome),
  });
}

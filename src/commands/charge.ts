import type { Problem } from '../core/errors.ts';
import { isOver, type Job } from '../jobs/job.ts';
import type { Allowed } from '../policy/decide.ts';
import { admit, finish, giveBack, isRunning, resume, running, type Start, tightest } from '../policy/rates.ts';
import type { Limits } from '../policy/rule.ts';
import type { Subject } from '../policy/subject.ts';
import { denialOf } from './authorize.ts';
import type { Services, Turn } from './command.ts';
import { decidedSoFar, noteDecision } from './deliberation.ts';

/**
 * Counts what this deliberation allowed so far against the rates of its rules, as one job: each question about machines is a
 * check. A problem where there is no room, and then nothing is counted. `undo` takes it back when the job is not begun.
 */
export async function charge(
  services: Services,
  turn: Turn,
  jobId: string,
): Promise<
  { readonly ok: true; readonly checks: number; undo(): void } | { readonly ok: false; readonly problem: Problem }
> {
  const { rates, clock } = services;
  const bill = billOf(turn, jobId);
  if (!rates || !bill) return { ok: true, checks: 0, undo: () => {} };
  const { start, allowed, subject } = bill;
  // The same message delivered twice at once is one job, and pays once.
  if (isRunning(rates, jobId)) return { ok: true, checks: start.checks, undo: () => {} };
  let decision = admit(rates, allowed, start, clock.now());
  if (!decision.allowed && decision.limit?.what === 'inFlight') {
    await forgetEnded(services, running(rates, start));
    decision = admit(rates, allowed, start, clock.now());
  }
  if (!decision.allowed) {
    noteDecision({ subject, decision });
    return { ok: false, problem: denialOf(decision, subject.command) };
  }
  return { ok: true, checks: start.checks, undo: () => giveBack(rates, start) };
}

/**
 * The same for a job that begins to run: one that was let in when it was asked for, here or by another process, is counted and
 * not judged again; one whose names were not known then is judged now.
 */
export async function chargeRun(services: Services, job: Job): Promise<Problem | undefined> {
  const { rates } = services;
  const bill = billOf(job, job.id);
  if (!rates || !bill) return undefined;
  if (isScheduled(job)) {
    const { allowed, start, subject } = bill;
    const decision = admit(rates, { ...allowed, limits: ofSubscription(allowed.limits) }, start, services.clock.now());
    if (decision.allowed) return undefined;
    noteDecision({ subject, decision });
    return denialOf(decision, subject.command);
  }
  if (job.admitted || job.state !== 'queued' || isRunning(rates, job.id)) {
    resume(rates, bill.start);
    return undefined;
  }
  const charged = await charge(services, job, job.id);
  return charged.ok ? undefined : charged.problem;
}

/** Nobody typed it, so it counts against the subscription alone. */
const isScheduled = ({ command, admitted, state }: Job) => command === 'watch' && !admitted && state === 'queued';

const ofSubscription = ({ subscription }: Limits): Limits => ({ person: {}, channel: {}, subscription });

function billOf(
  { requester, conversation }: Turn,
  jobId: string,
): { readonly start: Start; readonly allowed: Allowed; readonly subject: Subject } | undefined {
  const granted = decidedSoFar().flatMap(({ subject, decision }) =>
    decision.allowed && subject.machines.length > 0 ? [{ subject, decision }] : [],
  );
  const last = granted.at(-1);
  if (!last) return undefined;
  const subscriptionIds = granted
    .flatMap(({ subject }) => subject.machines.slice(0, 1))
    .map((one) => one.subscriptionId);
  return {
    start: { jobId, who: requester, where: conversation, subscriptionIds, checks: granted.length },
    allowed: { ...last.decision, limits: tightest(granted.map(({ decision }) => decision.limits)) },
    subject: last.subject,
  };
}

/** Of several instances the one that let a job in may not be the one that ran it: before it refuses, it looks. */
async function forgetEnded({ rates, store }: Services, jobIds: readonly string[]): Promise<void> {
  for (const id of jobIds) {
    const job = await store.job(id);
    if (rates && job && (isOver(job) || job.outcome !== undefined)) finish(rates, id);
  }
}

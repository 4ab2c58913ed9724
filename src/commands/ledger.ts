import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import { counting, type Tally } from '../azure/exchange.ts';
import { roomOf } from '../core/chat.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { count } from '../core/telemetry.ts';
import type { AuditDecision, AuditEntry } from '../jobs/audit.ts';
import { backOff } from '../jobs/back-off.ts';
import { type Job, Resting, type Task } from '../jobs/job.ts';
import { StoreError } from '../jobs/store.ts';
import { personId } from '../policy/decide.ts';
import { finish, type Rates } from '../policy/rates.ts';
import { clip } from './card-parts.ts';
import type { Command, Services, Turn } from './command.ts';
import { type Decided, decidedSoFar, deliberating } from './deliberation.ts';
import type { CommandTask } from './endings.ts';

/** What is written down of a request, beside who asked where and what was decided. */
export type Noted = Pick<
  AuditEntry,
  'reference' | 'command' | 'understood' | 'verb' | 'card' | 'outcome' | 'requestIds'
>;

/**
 * Writes down what happens to a request, with the decisions of this deliberation; to be awaited before anything is done about it.
 * Errors: StoreError, and then the request is refused.
 */
export async function writeDown(
  services: Pick<Services, 'audit' | 'store'>,
  turn: Turn,
  event: AuditEntry['event'],
  { understood, ...noted }: Noted,
): Promise<void> {
  const { requester, conversation } = turn;
  const { id, objectId } = requester;
  const { reference: _, ...where } = conversation;
  const decisions = summarise(decidedSoFar());
  const { reference, outcome } = noted;
  if (event === 'refused' && outcome !== undefined) {
    count('hopcheck.refusals', { 'hopcheck.refusal.by': 'question', 'hopcheck.refusal.reason': outcome });
  }
  const explained = reference !== undefined && outcome !== undefined && isExplained(outcome);
  await Promise.all([
    services.audit?.write({
      event,
      who: { id, ...(objectId && { objectId }) },
      where,
      ...noted,
      ...(understood && { understood: withoutSecrets(understood) }),
      ...(decisions.length > 0 && { decisions }),
    }),
    explained && services.store.remember(roomOf(conversation), refusalKey(turn), reference),
  ]);
}

const explainedCodes: readonly ErrorCode[] = ['DENIED', 'RATE_LIMITED', 'VM_NOT_FOUND', 'NO_VM_VISIBLE'];

/** What `why` has something to say about. A machine that is not there is among it, or the difference would tell. */
export function isExplained(code: string): boolean {
  return explainedCodes.some((each) => each === code);
}

/** A person's last refusal in a conversation is remembered by its reference. */
export function refusalKey({ requester }: Pick<Turn, 'requester'>): string {
  return `refusal ${personId(requester).toLowerCase()}`;
}

const mostDecisions = 10;

/** Each decision once. That the command as such is allowed goes without saying where machines were decided about. */
function summarise(decided: readonly Decided[]): readonly AuditDecision[] {
  const about = decided.some(({ subject }) => subject.machines.length > 0);
  const told = decided.filter(({ subject, decision }) => !about || !decision.allowed || subject.machines.length > 0);
  const once = new Map(
    told.map(({ decision }) => {
      const { allowed, rule } = decision;
      const said = decision.allowed
        ? { allowed, rule }
        : { allowed, rule, reason: decision.reason, toGrant: decision.toGrant };
      return [JSON.stringify(said), said] as const;
    }),
  );
  return [...once.values()].slice(0, mostDecisions);
}

/** A link may carry a signature or a token behind its path. */
function withoutSecrets(text: string): string {
  return clip(text.replace(/(\bhttps?:\/\/[^\s?#]*)[?#]\S*/gi, '$1?…'), 500);
}

const Outcome = z.object({
  kind: z.string().optional(),
  code: z.string().optional(),
  problem: z.object({ code: z.string() }).optional(),
  answer: z
    .object({ requestId: z.string().optional(), diagnosis: z.object({ verdict: z.string() }).optional() })
    .optional(),
  requestId: z.string().optional(),
});

/** What an outcome comes to in one word: the verdict, the problem's code, or its kind. */
export function resultOf(outcome: Json): {
  readonly word: string;
  readonly isProblem: boolean;
  readonly requestId?: string;
} {
  const parsed = Outcome.safeParse(outcome);
  if (!parsed.success) return { word: 'answered', isProblem: false };
  const { kind, code, problem, answer } = parsed.data;
  const requestId = answer?.requestId ?? parsed.data.requestId;
  const wrong = problem && kind !== 'form' ? problem.code : kind === undefined ? code : undefined;
  return {
    word: wrong ?? answer?.diagnosis?.verdict ?? kind ?? 'answered',
    isProblem: wrong !== undefined,
    ...(requestId && { requestId }),
  };
}

const current = new AsyncLocalStorage<{ within?: string }>();

/** For a task that another one asks by, as a watch's run does by the check's: what this one came to is what is written down. */
export function withinLedger(task: CommandTask): CommandTask {
  return {
    ...task,
    async run(job, hooks) {
      const outcome = await task.run(job, hooks);
      const outer = current.getStore();
      if (outer && !(outcome instanceof Resting)) outer.within = resultOf(outcome).word;
      return outcome;
    },
  };
}

type Writing = Pick<Services, 'audit' | 'store' | 'clock'>;

/** The same task, which writes down how its jobs end and counts them as running no longer. */
export function withLedger(
  services: Writing & Pick<Services, 'rates'>,
  task: Task,
  describe: Command['describe'],
): Task {
  const { rates } = services;
  const write = (job: Job, signal: AbortSignal, noted: Noted) => writeFinished(services, job, describe, noted, signal);
  return {
    ...task,
    async run(job, hooks) {
      const own: { within?: string } = {};
      return deliberating(async () => {
        const tally: Tally & { readonly requestIds: string[] } = { calls: 0, requestIds: [] };
        const asked = (last?: string) => {
          const requestIds = [...new Set([...tally.requestIds, ...(last ? [last] : [])])];
          return requestIds.length > 0 ? { requestIds } : {};
        };
        let rests = false;
        try {
          const outcome = await current.run(own, () => counting(tally, () => task.run(job, hooks)));
          if (outcome instanceof Resting) {
            rests = !hooks.signal.aborted;
            if (rates) finishOnAbort(rates, job.id, hooks.signal);
            return outcome;
          }
          const { word, isProblem, requestId } = resultOf(outcome);
          const came = isProblem ? word : (own.within ?? word);
          await write(job, hooks.signal, { outcome: came, ...asked(requestId) });
          return outcome;
        } catch (error) {
          if (!hooks.signal.aborted) await write(job, hooks.signal, { outcome: 'INTERNAL', ...asked() });
          throw error;
        } finally {
          if (rates && !rests) finish(rates, job.id);
        }
      });
    },
  };
}

/** A job that rests may never be run again, even where what it waits for has come. Nothing else of it is held for that. */
function finishOnAbort(rates: Rates, jobId: string, signal: AbortSignal): void {
  signal.addEventListener('abort', () => finish(rates, jobId), { once: true });
}

/** Somebody who asks now waits for this: a store that has not come back by then is told of as it is. */
const mostTries = 5;

/** Writes down that a job was ended which does not run here. Errors: StoreError. */
export function writeEnd(services: Writing, job: Job, outcome: Json, describe: Command['describe']): Promise<void> {
  // What was decided about whoever ended it is not this job's.
  return deliberating(() => writeFinished(services, job, describe, { outcome: resultOf(outcome).word }));
}

async function writeFinished(
  services: Writing,
  job: Job,
  describe: Command['describe'],
  noted: Noted,
  signal?: AbortSignal,
): Promise<void> {
  const understood = describe?.(job.request);
  const { id: reference, command } = job;
  const entry = { reference, command, ...(understood && { understood }), ...noted };
  for (let attempt = 0; services.audit; attempt += 1) {
    try {
      return await writeDown(services, job, 'finished', entry);
    } catch (error) {
      const isEnough = signal ? signal.aborted : attempt + 1 === mostTries;
      if (isEnough || !(error instanceof StoreError)) throw error;
      await backOff(services.clock, attempt, signal);
    }
  }
}

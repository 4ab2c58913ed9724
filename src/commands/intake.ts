import { randomBytes } from 'node:crypto';
import type { Problem } from '../core/errors.ts';
import type { Job } from '../jobs/job.ts';
import type { Worker } from '../jobs/worker.ts';
import { charge } from './charge.ts';
import type { Command, NewJob, Services, Turn } from './command.ts';
import type { Place } from './deliveries.ts';
import { rememberLast } from './last.ts';
import { type Noted, resultOf, writeDown } from './ledger.ts';
import { unread } from './unread.ts';

export type IntakeOptions = {
  readonly byName: ReadonlyMap<string, Command>;
  readonly services: Services;
  readonly worker: Pick<Worker, 'accept'>;
};

/** What is known of the asking beside the job itself. */
export type Asked = {
  readonly deliveryKey?: string;
  readonly button?: Pick<Noted, 'verb' | 'card'>;
  /** Uses up the button; only when there is room for what it starts. */
  readonly spend?: () => Promise<boolean>;
};

/** Takes a job in: held against the rates, written down, stored, acknowledged. A problem where too much was asked lately. */
export type Intake = (
  command: string,
  job: NewJob,
  turn: Turn,
  place: Place,
  asked?: Asked,
) => Promise<Problem | undefined>;

export function createIntake({ byName, services, worker }: IntakeOptions): Intake {
  return async (command, job, turn, { id, messageId }, asked = {}) => {
    const understood = byName.get(command)?.describe?.(job.request);
    const noted = {
      reference: id,
      ...(command !== unread && { command }),
      ...(understood && { understood }),
      ...asked.button,
    };
    const result = job.outcome === undefined ? undefined : resultOf(job.outcome);
    const charged = result ? undefined : await charge(services, turn, id);
    if (charged && !charged.ok) {
      await writeDown(services, turn, 'refused', { ...noted, outcome: charged.problem.code });
      return charged.problem;
    }
    if (asked.spend && !(await asked.spend())) {
      if (charged?.ok) charged.undo();
      await writeDown(services, turn, 'refused', { ...noted, outcome: 'CARD_OUTDATED' });
      return { code: 'CARD_OUTDATED', facts: {} };
    }
    const event = result?.isProblem ? 'refused' : 'accepted';
    const nonce = randomBytes(12).toString('base64url');
    const nowMs = services.clock.now();
    const stored: Job = {
      id,
      command,
      state: job.outcome === undefined ? 'queued' : 'answered',
      request: job.request,
      requester: turn.requester,
      conversation: turn.conversation,
      locale: turn.locale,
      nonce,
      createdAtMs: nowMs,
      deadlineMs: nowMs + services.settings.deadlineMs,
      ...(job.outcome !== undefined && { outcome: job.outcome }),
      ...(messageId !== undefined && { messageId }),
      ...(charged?.ok && charged.checks > 0 && { admitted: true }),
    };
    let isNew = false;
    try {
      await writeDown(services, turn, event, { ...noted, ...(result && { outcome: result.word }) });
      isNew = await worker.accept(stored, job.first({ jobId: id, nonce }), asked.deliveryKey);
    } finally {
      if (!isNew && charged?.ok) charged.undo();
    }
    if (!isNew) await writeDown(services, turn, 'repeated', { reference: id });
    else if (byName.get(command)?.repeat) await rememberLast(turn, services, id);
    return undefined;
  };
}

import { roomOf } from '../../core/chat.ts';
import { personId } from '../../policy/decide.ts';
import type { NewJob, Services, Turn } from '../command.ts';
import { questionKey } from '../question-key.ts';
import { admitAnswer } from './admit.ts';
import { endOf, sharedWith } from './ask.ts';
import { blockedAt } from './blocked.ts';
import { draw } from './draw.ts';
import type { CheckJob } from './job.ts';
import type { CheckOutcome } from './outcome.ts';

const youngMs = 60_000;

/**
 * The job, answered with what somebody else was just told in this room, where that is younger than a minute. Who asks again
 * what they were told themselves wants to know it anew. `job` was held against the grants for this person.
 */
export async function offerYoung(job: NewJob, turn: Turn, services: Services): Promise<NewJob> {
  const { question } = job.request as CheckJob;
  const { store, clock, history, inventory } = services;
  const estate = inventory.held;
  if (!question || !estate || !history || job.outcome !== undefined || services.rights === 'reader') return job;
  const [latest] = await history.answers(roomOf(turn.conversation), { question: questionKey(question), most: 1 });
  const nowMs = clock.now();
  if (!latest || latest.createdAtMs < nowMs - youngMs - services.settings.deadlineMs) return job;
  const before = await store.job(latest.jobId);
  const said = before?.outcome as CheckOutcome | undefined;
  if (!before || said?.kind !== 'diagnosed' || personId(before.requester) === personId(turn.requester)) return job;
  const ageMs = nowMs - endOf(said.answer);
  const shared = sharedWith(before, turn, Math.max(0, ageMs), 'offered');
  if (ageMs > youngMs || !shared.here || admitAnswer(said.answer, estate, turn, services)) return job;
  const { blockedAt: _, ...rest } = said.answer;
  const blocked = blockedAt(rest, estate, turn, services);
  const answer = { ...rest, shared, ...(blocked && { blockedAt: blocked }) };
  const outcome: CheckOutcome = { kind: 'diagnosed', answer };
  return {
    request: job.request,
    outcome,
    first: (ids) => draw(outcome, answer.startedAt, { ...turn, ...ids }, services),
  };
}

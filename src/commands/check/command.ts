import type { Command, Handling, Services, Turn } from '../command.ts';
import { recallLast } from '../last.ts';
import { defaultSource } from '../names.ts';
import { type CheckJob, newJob } from './job.ts';
import { offerYoung } from './offer.ts';
import { answerPress } from './press.ts';
import { type CheckRequest, checkWords, printCheck, readCheck } from './request.ts';
import { withDefault } from './resolve.ts';
import { createTask, repeatJob } from './task.ts';

export const check: Command = {
  name: 'check',
  words: checkWords,
  examples: 7,
  read(rest, locale) {
    const reading = readCheck(rest, locale);
    return reading.ok ? { ok: true, value: (turn, services) => handle(reading.value, turn, services) } : reading;
  },
  describe: (stored) => printCheck((stored as CheckJob).request),
  task: createTask,
  press: answerPress,
  repeat: repeatJob,
};

/** Resolves against the estate at hand; where that is not enough the job looks again, so that the turn never waits for Azure. */
async function handle(typed: CheckRequest, turn: Turn, services: Services): Promise<Handling> {
  const request = withDefault(typed, await defaultSource(turn, services));
  const last = await recallLast(turn, services);
  const isSame = last?.command === 'check' && printCheck((last.request as CheckJob).request) === printCheck(request);
  const job = newJob({ request, ...(isSame && { previous: last.id }) }, turn, services);
  return { kind: 'job', job: await offerYoung(job, turn, services) };
}

import type { Estate } from '../../azure/inventory.ts';
import type { Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import { readProbe } from '../../diagnosis/read-probe.ts';
import type { ProbeAnswer } from '../../diagnosis/witness.ts';
import { authorize } from '../authorize.ts';
import type { Services, Turn } from '../command.ts';
import type { CheckAnswer } from './outcome.ts';
import { subjectOf } from './resolve.ts';

/**
 * hopcheck resolves no names: what a host leads to is known when the probe has been there, and decided then. Undefined where
 * this person may see it.
 */
export function admitProbe(
  question: Question,
  answer: ProbeAnswer,
  estate: Pick<Estate, 'ownersOf'>,
  turn: Turn,
  services: Services,
): Problem | undefined {
  const { destination } = question;
  if (destination.kind !== 'host' && destination.kind !== 'url') return undefined;
  const subject = subjectOf(question, estate);
  for (const resolved of new Set(endsOf(answer))) {
    const owners = estate.ownersOf(resolved);
    const problem = authorize(
      services,
      turn,
      {
        ...subject,
        machines: [question.source, ...owners],
        destination: { host: destination.host, resolved, inVnet: owners.length > 0 },
      },
      destination.host,
    );
    if (problem) return problem;
  }
  return undefined;
}

/** The same of an answer that somebody else was given. */
export function admitAnswer(
  { question, raw }: CheckAnswer,
  estate: Pick<Estate, 'ownersOf'>,
  turn: Turn,
  services: Services,
): Problem | undefined {
  const reading = raw === undefined ? undefined : readProbe(raw);
  return reading?.ok ? admitProbe(question, reading.answer, estate, turn, services) : undefined;
}

/** Where the path ends; at an appliance it ends only because that let nothing on. */
function endsOf({ hops }: ProbeAnswer): readonly string[] {
  return hops.flatMap(({ address, nextHopIds, type }) =>
    address !== undefined && nextHopIds.length === 0 && type !== 'VirtualAppliance' ? [address] : [],
  );
}

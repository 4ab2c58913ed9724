import type { Problem } from '../core/errors.ts';
import { type Denied, decide, maySee } from '../policy/decide.ts';
import type { Subject } from '../policy/subject.ts';
import type { Services, Turn } from './command.ts';
import { noteDecision } from './deliberation.ts';

/**
 * Undefined when it is allowed. A denial of scope reads exactly like a machine that is not there, so that nobody learns what
 * exists where they may not look; every other denial names its rule and what an operator would have to add. `typed` is what the
 * person called the last of the machines, where that was not its name.
 */
export function authorize(
  services: Services,
  turn: Turn,
  subject: Subject,
  typed: string | undefined = subject.machines.at(-1)?.name,
): Problem | undefined {
  const grants = services.grants();
  const { requester, conversation } = turn;
  const decision = decide(grants, requester, conversation, subject);
  noteDecision({ subject, decision });
  if (decision.allowed) return undefined;
  const isSeen = (machine: Subject['machines'][number]) =>
    maySee(grants, requester, conversation, machine, subject.command);
  // Machines that rules grant one by one are no secret; only that no rule grants them together is to be said.
  if (decision.reason === 'scope' && !subject.machines.every(isSeen)) {
    return {
      code: 'VM_NOT_FOUND',
      facts: { name: typed ?? '', subscriptions: services.inventory.held?.subscriptionIds.length ?? 0 },
    };
  }
  return denialOf(decision, subject.command);
}

/** A denial as it is said to the person. */
export function denialOf(decision: Denied, command: string): Problem {
  const { rule, limit, retryAfterMs } = decision;
  if (limit) {
    const when = retryAfterMs !== undefined ? 'seconds' : limit.what === 'inFlight' ? 'running' : 'never';
    return {
      code: 'RATE_LIMITED',
      facts: { rule, of: limit.of, what: limit.what, most: limit.most, when, seconds: secondsOf(retryAfterMs) },
    };
  }
  const ids = idsToGrant(decision);
  return { code: 'DENIED', facts: { command, rule, ids, grantable: ids === '' ? 'no' : 'yes' } };
}

export function idsToGrant({ toGrant }: Pick<Denied, 'toGrant'>): string {
  return Object.entries(toGrant)
    .map(([what, id]) => `${what} ${id}`)
    .join(', ');
}

const secondsOf = (ms = 0) => Math.max(1, Math.ceil(ms / 1000));

import type { Problem } from '../core/errors.ts';
import { decide } from '../policy/decide.ts';
import type { Subject } from '../policy/subject.ts';
import type { Services, Turn } from './command.ts';

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
  const decision = decide(services.grants(), turn.requester, turn.conversation, subject);
  if (decision.allowed) return undefined;
  if (decision.reason === 'scope') {
    return {
      code: 'VM_NOT_FOUND',
      facts: { name: typed ?? '', subscriptions: services.inventory.held?.subscriptionIds.length ?? 0 },
    };
  }
  if (decision.reason === 'rate') {
    return {
      code: 'RATE_LIMITED',
      facts: { rule: decision.rule, seconds: Math.ceil((decision.retryAfterMs ?? 0) / 1000) },
    };
  }
  return {
    code: 'DENIED',
    facts: {
      command: subject.command,
      rule: decision.rule,
      ids: Object.entries(decision.toGrant)
        .map(([what, id]) => `${what} ${String(id)}`)
        .join(', '),
    },
  };
}

import type { Failure } from '../azure/failure.ts';
import type { Problem } from '../core/errors.ts';

/** A refusal of Azure in the words of our catalogue, Azure's own beside them. */
export function problemOf(failure: Failure): Problem {
  return {
    code: failure.code,
    facts: {
      status: failure.status ?? 0,
      azureCode: failure.azureCode ?? 'empty',
      message: failure.message || 'empty',
      action: failure.missingAction ?? 'empty',
      scope: failure.scope ?? 'empty',
      seconds: Math.ceil((failure.retryAfterMs ?? 0) / 1000),
    },
  };
}

import type { Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';

/** How a check ended, as stored: plain JSON. */
export type CheckOutcome = { readonly kind: 'diagnosed'; readonly answer: CheckAnswer } | CheckFailure;

export type CheckAnswer = {
  readonly question: Question;
  readonly diagnosis: Diagnosis;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly azure: {
    readonly subscriptionId: string;
    readonly simulated: boolean;
    readonly portal: string;
    readonly armCalls: number;
  };
  /** Azure's final body of the connectivity check, as received; absent when no probe answered. */
  readonly raw?: Json;
  /** x-ms-request-id of the connectivity check. */
  readonly requestId?: string;
};

/** Azure refused, could not be reached, or gave no result in time. */
export type CheckFailure = {
  readonly kind: 'failed';
  readonly question?: Question;
  readonly problem: Problem;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly requestId?: string;
};

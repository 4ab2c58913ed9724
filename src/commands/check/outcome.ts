import type { Machine, Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import type { CheckRequest } from './request.ts';

/** How a check ended, as stored: plain JSON. */
export type CheckOutcome = { readonly kind: 'diagnosed'; readonly answer: CheckAnswer } | CheckFailure | CheckForm;

/** A question that cannot be asked yet: what is missing is chosen on a form. */
export type CheckForm = {
  readonly kind: 'form';
  readonly known: CheckRequest;
  readonly needs: Needs;
  /** What may be chosen for the source or destination that is missing or ambiguous. */
  readonly machines: readonly Machine[];
  /** Why it is asked: SOURCE_MISSING, PORT_MISSING, VM_AMBIGUOUS … */
  readonly problem: Problem;
};

export type Needs = { readonly source: boolean; readonly destination: boolean; readonly port: boolean };

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

/** Not understood, not found, refused, or no result in time. */
export type CheckFailure = {
  readonly kind: 'failed';
  readonly question?: Question;
  readonly problem: Problem;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly requestId?: string;
};

import type { Question, VmName } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Change } from '../../diagnosis/compare.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import type { Direction } from '../../diagnosis/witness.ts';
import type { Address } from '../../language/single.ts';
import type { Form } from '../form.ts';
import type { MatrixRow } from './matrix-card.ts';
import type { CheckRequest } from './request.ts';

/** How a check ended, as stored: plain JSON. */
export type CheckOutcome =
  | { readonly kind: 'diagnosed'; readonly answer: CheckAnswer; readonly changes?: Changes }
  | MatrixAnswer
  | CheckFailure
  | CheckForm
  | MatrixForm;

/** What is different from the last answer to the same question. */
export type Changes = {
  /** When the last answer was given, ISO 8601. */
  readonly since: string;
  readonly list: readonly Change[];
};

/** What one question comes to when it is asked. */
export type Investigated = Extract<CheckOutcome, { readonly kind: 'diagnosed' | 'failed' }>;

/** Many questions at once, as they are asked about before and as they are answered. */
export type MatrixForm = { readonly kind: 'confirm'; readonly known: CheckRequest; readonly cells: number };
export type MatrixAnswer = {
  readonly kind: 'matrix';
  readonly rows: readonly MatrixRow[];
  readonly subscriptionId: string;
};

/** A question that cannot be asked yet: what is missing, or which of several was meant, is chosen on a form. */
export type CheckForm = Form & {
  readonly kind: 'form';
  readonly known: CheckRequest;
  /** Where in the list of its side the chosen machine goes, for a name that is not clear; otherwise it is the whole list. */
  readonly replaces?: number;
};

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
  /** The machine whose rules deny it, where it can be asked about with `flow`. */
  readonly blockedAt?: { readonly machine: VmName; readonly direction: Direction; readonly other: VmName | Address };
  /** x-ms-request-id of the connectivity check. */
  readonly requestId?: string;
  readonly shared?: Shared;
};

/** The answer was another job's. joined: that one ran when this was asked. offered: it had just been answered. */
export type Shared = {
  readonly kind: 'joined' | 'offered';
  /** How long ago that one was started, or answered, when this was asked. */
  readonly agoMs: number;
  /** Asked in the same room, where everybody has seen it. */
  readonly here: boolean;
  /** The name of who asked, where the reader may know it. */
  readonly by?: string;
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

/**
 * Every reason for not answering a question, in one closed list; `docs/troubleshooting.md` explains each, and a test ties
 * the two together. What was *found* while answering is a finding, not an error (see `diagnosis/findings.ts`).
 */
export const errorCodes = [
  'UNKNOWN_COMMAND',
  'NOT_UNDERSTOOD',
  'SOURCE_MISSING',
  'DESTINATION_MISSING',
  'MACHINE_MISSING',
  'PORT_MISSING',
  'PORT_INVALID',
  'VM_NOT_FOUND',
  'VM_AMBIGUOUS',
  'TAG_NOT_FOUND',
  'NO_VM_VISIBLE',
  'MATRIX_TOO_LARGE',
  'NO_WATCHER',
  'ADDRESS_UNKNOWN',
  'VM_NOT_RUNNING',
  'WATCH_TIME',
  'WATCH_LIMIT',
  'WATCH_NOT_FOUND',
  'WATCH_NOT_YOURS',
  'CARD_OUTDATED',
  'DENIED',
  'RATE_LIMITED',
  'SIGN_IN_NEEDED',
  'SIGN_IN_FAILED',
  'AZURE_UNAUTHORIZED',
  'AZURE_FORBIDDEN',
  'AZURE_NOT_FOUND',
  'AZURE_REJECTED',
  'AZURE_CONFLICT',
  'AZURE_THROTTLED',
  'AZURE_BUSY',
  'AZURE_FAILED',
  'AZURE_UNREACHABLE',
  'AZURE_MALFORMED',
  'AZURE_FOREIGN_HOST',
  'NO_RESULT',
  'CANCELLED',
  'STORE_FAILED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A problem as a value: its words live in the message catalogues under `problem.<code>.*`. */
export type Problem = {
  readonly code: ErrorCode;
  /** What the words are filled with, e.g. the name that was not found. Outside text: escape it where it is drawn. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** A sentence that would have worked, to show as it is. */
  readonly example?: string;
  /** Commands a person may have meant, nearest first. */
  readonly suggestions?: readonly string[];
};

/** All that is said of a surprise. */
export const internal: Problem = { code: 'INTERNAL', facts: {} };

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export const read = <T>(value: T): Reading<T> => ({ ok: true, value });

export function refuse(
  code: ErrorCode,
  facts: Problem['facts'] = {},
  more: Pick<Problem, 'example' | 'suggestions'> = {},
): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code, facts, ...more } };
}

/** Thrown where a value cannot be returned; its problem may be shown to a person. Everything else that is thrown may not. */
export class ShownError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.code, options);
    this.name = 'ShownError';
    this.problem = problem;
  }
}

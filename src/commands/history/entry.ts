import type { Question } from '../../core/check.ts';
import type { Change } from '../../diagnosis/compare.ts';
import type { Finding, Verdict } from '../../diagnosis/verdict.ts';

/** One answer of the past, as far as a list tells it. Plain JSON. */
export type PastEntry = {
  readonly jobId: string;
  /** When it was asked, ISO 8601. */
  readonly at: string;
  readonly question: Question;
  readonly verdict: Verdict;
  /** What blocked, failed or warned. */
  readonly cause?: Finding;
  readonly avgMs?: number;
  readonly sent?: number;
  readonly failed?: number;
  /** The name of who asked. */
  readonly askedBy?: string;
  /** What is different from the answer before it to the same question; absent where it is the first. */
  readonly changes?: readonly Change[];
};

/** Where in a room's history a page begins: after this answer. */
export type Cursor = { readonly createdAtMs: number; readonly jobId: string };

export type HistoryPage = {
  readonly entries: readonly PastEntry[];
  /** Where the next page begins, if there may be one. */
  readonly older?: Cursor;
  /** All entries answer one question. */
  readonly isOne: boolean;
};

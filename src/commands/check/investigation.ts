import type { Answer, Failure } from '../../azure/failure.ts';
import type { Estate } from '../../azure/inventory.ts';
import type { Operation, WatcherAnswer } from '../../azure/operations.ts';
import type { Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import type { ProbeAnswer, Testimonies } from '../../diagnosis/witness.ts';
import type { Desk } from './desk.ts';

/** One check under way. */
export type Investigation = {
  readonly question: Question;
  readonly estate: Estate;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  /** POSTed before: polled on, never POSTed again. */
  readonly operation?: Kept;
  /** What the probe came to while this rested. */
  readonly came?: Answer<WatcherAnswer>;
  /** How often a machine that another operation holds is asked again; once without it. */
  readonly patience?: number;
  /** Shared with other questions; its own without. */
  readonly desk?: Desk;
  /** Resolves when what questions have in common has been gathered at the desk. */
  readonly gathered?: Promise<void>;
  readonly signal: AbortSignal;
  /** Why what the probe found may not be shown; asked before anything of it is, and before anybody else is asked. */
  admit?(answer: ProbeAnswer): Problem | undefined;
  keep(operation: Kept): Promise<void>;
  /** More is known; what that comes to is found when it is looked at. */
  progress(look: () => Diagnosis): void;
};

/** What the store has of a check that waits for its probe. Plain JSON. */
export type Kept = Operation & {
  /** Once all others have been heard: nobody asks them again, in whichever process the check goes on. */
  readonly notes?: Notes;
};

export type Notes = {
  /** As it was understood; what its names stand for by now is not asked. */
  readonly question: Question;
  /** The probe is pending here. */
  readonly testimonies: Testimonies;
  /** Epoch milliseconds. */
  readonly probeSentAtMs: number;
  readonly armCalls: number;
  readonly requestIds: readonly string[];
};

/** Written by ourselves; nothing else is kept of a single check. */
export function notesOf(operation: Json | undefined): Notes | undefined {
  return (operation as Kept | undefined)?.notes;
}

/** What the probe left beside its testimony. */
export type Probed = { raw?: Json; requestId?: string; failure?: Failure; refused?: Problem };

import type { Problem } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Diagnosis, Finding, Rule, Verdict } from '../diagnosis/verdict.ts';
import type { PathRequest } from '../language/path-request.ts';
import type { QuestionParts } from './checking.ts';

/** What a watch asks, and when it has what it waited for. Stored with it. */
export type WatchPlan = {
  readonly request: PathRequest;
  readonly from: string;
  readonly to: string;
  readonly parts: QuestionParts;
  readonly until?: 'reachable' | 'unreachable';
  /** As typed; absent where it ends after the longest that is not said. */
  readonly forMs?: number;
};

/** One run. A run that brought no answer counts as Undetermined. */
export type Sample = { readonly at: string; readonly verdict: Verdict; readonly avgMs?: number };

/** What holds, since when (ISO 8601), and the answer or the problem that says so. */
export type Standing = {
  readonly verdict: Verdict;
  readonly since: string;
  readonly diagnosis?: Diagnosis;
  readonly problem?: Problem;
};

/** Everything that a watch's card shows of its runs. Each run's outcome carries it on. */
export type Progress = {
  /** Oldest first. */
  readonly samples: readonly Sample[];
  /** Absent until a run brought an answer, or several in a row brought none. */
  readonly standing?: Standing;
  /** Runs in a row that said something else than what stands, but not reliably enough to replace it. */
  readonly doubt?: { readonly count: number; readonly since: string };
  /** Why the last run brought no answer. */
  readonly problem?: Problem;
};

export type WatchChange = { readonly from: Standing; readonly to: Standing };

/** The rule or route that blocks, by the most telling finding that names one. */
export function blockingRule(diagnosis: Diagnosis | undefined): Rule | undefined {
  if (!diagnosis || diagnosis.verdict === 'Reachable') return undefined;
  return diagnosis.findings.find(isBlocking)?.rule;
}

function isBlocking({ code, severity, rule }: Finding): boolean {
  return severity === 'error' && rule !== undefined && (/^NSG_DENY/.test(code) || code.includes('ROUTE'));
}

/** What a run's stored outcome says of its watch; nothing where that did not come so far. */
export function progressOf(outcome: Json | undefined): Progress | undefined {
  const ran = outcome as { readonly kind?: string; readonly progress?: Progress } | null | undefined;
  return ran?.kind === 'ran' ? ran.progress : undefined;
}

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Decision } from '../policy/decide.ts';
import type { Subject } from '../policy/subject.ts';

/** One question to the policy, and what it said. */
export type Decided = { readonly subject: Subject; readonly decision: Decision };

const current = new AsyncLocalStorage<Decided[]>();

/**
 * Runs what answers one message, press, job or watch run, and gathers every decision made on the way, so that rates and audit
 * speak of the decisions that were made and not of later ones.
 */
export function deliberating<T>(run: (decisions: readonly Decided[]) => Promise<T>): Promise<T> {
  const decisions: Decided[] = [];
  return current.run(decisions, () => run(decisions));
}

export function noteDecision(decided: Decided): void {
  current.getStore()?.push(decided);
}

/** What was decided so far in this deliberation. */
export function decidedSoFar(): readonly Decided[] {
  return current.getStore() ?? [];
}

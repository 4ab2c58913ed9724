import { finish, start, type WatcherQuestion } from '../azure/operations.ts';
import type { Machine } from '../core/check.ts';
import { type Reading, read } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Setting } from './asking.ts';
import { problemOf } from './azure-problem.ts';

/** Asks the network watcher of a machine's region one thing, and waits for its answer as received. */
export async function askWatcher(
  machine: Machine,
  question: WatcherQuestion,
  { services, estate, deadlineMs, signal }: Setting,
): Promise<Reading<Json>> {
  const { arm, clock } = services;
  const { subscriptionId, region } = machine;
  const watcherId = estate.watcherOf(subscriptionId, region);
  if (!watcherId) return { ok: false, problem: { code: 'NO_WATCHER', facts: { region, subscriptionId } } };
  const started = await start(arm, watcherId, question, clock, signal);
  if (!started.ok) return { ok: false, problem: problemOf(started.failure) };
  if ('done' in started.value) return read(started.value.done.body);
  const finished = await finish(arm, started.value.operation, clock, { deadlineMs, signal });
  return finished.ok ? read(finished.value.body) : { ok: false, problem: problemOf(finished.failure) };
}

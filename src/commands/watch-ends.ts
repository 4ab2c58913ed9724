import { type Problem, type Reading, read, refuse } from '../core/errors.ts';
import { runIdOf, type Watch } from '../jobs/watch.ts';
import type { Watches } from '../jobs/watch-store.ts';
import { say } from '../language/say.ts';
import { isOperator, personId } from '../policy/decide.ts';
import type { Services, Turn } from './command.ts';
import { problemWords } from './replies.ts';
import type { WatchPlan } from './watch-state.ts';

export function watchesOf({ watches }: Pick<Services, 'watches'>): Watches {
  if (!watches) throw new Error('nothing can be watched here');
  return watches;
}

/** Whether a watch is this person's. */
export function isOwn(watch: Watch, { requester }: Pick<Turn, 'requester'>): boolean {
  return personId(watch.requester) === personId(requester);
}

/** Ends a watch for its owner or an operator, and says so in a sentence; its card follows within seconds. */
export async function stopWatch(watch: Watch, turn: Turn, services: Services): Promise<Reading<string>> {
  const { requester, locale } = turn;
  const { number } = watch;
  const grants = services.grants();
  // Where everybody is an operator, as in the demo, owners still decide about their own.
  const mayStop = isOwn(watch, turn) || (grants.operators !== 'anyone' && isOperator(grants, requester));
  if (!mayStop) return refuse('WATCH_NOT_YOURS', { number, name: watch.requester.name ?? watch.requester.id });
  const { clock, endings } = services;
  const isStopped = await watchesOf(services).end(
    watch.id,
    { reason: 'stopped', by: requester },
    'ending',
    clock.now(),
  );
  // Nobody waits for the run that is under way.
  if (isStopped) await endings.end(runIdOf(watch, watch.runs), requester);
  const { from, to } = watch.plan as WatchPlan;
  return read(say(locale, isStopped ? 'watch.stopped' : 'watch.isOver', { number, from, to }));
}

/** The same from a button, whatever became of the watch meanwhile. */
export async function stopInWords(
  watch: Watch | undefined,
  number: number,
  turn: Turn,
  services: Services,
): Promise<string> {
  if (!watch) return say(turn.locale, 'watch.isOver', { number });
  const stopped = await stopWatch(watch, turn, services);
  return stopped.ok ? stopped.value : problemSentence(stopped.problem, turn);
}

/** Where there is room for a sentence only. */
export function problemSentence(problem: Problem, { locale }: Pick<Turn, 'locale'>): string {
  const { what, why, do: todo } = problemWords(problem, locale);
  return [what, why, todo].join(' ').trim();
}

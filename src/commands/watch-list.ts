import { type Press, type Reply, roomOf } from '../core/chat.ts';
import type { Json } from '../core/json.ts';
import type { Job } from '../jobs/job.ts';
import { runIdOf, type Watch } from '../jobs/watch.ts';
import type { NewJob, PressHandling, Services, Turn } from './command.ts';
import type { CommandTask } from './endings.ts';
import { stopInWords, watchesOf } from './watch-ends.ts';
import { type WatchEntry, watchListReply } from './watch-list-card.ts';
import { progressOf, type WatchPlan } from './watch-state.ts';

/** The watches of a conversation as they stood when they were asked for; plain JSON. */
type WatchList = { readonly kind: 'list'; readonly title: Title; readonly entries: readonly WatchEntry[] };

type Title = 'list' | 'which';

/** Lists the watches of a conversation, with buttons that stop them. */
export async function listJob(
  title: Title,
  watches: readonly Watch[],
  turn: Turn,
  services: Services,
): Promise<NewJob> {
  const entries = await Promise.all(watches.map((watch) => entryOf(watch, services)));
  const outcome: WatchList = { kind: 'list', title, entries };
  return {
    request: null,
    outcome,
    first: (ids) => watchListReply({ ...outcome, ...ids, locale: turn.locale, simulated: services.arm.simulated }),
  };
}

async function entryOf(watch: Watch, { store }: Services): Promise<WatchEntry> {
  const { id, number, everyMs, nextAtMs, requester } = watch;
  const { from, to } = watch.plan as WatchPlan;
  // While a run is under way, what the one before it left still stands.
  const jobs = await Promise.all(
    [watch.runs, watch.runs - 1].filter((run) => run > 0).map((run) => store.job(runIdOf(watch, run))),
  );
  const progress = jobs.map((job) => progressOf(job?.outcome)).find((each) => each !== undefined);
  const standing = progress?.standing;
  return {
    id,
    number,
    from,
    to,
    everyMs,
    nextAt: new Date(nextAtMs).toISOString(),
    ...(standing && { verdict: standing.verdict, since: standing.since }),
    ...(requester.name && { owner: requester.name }),
  };
}

/** For a command whose jobs are such lists: they are answered before they are stored. */
export function listTask(services: Services): CommandTask {
  const draw = (job: Job, outcome: Json): Reply => {
    const { title, entries } = outcome as WatchList;
    const { id: jobId, nonce, locale } = job;
    return watchListReply({ title, entries, jobId, nonce, locale, simulated: services.arm.simulated });
  };
  const none = (): WatchList => ({ kind: 'list', title: 'list', entries: [] });
  return {
    run: async () => {
      throw new Error('a list of watches has nothing to run');
    },
    fail: none,
    cancel: none,
    draw,
  };
}

/** `stop-N` on a list. */
export async function pressList(pressed: Press, job: Job, services: Services): Promise<PressHandling | undefined> {
  const number = Number(/^stop-(\d{1,9})$/.exec(pressed.verb)?.[1] ?? 0);
  const { entries } = job.outcome as WatchList;
  const entry = entries.find((candidate) => candidate.number === number);
  const watch = entry && (await watchesOf(services).get(entry.id));
  // A list of this conversation names only watches of this conversation.
  if (!entry || (watch && watch.room !== roomOf(pressed.conversation))) return undefined;
  return { kind: 'act', act: () => stopInWords(watch, number, pressed, services) };
}

import type { Conversation, Locale, Requester } from '../core/chat.ts';
import type { Json } from '../core/json.ts';

/**
 * active: it runs when it is due. ending: no more runs, but its card has not said so yet. ended: over, and kept for a while so that
 * its number is not given again.
 */
export type WatchState = 'active' | 'ending' | 'ended';

export type WatchEnding =
  | { readonly reason: 'stopped'; readonly by: Requester }
  /** over: its time is up. met: what it waited for has happened. refused: its owner may not ask any more. gone: nobody hears it. */
  | { readonly reason: 'over' | 'met' | 'refused' | 'gone' };

/** A question that is asked again and again. Plain JSON. */
export type Watch = {
  /** The id of the job that began it. */
  readonly id: string;
  /** The conversation without its thread. */
  readonly room: string;
  /** What people call it by; never given twice in a room. */
  readonly number: number;
  readonly state: WatchState;
  /** How many runs have begun; the first is the job that began it. */
  readonly runs: number;
  readonly nextAtMs: number;
  readonly everyMs: number;
  readonly endsAtMs: number;
  /** Whose right to ask is decided anew at each run. */
  readonly requester: Requester;
  readonly conversation: Conversation;
  readonly locale: Locale;
  /** Of the job that began it: what the buttons of its card carry, however often that is edited. */
  readonly nonce: string;
  /** What is asked, in the words of the command that asks it. */
  readonly plan: Json;
  readonly ending?: WatchEnding;
};

/** What a run's job is about: the watch as it stands, and what the run before it left. */
export type WatchRun = {
  readonly kind: 'run';
  readonly watch: Watch;
  readonly nextAtMs: number;
  /** The outcome of the run before. */
  readonly before?: Json;
  /** Nothing is asked any more: the card says only why it ended. */
  readonly ending?: WatchEnding;
};

/** The job of a watch's run: the same for every process, so that a run is stored once. The first is the job that began it. */
export function runIdOf({ id }: Pick<Watch, 'id'>, run: number): string {
  return run === 1 ? id : `${id}.${run}`;
}

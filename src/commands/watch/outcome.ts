import type { Problem } from '../../core/errors.ts';
import type { Watch, WatchEnding } from '../../jobs/watch.ts';
import type { PathForm } from '../checking.ts';
import type { Progress, WatchChange } from '../watch-state.ts';
import type { WatchRequest } from './request.ts';

/** The job that begins a watch: its first run as well. */
export type WatchBegin = { readonly kind: 'begin'; readonly request: WatchRequest };

/** What a job of this command came to, as stored: plain JSON. */
export type WatchOutcome = WatchRan | WatchNews | WatchForm | WatchFailure;

export type WatchRan = {
  readonly kind: 'ran';
  readonly watch: Watch;
  readonly progress: Progress;
  readonly nextAtMs: number;
  readonly ending?: WatchEnding;
  /** Worth a message of its own, beside the edit of the card. */
  readonly news?: true;
  readonly change?: WatchChange;
};

/** The message of its own. */
export type WatchNews = Omit<WatchRan, 'kind' | 'news'> & { readonly kind: 'news' };

export type WatchForm = PathForm & { readonly kind: 'form'; readonly request: WatchRequest };

export type WatchFailure = { readonly kind: 'failed'; readonly problem: Problem; readonly durationMs: number };

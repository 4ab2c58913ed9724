import type { Conversation, Locale, Reply, Requester } from '../core/chat.ts';
import type { Problem } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/**
 * queued: stored, before anything was said. running: started; `operation` is there once Azure has taken it.
 * answered: the outcome is known. delivered: the person has the final card. abandoned: nobody is there to have it.
 */
export type JobState = 'queued' | 'running' | 'answered' | 'delivered' | 'abandoned';

/** Whether nothing is left to do for a job. */
export function isOver({ state }: Pick<Job, 'state'>): boolean {
  return state === 'delivered' || state === 'abandoned';
}

/** Whether nobody knows yet what a job comes to. */
export function hasNoOutcome({ state }: Pick<Job, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

/** Work that outlives a turn and a restart. Plain JSON. */
export type Job = {
  readonly id: string;
  readonly command: string;
  readonly state: JobState;
  readonly request: Json;
  readonly requester: Requester;
  readonly conversation: Conversation;
  readonly locale: Locale;
  /** What the buttons of this job's card must bring back. */
  readonly nonce: string;
  readonly createdAtMs: number;
  /** Epoch milliseconds at which the job ends, whatever Azure does. */
  readonly deadlineMs: number;
  /** The message that is edited from acknowledgement to answer. */
  readonly messageId?: string;
  readonly operation?: Json;
  readonly outcome?: Json;
  /** It was counted against the rates when it was asked for; one whose names were not known then is counted when it runs. */
  readonly admitted?: true;
};

/** What a running job may tell its worker. */
export type Hooks = {
  readonly signal: AbortSignal;
  /** What a job that rested waited for; absent where it is begun, or gone on with by another process. */
  readonly came?: Json;
  /** Stores what is needed to go on after a restart; resolves when it is durable. */
  keep(operation: Json): Promise<void>;
  /** Edits the job's message; edits closer than a second together are merged into the newest, and only that is drawn. */
  show(draw: () => Reply): void;
};

/**
 * What a running job comes to while it only waits for something: all that it needs to go on is kept (`Hooks.keep`), and nothing
 * of it is held in memory. Once `came` resolves it is run again, with that.
 */
export class Resting {
  readonly came: Promise<Json>;

  constructor(came: Promise<Json>) {
    this.came = came;
  }
}

/** What a command gives the worker. All but `run` is pure. */
export type Task = {
  /** Resolves with the outcome; or with a rest, and is then called again. */
  run(job: Job, hooks: Hooks): Promise<Json | Resting>;
  /**
   * The outcome of a job that ended in an exception. `reference` is what log and card have in common; `problem` is there where
   * the exception may be shown.
   */
  fail(job: Job, reference: string, problem?: Problem): Json;
  draw(job: Job, outcome: Json): Reply;
  /** A job with its outcome, for what has to be said beside the answer in a message of its own. */
  also?(job: Job, outcome: Json): Job | undefined;
  /** What the history of its room says of an outcome; undefined for one that is no answer. */
  entryOf?(outcome: Json): Entry | undefined;
};

/** An answer in the history of its room. */
export type Entry = {
  /** The same for all that is the same question to Azure; at most some 1,200 bytes, since it is in an index. */
  readonly question: string;
  readonly verdict: string;
};

/**
 * What a message is worth where the channel takes only so many. An answer waits as long as it takes. An acknowledgement that
 * cannot leave within seconds is withheld. So is progress, which leaves room for answers, and is not tried twice.
 */
export type Weight = 'answer' | 'acknowledgement' | 'progress';

export type Manner = {
  /** `answer` unless said. */
  readonly weight?: Weight;
  /** Takes back what has not left yet. */
  readonly signal?: AbortSignal;
};

/** Between two writes that both matter. */
export type FaultPoint = 'inserted' | 'acknowledged' | 'keeping' | 'kept' | 'answered' | 'updated';

/** How the worker speaks; the transport implements it. */
export type Replier = {
  /**
   * Returns the new message's id, or undefined when it was sent but its id was lost.
   * Errors: ConversationGone where nobody can be spoken to any more; Withheld; the signal's reason.
   */
  send(conversation: Conversation, reply: Reply, manner?: Manner): Promise<string | undefined>;
  /**
   * `gone`: the message or the conversation is not there any more. An update that a newer one of the same message replaces
   * before it leaves counts as made. Errors: Withheld; the signal's reason.
   */
  update(conversation: Conversation, messageId: string, reply: Reply, manner?: Manner): Promise<'updated' | 'gone'>;
};

/** A message that came too late to be worth sending. */
export class Withheld extends Error {
  override readonly name = 'Withheld';
}

/** The bot was removed from the conversation, or the conversation is not there any more. */
export class ConversationGone extends Error {
  override readonly name = 'ConversationGone';
}

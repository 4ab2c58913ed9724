import type { Arm } from '../azure/arm.ts';
import type { Inventory } from '../azure/inventory.ts';
import type { Conversation, Locale, Press, Reply, Requester } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Problem, Reading } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Audit } from '../jobs/audit.ts';
import type { History } from '../jobs/history.ts';
import type { Job, Task } from '../jobs/job.ts';
import type { Store } from '../jobs/store.ts';
import type { Watches } from '../jobs/watch-store.ts';
import type { CommandWords } from '../language/commands.ts';
import type { Grants } from '../policy/grants.ts';
import type { Rates } from '../policy/rates.ts';
import type { CardIds } from './card-parts.ts';
import type { CommandTask, Endings } from './endings.ts';
import type { SharedRuns } from './shared-runs.ts';

/** What commands work with; made once in app.ts. */
export type Services = {
  /** Whose rights `arm` and `inventory` have: the bot's unless said. */
  readonly rights?: 'reader';
  readonly arm: Arm;
  readonly inventory: Inventory;
  readonly store: Pick<Store, 'remember' | 'recall' | 'job' | 'unfinished'>;
  readonly clock: Clock;
  readonly endings: Endings;
  /** Lets several jobs ask Azure one question once; absent in the terminal, which asks one. */
  readonly sharing?: SharedRuns;
  /** What was answered before; absent in the terminal, which keeps nothing. */
  readonly history?: History;
  /** What is asked again and again; absent in the terminal, which ends when it has answered. */
  readonly watches?: Watches;
  /** Who may ask what, as the grants file says at this moment. */
  grants(): Grants;
  /** What was asked lately and what runs; absent in the terminal, which limits nobody. */
  readonly rates?: Rates;
  /** Where every request is written down; absent in the terminal, which answers whoever has the shell. */
  readonly audit?: Audit;
  readonly settings: {
    /** How long a check may take, whatever Azure does. */
    readonly deadlineMs: number;
    /** Average latency above which a reachable destination counts as Degraded. */
    readonly slowMs: number;
    /** Checks at once for each subscription. */
    readonly maxInFlight: number;
  };
};

/** Who asks, where, and in which language to answer. */
export type Turn = {
  readonly requester: Requester;
  readonly conversation: Conversation;
  readonly locale: Locale;
};

/** A job to be stored. `first` is what is said at once; with an `outcome` there is nothing left to run. */
export type NewJob = {
  readonly request: Json;
  readonly outcome?: Json;
  first(ids: CardIds): Reply;
};

export type Handling =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** `of` is the command whose job it is, where that is another one. */
  | { readonly kind: 'job'; readonly job: NewJob; readonly of?: string }
  /** The question of an earlier job, of whichever command, once more. */
  | { readonly kind: 'repeat'; readonly job: Job }
  /** Nobody is to wait for these jobs any more; `reply` is told how many could still be ended. */
  | { readonly kind: 'end'; readonly jobs: readonly Job[]; reply(ended: number): Reply };

/** What a press of a button comes to. A started job is drawn over the pressed card, or as a message of its own. */
export type PressHandling =
  | { readonly kind: 'view'; readonly reply: Reply }
  /** Whoever pressed may not see what the card is about. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** Something that is done at once, and then said in a sentence; done twice it does nothing more. */
  | { readonly kind: 'act'; act(): Promise<string> }
  | { readonly kind: 'start'; readonly job: NewJob; readonly over: 'card' | 'new' }
  /** As if the person had said it: a question to another command. */
  | { readonly kind: 'say'; readonly text: string };

export type Command = {
  readonly name: string;
  readonly words: CommandWords;
  /** It asks nothing of Azure: nobody has to sign in for it. */
  readonly offline?: true;
  /** Whether a job of this request runs with the bot's own rights, whoever asked for it. */
  runsAsBot?(request: Json): boolean;
  /** How many examples the catalogues hold for it, under `command.<name>.example.N`. */
  readonly examples: number;
  /** Reads what follows the command word; the reading knows how to go on. */
  read(rest: readonly string[], locale: Locale): Reading<(turn: Turn, services: Services) => Promise<Handling>>;
  /** The command as hopcheck would write it, for the audit: of what follows the command word, for one whose handling acts at once. */
  print?(rest: readonly string[]): string | undefined;
  /** The same, of a stored request. */
  describe?(request: Json): string;
  /** How its jobs are worked on, for a command that has any; `others` gives the bare tasks of other commands. */
  task?(services: Services, others: (command: string) => Task | undefined): CommandTask;
  /** The question of one of its jobs once more, for whoever asks now. */
  repeat?(job: Job, turn: Turn, services: Services): Promise<NewJob>;
  /** What its buttons do, by verb; undefined for a verb it does not know. */
  press?(press: Press, job: Job, services: Services): Promise<PressHandling | undefined>;
};

import { type Conversation, type Locale, type Press, type Reply, roomOf } from '../core/chat.ts';
import type { ErrorCode, Problem, Reading } from '../core/errors.ts';
import type { Job } from '../jobs/job.ts';
import type { Store } from '../jobs/store.ts';
import { say } from '../language/say.ts';
import { authorize } from './authorize.ts';
import type { Command, Services, Turn } from './command.ts';
import { jobIdOf } from './deliveries.ts';
import type { Intake } from './intake.ts';
import { writeDown } from './ledger.ts';
import { machinesOf, mayRead } from './may-read.ts';
import { problemWords } from './replies.ts';
import type { SigningIn } from './signing-in.ts';
import { suggestionOf } from './unread.ts';

/** What a press is answered with, within the few seconds that the channel waits for it. */
export type PressAnswer =
  | { readonly kind: 'card'; readonly reply: Reply }
  | { readonly kind: 'notice'; readonly text: string };

export type PressesOptions = {
  readonly byName: ReadonlyMap<string, Command>;
  readonly services: Services;
  readonly store: Pick<Store, 'job' | 'spend'>;
  readonly enqueue: Intake;
  /** Deals with the words behind a button as if the person had said them. */
  readonly hear: (said: Press & { readonly text: string }) => Promise<void>;
  /** With what to ask for this person; undefined where they have to sign in first. */
  readonly rightsOf: (command: Command | undefined, turn: Turn) => Promise<Reading<Services | undefined>>;
  readonly signingIn?: Pick<SigningIn, 'holdPress'>;
};

/** How long a press may wait to learn what its reader may see; the channel waits for some five seconds. */
const readingMs = 3000;

/** Answers the buttons of cards. Whoever presses is decided about anew; a card says nothing but which job it is of. */
export function createPresses(options: PressesOptions): (pressed: Press) => Promise<PressAnswer> {
  const { byName, services, store, enqueue, hear, rightsOf, signingIn } = options;

  /** Whether this reader may know of what a card is about; undefined where that is not known in time. */
  const isReadable = async (job: Job, own: Services): Promise<boolean | undefined> => {
    const over = new AbortController();
    const late = services.clock.sleep(readingMs, over.signal).catch(() => undefined);
    try {
      return await Promise.race([mayRead(own, machinesOf(job)), late.then(() => undefined)]);
    } finally {
      over.abort();
    }
  };

  return async (pressed) => {
    const { locale } = pressed;
    const notice = (key: 'turn.outdated' | 'turn.unknownButton' | 'turn.started' | 'turn.below'): PressAnswer => ({
      kind: 'notice',
      text: say(locale, key),
    });
    const button = { verb: pressed.verb, card: pressed.jobId };
    const refused = async (outcome: ErrorCode, answer: PressAnswer, command?: string) => {
      await writeDown(services, pressed, 'refused', { ...button, outcome, ...(command && { command }) });
      return answer;
    };
    const job = await store.job(pressed.jobId);
    // A card belongs to its conversation: in another one it is as good as forged.
    if (!job || job.nonce !== pressed.nonce || !sameConversation(job.conversation, pressed.conversation)) {
      return refused('CARD_OUTDATED', notice('turn.outdated'));
    }
    const id = jobIdOf(pressed);
    const spend = () => store.spend(job.id, `${job.nonce}/${pressed.verb}`);
    const hearButton = async (text: string) => {
      await writeDown(services, pressed, 'accepted', { ...button, command: job.command });
      await hear({ ...pressed, text });
      return notice('turn.started');
    };
    const text = suggestionOf(job, pressed.verb);
    if (text) return (await spend()) ? hearButton(text) : refused('CARD_OUTDATED', notice('turn.outdated'));
    const command = byName.get(job.command);
    const denial = command && authorize(services, pressed, { command: command.name, machines: [], ports: [] });
    if (denial) return refused(denial.code, problemNotice(denial, locale), job.command);
    const rights = await rightsOf(command, pressed);
    if (!rights.ok) return refused(rights.problem.code, problemNotice(rights.problem, locale), job.command);
    const own = rights.value;
    if (!own) {
      const text = (await signingIn?.holdPress(pressed)) ?? '';
      return refused('SIGN_IN_NEEDED', { kind: 'notice', text }, job.command);
    }
    const handling = await command?.press?.(pressed, job, own);
    if (!handling) return refused('CARD_OUTDATED', notice('turn.unknownButton'), job.command);
    if (handling.kind === 'refused') {
      return refused(handling.problem.code, problemNotice(handling.problem, locale), job.command);
    }
    if (handling.kind === 'view') {
      const readable = await isReadable(job, own);
      if (readable === undefined) return { kind: 'notice', text: say(locale, 'signIn.stillLooking') };
      if (!readable) return refused('CARD_OUTDATED', notice('turn.outdated'), job.command);
      await writeDown(services, pressed, 'accepted', { ...button, command: job.command });
      return { kind: 'card', reply: handling.reply };
    }
    if (handling.kind === 'act') {
      await writeDown(services, pressed, 'accepted', { ...button, command: job.command });
      return { kind: 'notice', text: await handling.act() };
    }
    if (handling.kind === 'say') {
      return (await spend())
        ? hearButton(handling.text)
        : refused('CARD_OUTDATED', notice('turn.outdated'), job.command);
    }
    const messageId = handling.over === 'card' ? (pressed.messageId ?? job.messageId) : undefined;
    const place = { id, ...(messageId && { messageId }) };
    const over = await enqueue(job.command, handling.job, pressed, place, { button, spend });
    if (over?.code === 'CARD_OUTDATED') return notice('turn.outdated');
    if (over) return problemNotice(over, locale);
    if (handling.over === 'new') return notice(handling.job.outcome === undefined ? 'turn.started' : 'turn.below');
    const begun = await store.job(id);
    return begun
      ? { kind: 'card', reply: handling.job.first({ jobId: id, nonce: begun.nonce }) }
      : notice('turn.outdated');
  };
}

/** Within a press there is no card of its own to say it on. */
function problemNotice(problem: Problem, locale: Locale): PressAnswer {
  const { what, why, do: todo } = problemWords(problem, locale);
  return { kind: 'notice', text: [what, why, todo].join(' ').trim() };
}

function sameConversation(one: Conversation, other: Conversation): boolean {
  return (
    roomOf(one).toLowerCase() === roomOf(other).toLowerCase() &&
    one.tenantId?.toLowerCase() === other.tenantId?.toLowerCase()
  );
}

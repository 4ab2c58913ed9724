import { randomBytes } from 'node:crypto';
import {
  type Conversation,
  type Locale,
  type Press,
  type Reply,
  type Requester,
  roomOf,
  type Utterance,
} from '../core/chat.ts';
import { type ErrorCode, type Problem, type Reading, read, ShownError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { nameTurn, tracedTurn } from '../core/telemetry.ts';
import { follow } from '../core/trail.ts';
import type { Job, Replier } from '../jobs/job.ts';
import { type Store, StoreError } from '../jobs/store.ts';
import type { Worker } from '../jobs/worker.ts';
import { readCommand } from '../language/commands.ts';
import { say } from '../language/say.ts';
import { words } from '../language/words.ts';
import { authorize } from './authorize.ts';
import { charge } from './charge.ts';
import type { Command, NewJob, Services, Turn } from './command.ts';
import { deliberating } from './deliberation.ts';
import { createMemory, deliveryKeyOf, jobIdOf, type Place } from './deliveries.ts';
import { rememberLast } from './last.ts';
import { isExplained, type Noted, resultOf, writeDown } from './ledger.ts';
import { machinesOf, mayRead } from './may-read.ts';
import type { People } from './people.ts';
import { noticeReply, problemReply, problemWords, welcomeReply } from './replies.ts';
import { createRevisions } from './revisions.ts';
import { createSigningIn, type Released } from './signing-in.ts';
import { suggestionOf, unread } from './unread.ts';

/** What a press is answered with, within the few seconds that the channel waits for it. */
export type PressAnswer =
  | { readonly kind: 'card'; readonly reply: Reply }
  | { readonly kind: 'notice'; readonly text: string };

export type Dispatcher = {
  /** Answers one message; resolves once the acknowledgement or the whole answer is sent. */
  hear(utterance: Utterance): Promise<void>;
  press(press: Press): Promise<PressAnswer>;
  /**
   * The person changed a message; `activityId` is its own. What is not answered yet gives way to what stands there now, in the
   * same card. An answered question stays answered.
   */
  revise(utterance: Utterance): Promise<void>;
  /** The person deleted a message: nobody waits for its answer any more, and a watch that it began ends. */
  withdraw(conversation: Conversation, activityId: string, by: Requester): Promise<void>;
  /** This person has signed in: what they asked before goes on. */
  signedIn(turn: Turn): Promise<void>;
  /** Says once what the bot is for, when it was added to a conversation. */
  greet(conversation: Conversation, locale: Locale, addedBy?: Requester): Promise<void>;
};

export type DispatcherOptions = {
  readonly commands: readonly Command[];
  readonly services: Services;
  readonly store: Store;
  readonly worker: Worker;
  readonly replier: Replier;
  /** Whose rights answers rest on, where that is each person's own. */
  readonly people?: People;
};

/** How long a press may wait to learn what its reader may see; the channel waits for some five seconds. */
const readingMs = 3000;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { commands, services, store, worker, replier, people } = options;
  const signingIn = people && createSigningIn({ people, store, worker, replier, clock: services.clock });
  const byName = new Map(commands.map((command) => [command.name, command]));
  const table = commands.map((command) => command.words);
  const memory = createMemory();

  /** A plain reply costs no job; a second delivery of its message is known for as long as the process lives. */
  const reply = async (utterance: Utterance, { id, messageId }: Place, answer: Reply) => {
    if (!memory.isFresh(id, deliveryKeyOf(utterance))) return;
    const { conversation } = utterance;
    const isEdited = messageId !== undefined && (await replier.update(conversation, messageId, answer)) === 'updated';
    if (!isEdited) await replier.send(conversation, answer);
  };

  /** Undefined when it is done; a problem where too much was asked lately. */
  const enqueue = async (
    command: string,
    job: NewJob,
    turn: Turn,
    { id, messageId }: Place,
    asked: {
      readonly deliveryKey?: string;
      readonly button?: Pick<Noted, 'verb' | 'card'>;
      /** Uses up the button; only when there is room for what it starts. */
      readonly spend?: () => Promise<boolean>;
    } = {},
  ): Promise<Problem | undefined> => {
    const understood = byName.get(command)?.describe?.(job.request);
    const noted = {
      reference: id,
      ...(command !== unread && { command }),
      ...(understood && { understood }),
      ...asked.button,
    };
    const result = job.outcome === undefined ? undefined : resultOf(job.outcome);
    const charged = result ? undefined : await charge(services, turn, id);
    if (charged && !charged.ok) {
      await writeDown(services, turn, 'refused', { ...noted, outcome: charged.problem.code });
      return charged.problem;
    }
    if (asked.spend && !(await asked.spend())) {
      if (charged?.ok) charged.undo();
      await writeDown(services, turn, 'refused', { ...noted, outcome: 'CARD_OUTDATED' });
      return { code: 'CARD_OUTDATED', facts: {} };
    }
    const event = result?.isProblem ? 'refused' : 'accepted';
    const nonce = randomBytes(12).toString('base64url');
    const nowMs = services.clock.now();
    const stored: Job = {
      id,
      command,
      state: job.outcome === undefined ? 'queued' : 'answered',
      request: job.request,
      requester: turn.requester,
      conversation: turn.conversation,
      locale: turn.locale,
      nonce,
      createdAtMs: nowMs,
      deadlineMs: nowMs + services.settings.deadlineMs,
      ...(job.outcome !== undefined && { outcome: job.outcome }),
      ...(messageId !== undefined && { messageId }),
      ...(charged?.ok && charged.checks > 0 && { admitted: true }),
    };
    let isNew = false;
    try {
      await writeDown(services, turn, event, { ...noted, ...(result && { outcome: result.word }) });
      isNew = await worker.accept(stored, job.first({ jobId: id, nonce }), asked.deliveryKey);
    } finally {
      if (!isNew && charged?.ok) charged.undo();
    }
    if (!isNew) await writeDown(services, turn, 'repeated', { reference: id });
    else if (byName.get(command)?.repeat) await rememberLast(turn, services, id);
    return undefined;
  };

  const refuse = async (utterance: Utterance, place: Place, problem: Problem, command?: string): Promise<void> => {
    if (memory.knows(place.id)) return;
    const reference = isExplained(problem.code) ? { reference: place.id } : {};
    if (!problem.suggestions?.length) {
      await writeDown(services, utterance, 'refused', {
        reference: place.id,
        outcome: problem.code,
        ...(command && { command }),
      });
      return reply(utterance, place, problemReply(problem, { ...utterance, ...reference }));
    }
    const outcome = problem satisfies Json;
    const job: NewJob = { request: null, outcome, first: (ids) => problemReply(problem, { ...utterance, ...ids }) };
    await enqueue(unread, job, utterance, place, keyed(utterance));
  };

  const hear = (utterance: Utterance): Promise<void> => answer(utterance, { id: jobIdOf(utterance) });

  const answer = (utterance: Utterance, place: Place): Promise<void> =>
    deliberating(() => answerOnce(utterance, place));

  const answerOnce = async (utterance: Utterance, place: Place): Promise<void> => {
    const found = readCommand(words(utterance.text), table);
    if (!found.ok) return refuse(utterance, place, found.problem);
    const command = byName.get(found.value.command);
    if (!command) throw new Error(`no command "${found.value.command}" in the registry`);
    nameTurn(command.name);
    const denial = authorize(services, utterance, { command: command.name, machines: [], ports: [] });
    if (denial) return refuse(utterance, place, denial, command.name);
    const reading = command.read(found.value.rest, utterance.locale);
    if (!reading.ok) return refuse(utterance, place, reading.problem, command.name);
    const rights = await rightsOf(command, utterance);
    if (!rights.ok) return refuse(utterance, place, rights.problem, command.name);
    const own = rights.value;
    if (!own) {
      const held = { reference: place.id, command: command.name, outcome: 'SIGN_IN_NEEDED' };
      await writeDown(services, utterance, 'refused', held);
      return signingIn?.holdMessage(utterance, place);
    }
    if (!command.task) {
      if (memory.knows(place.id)) return;
      // It acts while it is handled, and nothing more is decided about it.
      const understood = command.print?.(found.value.rest) ?? command.name;
      await writeDown(services, utterance, 'accepted', { reference: place.id, command: command.name, understood });
    }
    const handling = await reading.value(utterance, own);
    const start = async (name: string, job: NewJob) => {
      const problem = await enqueue(name, job, utterance, place, keyed(utterance));
      if (problem) await reply(utterance, place, problemReply(problem, { ...utterance, reference: place.id }));
    };
    switch (handling.kind) {
      case 'reply':
        return reply(utterance, place, handling.reply);
      case 'job':
        return start(handling.of ?? command.name, handling.job);
      case 'repeat': {
        const { job } = handling;
        const repeat = byName.get(job.command)?.repeat;
        if (!repeat) throw new Error(`"${job.command}" cannot be asked once more`);
        return start(job.command, await repeat(job, utterance, own));
      }
      case 'end': {
        if (memory.knows(place.id)) return;
        const ended = handling.jobs.filter((job) => services.endings.end(job.id, utterance.requester));
        return reply(utterance, place, handling.reply(ended.length));
      }
    }
  };

  /** With what to ask for this person; undefined where they have to sign in first. */
  const rightsOf = async (command: Command | undefined, turn: Turn): Promise<Reading<Services | undefined>> => {
    try {
      return read(people && command && !command.offline ? await people.servicesFor(turn) : services);
    } catch (error) {
      if (!(error instanceof ShownError) || error instanceof StoreError) throw error;
      return { ok: false, problem: error.problem };
    }
  };

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

  const press = async (pressed: Press): Promise<PressAnswer> => {
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

  const pressOnce = (pressed: Press) => deliberating(() => press(pressed));

  const answerInTrail = (utterance: Utterance, place: Place) =>
    inTrail(utterance, () => answer(utterance, place), place.id);

  /** What was held is dealt with as if it came now; what would have been the answer of a press has to be a message. */
  const deal = async (released: Released): Promise<void> => {
    const turn = released.kind === 'said' ? released.utterance : released.press;
    try {
      if (released.kind === 'said') return await answer(released.utterance, released.place);
      const answered = await pressOnce(released.press);
      const begun = (['turn.started', 'turn.below'] as const).map((key) => say(turn.locale, key));
      if (answered.kind === 'card' || begun.includes(answered.text)) return;
      await replier.send(turn.conversation, noticeReply({ text: answered.text, locale: turn.locale }));
    } catch (error) {
      if (!(error instanceof ShownError) || error instanceof StoreError) throw error;
      await replier.send(turn.conversation, problemReply(error.problem, turn));
    }
  };

  return {
    hear: (utterance) => inTrail(utterance, () => hear(utterance)),
    press: (pressed) => inTrail(pressed, () => pressOnce(pressed)),
    async signedIn(turn) {
      await writeDown(services, turn, 'signed-in', {});
      await signingIn?.release(turn, deal);
    },
    ...createRevisions({ store, worker, services, isAnswered: memory.knows, answer: answerInTrail }),
    async greet(conversation, locale, addedBy) {
      const examples = [say(locale, 'command.check.example.1'), say(locale, 'command.help.example.1')];
      const name = addedBy?.name;
      const { simulated } = services.arm;
      await replier.send(conversation, welcomeReply({ examples, simulated, locale, ...(name && { addedBy: name }) }));
      if (addedBy) await signingIn?.greet({ conversation, requester: addedBy, locale });
    },
  };
}

/** What a turn logs and traces belongs to the job that it may begin. */
function inTrail<T>(asked: Utterance | Press, turn: () => Promise<T>, jobId = jobIdOf(asked)): Promise<T> {
  return follow({ jobId, conversation: asked.conversation.id }, () => tracedTurn(jobId, turn));
}

/** Within a press there is no card of its own to say it on. */
function problemNotice(problem: Problem, locale: Locale): PressAnswer {
  const { what, why, do: todo } = problemWords(problem, locale);
  return { kind: 'notice', text: [what, why, todo].join(' ').trim() };
}

function keyed(utterance: Utterance) {
  const deliveryKey = deliveryKeyOf(utterance);
  return deliveryKey === undefined ? {} : { deliveryKey };
}

function sameConversation(one: Conversation, other: Conversation): boolean {
  return (
    roomOf(one).toLowerCase() === roomOf(other).toLowerCase() &&
    one.tenantId?.toLowerCase() === other.tenantId?.toLowerCase()
  );
}

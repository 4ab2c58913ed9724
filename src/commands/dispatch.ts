import type { Conversation, Locale, Press, Reply, Requester, Utterance } from '../core/chat.ts';
import { type Problem, type Reading, read, ShownError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { nameTurn, tracedTurn } from '../core/telemetry.ts';
import { follow } from '../core/trail.ts';
import type { Replier } from '../jobs/job.ts';
import { type Store, StoreError } from '../jobs/store.ts';
import type { Worker } from '../jobs/worker.ts';
import { readCommand } from '../language/commands.ts';
import { say } from '../language/say.ts';
import { words } from '../language/words.ts';
import { authorize } from './authorize.ts';
import type { Command, NewJob, Services, Turn } from './command.ts';
import { deliberating } from './deliberation.ts';
import { createMemory, deliveryKeyOf, jobIdOf, type Place } from './deliveries.ts';
import { createIntake } from './intake.ts';
import { isExplained, writeDown } from './ledger.ts';
import type { People } from './people.ts';
import { createPresses, type PressAnswer } from './presses.ts';
import { noticeReply, problemReply, welcomeReply } from './replies.ts';
import { createRevisions } from './revisions.ts';
import { createSigningIn, type Released } from './signing-in.ts';
import { unread } from './unread.ts';

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

  const enqueue = createIntake({ byName, services, worker });

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
        const { requester } = utterance;
        const ended = await Promise.all(handling.jobs.map((job) => services.endings.end(job.id, requester)));
        return reply(utterance, place, handling.reply(ended.filter(Boolean).length));
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

  const press = createPresses({ byName, services, store, enqueue, hear, rightsOf, ...(signingIn && { signingIn }) });

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

function keyed(utterance: Utterance) {
  const deliveryKey = deliveryKeyOf(utterance);
  return deliveryKey === undefined ? {} : { deliveryKey };
}

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  type Conversation,
  type Locale,
  type Press,
  type Reply,
  type Requester,
  roomOf,
  type Utterance,
} from '../core/chat.ts';
import type { Problem } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Job, Replier, Task } from '../jobs/job.ts';
import type { Store } from '../jobs/store.ts';
import type { Worker } from '../jobs/worker.ts';
import { readCommand } from '../language/commands.ts';
import { say } from '../language/say.ts';
import { words } from '../language/words.ts';
import { mayRun } from '../policy/decide.ts';
import { authorize } from './authorize.ts';
import type { Command, NewJob, Services, Turn } from './command.ts';
import { createMemory, deliveryKeyOf, jobIdOf, type Place } from './deliveries.ts';
import { rememberLast } from './last.ts';
import { problemReply, welcomeReply } from './replies.ts';
import { createRevisions } from './revisions.ts';

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
  /** The person deleted a message: nobody waits for its answer any more. */
  withdraw(conversation: Conversation, activityId: string, by: Requester): Promise<void>;
  /** Says once what the bot is for, when it was added to a conversation. */
  greet(conversation: Conversation, locale: Locale, addedBy?: Requester): Promise<void>;
};

export type DispatcherOptions = {
  readonly commands: readonly Command[];
  readonly services: Services;
  readonly store: Store;
  readonly worker: Worker;
  readonly replier: Replier;
};

/** Jobs of this name hold what an unknown word may have meant, so that its buttons can run it. */
const unread = 'unread';

/** A job's tasks by command; the worker asks for them when it starts or goes on with one. */
export function tasksOf(commands: readonly Command[], services: Services): (command: string) => Task | undefined {
  const made = new Map(
    commands.flatMap((command) =>
      command.task ? [[command.name, services.endings.watch(command.task(services))] as const] : [],
    ),
  );
  return (name) => (name === unread ? unreadTask : made.get(name));
}

export function createDispatcher({ commands, services, store, worker, replier }: DispatcherOptions): Dispatcher {
  const byName = new Map(commands.map((command) => [command.name, command]));
  const table = commands.map((command) => command.words);
  const memory = createMemory();

  /** A plain reply costs no store; a second delivery of its message is known for as long as the process lives. */
  const reply = async (utterance: Utterance, { id, messageId }: Place, answer: Reply) => {
    if (!memory.isFresh(id, deliveryKeyOf(utterance))) return;
    const { conversation } = utterance;
    const isEdited = messageId !== undefined && (await replier.update(conversation, messageId, answer)) === 'updated';
    if (!isEdited) await replier.send(conversation, answer);
  };

  const enqueue = async (command: string, job: NewJob, turn: Turn, { id, messageId }: Place, deliveryKey?: string) => {
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
    };
    const isNew = await worker.accept(stored, job.first({ jobId: id, nonce }), deliveryKey);
    if (isNew && byName.get(command)?.repeat) await rememberLast(turn, services, id);
  };

  const refuse = async (utterance: Utterance, place: Place, problem: Problem) => {
    if (!problem.suggestions?.length) return reply(utterance, place, problemReply(problem, utterance));
    const outcome = problem satisfies Json;
    const job: NewJob = { request: null, outcome, first: (ids) => problemReply(problem, { ...utterance, ...ids }) };
    await enqueue(unread, job, utterance, place, deliveryKeyOf(utterance));
  };

  const hear = (utterance: Utterance): Promise<void> => answer(utterance, { id: jobIdOf(utterance) });

  const answer = async (utterance: Utterance, place: Place): Promise<void> => {
    const found = readCommand(words(utterance.text), table);
    if (!found.ok) return refuse(utterance, place, found.problem);
    const command = byName.get(found.value.command);
    if (!command) throw new Error(`no command "${found.value.command}" in the registry`);
    if (!mayRun(services.grants(), utterance.requester, utterance.conversation, command.name)) {
      const problem = authorize(services, utterance, { command: command.name, machines: [], ports: [] });
      return refuse(
        utterance,
        place,
        problem ?? { code: 'DENIED', facts: { command: command.name, rule: '', ids: '' } },
      );
    }
    const reading = command.read(found.value.rest, utterance.locale);
    if (!reading.ok) return refuse(utterance, place, reading.problem);
    const handling = await reading.value(utterance, services);
    const start = (name: string, job: NewJob) => enqueue(name, job, utterance, place, deliveryKeyOf(utterance));
    switch (handling.kind) {
      case 'reply':
        return reply(utterance, place, handling.reply);
      case 'job':
        return start(command.name, handling.job);
      case 'repeat': {
        const { job } = handling;
        const repeat = byName.get(job.command)?.repeat;
        if (!repeat) throw new Error(`"${job.command}" cannot be asked once more`);
        return start(job.command, await repeat(job, utterance, services));
      }
      case 'end': {
        if (memory.knows(place.id)) return;
        const ended = handling.jobs.filter((job) => services.endings.end(job.id, utterance.requester));
        return reply(utterance, place, handling.reply(ended.length));
      }
    }
  };

  const press = async (pressed: Press): Promise<PressAnswer> => {
    const { locale } = pressed;
    const notice = (key: 'turn.outdated' | 'turn.unknownButton' | 'turn.started' | 'turn.below'): PressAnswer => ({
      kind: 'notice',
      text: say(locale, key),
    });
    const job = await store.job(pressed.jobId);
    // A card belongs to its conversation: in another one it is as good as forged.
    if (!job || job.nonce !== pressed.nonce || !sameConversation(job.conversation, pressed.conversation)) {
      return notice('turn.outdated');
    }
    const id = jobIdOf(pressed);
    const text = suggestionOf(job, pressed.verb);
    if (text) {
      if (!(await store.spend(job.id, `${job.nonce}/${pressed.verb}`))) return notice('turn.outdated');
      await hear({ ...pressed, text });
      return notice('turn.started');
    }
    const handling = await byName.get(job.command)?.press?.(pressed, job, services);
    if (!handling) return notice('turn.unknownButton');
    if (handling.kind === 'view') return { kind: 'card', reply: handling.reply };
    if (!(await store.spend(job.id, `${job.nonce}/${pressed.verb}`))) return notice('turn.outdated');
    if (handling.kind === 'say') {
      await hear({ ...pressed, text: handling.text });
      return notice('turn.started');
    }
    const messageId = handling.over === 'card' ? (pressed.messageId ?? job.messageId) : undefined;
    await enqueue(job.command, handling.job, pressed, { id, ...(messageId && { messageId }) });
    if (handling.over === 'new') return notice(handling.job.outcome === undefined ? 'turn.started' : 'turn.below');
    const begun = await store.job(id);
    return begun
      ? { kind: 'card', reply: handling.job.first({ jobId: id, nonce: begun.nonce }) }
      : notice('turn.outdated');
  };

  return {
    hear,
    press,
    ...createRevisions({ store, worker, services, isAnswered: memory.knows, answer }),
    async greet(conversation, locale, addedBy) {
      const examples = [say(locale, 'command.check.example.1'), say(locale, 'command.help.example.1')];
      const name = addedBy?.name;
      const { simulated } = services.arm;
      await replier.send(conversation, welcomeReply({ examples, simulated, locale, ...(name && { addedBy: name }) }));
    },
  };
}

const unreadTask: Task = {
  run: async () => {
    throw new Error('what was not understood has nothing to run');
  },
  fail: () => ({ code: 'INTERNAL', facts: {} }) satisfies Problem,
  draw: (job, outcome) => problemReply(outcome as Problem, { ...job, jobId: job.id }),
};

/** The sentence behind a "did you mean" button: from the stored problem, never from the card. */
function suggestionOf(job: Job, verb: string): string | undefined {
  const index = /^suggest-(\d)$/.exec(verb)?.[1];
  const parsed = Suggesting.safeParse(job.command === unread ? { problem: job.outcome } : job.outcome);
  return index === undefined || !parsed.success ? undefined : parsed.data.problem.suggestions[Number(index)];
}

const Suggesting = z.object({ problem: z.object({ suggestions: z.array(z.string()) }) });

function sameConversation(one: Conversation, other: Conversation): boolean {
  return (
    roomOf(one).toLowerCase() === roomOf(other).toLowerCase() &&
    one.tenantId?.toLowerCase() === other.tenantId?.toLowerCase()
  );
}

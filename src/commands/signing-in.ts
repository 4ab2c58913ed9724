import { randomBytes } from 'node:crypto';
import type { Conversation, Press, Reply, Utterance } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { oneAtATime } from '../core/one-at-a-time.ts';
import { ConversationGone, type Job, type Replier, type Task } from '../jobs/job.ts';
import type { Store } from '../jobs/store.ts';
import type { Worker } from '../jobs/worker.ts';
import { type MessageKey, say } from '../language/say.ts';
import type { Turn } from './command.ts';
import { deliveryKeyOf, jobIdOf, type Place } from './deliveries.ts';
import { type People, personKey } from './people.ts';
import { noticeReply } from './replies.ts';

/** Jobs of this name hold a question until its person has signed in. */
export const signInCommand = 'sign-in';

/** What was held, to be dealt with as if it came now. */
export type Released =
  | { readonly kind: 'said'; readonly utterance: Utterance; readonly place: Place }
  | { readonly kind: 'pressed'; readonly press: Press };

type Held = { readonly said: Utterance } | { readonly pressed: Press };

export type SigningIn = {
  /** Stores what was said, then asks its person to sign in. */
  holdMessage(utterance: Utterance, place: Place): Promise<void>;
  /** The same for a press. Returns what the press is answered with. */
  holdPress(press: Press): Promise<string>;
  /** The bot was added: who asked in a channel before that can sign in now. */
  greet(turn: Turn): Promise<void>;
  /** Hands over what this person has waiting. What is dealt with twice is one job, so it is forgotten only afterwards. */
  release(turn: Turn, deal: (released: Released) => Promise<void>): Promise<void>;
};

export type SigningInOptions = {
  readonly people: People;
  readonly store: Pick<Store, 'job' | 'remember' | 'recall'>;
  readonly worker: Pick<Worker, 'accept'>;
  readonly replier: Replier;
  readonly clock: Clock;
};

const waitingKey = 'waiting';
/** A person who asks more than this before signing in has the oldest forgotten. */
const mostHeld = 10;
/** After so long nobody waits for an answer any more. */
const patienceMs = 24 * 3_600_000;

export function createSigningIn({ people, store, worker, replier, clock }: SigningInOptions): SigningIn {
  const inTurn = oneAtATime();
  const dealing = new Set<string>();

  /** One change of a person's list at a time. */
  const change = (key: string, make: (ids: readonly string[]) => readonly string[]): Promise<void> =>
    inTurn(key, async () => store.remember(key, waitingKey, make(idsIn(await store.recall(key, waitingKey)))));

  /** Stored, and noted as the person's, before anything is said. Resolves to false for a second delivery. */
  const hold = async (
    held: Held & JsonObject,
    turn: Turn & { readonly activityId: string },
    place: Place,
    first: Reply,
    deliveryKey?: string,
  ): Promise<boolean> => {
    const key = personKey(turn);
    if (!key) throw new Error('whoever is asked to sign in is known');
    await change(key, (ids) => [...ids.filter((id) => id !== place.id), place.id].slice(-mostHeld));
    const nowMs = clock.now();
    const job: Job = {
      id: place.id,
      command: signInCommand,
      state: 'answered',
      request: held,
      requester: turn.requester,
      conversation: turn.conversation,
      locale: turn.locale,
      nonce: randomBytes(12).toString('base64url'),
      createdAtMs: nowMs,
      deadlineMs: nowMs + patienceMs,
      outcome: first,
      ...(place.messageId !== undefined && { messageId: place.messageId }),
    };
    return worker.accept(job, first, deliveryKey);
  };

  const notice = ({ locale }: Turn, key: MessageKey & `signIn.${string}`): Reply =>
    noticeReply({ text: say(locale, key), locale });

  /** False where the person's own chat turns out not to be there. */
  const inviteElsewhere = async (turn: Turn, own: Conversation): Promise<boolean> => {
    try {
      await replier.send(own, await people.invitation(turn, own));
      return true;
    } catch (error) {
      if (error instanceof ConversationGone) return false;
      throw error;
    }
  };

  return {
    async holdMessage(utterance, place) {
      const own = await people.placeFor(utterance);
      const key = deliveryKeyOf(utterance);
      if (own?.id === utterance.conversation.id) {
        await hold({ said: utterance }, utterance, place, await people.invitation(utterance, own), key);
        return;
      }
      const first = notice(utterance, own ? 'signIn.elsewhere' : 'signIn.notInstalled');
      const isNew = await hold({ said: utterance }, utterance, place, first, key);
      if (!isNew || !own || (await inviteElsewhere(utterance, own))) return;
      const messageId = (await store.job(place.id))?.messageId;
      const late = notice(utterance, 'signIn.notInstalled');
      if (messageId) await replier.update(utterance.conversation, messageId, late);
      else await replier.send(utterance.conversation, late);
    },
    async holdPress(press) {
      const own = await people.placeFor(press);
      if (!own) return say(press.locale, 'signIn.pressNotInstalled');
      const place = { id: jobIdOf({ ...press, activityId: `${press.activityId}/sign-in` }) };
      await hold({ pressed: press }, { ...press, conversation: own }, place, await people.invitation(press, own));
      return say(press.locale, own.id === press.conversation.id ? 'signIn.press' : 'signIn.pressElsewhere');
    },
    async greet(turn) {
      const key = personKey(turn);
      const isOwn = key !== undefined && turn.conversation.kind === 'personal';
      if (!isOwn || idsIn(await store.recall(key, waitingKey)).length === 0) return;
      if (!(await people.servicesFor(turn))) {
        await replier.send(turn.conversation, await people.invitation(turn, turn.conversation));
      }
    },
    async release(turn, deal) {
      const key = personKey(turn);
      const ids = key ? idsIn(await store.recall(key, waitingKey)) : [];
      for (const id of ids.filter((each) => !dealing.has(each))) {
        dealing.add(id);
        try {
          const job = await store.job(id);
          const isWanted = job?.command === signInCommand && job.createdAtMs + patienceMs > clock.now();
          if (isWanted) await deal(releasedOf(job));
          if (key) await change(key, (all) => all.filter((other) => other !== id));
        } finally {
          dealing.delete(id);
        }
      }
    },
  };
}

function releasedOf(job: Job): Released {
  const held = job.request as Held;
  if ('pressed' in held) return { kind: 'pressed', press: held.pressed };
  // An id of its own, since that of the message is the held question's.
  const { sentAt: _, ...said } = { ...held.said, activityId: `${held.said.activityId}/signed-in` };
  const over = job.conversation.kind === 'channel' ? job.messageId : undefined;
  return { kind: 'said', utterance: said, place: { id: jobIdOf(said), ...(over && { messageId: over }) } };
}

function idsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
}

/** What is held is not worked on; only its card may have to be said again. */
export const signInTask: Task = {
  run: async () => {
    throw new Error('what waits for a sign-in has nothing to run');
  },
  fail: ({ locale }) => noticeReply({ text: say(locale, 'signIn.text'), locale }),
  draw: (_job, outcome) => outcome as Reply,
};

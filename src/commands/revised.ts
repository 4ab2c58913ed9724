import { z } from 'zod';
import { type Conversation, roomOf, type Utterance } from '../core/chat.ts';
import { oneAtATime } from '../core/one-at-a-time.ts';
import type { Store } from '../jobs/store.ts';
import { jobIdOf } from './deliveries.ts';

/** What is known of messages that were edited or deleted, whose events may arrive in any order. */
export type Revised = {
  /** Notes an edit. False where a later one or the deletion of its message is known. */
  edited(utterance: Utterance): Promise<boolean>;
  deleted(message: { readonly conversation: Conversation; readonly activityId: string }): Promise<void>;
};

const revisedKey = 'revised';
/** Of one room; events that overtake each other are seconds apart. */
const mostKnown = 50;

/** The message's job, with when it was last edited in ISO 8601, or null where it is deleted. The last to change is last. */
const Known = z.array(z.tuple([z.string(), z.string().nullable()])).catch([]);

export function createRevised(store: Pick<Store, 'remember' | 'recall'>): Revised {
  const inTurn = oneAtATime();

  const note = (room: string, id: string, at: string | null): Promise<boolean> =>
    inTurn(room, async () => {
      const known = Known.parse(await store.recall(room, revisedKey));
      const before = known.find(([other]) => other === id)?.[1];
      if (before === null || (before !== undefined && at !== null && Date.parse(at) < Date.parse(before))) return false;
      if (before === at) return true;
      const others = known.filter(([other]) => other !== id);
      await store.remember(room, revisedKey, [...others, [id, at] as const].slice(-mostKnown));
      return true;
    });

  return {
    // Without a moment of its own an edit counts as the newest.
    edited: (utterance) => note(roomOf(utterance.conversation), jobIdOf(utterance), utterance.sentAt ?? ''),
    async deleted(message) {
      await note(roomOf(message.conversation), jobIdOf(message), null);
    },
  };
}

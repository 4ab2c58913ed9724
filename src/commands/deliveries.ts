import { createHash } from 'node:crypto';
import type { Press, Utterance } from '../core/chat.ts';

/** Where an answer goes: the id of its job and, if it is to be written over a message, that one. */
export type Place = { readonly id: string; readonly messageId?: string };

/** The same message delivered twice is one job. */
export function jobIdOf({ conversation, activityId }: Pick<Utterance | Press, 'conversation' | 'activityId'>): string {
  return hash(conversation.id, activityId);
}

/** Each edit of a message is a question of its own, and one delivered twice is one job. */
export function editIdOf({ conversation, activityId, sentAt, text }: Utterance): string {
  return hash(conversation.id, activityId, 'edited', sentAt ?? text);
}

/** Teams delivers a slow turn again under a new id: then person, place, text and the moment of sending are the same. */
export function deliveryKeyOf({ requester, conversation, text, sentAt }: Utterance): string | undefined {
  return sentAt === undefined ? undefined : hash(requester.id, conversation.id, text, sentAt);
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/** The last ten thousand keys that came by. */
export type Memory = {
  /** False when one of the keys came by before. */
  isFresh(...keys: readonly (string | undefined)[]): boolean;
  knows(key: string): boolean;
};

export function createMemory(): Memory {
  const seen = new Set<string>();
  return {
    isFresh(...keys) {
      const known = keys.some((key) => key !== undefined && seen.has(key));
      for (const key of keys) {
        if (key === undefined) continue;
        seen.delete(key);
        seen.add(key);
      }
      for (const oldest of seen) {
        if (seen.size <= 10_000) break;
        seen.delete(oldest);
      }
      return !known;
    },
    knows: (key) => seen.has(key),
  };
}

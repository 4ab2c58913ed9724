import { type Conversation, roomOf } from '../core/chat.ts';
import type { Reference } from './activity.ts';

/** A thread's channel: what is sent there begins a post of its own. (Assumed of Teams; docs/live-checklist.md.) */
export function channelOf(thread: Conversation): Conversation {
  const id = roomOf(thread);
  return {
    ...thread,
    id,
    reference: { ...thread.reference, conversationId: id satisfies Reference['conversationId'] },
  };
}

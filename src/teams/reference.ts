import { z } from 'zod';
import type { Conversation } from '../core/chat.ts';
import type { Reference } from './activity.ts';

const Stored = z.object({
  serviceUrl: z.string(),
  conversationId: z.string(),
  botId: z.string(),
  botName: z.string(),
}) satisfies z.ZodType<Reference>;

/** What a conversation was stored with. Errors: a ZodError for one of another transport. */
export function readReference({ reference }: Conversation): Reference {
  return Stored.parse(reference);
}

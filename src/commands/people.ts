import type { Conversation, Reply } from '../core/chat.ts';
import type { Services, Turn } from './command.ts';

/** Answers that rest on each person's own rights in Azure. Without it they rest on the bot's. */
export type People = {
  /**
   * What to ask Azure with for whoever asks; undefined where they have to sign in first.
   * Errors: ShownError with SIGN_IN_FAILED where signing in would not help.
   */
  servicesFor(turn: Turn): Promise<Services | undefined>;
  /** Where this person can sign in: here, or in their own chat with the bot; undefined where they do not have one. */
  placeFor(turn: Turn): Promise<Conversation | undefined>;
  /** The card that asks for it. */
  invitation(turn: Turn, place: Conversation): Promise<Reply>;
};

export type SigningOut = {
  /**
   * What this person signed in with is forgotten; the next sign-in is made by hand, so that it is one they know of. False where
   * the token service may keep it still.
   */
  signOut(turn: Turn): Promise<boolean>;
};

/** Under what a person's own things are kept, as if it were a conversation; undefined where the channel does not say who they are. */
export function personKey({ requester, conversation }: Pick<Turn, 'requester' | 'conversation'>): string | undefined {
  const { objectId } = requester;
  const { tenantId } = conversation;
  return objectId && tenantId ? `person:${tenantId}/${objectId}`.toLowerCase() : undefined;
}

import { type Conversation, roomOf } from '../core/chat.ts';

/** The bot was removed, or may not speak any more: from one conversation with its threads, or from a team with all its channels. */
export type Departure = { readonly from: 'room' | 'team'; readonly conversation: Conversation };

/** Whether a conversation is among those that the bot has left. */
export function concerns({ from, conversation }: Departure, other: Conversation): boolean {
  const { tenantId, teamId } = conversation;
  if (tenantId && other.tenantId && !isSame(tenantId, other.tenantId)) return false;
  if (isSame(roomOf(conversation), roomOf(other))) return true;
  return from === 'team' && teamId !== undefined && other.teamId !== undefined && isSame(teamId, other.teamId);
}

/** Ids compare without case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whoever works for conversations and has to stop when the bot leaves one. */
export type Departures = {
  subscribe(stop: (departure: Departure) => Promise<void>): void;
  /** Resolves when everybody has stopped, or has failed to. */
  announce(departure: Departure): Promise<void>;
};

export function createDepartures(failed: (departure: Departure, error: unknown) => void): Departures {
  const subscribers: ((departure: Departure) => Promise<void>)[] = [];
  return {
    subscribe: (stop) => void subscribers.push(stop),
    async announce(departure) {
      await Promise.all(subscribers.map((stop) => stop(departure).catch((error) => failed(departure, error))));
    },
  };
}

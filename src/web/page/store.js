/**
 * What the page knows: settings once, messages as they come. A message with a lower revision than the one at hand is old
 * news, so a snapshot after a reconnection and single events can arrive in any order.
 *
 * @typedef {{ id: string, name: string, userId: string, conversationId: string }} Person
 * @typedef {{
 *   bot: { name: string }, people: Person[], team: { name: string }, channel: { id: string, name: string },
 *   azureIsSimulated: boolean, examples: Record<string, string[]>,
 * }} Settings
 * @typedef {{
 *   id: string, conversationId: string, threadId?: string, author: string, sentAt: string, editedAt?: string,
 *   deleted: boolean, revision: number, activity: Record<string, unknown>, views: Record<string, Record<string, unknown>>,
 * }} Message
 */

/** @returns {{ take(message: Message): boolean, of(conversationId: string): Message[] }} */
export function createStore() {
  /** @type {Map<string, Message>} */
  const messages = new Map();
  return {
    /** @param {Message} message @returns {boolean} whether it is news */
    take(message) {
      const key = `${message.conversationId} ${message.id}`;
      if ((messages.get(key)?.revision ?? 0) >= message.revision) return false;
      messages.set(key, message);
      return true;
    },
    /** @param {string} conversationId @returns {Message[]} oldest first */
    of(conversationId) {
      return [...messages.values()]
        .filter((one) => one.conversationId === conversationId)
        .sort((a, b) => Number(a.id) - Number(b.id));
    },
  };
}

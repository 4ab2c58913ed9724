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

export function createStore() {
  /** @type {Map<string, Message>} */
  const messages = new Map();
  const keyOf = (/** @type {Message} */ message) => `${message.conversationId} ${message.id}`;
  return {
    /** @param {Message} message @returns {Message | undefined} the copy at hand */
    held: (message) => messages.get(keyOf(message)),
    /** @param {Message} message @returns {boolean} whether it is news */
    take(message) {
      if ((messages.get(keyOf(message))?.revision ?? 0) >= message.revision) return false;
      messages.set(keyOf(message), message);
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

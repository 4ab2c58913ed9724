/** The page's way to its server: three posts, one stream. */

/**
 * @typedef {{ ok: true } | { ok: false, why: string }} Delivery
 * @typedef {{ kind: 'personal' } | { kind: 'channel', threadId?: string }} Place
 */

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>} the answer's JSON; a failure to reach the server is `{ why }` like one that the server reports
 */
async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { why: 'hopcheck cannot be reached. Is it still running?' };
  }
}

/** @returns {Promise<import('./store.js').Settings>} */
export async function readSettings() {
  const response = await fetch('/chat/settings');
  return response.json();
}

/**
 * @param {{ person: string, place: Place, text: string, locale: string }} words
 * @returns {Promise<{ messageId?: string, why?: string }>} `why` where the bot did not get it
 */
export async function say(words) {
  const answer = await post('/chat/messages', words);
  if (answer.delivery === 'not mentioned') {
    return { ...answer, why: 'hopcheck did not hear this: in a channel it hears only messages that mention it.' };
  }
  return { messageId: answer.messageId, why: answer.why ?? answer.delivery?.why };
}

/**
 * @param {object} press
 * @returns {Promise<string | undefined>} what to tell the person who pressed, if anything
 */
export async function press(press) {
  const answer = await post('/chat/presses', press);
  return answer.why ?? answer.text;
}

/**
 * @param {{ person: string, kind: Place['kind'], locale: string }} visit
 * @returns {Promise<Delivery>}
 */
export async function visit(visit) {
  const answer = await post('/chat/visits', visit);
  return answer.ok ? { ok: true } : { ok: false, why: answer.why };
}

/**
 * @param {{
 *   onMessages: (messages: import('./store.js').Message[]) => void,
 *   onTyping: (where: { conversationId: string }) => void,
 *   onConnection: (connected: boolean) => void,
 * }} listener
 */
export function listen({ onMessages, onTyping, onConnection }) {
  const events = new EventSource('/chat/events');
  events.addEventListener('open', () => onConnection(true));
  events.addEventListener('error', () => onConnection(false));
  events.addEventListener('snapshot', (event) => onMessages(JSON.parse(event.data)));
  events.addEventListener('message', (event) => onMessages([JSON.parse(event.data)]));
  events.addEventListener('typing', (event) => onTyping(JSON.parse(event.data)));
}

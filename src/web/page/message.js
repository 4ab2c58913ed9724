import { find, fromTemplate, make } from './dom.js';
import { renderCard } from './render.js';

/**
 * @typedef {import('./store.js').Message} Message
 * @typedef {import('./store.js').Settings} Settings
 * @typedef {import('./render.js').CardAction} CardAction
 */

const adaptiveCard = 'application/vnd.microsoft.card.adaptive';

/**
 * One message on the page. `show` draws a newer copy of it into the same element: the card is only drawn again where it
 * differs, and what had the keyboard's focus keeps it.
 *
 * @param {{
 *   settings: Settings, viewer: () => string, locale: () => string,
 *   onPress: (message: Message, action: CardAction) => Promise<string | undefined>,
 * }} options `viewer`: the member id of the person at the page. `onPress` returns what to tell that person.
 */
export function createMessageView({ settings, viewer, locale, onPress }) {
  const element = fromTemplate('message-template');
  const body = find(element, '.body');
  const note = find(element, '.note');
  let drawn = '';

  /** @param {string | undefined} text */
  const tell = (text) => {
    note.hidden = !text;
    note.textContent = text ?? '';
  };

  /** @param {Message} message */
  const show = (message) => {
    const person = settings.people.findIndex((one) => one.userId === message.author);
    const name = settings.people[person]?.name ?? settings.bot.name;
    element.classList.toggle('own', message.author === viewer());
    element.classList.toggle('deleted', message.deleted);
    element.setAttribute('aria-label', `${name}, ${clock(message.sentAt, locale())}`);
    const avatar = find(element, '.avatar');
    avatar.classList.toggle('mark-of-bot', person < 0);
    avatar.dataset.person = String(person);
    avatar.textContent = person < 0 ? '' : initials(name);
    find(element, '.author').textContent = name;
    const time = find(element, 'time');
    time.textContent = clock(message.sentAt, locale());
    time.setAttribute('datetime', message.sentAt);
    find(element, '.edited').textContent = message.editedAt ? `updated ${clock(message.editedAt, locale())}` : '';

    const card = message.views[viewer()] ?? cardOf(message);
    const content = JSON.stringify([message.deleted, message.activity.text, card, viewer(), locale()]);
    if (content === drawn) return;
    drawn = content;
    const focused = labelOfFocus(body);
    body.replaceChildren(...parts(message, card));
    if (focused !== undefined) restoreFocus(element, body, focused);
  };

  /**
   * @param {Message} message
   * @param {Record<string, unknown> | undefined} card
   * @returns {HTMLElement[]}
   */
  const parts = (message, card) => {
    if (message.deleted) return [make('p', 'text', 'This message was deleted.')];
    /** @type {HTMLElement[]} */
    const elements = [];
    if (typeof message.activity.text === 'string' && message.activity.text !== '') {
      elements.push(textOf(message.activity.text, settings.bot.name));
    }
    if (card) {
      const { element: drawing, problems } = renderCard(card, {
        locale: locale(),
        onAction: (action) => act(message, action),
      });
      for (const problem of problems) console.warn(`Card of message ${message.id}: ${problem}`);
      drawing.setAttribute('role', 'group');
      drawing.setAttribute('aria-label', String(message.activity.summary ?? 'Card'));
      elements.push(drawing);
    }
    if (elements.length === 0) elements.push(make('p', 'text', 'Nothing in this message can be shown here.'));
    return elements;
  };

  /**
   * @param {Message} message
   * @param {CardAction} action
   */
  const act = async (message, action) => {
    if (action.kind === 'link') {
      window.open(action.url, '_blank', 'noopener,noreferrer');
      return;
    }
    if (body.querySelector('[aria-busy="true"]')) return;
    action.button?.setAttribute('aria-busy', 'true');
    tell(undefined);
    tell(await onPress(message, action));
    action.button?.removeAttribute('aria-busy');
  };

  return { element, show, tell };
}

/**
 * @param {Message} message
 * @returns {Record<string, unknown> | undefined}
 */
function cardOf(message) {
  const attachments = Array.isArray(message.activity.attachments) ? message.activity.attachments : [];
  return attachments.find((one) => one?.contentType === adaptiveCard)?.content;
}

/**
 * What a notification says of a message.
 * @param {Message} message
 * @returns {string}
 */
export function summaryOf(message) {
  const { summary, text } = message.activity;
  return String(summary ?? text ?? 'a card');
}

/**
 * @param {string} text
 * @param {string} botName
 */
function textOf(text, botName) {
  const paragraph = make('p', 'text');
  const mention = new RegExp(`(@${botName}\\b)`, 'i');
  for (const piece of text.split(mention)) {
    paragraph.append(mention.test(piece) ? make('span', 'mention', piece) : piece);
  }
  return paragraph;
}

/** @param {HTMLElement} body */
function labelOfFocus(body) {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || !body.contains(focused)) return undefined;
  return focused.getAttribute('aria-label') ?? focused.textContent ?? '';
}

/**
 * @param {HTMLElement} element
 * @param {HTMLElement} body
 * @param {string} label
 */
function restoreFocus(element, body, label) {
  const same = [...body.querySelectorAll('button, input, select, textarea, a')].find(
    (one) => (one.getAttribute('aria-label') ?? one.textContent) === label,
  );
  (same instanceof HTMLElement ? same : element).focus({ preventScroll: true });
}

/** @param {string} name */
const initials = (name) =>
  name
    .split(/[\s-]+/)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
    .slice(0, 2);

/**
 * @param {string} iso
 * @param {string} locale
 */
const clock = (iso, locale) => new Date(iso).toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit' });

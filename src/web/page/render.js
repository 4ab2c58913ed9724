/**
 * Draws an Adaptive Card as Teams draws it. The page that uses this loads the renderer's bundle first, as a plain script
 * that sets `globalThis.AdaptiveCards`, and the style sheet `card.css`.
 */
import { hostConfig } from './host-config.js';
import { toHtml } from './markdown.js';

/**
 * What a button asks for. `data` is what the card stored in the button together with what the person put into the inputs,
 * merged as Teams merges them; `link` only ever carries an https address.
 * @typedef {{ kind: 'execute' | 'submit', verb?: string, id?: string, title: string, data: unknown, button?: HTMLElement }
 *   | { kind: 'link', url: string, title: string }} CardAction
 */

/**
 * @param {Record<string, unknown>} card The card's JSON, schema 1.5 or lower.
 * @param {{ onAction?: (action: CardAction) => void, locale?: string }} [options] `locale` is used where the card names none.
 * @returns {{ element: HTMLElement, problems: readonly string[] }} The drawn card in a `div.card`, and what the renderer
 *   did not understand or found missing, one sentence each: an unknown element is left out of the drawing.
 */
export function renderCard(card, options = {}) {
  const { AdaptiveCards } = globalThis;
  const drawn = new AdaptiveCards.AdaptiveCard();
  drawn.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
  drawn.onExecuteAction = (action) => {
    const press = read(action);
    if (press) options.onAction?.(press);
  };
  const context = new AdaptiveCards.SerializationContext();
  // Set afterwards: the parser's pattern for `lang` remembers its last match and refuses every second card.
  const { lang, ...rest } = card;
  drawn.parse(rest, context);
  const language = typeof lang === 'string' ? lang : options.locale;
  if (language) drawn.lang = language;

  const mentions = mentionsOf(card);
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = toHtml(text, mentions);
    result.didProcess = true;
  };
  const element = document.createElement('div');
  element.className = 'card';
  if (isRecord(card.msteams) && String(card.msteams.width).toLowerCase() === 'full') element.dataset.width = 'full';
  const body = drawn.render();
  if (body) element.append(body);
  // The renderer drops an empty altText, and a screen reader would then read the picture's data aloud.
  for (const image of element.querySelectorAll('img:not([alt])')) image.setAttribute('alt', '');

  const problems = [];
  for (let index = 0; index < context.eventCount; index += 1) problems.push(context.getEventAt(index).message);
  for (const failure of drawn.validateProperties().validationEvents) problems.push(failure.message);
  return { element, problems };
}

/**
 * @param {AdaptiveCardAction} action
 * @returns {CardAction | undefined}
 */
function read(action) {
  const title = action.title ?? '';
  const type = action.getJsonTypeName();
  if (type === 'Action.OpenUrl') {
    return URL.canParse(action.url ?? '') && new URL(action.url ?? '').protocol === 'https:'
      ? { kind: 'link', url: action.url ?? '', title }
      : undefined;
  }
  if (type !== 'Action.Execute' && type !== 'Action.Submit') return undefined;
  return {
    kind: type === 'Action.Execute' ? 'execute' : 'submit',
    title,
    data: action.data,
    ...(action.verb ? { verb: action.verb } : {}),
    ...(action.id ? { id: action.id } : {}),
    ...(action.renderedElement ? { button: action.renderedElement } : {}),
  };
}

/** @param {Record<string, unknown>} card */
function mentionsOf(card) {
  const entities = isRecord(card.msteams) && Array.isArray(card.msteams.entities) ? card.msteams.entities : [];
  return entities.flatMap((entity) => (isRecord(entity) && typeof entity.text === 'string' ? [entity.text] : []));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { createComposer } from './composer.js';
import { byId, find, make } from './dom.js';
import { createMessageView, summaryOf } from './message.js';
import { createScroll } from './scroll.js';
import { listen, press, readSettings, say, visit } from './server.js';
import { createStore } from './store.js';

/**
 * @typedef {import('./store.js').Message} Message
 * @typedef {'personal' | 'channel'} PlaceKind
 */

const typingShownMs = 4_000;

const settings = await readSettings();
const store = createStore();
const scroller = byId('scroller');
// With arrow keys, where no message holds anything to focus.
scroller.tabIndex = 0;
const list = byId('messages');
const scroll = createScroll(scroller, byId('newer'));
const announcer = byId('announcer');
/** @type {ReturnType<typeof createComposer> | undefined} */
let composer;
const state = readAddress();
/** @type {Map<string, ReturnType<typeof createMessageView>>} */
let views = new Map();
/** What is to be said of messages that are not drawn yet, by their id. @type {Map<string, string>} */
const remarks = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let typingTimer;
let placesShown = '';

const me = () => {
  const person = settings.people.find((one) => one.id === state.person) ?? settings.people[0];
  if (person === undefined) throw new Error('nobody is here');
  return person;
};
const conversationId = (/** @type {PlaceKind} */ place) =>
  place === 'personal' ? me().conversationId : settings.channel.id;

/** Who one is, where and in which language, kept in the address so that it outlives a reload: `#on-call/channel/en-US`. */
function readAddress() {
  const [person, place, locale] = location.hash.slice(1).split('/');
  return {
    person: settings.people.some((one) => one.id === person) ? String(person) : (settings.people[0]?.id ?? ''),
    /** @type {PlaceKind} */
    place: place === 'channel' ? 'channel' : 'personal',
    locale: locale === 'zh-CN' || (!locale && navigator.language.startsWith('zh')) ? 'zh-CN' : 'en-US',
    /** @type {Set<string>} */
    unread: new Set(),
  };
}

/** @param {string} text @param {string} [threadId] */
async function send(text, threadId) {
  /** @type {import('./server.js').Place} */
  const place =
    state.place === 'personal' ? { kind: 'personal' } : threadId ? { kind: 'channel', threadId } : { kind: 'channel' };
  const { messageId, why } = await say({ person: state.person, place, text, locale: state.locale });
  if (why === undefined) return;
  announcer.textContent = why;
  const view = messageId ? views.get(messageId) : undefined;
  if (view)
    scroll.around(() => {
      view.tell(why);
      return view.element;
    });
  // The answer to a post may overtake the event that brings the message itself.
  else if (messageId) remarks.set(messageId, why);
  else showProblem(why);
}

/** @param {string} text */
function showProblem(text) {
  scroll.around(() => {
    const item = make('li', '');
    item.append(make('p', 'note', text));
    list.append(item);
    return item;
  });
}

/** @param {Message} message */
function draw(message) {
  let view = views.get(message.id);
  if (view === undefined) {
    view = createMessageView({
      settings,
      viewer: () => me().userId,
      locale: () => state.locale,
      onPress: (pressed, action) =>
        press({
          person: state.person,
          conversationId: pressed.conversationId,
          messageId: pressed.id,
          locale: state.locale,
          press: {
            kind: action.kind,
            title: action.title,
            data: 'data' in action && typeof action.data === 'object' ? (action.data ?? {}) : {},
            ...('id' in action ? { id: action.id } : {}),
            ...('verb' in action ? { verb: action.verb } : {}),
          },
        }),
    });
    views.set(message.id, view);
    place(message, view.element);
  }
  view.show(message);
  const remark = remarks.get(message.id);
  if (remark !== undefined) view.tell(remark);
  remarks.delete(message.id);
  return view.element;
}

/**
 * @param {Message} message
 * @param {HTMLElement} element
 */
function place(message, element) {
  list.querySelector('.empty')?.remove();
  const item = make('li', '');
  item.append(element);
  if (message.threadId === undefined) {
    list.append(item);
    return;
  }
  const post = list.querySelector(`[data-thread="${CSS.escape(message.threadId)}"]`);
  if (post) {
    find(post, '.replies').append(item);
    return;
  }
  item.classList.add('post');
  item.dataset.thread = message.threadId;
  item.append(make('ol', 'replies'), replyOf(message.threadId));
  list.append(item);
}

/** @param {string} threadId */
function replyOf(threadId) {
  const holder = make('div', 'reply');
  const opener = make('button', 'reply-opener', 'Reply');
  opener.setAttribute('type', 'button');
  opener.addEventListener('click', () => {
    const composer = createComposer({
      label: 'Reply to this thread',
      placeholder: 'Reply',
      mention: settings.bot.name,
      onSend: (text) => {
        holder.replaceChildren(opener);
        opener.focus({ preventScroll: true });
        void send(text, threadId);
      },
    });
    composer.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      holder.replaceChildren(opener);
      opener.focus();
    });
    holder.replaceChildren(composer.element);
    composer.focus();
  });
  holder.append(opener);
  return holder;
}

/** @param {Message[]} messages */
function take(messages) {
  for (const message of messages) {
    const before = store.held(message)?.views[me().userId];
    if (!store.take(message)) continue;
    if (message.conversationId !== conversationId(state.place)) {
      if (message.author === 'bot' && messages.length === 1) state.unread.add(message.conversationId);
      continue;
    }
    if (message.author === 'bot') {
      byId('typing').hidden = true;
      if (messages.length === 1) announcer.textContent = `${settings.bot.name}: ${summaryOf(message)}`;
    }
    const shown = message.views[me().userId];
    const own =
      message.author === me().userId || (shown !== undefined && JSON.stringify(shown) !== JSON.stringify(before));
    scroll.around(() => draw(message).closest('li') ?? undefined, { own });
  }
  drawPlaces();
}

function drawPlaces() {
  const { bot, channel, team } = settings;
  const shown = [state.person, state.place, ...state.unread].join(' ');
  // A button that is replaced between press and release is never clicked.
  if (shown === placesShown) return;
  placesShown = shown;
  /** @type {[PlaceKind, string, string][]} */
  const places = [
    ['personal', bot.name, 'Personal chat'],
    ['channel', channel.name, `Channel in ${team.name}`],
  ];
  const buttons = places.map(([kind, name, about]) => {
    const button = make('button', 'place');
    button.setAttribute('type', 'button');
    if (kind === state.place) button.setAttribute('aria-current', 'page');
    const glyph = make(
      'span',
      kind === 'personal' ? 'glyph mark-of-bot' : 'glyph square',
      kind === 'personal' ? '' : '#',
    );
    glyph.setAttribute('aria-hidden', 'true');
    button.append(glyph, make('span', 'name', name), make('span', 'about', about));
    if (state.unread.has(conversationId(kind))) {
      const unread = make('span', 'unread');
      unread.append(make('span', 'unseen', ', new messages'));
      button.append(unread);
    }
    button.addEventListener('click', () => go({ place: kind }));
    return button;
  });
  const focused = [...byId('places').children].indexOf(document.activeElement ?? document.body);
  byId('places').replaceChildren(...buttons);
  buttons[focused]?.focus();
}

function drawPeople() {
  for (const person of settings.people) {
    const label = make('label', '', person.name);
    const input = document.createElement('input');
    input.type = 'radio';
    input.name = 'person';
    input.value = person.id;
    input.checked = person.id === state.person;
    input.addEventListener('change', () => go({ person: person.id }));
    label.prepend(input);
    byId('people').append(label);
  }
}

function drawExamples() {
  const items = (settings.examples[state.locale] ?? []).map((text) => {
    const item = make('li', '');
    const button = make('button', '', text);
    button.setAttribute('type', 'button');
    button.addEventListener('click', () => composer?.fill(text));
    item.append(button);
    return item;
  });
  byId('examples').replaceChildren(...items);
}

function drawComposer() {
  const inChannel = state.place === 'channel';
  composer = createComposer({
    id: 'main-box',
    label: inChannel ? `Start a post in ${settings.channel.name}` : `Message to ${settings.bot.name}`,
    placeholder: inChannel ? 'Start a post' : 'Type a command',
    ...(inChannel ? { mention: settings.bot.name } : {}),
    onSend: (text) => void send(text),
  });
  byId('main-composer').replaceChildren(composer.element);
}

/** @param {Partial<Pick<typeof state, 'person' | 'place' | 'locale'>>} change */
function go(change) {
  Object.assign(state, change);
  history.replaceState(null, '', `#${state.person}/${state.place}/${state.locale}`);
  state.unread.delete(conversationId(state.place));
  byId('place-title').textContent = state.place === 'personal' ? settings.bot.name : `# ${settings.channel.name}`;
  byId('place-subtitle').textContent =
    state.place === 'personal' ? `You are ${me().name}` : `${settings.team.name} · you are ${me().name}`;
  drawPlaces();
  drawComposer();
  drawExamples();
  list.className = `messages ${state.place}`;
  list.replaceChildren(make('li', 'empty', 'Nothing here yet. Type a command below, or press one of the examples.'));
  views = new Map();
  for (const message of store.of(conversationId(state.place))) draw(message);
  scroll.toEnd();
  void visit({ person: state.person, kind: state.place, locale: state.locale }).then((delivery) => {
    if (!delivery.ok) showProblem(delivery.why);
  });
}

byId('simulated').textContent = settings.azureIsSimulated
  ? 'Simulated: no Teams, no Azure'
  : 'Simulated Teams, real Azure';
const language = byId('language');
if (!(language instanceof HTMLSelectElement)) throw new Error('the language is no list');
language.value = state.locale;
language.addEventListener('change', () => go({ locale: language.value }));
drawPeople();
go({});
listen({
  onMessages: take,
  onConnection: (connected) => {
    byId('offline').hidden = connected;
  },
  onTyping: (where) => {
    if (where.conversationId !== conversationId(state.place)) return;
    byId('typing').hidden = false;
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => {
      byId('typing').hidden = true;
    }, typingShownMs);
  },
});
composer?.focus();

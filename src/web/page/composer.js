import { find, fromTemplate } from './dom.js';

/**
 * The box one types in. Enter sends, Shift+Enter starts a new line. In a channel it carries the mention that makes the bot
 * hear the message; it can be left out, or typed where one likes.
 *
 * @param {{ label: string, placeholder: string, id?: string, mention?: string, onSend: (text: string) => void }} options
 *   `mention`: the name to mention unless it is typed already.
 */
export function createComposer({ label, placeholder, id, mention, onSend }) {
  const form = fromTemplate('composer-template');
  const box = form.querySelector('textarea');
  if (box === null) throw new Error('the composer has no box');
  box.setAttribute('aria-label', label);
  box.placeholder = placeholder;
  if (id) box.id = id;

  const toggle = find(form, '.mention-toggle');
  toggle.hidden = mention === undefined;
  toggle.textContent = `@${mention ?? ''}`;
  toggle.title = 'Mentioned, so that hopcheck hears the message. Press to leave the mention out.';
  toggle.addEventListener('click', () => {
    toggle.setAttribute('aria-pressed', String(toggle.getAttribute('aria-pressed') !== 'true'));
    box.focus();
  });

  const grow = () => {
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  };
  const send = () => {
    const text = box.value.trim();
    if (text === '') return;
    const wanted = mention !== undefined && toggle.getAttribute('aria-pressed') === 'true';
    const typed = mention !== undefined && text.toLowerCase().includes(`@${mention.toLowerCase()}`);
    box.value = '';
    grow();
    onSend(wanted && !typed ? `@${mention} ${text}` : text);
  };
  box.addEventListener('input', grow);
  box.addEventListener('keydown', (event) => {
    // While an input method composes, Enter takes its suggestion.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  return {
    element: form,
    focus: () => box.focus(),
    /** @param {string} text */
    fill: (text) => {
      box.value = text;
      grow();
      box.focus();
    },
  };
}

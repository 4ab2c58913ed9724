import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { linkedTo } from '../../src/core/linked.ts';

const why = new Error('enough');

test('it ends with the other, for its reason', () => {
  const other = new AbortController();
  const early = linkedTo(other.signal);
  expect(early.signal.aborted).toBe(false);
  other.abort(why);
  const late = linkedTo(other.signal);
  for (const { signal } of [early, late]) expect(signal).toMatchObject({ aborted: true, reason: why });
});

test('it ends by itself, and the other goes on', () => {
  const other = new AbortController();
  const linked = linkedTo(other.signal);
  linked.abort(why);
  expect(linked.signal.reason).toBe(why);
  expect(other.signal.aborted).toBe(false);
});

test('it lets go of the other', () => {
  const other = new AbortController();
  const linked = linkedTo(other.signal);
  linked.release();
  expect(getEventListeners(other.signal, 'abort')).toEqual([]);
  other.abort();
  expect(linked.signal.aborted).toBe(false);
});

test('it takes a signal that does not say why, and none', () => {
  const listeners = new Set<() => void>();
  const linked = linkedTo({
    aborted: false,
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
  });
  for (const listener of listeners) listener();
  expect(linked.signal.reason).toMatchObject({ name: 'AbortError' });
  expect(linkedTo(undefined).signal.aborted).toBe(false);
});

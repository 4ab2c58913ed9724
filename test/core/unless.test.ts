import { expect, test } from 'vitest';
import { unless } from '../../src/core/unless.ts';
import { settle } from '../support/clock.ts';

test('a promise that fails after nobody waits for it any more is heard all the same', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', hear);
  const { promise, reject } = Promise.withResolvers<never>();
  const waited = unless(AbortSignal.abort(new Error('cancelled')), promise);
  await expect(waited).rejects.toThrow('cancelled');
  reject(new Error('aborted'));
  await settle();
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});

test('the signal comes first, the promise comes first', async () => {
  const cancelling = new AbortController();
  const { promise } = Promise.withResolvers<never>();
  const waited = unless(cancelling.signal, promise);
  cancelling.abort(new Error('cancelled'));
  await expect(waited).rejects.toThrow('cancelled');
  await expect(unless(new AbortController().signal, Promise.resolve(7))).resolves.toBe(7);
});

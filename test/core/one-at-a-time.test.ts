import { expect, test } from 'vitest';
import { oneAtATime } from '../../src/core/one-at-a-time.ts';

test('what has the same key waits for the one before, however that ends; other keys do not wait', async () => {
  const inTurn = oneAtATime();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = inTurn('a', async () => {
    await gate.promise;
    seen.push('first');
    throw new Error('no');
  });
  const second = inTurn('a', async () => seen.push('second'));
  await inTurn('b', async () => seen.push('other'));
  expect(seen).toEqual(['other']);
  gate.resolve();
  await expect(first).rejects.toThrow('no');
  await second;
  expect(seen).toEqual(['other', 'first', 'second']);
});

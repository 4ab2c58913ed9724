import { expect, test } from 'vitest';
import { createEntrance, createPace } from '../../src/jobs/pace.ts';
import { createManualClock } from '../support/clock.ts';

test('a burst goes through at once, the rest one by one in order, and a pause earns a burst again', async () => {
  const clock = createManualClock();
  const pace = createPace(clock, { burst: 3, everyMs: 10 });
  const { signal } = new AbortController();
  const through: number[] = [];
  const enter = (from: number, count: number) => {
    for (let index = from; index < from + count; index += 1) void pace(signal).then(() => through.push(index));
  };
  enter(0, 6);
  await clock.advance(0);
  expect(through).toEqual([0, 1, 2]);
  await clock.advance(9);
  expect(through).toHaveLength(3);
  await clock.advance(1);
  expect(through).toEqual([0, 1, 2, 3]);
  await clock.advance(20);
  expect(through).toEqual([0, 1, 2, 3, 4, 5]);
  await clock.advance(1000);
  enter(6, 5);
  await clock.advance(0);
  expect(through).toHaveLength(9);
});

test('who waits is let go when nobody wants it any more', async () => {
  const clock = createManualClock();
  const pace = createPace(clock, { burst: 1, everyMs: 10 });
  const leaving = new AbortController();
  await pace(leaving.signal);
  const waiting = pace(leaving.signal);
  leaving.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
});

test('so many are in at once; the next comes in when one leaves, or has been in for too long', async () => {
  const clock = createManualClock();
  const enter = createEntrance(2, 100);
  const leaves: (() => void)[] = [];
  for (let index = 0; index < 5; index += 1) void enter(clock).then((leave) => leaves.push(leave));
  await clock.advance(0);
  expect(leaves).toHaveLength(2);
  leaves[0]?.();
  await clock.advance(0);
  expect(leaves).toHaveLength(3);
  await clock.advance(99);
  expect(leaves).toHaveLength(3);
  await clock.advance(1);
  expect(leaves).toHaveLength(5);
});

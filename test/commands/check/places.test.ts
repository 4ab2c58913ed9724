import { expect, test } from 'vitest';
import { createPlaces } from '../../../src/commands/check/places.ts';
import type { Json } from '../../../src/core/json.ts';
import { Resting } from '../../../src/jobs/job.ts';
import { settle } from '../../support/clock.ts';

/** Two places a subscription; each run notes that it began, and ends when it is told. */
function stage() {
  const places = createPlaces(2);
  const begun: string[] = [];
  const stopping = new AbortController();
  const ends = new Map<string, (step: Json | Resting) => void>();
  const run = (jobId: string) => {
    begun.push(jobId);
    return new Promise<Json | Resting>((resolve) => ends.set(jobId, resolve));
  };
  return {
    begun,
    stopping,
    keep: (jobId: string, subscription = 'one') =>
      places.keep(subscription, { id: jobId, signal: stopping.signal }, () => run(jobId)),
    within: (name: string) => places.within('one', () => run(name)),
    async end(jobId: string, step: Json | Resting = null) {
      await settle();
      ends.get(jobId)?.(step);
      await settle();
    },
  };
}

test('so many at once for each subscription, in the order they came', async () => {
  const { keep, within, end, begun } = stage();
  for (const jobId of ['a', 'b']) void keep(jobId);
  void within('c');
  void keep('d');
  void keep('elsewhere', 'two');
  await settle();
  expect(begun).toEqual(['a', 'b', 'elsewhere']);
  await end('a');
  await end('b');
  expect(begun).toEqual(['a', 'b', 'elsewhere', 'c', 'd']);
});

test('one that rests keeps its place, and needs no other when it goes on', async () => {
  const { keep, end, begun } = stage();
  const came = Promise.withResolvers<Json>();
  for (const jobId of ['a', 'b', 'c']) void keep(jobId);
  await end('a', new Resting(came.promise));
  expect(begun).toEqual(['a', 'b']);
  came.resolve(null);
  void keep('a');
  await settle();
  expect(begun).toEqual(['a', 'b', 'a']);
  await end('a');
  expect(begun).toEqual(['a', 'b', 'a', 'c']);
});

test.each([false, true])(
  'one whose rest is broken off gives its place back (what it waits for is there: %s)',
  async (isThere) => {
    const { keep, end, begun, stopping } = stage();
    const came = Promise.withResolvers<Json>();
    void keep('a');
    void keep('b');
    void keep('c');
    await end('a', new Resting(came.promise));
    if (isThere) came.resolve(null);
    await settle();
    expect(begun).toEqual(['a', 'b']);
    stopping.abort(new Error('stopped'));
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
  },
);

test('one that fails, and one that rests when nobody waits any more, give their places back', async () => {
  const failing = createPlaces(1);
  const signal = AbortSignal.abort();
  await expect(failing.keep('one', { id: 'x', signal }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await failing.keep('one', { id: 'y', signal }, async () => new Resting(Promise.resolve(null)));
  expect(await failing.within('one', async () => 'free')).toBe('free');
});

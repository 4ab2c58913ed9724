import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/jobs/store.ts';
import { jobOf } from './job.ts';

/** What every store has to keep, whatever it is made of. `reopen` closes and opens the same data again, as a restart does. */
export function storeContract(
  name: string,
  open: () => Promise<{ store: Store; reopen(): Promise<Store>; dispose(): Promise<void> }>,
) {
  describe(`store contract: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    test('gives back what it was given, to the letter', async () => {
      const job = jobOf('a', { messageId: 'm', operation: { poller: '{"x":1}' }, outcome: [null, 0, 'é'] });
      expect(await store.insert(job)).toBe('stored');
      expect(await store.job('a')).toEqual(job);
      expect(await store.job('b')).toBeUndefined();
    });

    test('stores a job once by id, and once by delivery key', async () => {
      expect(await store.insert(jobOf('a'), 'k1')).toBe('stored');
      expect(await store.insert(jobOf('a', { nonce: 'other' }), 'k2')).toBe('duplicate');
      expect(await store.insert(jobOf('b'), 'k1')).toBe('duplicate');
      expect(await store.insert(jobOf('c'), 'k3')).toBe('stored');
      expect(await store.insert(jobOf('d'))).toBe('stored');
      expect(await store.insert(jobOf('e'))).toBe('stored');
      expect((await store.job('a'))?.nonce).toBe('n-1');
    });

    test('moves a job on from the state it is in, and from no other', async () => {
      await store.insert(jobOf('a'));
      expect(await store.advance('a', 'running', 'answered')).toBe(false);
      expect(await store.advance('a', 'queued', 'running')).toBe(true);
      expect(await store.advance('a', 'queued', 'running')).toBe(false);
      expect(await store.advance('a', 'running', 'answered', { outcome: { verdict: 'Reachable' } })).toBe(true);
      expect(await store.advance('nobody', 'queued', 'running')).toBe(false);
      expect(await store.job('a')).toMatchObject({ state: 'answered', outcome: { verdict: 'Reachable' } });
    });

    test('amends without moving', async () => {
      await store.insert(jobOf('a'));
      await store.amend('a', { messageId: 'm-9' });
      await store.amend('a', { operation: { kind: 'connectivityCheck' } });
      await store.amend('a', {});
      expect(await store.job('a')).toMatchObject({
        state: 'queued',
        messageId: 'm-9',
        operation: { kind: 'connectivityCheck' },
      });
    });

    test('lists what is not delivered, oldest first', async () => {
      await store.insert(jobOf('late', { createdAtMs: 3 }));
      await store.insert(jobOf('early', { createdAtMs: 1 }));
      await store.insert(jobOf('done', { createdAtMs: 2, state: 'delivered' }));
      expect((await store.unfinished()).map((job) => job.id)).toEqual(['early', 'late']);
    });

    test('lets a nonce be spent once', async () => {
      expect(await store.spend('a', 'n')).toBe(true);
      expect(await store.spend('a', 'n')).toBe(false);
      expect(await store.spend('a', 'm')).toBe(true);
      expect(await store.spend('b', 'n')).toBe(true);
    });

    test('remembers settings by conversation and key', async () => {
      await store.remember('room', 'source', { kind: 'vm', name: 'app0' });
      await store.remember('room', 'source', { kind: 'vm', name: 'web0' });
      await store.remember('other', 'source', 0);
      expect(await store.recall('room', 'source')).toEqual({ kind: 'vm', name: 'web0' });
      expect(await store.recall('other', 'source')).toBe(0);
      expect(await store.recall('room', 'language')).toBeUndefined();
    });

    test('keeps everything over a restart', async () => {
      await store.insert(jobOf('a'), 'k1');
      await store.advance('a', 'queued', 'running', { operation: 'op' });
      await store.spend('a', 'n');
      await store.remember('room', 'source', 'app0');
      const again = await opened.reopen();
      expect(await again.job('a')).toMatchObject({ state: 'running', operation: 'op' });
      expect(await again.insert(jobOf('z'), 'k1')).toBe('duplicate');
      expect(await again.spend('a', 'n')).toBe(false);
      expect(await again.recall('room', 'source')).toBe('app0');
    });
  });
}

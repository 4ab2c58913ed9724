import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/jobs/store.ts';
import type { NewWatch } from '../../src/jobs/watch-store.ts';
import { jobOf } from './job.ts';

function watchOf(id: string, more: Partial<NewWatch> = {}): NewWatch {
  const { requester, conversation, locale, nonce } = jobOf(id);
  const times = { nextAtMs: 300_000, everyMs: 300_000, endsAtMs: 9_000_000 };
  return { id, room: 'room', ...times, requester, conversation, locale, nonce, plan: { note: 'läuft 中' }, ...more };
}

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

    test('numbers the watches of a room and gives them back as they are', async () => {
      const first = await store.watches.add(watchOf('a'), 20);
      expect(first).toEqual({ ...watchOf('a'), number: 1, state: 'active', runs: 1 });
      expect(await store.watches.add(watchOf('a', { nonce: 'other' }), 20)).toEqual(first);
      const added = await Promise.all(['b', 'c', 'd'].map((id) => store.watches.add(watchOf(id), 20)));
      expect(added.map((watch) => watch !== 'full' && watch.number).sort()).toEqual([2, 3, 4]);
      expect(await store.watches.add(watchOf('x', { room: 'other' }), 20)).toMatchObject({ number: 1 });
      expect((await store.watches.inRoom('room')).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
      expect(await store.watches.get('a')).toEqual(first);
      expect(await store.watches.get('nobody')).toBeUndefined();
    });

    test('holds a room to its number of watches, of those that are not over', async () => {
      await store.watches.add(watchOf('a'), 2);
      await store.watches.add(watchOf('b'), 2);
      expect(await store.watches.add(watchOf('c'), 2)).toBe('full');
      expect(await store.watches.end('a', { reason: 'met' }, 'ended', 5)).toBe(true);
      expect(await store.watches.add(watchOf('c'), 2)).toMatchObject({ number: 3 });
    });

    test('hands out what is due, and counts a run once', async () => {
      for (const [id, nextAtMs] of [
        ['late', 10],
        ['later', 20],
        ['not yet', 31],
      ] as const) {
        await store.watches.add(watchOf(id, { nextAtMs }), 20);
      }
      const due = async (limit = 9) => (await store.watches.due(30, limit)).map(({ id }) => id);
      expect(await due()).toEqual(['late', 'later']);
      expect(await due(1)).toEqual(['late']);
      expect(await store.watches.begun('late', 2, 500)).toBe(true);
      expect(await store.watches.begun('late', 2, 600)).toBe(false);
      expect(await store.watches.get('late')).toMatchObject({ runs: 2, nextAtMs: 500 });
      await store.watches.putOff('later', 40);
      expect(await due()).toEqual([]);
      expect(await store.watches.hurry('late', 30)).toBe(true);
      expect(await due()).toEqual(['late']);
    });

    test('ends a watch once, has its last word said, and prunes it later', async () => {
      await store.watches.add(watchOf('a'), 20);
      const ending = { reason: 'stopped', by: { id: '29:one' } } as const;
      expect(await store.watches.end('a', ending, 'ending', 7)).toBe(true);
      expect(await store.watches.end('a', { reason: 'over' }, 'ended', 8)).toBe(false);
      expect(await store.watches.hurry('a', 1)).toBe(false);
      expect(await store.watches.due(7, 9)).toMatchObject([{ id: 'a', state: 'ending', ending }]);
      expect(await store.watches.live()).toHaveLength(1);
      await store.watches.close('a', 9);
      expect(await store.watches.due(99, 9)).toEqual([]);
      expect(await store.watches.live()).toEqual([]);
      expect(await store.watches.get('a')).toMatchObject({ state: 'ended', ending });
      expect(await store.watches.prune(9)).toBe(0);
      expect(await store.watches.prune(10)).toBe(1);
    });

    test('drops the job of a run that is over, and no other', async () => {
      await store.insert(jobOf('a', { state: 'delivered' }));
      await store.insert(jobOf('b', { state: 'running' }));
      await store.watches.forgetRun('a');
      await store.watches.forgetRun('b');
      expect([await store.job('a'), (await store.job('b'))?.id]).toEqual([undefined, 'b']);
    });

    test('gives a question to the first job that claims it, and on only from the one that has it', async () => {
      const { runs } = store;
      await store.insert(jobOf('a', { state: 'running', operation: { poller: 'a' } }));
      await store.insert(jobOf('b', { state: 'running' }));
      await store.insert(jobOf('c', { state: 'running' }));
      for (const id of ['a', 'b', 'a']) expect(await runs.claim('q', id)).toBe('a');
      const atOnce = await Promise.all(['a', 'b', 'c'].map((id) => runs.claim('at once', id)));
      expect(new Set(atOnce).size).toBe(1);
      expect(await runs.claim('other', 'b')).toBe('b');
      expect(await runs.succeed('q', 'b', 'c', true)).toBe(false);
      const [leader = ''] = atOnce;
      const heirs = await Promise.all(['x', 'y', 'z'].map((id) => runs.succeed('at once', leader, id, false)));
      expect(heirs.filter(Boolean)).toHaveLength(1);
      expect(await runs.succeed('q', 'a', 'b', true)).toBe(true);
      expect(await runs.succeed('q', 'a', 'c', true)).toBe(false);
      expect(await runs.claim('q', 'c')).toBe('b');
      expect((await store.job('b'))?.operation).toEqual({ poller: 'a' });
      expect((await store.job('c'))?.operation).toBeUndefined();
      expect(await runs.succeed('q', 'b', 'c', false)).toBe(true);
      expect((await store.job('c'))?.operation).toBeUndefined();
    });

    test('tells which of many jobs have no outcome yet', async () => {
      const ids = Array.from({ length: 300 }, (_, index) => `j${index}`);
      for (const [index, id] of ids.entries()) {
        const state = (['queued', 'running', 'answered', 'delivered', 'abandoned'] as const)[index % 5] ?? 'queued';
        if (index < 10 || index > 290) await store.insert(jobOf(id, { state }));
      }
      const underWay = await store.runs.underWay(ids);
      expect([...underWay].sort()).toEqual(['j0', 'j1', 'j291', 'j295', 'j296', 'j5', 'j6']);
      expect(await store.runs.underWay([])).toEqual(new Set());
    });

    test('keeps answers as the history of their room, newest first', async () => {
      const answer = async (id: string, createdAtMs: number, question: string, conversationId = '19:room') => {
        const conversation = { id: conversationId, kind: 'channel' as const, reference: {} };
        await store.insert(jobOf(id, { state: 'running', createdAtMs, conversation }));
        await store.advance(id, 'running', 'answered', { outcome: 1, entry: { question, verdict: `of ${id}` } });
      };
      await answer('a', 10, 'q');
      await answer('b', 20, 'r', '19:room;messageid=7');
      await answer('c', 20, 'q');
      await answer('d', 30, 'q', '19:elsewhere');
      await store.insert(
        jobOf('e', { createdAtMs: 40, conversation: { id: '19:room', kind: 'channel', reference: {} } }),
      );
      const ids = async (...which: Parameters<typeof store.history.answers>) =>
        (await store.history.answers(...which)).map(({ jobId }) => jobId);
      expect(await store.history.answers('19:room', { most: 1 })).toEqual([
        { jobId: 'c', question: 'q', verdict: 'of c', createdAtMs: 20 },
      ]);
      expect(await ids('19:room', { most: 9 })).toEqual(['c', 'b', 'a']);
      expect(await ids('19:room', { most: 9, question: 'q' })).toEqual(['c', 'a']);
      expect(await ids('19:room', { most: 9, before: { createdAtMs: 20, jobId: 'c' } })).toEqual(['b', 'a']);
      expect(await ids('19:room', { most: 9, question: 'q', before: { createdAtMs: 20, jobId: 'c' } })).toEqual(['a']);
    });

    test('prunes what is over and old, and never what somebody waits for', async () => {
      for (const [index, state] of (['queued', 'running', 'answered', 'delivered', 'abandoned'] as const).entries()) {
        await store.insert(jobOf(`old ${state}`, { state, createdAtMs: index }));
        await store.insert(jobOf(`new ${state}`, { state, createdAtMs: 1000 + index }));
      }
      await store.spend('old delivered', 'n');
      await store.spend('new delivered', 'n');
      await store.runs.claim('q', 'old delivered');
      await store.runs.claim('r', 'new delivered');
      expect(await store.pruning.jobs(1000, 1)).toBe(1);
      expect(await store.pruning.jobs(1000, 10)).toBe(1);
      expect(await store.pruning.jobs(1000, 10)).toBe(0);
      await store.pruning.leftovers('2026-11-22');
      expect((await store.unfinished()).map(({ id }) => id)).toEqual([
        'old queued',
        'old running',
        'old answered',
        'new queued',
        'new running',
        'new answered',
      ]);
      expect(await store.job('old delivered')).toBeUndefined();
      expect(await store.job('new abandoned')).toBeDefined();
      expect(await store.spend('old delivered', 'n')).toBe(true);
      expect(await store.spend('new delivered', 'n')).toBe(false);
      expect(await store.runs.claim('q', 'x')).toBe('x');
      expect(await store.runs.claim('r', 'x')).toBe('new delivered');
    });

    test('keeps everything over a restart', async () => {
      await store.insert(jobOf('a'), 'k1');
      await store.advance('a', 'queued', 'running', { operation: 'op' });
      await store.spend('a', 'n');
      await store.remember('room', 'source', 'app0');
      await store.watches.add(watchOf('w'), 20);
      const again = await opened.reopen();
      expect(await again.job('a')).toMatchObject({ state: 'running', operation: 'op' });
      expect(await again.insert(jobOf('z'), 'k1')).toBe('duplicate');
      expect(await again.spend('a', 'n')).toBe(false);
      expect(await again.recall('room', 'source')).toBe('app0');
      expect(await again.watches.live()).toMatchObject([{ id: 'w', number: 1 }]);
    });
  });
}

import { afterEach, describe, expect, test } from 'vitest';
import type { Conversation, Reply } from '../../src/core/chat.ts';
import { concerns, createDepartures, type Departure } from '../../src/jobs/departures.ts';
import { createEmbeddedEngine } from '../../src/jobs/embedded-engine.ts';
import type { Job, Task } from '../../src/jobs/job.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { createWorker, successorOf } from '../../src/jobs/worker.ts';
import { createManualClock, settle } from '../support/clock.ts';
import { jobOf } from './job.ts';

const conversation = (id: string, more: Partial<Conversation> = {}): Conversation => ({
  id,
  kind: 'channel',
  reference: {},
  ...more,
});

describe('whom a departure concerns', () => {
  const here = conversation('19:a@thread', { tenantId: 't', teamId: 'team' });
  const rows: readonly (readonly [what: string, from: Departure['from'], other: Conversation, expected: boolean])[] = [
    ['the conversation itself', 'room', here, true],
    ['a thread of it', 'room', conversation('19:a@thread;messageid=7', { tenantId: 't' }), true],
    ['the same in another spelling', 'room', conversation('19:A@Thread', { tenantId: 'T' }), true],
    ['another channel of the team', 'room', conversation('19:b@thread', { tenantId: 't', teamId: 'team' }), false],
    ['another channel of a team that was left', 'team', conversation('19:b@thread', { teamId: 'TEAM' }), true],
    ['a channel of another team', 'team', conversation('19:b@thread', { teamId: 'other' }), false],
    ['a chat beside a team that was left', 'team', conversation('a:1'), false],
    ['the same id in another tenant', 'room', conversation('19:a@thread', { tenantId: 'u' }), false],
    ['a longer id', 'room', conversation('19:a@thread2', { tenantId: 't' }), false],
  ];
  test.each(rows)('%s', (_what, from, other, expected) => {
    expect(concerns({ from, conversation: here }, other)).toBe(expected);
    const thread = { ...here, id: `${here.id};messageid=1` };
    expect(concerns({ from, conversation: thread }, other)).toBe(expected);
  });

  test('everybody is told, whoever fails', async () => {
    const failures: unknown[] = [];
    const told: string[] = [];
    const departures = createDepartures((_departure, error) => failures.push(error));
    departures.subscribe(async () => void told.push('one'));
    departures.subscribe(() => Promise.reject(new Error('full')));
    departures.subscribe(async () => void told.push('three'));
    await departures.announce({ from: 'room', conversation: here });
    expect(told).toEqual(['one', 'three']);
    expect(failures).toEqual([new Error('full')]);
  });
});

describe('jobs that end without a card', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  function open() {
    const clock = createManualClock();
    const store = openSqliteStore();
    const said: string[] = [];
    const aborted: string[] = [];
    const surprises: unknown[] = [];
    const task: Task = {
      run: (job, { signal, show }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(job.id);
            show(() => ({ card: 'notice', data: {}, summary: 'too late' }));
            reject(signal.reason);
          });
        }),
      fail: () => 'failed',
      draw: (): Reply => ({ card: 'notice', data: {}, summary: 'answer' }),
    };
    let holds = false;
    const worker = createWorker({
      store,
      engine: createEmbeddedEngine({ store, clock }),
      replier: {
        send: async (_conversation, { summary }, manner) => {
          if (holds) await clock.sleep(86_400_000, manner?.signal);
          said.push(summary);
          return `m${said.length}`;
        },
        update: async (_conversation, _id, { summary }) => {
          said.push(summary);
          return 'updated';
        },
      },
      clock,
      task: () => task,
      surprised: (_job, _reference, error) => surprises.push(error),
    });
    closing.push(async () => {
      await worker.stop();
      await store.close();
    });
    const accept = (job: Job) => worker.accept(job, { card: 'notice', data: {}, summary: `${job.id} asked` });
    return { clock, store, worker, said, aborted, surprises, accept, hold: () => (holds = true) };
  }

  const left: Departure = { from: 'room', conversation: jobOf('x').conversation };

  test('running ones stop at once, in every thread, and others go on', async () => {
    const { store, worker, said, aborted, surprises, accept } = open();
    await worker.resume();
    const { conversation: room } = jobOf('x');
    await accept(jobOf('a'));
    await accept(jobOf('b', { conversation: { ...room, id: `${room.id};messageid=1` } }));
    await accept(jobOf('c', { conversation: { ...room, id: '19:elsewhere@thread.tacv2' } }));
    await settle();
    await worker.abandon(left);
    await settle();
    expect(aborted).toEqual(['a', 'b']);
    expect(worker.inFlight).toBe(1);
    const states = await Promise.all(['a', 'b', 'c'].map(async (id) => (await store.job(id))?.state));
    expect(states).toEqual(['abandoned', 'abandoned', 'running']);
    expect(said).toEqual(['a asked', 'b asked', 'c asked']);
    expect(surprises).toEqual([]);
  });

  test('one that waits to be begun, and one whose answer waits to be taken, too', async () => {
    const { clock, store, worker, said, surprises, hold } = open();
    await store.insert(jobOf('queued'));
    await store.insert(jobOf('answered', { state: 'answered', outcome: 1, createdAtMs: clock.now() }));
    hold();
    await worker.resume();
    await settle();
    await worker.abandon(left);
    await settle();
    expect(await store.unfinished()).toEqual([]);
    expect(worker.inFlight).toBe(0);
    expect(said).toEqual([]);
    expect(surprises).toEqual([]);
  });

  test('one gives way to its successor while it is not answered, and says whose its card is', async () => {
    const { store, worker, said, aborted, accept } = open();
    await worker.resume();
    await accept(jobOf('a'));
    await settle();
    expect(await worker.supersede('a', 'b')).toBe(true);
    expect(await worker.supersede('a', 'c')).toBe(false);
    await settle();
    expect(aborted).toEqual(['a']);
    const ended = await store.job('a');
    expect(ended && successorOf(ended)).toBe('b');
    expect(said).toEqual(['a asked']);
    await store.insert(jobOf('known', { state: 'answered', outcome: { supersededBy: 'odd' } }));
    expect(await worker.supersede('known', 'd')).toBe(false);
    const known = await store.job('known');
    expect(known && successorOf(known)).toBeUndefined();
  });
});

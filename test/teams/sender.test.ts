import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manner } from '../../src/jobs/job.ts';
import { createSender, roomLimits } from '../../src/teams/sender.ts';
import { tenantLimit as limit } from '../../src/teams/tenants.ts';
import { mostWithin } from '../../src/web/rates.ts';
import { createDice } from '../jobs/dice.ts';
import { createManualClock, settle } from '../support/clock.ts';

const soak = process.env.SOAK !== undefined;

type Arrival = { readonly atMs: number; readonly room: string; readonly messageId?: string; readonly text: string };

/** An answer of the connector: an id, or the error that the SDK makes of it. */
type Answer = { readonly status: number; readonly retryAfter?: string } | 'lost' | 'ok';

function errorOf(answer: Exclude<Answer, 'ok'>): Error {
  if (answer === 'lost') return new Error('socket hang up');
  const headers = new Map(answer.retryAfter === undefined ? [] : [['retry-after', answer.retryAfter]]);
  return Object.assign(new Error(`status ${answer.status}`), { statusCode: answer.status, response: { headers } });
}

/** A sender on a clock that is turned by hand, and what its connector saw. */
function open(answer: (arrival: Arrival) => Answer | Promise<Answer> = () => 'ok') {
  const clock = createManualClock(0);
  const sender = createSender({ clock, random: () => 0 });
  const arrivals: Arrival[] = [];
  const settled: string[] = [];
  const say = (text: string, more: Manner & { room?: string; messageId?: string; tenant?: string } = {}) => {
    const { room = 'room', tenant = 'tenant', messageId, ...manner } = more;
    const sending = sender.send({
      room,
      tenant,
      ...(messageId !== undefined && { messageId }),
      ...manner,
      prepare: () => async () => {
        const arrival = { atMs: clock.now(), room, text, ...(messageId !== undefined && { messageId }) };
        arrivals.push(arrival);
        const answered = await answer(arrival);
        if (answered !== 'ok') throw errorOf(answered);
        return text;
      },
    });
    sending.then(
      (id) => settled.push(`${text}: ${id === undefined ? 'replaced' : 'sent'}`),
      (error: unknown) => settled.push(`${text}: ${error instanceof Error ? error.name : String(error)}`),
    );
    return sending;
  };
  const texts = (room = 'room') => arrivals.filter((one) => one.room === room).map(({ text }) => text);
  return { clock, sender, arrivals, settled, say, texts };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('rates', () => {
  const counts = soak ? [7, 60, 500, 2000] : [7, 60, 500];
  test.each(counts)('%i messages to one conversation: all once, in order, within every window', async (count) => {
    const { clock, say, arrivals, texts } = open();
    for (const text of numbers(count)) void say(text);
    await clock.advance(count * 2000 + 3_600_000);
    expect(texts()).toEqual(numbers(count));
    for (const { most, withinMs } of roomLimits) {
      expect(
        mostWithin(
          arrivals.map(({ atMs }) => atMs),
          withinMs,
        ),
      ).toBeLessThanOrEqual(most);
    }
  });

  test('whatever the connector takes for an answer and whenever the messages come', async () => {
    const afterMs = fc.oneof({ arbitrary: fc.constant(0), weight: 6 }, fc.nat(3000));
    const outMs = fc.oneof({ arbitrary: fc.nat(10), weight: 4 }, fc.nat(900));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ afterMs, outMs, backMs: fc.nat(20) }), {
          minLength: 1,
          maxLength: 60,
        }),
        async (plan) => {
          const seenMs: number[] = [];
          const { clock, say, texts } = open(async ({ text }): Promise<Answer> => {
            const { outMs = 0, backMs = 0 } = plan[Number(text)] ?? {};
            await clock.sleep(outMs);
            seenMs.push(clock.now());
            await clock.sleep(backMs);
            return 'ok';
          });
          for (const [index, { afterMs }] of plan.entries()) {
            await clock.advance(afterMs);
            void say(String(index));
          }
          await clock.advance(300_000);
          expect(texts()).toEqual(numbers(plan.length));
          for (const { most, withinMs } of roomLimits) {
            expect(mostWithin(seenMs, withinMs)).toBeLessThanOrEqual(most);
          }
        },
      ),
      { numRuns: soak ? 300 : 20 },
    );
  });

  test('conversations share what the tenant may, another tenant has its own', async () => {
    const { clock, say, arrivals } = open();
    for (const room of numbers(120)) void say('x', { room });
    for (const room of numbers(30)) void say('x', { room: `other ${room}`, tenant: 'other' });
    await clock.advance(0);
    expect(arrivals.filter(({ room }) => !room.startsWith('other'))).toHaveLength(limit.most);
    expect(arrivals.filter(({ room }) => room.startsWith('other'))).toHaveLength(30);
    await clock.advance(10_000);
    const own = arrivals.filter(({ room }) => !room.startsWith('other'));
    expect(own).toHaveLength(120);
    expect(
      mostWithin(
        own.map(({ atMs }) => atMs),
        limit.withinMs,
      ),
    ).toBeLessThanOrEqual(limit.most);
  });

  test('a flooded conversation delays no other, not even where the tenant is at its rate', async () => {
    const { clock, say, arrivals } = open();
    for (const room of numbers(40)) for (const text of numbers(50)) void say(text, { room: `flooded ${room}` });
    await clock.advance(500);
    void say('hello', { room: 'quiet' });
    await clock.advance(1500);
    expect(arrivals.find(({ room }) => room === 'quiet')?.atMs).toBeLessThanOrEqual(1600);
  });

  test('a conversation whose connector does not answer holds no other', async () => {
    const { clock, say, texts } = open(async ({ room }): Promise<Answer> => {
      if (room === 'slow') await clock.sleep(10_000);
      return 'ok';
    });
    for (const text of numbers(3)) void say(text, { room: 'slow' });
    for (const text of numbers(3)) void say(text, { room: 'quick' });
    await clock.advance(1);
    expect([texts('slow'), texts('quick')]).toEqual([['0'], numbers(3)]);
  });

  test('what is known of a conversation is forgotten an hour after its last message', async () => {
    const { clock, say, sender } = open();
    for (const room of numbers(100)) void say('x', { room });
    await clock.advance(10_000);
    expect(sender.rooms).toBe(100);
    await clock.advance(3_500_000);
    void say('x', { room: '7' });
    await clock.advance(200_000);
    expect(sender.rooms).toBe(1);
  });
});

describe('updates of one message', () => {
  test('those that wait are one, with the newest words', async () => {
    const { clock, say, settled, texts } = open();
    for (const text of numbers(7)) void say(text);
    for (const text of ['old', 'newer', 'newest']) void say(text, { messageId: 'm' });
    void say('other', { messageId: 'n' });
    await clock.advance(5000);
    expect(texts().slice(7)).toEqual(['newest', 'other']);
    expect(settled).toContain('old: replaced');
    expect(settled).toContain('newer: replaced');
    expect(settled).toContain('newest: sent');
  });

  test('one that is under way is never overtaken, and gives way instead of being tried again', async () => {
    const { clock, say, settled, texts } = open(async ({ text }) => {
      await clock.sleep(3000);
      return text === 'old' ? { status: 503 } : 'ok';
    });
    void say('old', { messageId: 'm' });
    await clock.advance(1000);
    void say('new', { messageId: 'm' });
    await clock.advance(60_000);
    expect(texts()).toEqual(['old', 'new']);
    expect(settled).toEqual(['old: replaced', 'new: sent']);
  });

  test('the last words said stand in the end, whatever fails on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(fc.nat(2), { minLength: 1, maxLength: 40 }), async (seed, plan) => {
        const dice = createDice(seed);
        const shown = new Map<string, string>();
        const { clock, say } = open(async ({ messageId = '', text }) => {
          await clock.sleep(dice(800));
          const luck = dice(6);
          if (luck > 1) shown.set(messageId, text);
          if (luck === 0) return 'lost';
          return luck < 3 ? { status: [429, 412, 500, 502, 503, 504][dice(6)] ?? 500 } : 'ok';
        });
        const last = new Map<string, string>();
        const given: Promise<unknown>[] = [];
        for (const [index, message] of plan.entries()) {
          const [text, messageId] = [String(index), String(message)];
          last.set(messageId, text);
          // As the worker does with an answer, and nobody with an older one.
          const insist = (): Promise<unknown> =>
            say(text, { messageId }).catch(() => last.get(messageId) === text && insist());
          given.push(insist());
          await clock.advance(dice(1200));
        }
        await clock.advance(3_600_000);
        await Promise.all(given);
        expect(shown).toEqual(last);
      }),
      { numRuns: soak ? 300 : 8 },
    );
  });
});

describe('tries', () => {
  const statuses = [400, 401, 403, 404, 408, 412, 413, 429, 500, 502, 503, 504];
  const again = { create: [412, 429], update: [408, 412, 429, 500, 502, 503, 504] };
  const rows = (['create', 'update'] as const).flatMap((kind) =>
    statuses.map((status) => [kind, status, again[kind].includes(status) ? 5 : 1] as const),
  );
  test.each(rows)('%s answered %i: %i', async (kind, status, tries) => {
    const { clock, say, arrivals } = open(() => ({ status }));
    const said = say('x', kind === 'update' ? { messageId: 'm' } : {});
    const failed = expect(said).rejects.toThrow(`status ${status}`);
    await clock.advance(60_000);
    await failed;
    expect(arrivals).toHaveLength(tries);
  });

  test.each([
    ['create', undefined, 1],
    ['update', 'm', 5],
  ] as const)('%s without an answer: %#', async (_kind, messageId, tries) => {
    const { clock, say, arrivals, settled } = open(() => 'lost');
    void say('x', messageId === undefined ? {} : { messageId });
    await clock.advance(60_000);
    expect(arrivals).toHaveLength(tries);
    expect(settled).toEqual(['x: Error']);
  });

  const start = Date.UTC(1970, 0, 1, 0, 0, 7);
  test.each([
    ['seconds', '7', 7000],
    ['a date', new Date(start).toUTCString(), 7000],
    ['more than a minute', '120', 120_000],
    ['nothing, so with a back-off', undefined, 1000],
    ['nonsense', 'soon', 1000],
    ['zero', '0', 0],
  ])('429 told %s: the conversation waits, others do not', async (_what, retryAfter, waitMs) => {
    let refused = 0;
    const { clock, say, arrivals, texts } = open(({ room }) => {
      refused += room === 'room' ? 1 : 0;
      return room === 'room' && refused === 1 ? { status: 429, ...(retryAfter !== undefined && { retryAfter }) } : 'ok';
    });
    void say('first');
    void say('second');
    await clock.advance(0);
    void say('elsewhere', { room: 'other' });
    await clock.advance(waitMs - 1);
    if (waitMs > 0) expect(texts()).toEqual(['first']);
    expect(texts('other')).toEqual(waitMs > 0 ? ['elsewhere'] : texts('other'));
    await clock.advance(2);
    expect(texts()).toEqual(['first', 'first', 'second']);
    expect(arrivals.filter(({ room }) => room === 'room')[1]?.atMs).toBe(waitMs);
  });

  test('an update that fails on its own account holds nothing else up', async () => {
    const { clock, say, texts } = open(({ messageId }) => (messageId === 'bad' ? { status: 503 } : 'ok'));
    void say('bad', { messageId: 'bad' }).catch(() => undefined);
    for (const text of numbers(3)) void say(text);
    await clock.advance(1);
    expect(texts()).toEqual(['bad', ...numbers(3)]);
  });

  test('a message that cannot be drawn is not tried again, and holds nothing up', async () => {
    const { clock, say, sender, texts } = open();
    const drawn = sender.send({
      room: 'room',
      tenant: 'tenant',
      messageId: 'm',
      prepare: () => {
        throw new Error('no such template');
      },
    });
    const failed = expect(drawn).rejects.toThrow('no such template');
    void say('next');
    await clock.advance(1);
    await failed;
    expect(texts()).toEqual(['next']);
  });
});

describe('what a message is worth', () => {
  const flood = (say: (text: string) => Promise<unknown>) => numbers(60).forEach((text) => void say(text));

  test('an acknowledgement that cannot leave within seconds is withheld', async () => {
    const { clock, say, settled, texts } = open();
    flood(say);
    void say('ack', { weight: 'acknowledgement' });
    void say('answer');
    await clock.advance(4000);
    expect(settled).not.toContain('ack: Withheld');
    await clock.advance(1);
    expect(settled).toContain('ack: Withheld');
    await clock.advance(60_000);
    expect(texts().slice(60)).toEqual(['answer']);
  });

  test('progress leaves half of each window to answers, and lets them pass', async () => {
    const { clock, say, arrivals } = open();
    for (const text of numbers(60)) void say(`p${text}`, { messageId: text, weight: 'progress' });
    await clock.advance(9000);
    const early = arrivals.length;
    expect(early).toBeLessThanOrEqual(30);
    void say('answer');
    await clock.advance(1);
    expect(arrivals[early]?.text).toBe('answer');
  });

  test('progress that waits for longer than ten seconds is no news any more', async () => {
    const { clock, say, arrivals, settled } = open();
    for (const text of numbers(60)) void say(`p${text}`, { messageId: text, weight: 'progress' });
    await clock.advance(10_001);
    const early = arrivals.length;
    expect(settled.filter((said) => said.endsWith('Withheld'))).toHaveLength(60 - early);
    await clock.advance(60_000);
    expect(arrivals).toHaveLength(early);
  });

  test('progress leaves half of the tenant’s rate to answers, too', async () => {
    const { clock, say, arrivals } = open();
    for (const room of numbers(200)) void say('p', { room, messageId: 'm', weight: 'progress' });
    await clock.advance(500);
    expect(Math.abs(arrivals.length - 24)).toBeLessThan(2);
    const early = arrivals.length;
    for (const room of numbers(25)) void say('answer', { room: `other ${room}` });
    await clock.advance(1);
    expect(arrivals.slice(early).map(({ text }) => text)).toEqual(Array.from({ length: 25 }, () => 'answer'));
    for (const room of numbers(100)) void say('more', { room: `third ${room}` });
    await clock.advance(2400);
    expect(arrivals.filter(({ text }) => text === 'more')).toHaveLength(100);
    await clock.advance(20_000);
    expect(arrivals.filter(({ text }) => text === 'p')).toHaveLength(200);
    expect(
      mostWithin(
        arrivals.map(({ atMs }) => atMs),
        1000,
      ),
    ).toBeLessThanOrEqual(50);
  });

  test('progress is not tried again', async () => {
    const { clock, say, arrivals, settled } = open(() => ({ status: 503 }));
    void say('p', { messageId: 'm', weight: 'progress' });
    await clock.advance(60_000);
    expect(arrivals).toHaveLength(1);
    expect(settled).toEqual(['p: Error']);
  });

  test('an answer takes the place of the progress that waits, at once and not to be withheld', async () => {
    const { clock, say, settled, texts } = open();
    flood(say);
    void say('progress', { messageId: 'm', weight: 'progress' });
    void say('ack', { messageId: 'm', weight: 'acknowledgement' });
    void say('answer', { messageId: 'm' });
    await clock.advance(120_000);
    expect(texts().slice(60)).toEqual(['answer']);
    expect(settled.filter((line) => /progress|ack|answer/.test(line)).sort()).toEqual([
      'ack: replaced',
      'answer: sent',
      'progress: replaced',
    ]);
  });
});

describe('taking back', () => {
  test('what has not left is taken back by its signal', async () => {
    const { clock, say, settled, texts } = open();
    for (const text of numbers(7)) void say(text);
    const taken = new AbortController();
    void say('taken', { signal: taken.signal });
    void say('kept');
    await clock.advance(10);
    taken.abort(new Error('stopping'));
    await clock.advance(5000);
    expect(texts().slice(7)).toEqual(['kept']);
    expect(settled).toContain('taken: Error');
    await expect(say('late', { signal: taken.signal })).rejects.toThrow('stopping');
  });

  test('what is under way is finished, and not tried again', async () => {
    const taken = new AbortController();
    const { clock, say, arrivals } = open(async () => {
      await clock.sleep(100);
      return { status: 429 };
    });
    const said = expect(say('x', { signal: taken.signal })).rejects.toThrow('stopping');
    await clock.advance(50);
    taken.abort(new Error('stopping'));
    await clock.advance(60_000);
    await said;
    expect(arrivals).toHaveLength(1);
  });

  test('dropping a conversation and closing leave nobody waiting', async () => {
    const { clock, say, sender, settled } = open();
    for (const text of numbers(8)) void say(text);
    for (const text of numbers(8)) void say(`b${text}`, { room: 'b' });
    await clock.advance(1);
    sender.drop('room', new TypeError('gone'));
    await settle();
    expect(settled).toContain('7: TypeError');
    sender.close();
    await settle();
    expect(settled).toContain('b7: Error');
    await expect(say('late')).rejects.toThrow('stopping');
    expect(settled).toHaveLength(17);
    expect(clock.sleepers).toBe(0);
  });
});

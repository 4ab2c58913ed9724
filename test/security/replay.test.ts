import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { type Envelope, pressActivity } from '../../src/web/activity.ts';
import type { Message } from '../../src/web/conversations.ts';
import { invoke } from '../../src/web/deliver.ts';
import { findPerson, type PersonId } from '../../src/web/people.ts';
import { buttonsOf, cardOf, summaryOf } from '../support/app.ts';
import { bootOnDisk, grantsWith } from './support/ledger.ts';

/** Cards as they lie in a channel, and what somebody may do with what their buttons carry. */

let booted: Awaited<ReturnType<typeof bootOnDisk>>;
let cards: Readonly<Record<'answer' | 'hidden' | 'form' | 'typo' | 'list', Message>>;

beforeAll(async () => {
  booted = await bootOnDisk(grantsWith('{ person: { perMinute: 1000, inFlight: 100 } }'));
  const ask = (text: string, person: PersonId = 'on-call') => booted.ask(text, { person, channel: true });
  cards = {
    answer: await ask('check from app0 to db0 port 80'),
    hidden: await ask('check from MultiTierApp0 to Database0 port 80', 'network-team'),
    form: await ask('check from app0 to db0'),
    typo: await ask('chek from app0 to db0 port 80'),
    list: await ask('vms'),
  };
  await booted.ask('use app0 as source', { channel: true });
}, 30_000);
afterAll(() => booted.stop());

type Pressed = {
  readonly verb?: string;
  readonly data?: JsonObject;
  readonly person?: PersonId;
  /** Changes the activity on its way. */
  readonly change?: (activity: JsonObject) => JsonObject;
};

async function press(card: Message, { verb, data, person = 'on-call', change = (same) => same }: Pressed = {}) {
  const [button] = buttonsOf(cardOf(card)).filter((each) => verb === undefined || each.verb === verb);
  const carried = { ...(button ?? buttonsOf(cardOf(card))[0])?.data, ...(verb !== undefined && { verb }), ...data };
  const envelope: Envelope = {
    id: randomUUID(),
    person: findPerson(person),
    place: { kind: 'channel', threadId: card.threadId ?? card.id },
    serviceUrl: `${booted.app.url}/connector`,
    locale: 'en-US',
    atMs: Date.now(),
  };
  const pressed = { kind: 'execute' as const, verb: verb ?? button?.verb ?? '', title: '', data: carried };
  return invoke(booted.app.url, change(pressActivity(envelope, card.id, pressed)));
}

/** Everything that a press without effect leaves as it was. */
async function state() {
  const posts = ['/connectivityCheck', '/ipFlowVerify', '/nextHop'].map((end) => booted.asked(end));
  const written = (await booted.entries()).filter(({ event }) => event === 'accepted').length;
  const errors = booted.logged.filter(({ level }) => level === 'error').length;
  return { posts, written, errors };
}

const elsewhere = (activity: JsonObject): JsonObject => ({
  ...activity,
  conversation: { ...(activity.conversation as JsonObject), id: '19:other@thread.tacv2', conversationType: 'channel' },
});
const otherTenant = (activity: JsonObject): JsonObject => ({
  ...activity,
  conversation: { ...(activity.conversation as JsonObject), tenantId: '99999999-0000-4000-8000-000000000009' },
  channelData: {
    ...(activity.channelData as JsonObject),
    tenant: { id: '99999999-0000-4000-8000-000000000009' },
  },
});

type Attack = readonly [what: string, card: keyof typeof cards, how: Pressed];
const each = (['answer', 'hidden', 'form', 'typo', 'list'] as const).flatMap((card): readonly Attack[] => [
  ['in another conversation', card, { change: elsewhere }],
  ['in another tenant', card, { change: otherTenant }],
  ['with another nonce', card, { data: { nonce: 'AAAAAAAAAAAAAAAA' } }],
  ['with no nonce', card, { data: { nonce: '' } }],
  ['of a job that is not there any more', card, { data: { jobId: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
  ['with a verb that nobody knows', card, { verb: 'format-disk' }],
  ['with the verb of another card', card, { verb: 'suggest-9' }],
  ['with a verb of every object', card, { verb: '__proto__' }],
  ['with a verb of every object', card, { verb: 'constructor' }],
  ['with what is no text', card, { data: { nonce: { toString: 'x' }, jobId: ['x'] } }],
  ['with a job of a megabyte', card, { data: { jobId: 'x'.repeat(200_000) } }],
]);

describe('a button pressed', () => {
  let before: Awaited<ReturnType<typeof state>>;
  beforeEach(async () => {
    before = await state();
  });

  test.each(each)('%s: the %s has no effect', async (_what, card, how) => {
    const answer = await press(cards[card], how);
    // What is not for this bot at all may be turned away at the door, but nothing ever breaks.
    if (answer.kind === 'failed') expect(answer.why).toMatch(/answered (4\d\d|501) to this button/);
    else expect(answer).toMatchObject({ kind: 'notice', text: expect.stringMatching(/\S/) });
    expect(await state()).toEqual(before);
  });

  test.each(['raw', 'back', 'run-again', 'swap', 'other-port', 'flow'])(
    'by somebody who may not ask it, on another one’s answer: %s shows and starts nothing',
    async (verb) => {
      const answer = await press(cards.hidden, { verb });
      if (answer.kind === 'card') throw new Error('shown');
      expect(JSON.stringify(answer)).not.toMatch(/auNsg|10\.1\.|ContosoRG/);
      if (verb !== 'run-again') expect(await state()).toEqual(before);
    },
  );

  test('a view shows the stored answer to whoever may ask it, and asks nothing', async () => {
    expect(await press(cards.hidden, { verb: 'raw', person: 'network-team' })).toMatchObject({ kind: 'card' });
    expect((await state()).posts).toEqual(before.posts);
  });

  test('twice starts once', async () => {
    const done = () =>
      booted.chat.connector.waitFor(
        (one) => /^Unreachable: app0 → db0:80/.test(summaryOf(one)) && Number(one.id) > Number(cards.list.id),
      );
    const first = await press(cards.answer, { verb: 'run-again' });
    expect(first).toMatchObject({ kind: 'notice', text: expect.stringContaining('Started') });
    await done();
    const after = await state();
    for (const person of ['on-call', 'network-team'] as const) {
      expect(await press(cards.answer, { verb: 'run-again', person })).toMatchObject({
        kind: 'notice',
        text: expect.stringContaining('does nothing any more'),
      });
    }
    expect(await state()).toEqual(after);
  });

  test('with edited inputs: a form takes only what it offered', async () => {
    for (const data of [{ port: '99999' }, { port: '-1' }, { port: '80;443' }, { port: { x: 1 } }, {}]) {
      const answer = await press(cards.form, { verb: 'submit', data });
      expect(['card', 'notice']).toContain(answer.kind);
    }
    const source = '/subscriptions/x/resourceGroups/y/providers/Microsoft.Compute/virtualMachines/evil';
    const answer = await press(cards.form, {
      verb: 'submit',
      data: { port: '80', source, destination: source, command: 'x' },
    });
    expect(JSON.stringify(answer)).not.toContain('evil');
    // What was not offered is not read: the form's own question was asked.
    const last = (await booted.entries()).findLast(({ event }) => event === 'accepted');
    expect(last?.understood).toBe('check from app0 to db0 port 80');
  });
});

test('nothing was logged as an error, and nothing is wrong with the audit', async () => {
  expect(booted.logged.filter(({ level }) => level === 'error')).toEqual([]);
  expect(await booted.flaws()).toEqual([]);
});

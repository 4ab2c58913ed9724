import { afterEach, describe, expect, test } from 'vitest';
import { everyone, type Grants } from '../../../src/policy/grants.ts';
import { messageActivity } from '../../../src/web/activity.ts';
import type { Message } from '../../../src/web/conversations.ts';
import { deliver } from '../../../src/web/deliver.ts';
import { findPerson } from '../../../src/web/people.ts';
import { type Booted, boot, buttonsOf, cardOf, isFinal, summaryOf, textsOf } from '../../support/app.ts';

const booted: Booted[] = [];
afterEach(async () => {
  for (const one of booted.splice(0)) await one.stop();
});

async function bootSlowly(options: { readonly grants?: Grants; readonly clockFactor?: number } = {}): Promise<Booted> {
  const one = await boot({}, { clockFactor: 20, ...options });
  booted.push(one);
  return one;
}

const shown = (message: Message) => textsOf(cardOf(message)).join('\n');
const asker = (number: number) => ({ id: `29:person-${number}`, name: `Person ${number}` });
const roomOf = (number: number) => `19:room-${number % 4}@thread.tacv2`;

let said = 0;
/** Somebody in one of four group chats says something. */
async function say(one: Booted, number: number, text: string) {
  said += 1;
  const { url } = one.app;
  const person = asker(number);
  const room = roomOf(number);
  one.chat.connector.open({ id: room, kind: 'groupChat', members: [] });
  const envelope = {
    id: `said-${said}`,
    person: findPerson('on-call'),
    place: { kind: 'personal' as const },
    serviceUrl: `${url}/connector`,
    locale: 'en-US',
    atMs: 1_700_000_000_000 + said,
  };
  const activity = messageActivity(envelope, text);
  const conversation = { id: room, conversationType: 'groupChat', tenantId: 't' };
  expect(await deliver(url, { ...activity, from: person, conversation })).toEqual({ ok: true });
}

const cardsOf = (one: Booted, room: string) =>
  one.chat.connector.activities(room).filter(({ author, deleted }) => author === 'bot' && !deleted);

async function finals(one: Booted, count: number): Promise<readonly Message[]> {
  const all = () => [0, 1, 2, 3].flatMap((room) => cardsOf(one, roomOf(room)));
  await expect.poll(() => all().filter(isFinal).length, { timeout: 10_000, interval: 20 }).toBe(count);
  return all();
}

const question = 'check from app0 to db0 port 1433';

describe('the same question asked while it runs', () => {
  test('ten people in four rooms are one question to Azure and ten answers, each decided anew', async () => {
    const all = everyone('test');
    const [rule] = all.rules;
    if (!rule) throw new Error('everyone is a rule');
    const trusted = new Set(Array.from({ length: 9 }, (_, number) => asker(number).id));
    const little = { ...rule, name: 'little', machines: [{ group: 'nothing', tags: [] }] };
    const one = await bootSlowly({ grants: { ...all, rules: [{ ...rule, who: trusted }, little] } });
    await Promise.all(Array.from({ length: 10 }, (_, number) => say(one, number, question)));
    const cards = await finals(one, 10);
    expect(one.asked('/connectivityCheck')).toBe(1);
    const reached = cards.filter((card) => summaryOf(card).startsWith('Reachable'));
    expect(reached).toHaveLength(9);
    expect(reached.filter((card) => /joined the check/.test(shown(card)))).toHaveLength(8);
    expect(reached.filter((card) => / 0 calls to Azure|^0 calls/m.test(shown(card)))).toHaveLength(8);
    // The name of who asked is no secret in the room where they asked, and one everywhere else.
    const leader = reached.find((card) => !/joined the check/.test(shown(card)));
    for (const card of reached) {
      if (card === leader) continue;
      const isHere = card.conversationId === leader?.conversationId;
      expect(shown(card)).toMatch(
        isHere ? /joined the check that Person \d started/ : /joined the check that a colleague started/,
      );
    }
    const refused = cards.filter((card) => !summaryOf(card).startsWith('Reachable'));
    expect(refused.map(summaryOf)).toEqual([expect.stringMatching(/^I cannot see any virtual machine/)]);
    expect(one.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('goes on for the others when who began it cancels, and Azure is not asked again', async () => {
    const one = await bootSlowly();
    await say(one, 0, question);
    await expect.poll(() => one.asked('/connectivityCheck'), { interval: 10 }).toBe(1);
    await say(one, 1, question);
    await say(one, 2, question);
    await expect
      .poll(() => cardsOf(one, roomOf(1)).some((card) => /joined the check/.test(shown(card))), { interval: 10 })
      .toBe(true);
    await say(one, 0, 'cancel');
    const cards = await finals(one, 4);
    expect(cards.map(summaryOf).sort()).toEqual([
      expect.stringMatching(/^I no longer wait for one question/),
      expect.stringMatching(/^No answer for .*Cancelled by Person 0/),
      expect.stringMatching(/^Reachable/),
      expect.stringMatching(/^Reachable/),
    ]);
    expect(one.asked('/connectivityCheck')).toBe(1);
  });
});

describe('an answer younger than a minute', () => {
  test('is given to somebody else in the room as it is; run again, and who had it, ask anew', async () => {
    const one = await bootSlowly({ clockFactor: 40 });
    await say(one, 0, question);
    await finals(one, 1);
    await say(one, 4, question);
    const [, offered] = await finals(one, 2);
    expect(offered && shown(offered)).toMatch(/this answer was given to Person 0 .* before; “Run again” asks anew/);
    expect(one.asked('/connectivityCheck')).toBe(1);

    const [again] = buttonsOf(offered && cardOf(offered)).filter(({ verb }) => verb === 'run-again');
    expect(again).toBeDefined();
    await say(one, 4, 'again');
    await finals(one, 3);
    expect(one.asked('/connectivityCheck')).toBe(2);
    await say(one, 4, question);
    await finals(one, 4);
    expect(one.asked('/connectivityCheck')).toBe(3);
    await say(one, 1, question);
    await finals(one, 5);
    expect(one.asked('/connectivityCheck')).toBe(4);
  });
});

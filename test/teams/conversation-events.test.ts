import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { editActivity } from '../../src/web/activity.ts';
import type { Message } from '../../src/web/conversations.ts';
import { bot, channel, findPerson, personalConversationId } from '../../src/web/people.ts';
import { type Booted, boot, cardOf, isFinal, summaryOf, textsOf } from '../support/app.ts';

let booted: Booted;
beforeAll(async () => {
  booted = await boot({ HOPCHECK_DEADLINE_S: '3600' });
  await booted.chat.visit('on-call', 'personal');
  await booted.chat.visit('on-call', 'channel');
});
afterEach(async () => {
  booted.simulator.clearFaults();
  await stopAll();
});
afterAll(() => booted.stop());

const own = personalConversationId('on-call');
const cards = (id = own) => booted.chat.connector.activities(id);
const said = () => cards().map(summaryOf);

/** Leaves nothing running for the next test. */
async function stopAll() {
  await booted.chat.visit('on-call', 'personal');
  await booted.chat.say({ person: 'on-call', place: { kind: 'personal' }, text: 'cancel' });
}

/** Another address each time, since Azure runs one and the same question once. */
let asked = 0;
function nextQuestion() {
  asked += 1;
  return `check from app0 to 10.2.8.${asked} port 443`;
}

/** A question that Azure never finishes, once its card is there. */
async function askForEver(text = nextQuestion(), place: 'personal' | 'channel' = 'personal') {
  const taken = holdNextCheck();
  const { message, delivery } = await booted.chat.say({
    person: 'on-call',
    place: { kind: place },
    text: place === 'channel' ? `@hopcheck ${text}` : text,
  });
  expect(delivery).toEqual({ ok: true });
  const card = await booted.chat.connector.waitFor((one) => Number(one.id) > Number(message.id));
  await taken();
  return { message, card };
}

/** Azure takes the next check and never ends it; the returned function waits until it has. */
function holdNextCheck() {
  const before = booted.asked('/connectivityCheck');
  booted.simulator.plant({ on: 'connectivityCheck', fault: { kind: 'endless' } });
  return () => expect.poll(() => booted.asked('/connectivityCheck')).toBeGreaterThan(before);
}

const standing = (card: Message) => {
  const now = cards(card.conversationId).find(({ id }) => id === card.id);
  if (!now) throw new Error('the card is gone');
  return now;
};

/** Everything that is on its way has arrived when a question asked later is answered. */
const settled = () => booted.ask('help');

const finalOf = (card: Message) => booted.chat.connector.waitFor((one) => one.id === card.id && isFinal(one), 10_000);

describe('an edited question', () => {
  test('that is not answered yet gives way to the new words, in the same card', async () => {
    const { message, card } = await askForEver();
    const before = cards().length;
    await booted.chat.edit({ message, text: 'check from app0 to db0 port 1433' });
    expect(summaryOf(await finalOf(card))).toBe('Reachable: app0 → db0:1433');
    await settled();
    expect(summaryOf(standing(card))).toBe('Reachable: app0 → db0:1433');
    expect(cards()).toHaveLength(before + 1);
  });

  test.each([
    ['help', /help|can do|ask/i],
    ['check from app0 to db0 port 70000', /70000/],
    ['chek from app0 to db0 port 80', /chek/],
  ])('may become anything: %s', async (text, says) => {
    const { message, card } = await askForEver();
    await booted.chat.edit({ message, text });
    const answer = await finalOf(card);
    expect(textsOf(cardOf(answer)).join('\n')).toMatch(says);
    await settled();
    expect(summaryOf(standing(card))).toBe(summaryOf(answer));
  });

  test('may be edited again, and counts as it stands last; an edit delivered twice counts once', async () => {
    const { message, card } = await askForEver();
    const taken = holdNextCheck();
    const second = nextQuestion();
    await booted.chat.edit({ message, text: second });
    await taken();
    await booted.chat.edit({ message, text: 'check from app0 to db0 port 1433' });
    expect(summaryOf(await finalOf(card))).toBe('Reachable: app0 → db0:1433');
    const sent = booted.asked('/connectivityCheck');
    await booted.chat.edit({ message, text: 'check from app0 to db0 port 80' });
    await settled();
    expect(summaryOf(standing(card))).toBe('Reachable: app0 → db0:1433');
    expect(booted.asked('/connectivityCheck')).toBe(sent);
  });

  test.each(['check from app0 to db0 port 1433', 'help', 'chek from app0'])(
    'that was answered stays answered: %s',
    async (text) => {
      const { message } = await booted.chat.say({ person: 'on-call', place: { kind: 'personal' }, text });
      await booted.chat.connector.waitFor((one) => Number(one.id) > Number(message.id) && isFinal(one));
      const before = said();
      await booted.chat.edit({ message, text: 'check from app0 to db0 port 80' });
      await settled();
      expect(said().slice(0, -1)).toEqual(before);
    },
  );

  test('that nobody had heard is heard now, as when the mention was forgotten', async () => {
    const { message, delivery } = await booted.chat.say({
      person: 'on-call',
      place: { kind: 'channel' },
      text: 'check from app0 to db0 port 1433',
    });
    expect(delivery).toBe('not mentioned');
    await booted.chat.edit({ message, text: '@hopcheck check from app0 to db0 port 1433' });
    const answer = await booted.chat.connector.waitFor(
      (one) => one.conversationId === channel.id && one.threadId === message.threadId && isFinal(one),
    );
    expect(summaryOf(answer)).toBe('Reachable: app0 → db0:1433');
  });
});

/** An edit's event that arrives now, whenever it was made. */
async function deliverEdit({ id, threadId }: Message, text: string, timestamp: string | undefined) {
  const place = threadId === undefined ? { kind: 'personal' as const } : { kind: 'channel' as const, threadId };
  const serviceUrl = `${booted.app.url}/connector`;
  const envelope = { id, place, serviceUrl, person: findPerson('on-call'), locale: 'en-US', atMs: 0 };
  const answer = await fetch(`${booted.app.url}/api/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...editActivity(envelope, text), timestamp }),
  });
  expect(answer.status).toBe(200);
}

describe('edits whose events overtake each other', () => {
  test('count in the order in which they were made', async () => {
    const { message, card } = await askForEver();
    const taken = holdNextCheck();
    await deliverEdit(message, nextQuestion(), '2026-11-20T14:00:02.5Z');
    await taken();
    const sent = booted.asked('/connectivityCheck');
    await deliverEdit(message, 'check from app0 to db0 port 80', '2026-11-20T14:00:02.4615413Z');
    await settled();
    expect(isFinal(standing(card))).toBe(false);
    expect(booted.asked('/connectivityCheck')).toBe(sent);
    await deliverEdit(message, 'check from app0 to db0 port 1433', '2026-11-20T14:00:02.7615413Z');
    expect(summaryOf(await finalOf(card))).toBe('Reachable: app0 → db0:1433');
  });

  test('count as they arrive where they do not say when they were made', async () => {
    const { message, card } = await askForEver();
    const taken = holdNextCheck();
    await deliverEdit(message, nextQuestion(), undefined);
    await taken();
    await deliverEdit(message, 'check from app0 to db0 port 1433', undefined);
    expect(summaryOf(await finalOf(card))).toBe('Reachable: app0 → db0:1433');
  });

  test('do so as well where the first words were not heard', async () => {
    const { message } = await booted.chat.say({ person: 'on-call', place: { kind: 'channel' }, text: 'good morning' });
    const taken = holdNextCheck();
    const card = booted.chat.connector.waitFor(
      (one) => one.conversationId === channel.id && one.threadId === message.threadId && one.id !== message.id,
    );
    await deliverEdit(message, `@hopcheck ${nextQuestion()}`, '2026-11-20T14:00:02Z');
    await taken();
    const sent = booted.asked('/connectivityCheck');
    await deliverEdit(message, '@hopcheck check from app0 to db0 port 80', '2026-11-20T14:00:01Z');
    await settled();
    expect(isFinal(standing(await card))).toBe(false);
    expect(booted.asked('/connectivityCheck')).toBe(sent);
  });

  test('start nothing once their message is deleted', async () => {
    const { message } = await booted.chat.say({ person: 'on-call', place: { kind: 'channel' }, text: 'good morning' });
    await booted.chat.erase({ message });
    const before = cards(channel.id).length;
    await deliverEdit(message, '@hopcheck check from app0 to db0 port 1433', '2026-11-20T14:00:01Z');
    await deliverEdit(message, '@hopcheck help', undefined);
    await settled();
    expect(cards(channel.id)).toHaveLength(before);
  });
});

describe('a deleted question', () => {
  test('is not waited for any more, and its card says so', async () => {
    const { message, card } = await askForEver();
    await booted.chat.erase({ message });
    const end = await finalOf(card);
    expect(textsOf(cardOf(end)).join('\n')).toMatch(/On-call/);
    expect(summaryOf(end)).not.toMatch(/Reachable/);
    const before = said();
    await booted.chat.restore({ message });
    await settled();
    expect(said().slice(0, -1)).toEqual(before);
  });

  test('that was answered keeps its card as it is', async () => {
    const { message } = await booted.chat.say({
      person: 'on-call',
      place: { kind: 'personal' },
      text: 'check from app0 to db0 port 1433',
    });
    const card = await booted.chat.connector.waitFor((one) => Number(one.id) > Number(message.id) && isFinal(one));
    await booted.chat.erase({ message });
    await settled();
    expect(standing(card)).toMatchObject({ revision: card.revision, deleted: false });
  });
});

describe('the message that began a watch', () => {
  const watched = async () => summaryOf(await booted.ask('watches'));

  test('is deleted: the watch ends, so that it mentions nobody any more', async () => {
    const { message } = await booted.chat.say({
      person: 'on-call',
      place: { kind: 'personal' },
      text: 'watch app0 to db0 port 1433 every 30m',
    });
    const card = await booted.chat.connector.waitFor(
      (one) => Number(one.id) > Number(message.id) && summaryOf(one).startsWith('Watch'),
    );
    await booted.chat.erase({ message });
    await booted.chat.connector.waitFor((one) => one.id === card.id && /has ended/.test(summaryOf(one)));
    expect(await watched()).toMatch(/Nothing is watched/);
  });

  test('is edited before its first answer: the card is the new question’s, and nothing is watched', async () => {
    const { message, card } = await askForEver('watch app0 to db0 port 22 every 30m');
    await booted.chat.edit({ message, text: 'check from app0 to db0 port 1433' });
    expect(summaryOf(await finalOf(card))).toBe('Reachable: app0 → db0:1433');
    expect(await watched()).toMatch(/Nothing is watched/);
    expect(summaryOf(standing(card))).toBe('Reachable: app0 → db0:1433');
  });
});

describe('the bot is removed', () => {
  const sendsTo = (id: string) =>
    booted.chat.connector.requests().filter(({ send, path }) => send && decodeURIComponent(path).includes(id)).length;

  test.each(['personal', 'channel'] as const)(
    'from %s: its work there ends without a card, elsewhere it goes on',
    async (kind) => {
      const id = kind === 'personal' ? own : channel.id;
      const here = [await askForEver(nextQuestion(), kind), await askForEver(nextQuestion(), kind)];
      const elsewhere = await askForEver(nextQuestion(), kind === 'personal' ? 'channel' : 'personal');
      expect(await booted.chat.uninstall('on-call', kind)).toEqual({ ok: true });
      const [before, summaries] = [sendsTo(id), here.map(({ card }) => summaryOf(standing(card)))];
      await booted.chat.edit({
        message: elsewhere.message,
        text: `${kind === 'personal' ? '@hopcheck ' : ''}check from app0 to db0 port 1433`,
      });
      expect(summaryOf(await finalOf(elsewhere.card))).toBe('Reachable: app0 → db0:1433');
      expect(here.map(({ card }) => summaryOf(standing(card)))).toEqual(summaries);
      expect(sendsTo(id)).toBe(before);
      expect(await booted.chat.visit('on-call', kind)).toEqual({ ok: true });
      expect(summaryOf(await booted.ask('check from app0 to db0 port 1433', { channel: kind === 'channel' }))).toBe(
        'Reachable: app0 → db0:1433',
      );
    },
  );

  test('and the channel says so only when it is spoken to: the same', async () => {
    const { card } = await askForEver();
    booted.chat.connector.plant({ on: 'create', answer: { kind: 'status', status: 403 } });
    await booted.chat.say({ person: 'on-call', place: { kind: 'personal' }, text: 'help' });
    await expect
      .poll(() => booted.logged.map(({ message }) => message))
      .toContain('the channel takes nothing for this conversation any more');
    await stopAll();
    const answer = said().at(-1);
    expect(answer).toMatch(/Nothing of yours/);
    expect(isFinal(standing(card))).toBe(false);
  });
});

test('events of no meaning here change nothing, and are taken', async () => {
  const { card } = await askForEver();
  const before = said();
  const events: readonly object[] = [
    { type: 'messageUpdate', channelData: { eventType: 'undeleteMessage' }, text: 'help' },
    { type: 'messageUpdate', channelData: { eventType: 7 }, text: 'help' },
    { type: 'messageUpdate', text: 'help' },
    { type: 'messageUpdate', id: undefined, channelData: { eventType: 'editMessage' }, text: 'help' },
    { type: 'messageDelete' },
    { type: 'messageDelete', channelData: { eventType: 'softDeleteMessage' } },
    { type: 'messageDelete', channelData: { eventType: 'hardDeleteMessage' } },
    { type: 'conversationUpdate', membersRemoved: [{ id: '29:somebody' }] },
    { type: 'conversationUpdate', membersRemoved: 'odd' },
    { type: 'conversationUpdate', membersRemoved: [{ id: 7 }] },
    { type: 'installationUpdate', action: 'add-upgrade' },
    { type: 'installationUpdate', action: { odd: true } },
    { type: 'messageReaction', reactionsAdded: [{ type: 'like' }] },
  ];
  for (const [index, event] of events.entries()) {
    const answer = await fetch(`${booted.app.url}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: `event-${index}`,
        channelId: 'msteams',
        serviceUrl: `${booted.app.url}/connector`,
        timestamp: '2026-01-01T00:00:00.000Z',
        conversation: { id: own, conversationType: 'personal', tenantId: 't' },
        from: { id: '29:local-on-call', name: 'On-call' },
        recipient: { id: bot.id, name: bot.name },
        ...event,
      }),
    });
    expect([event, answer.status]).toEqual([event, 200]);
  }
  expect(said().slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  expect(said()).toHaveLength(before.length);
  expect(isFinal(standing(card))).toBe(false);
  await stopAll();
  expect(said().at(-1)).toMatch(/one question/);
});

test('nothing was logged as an error', () => {
  expect(booted.logged.filter(({ level }) => level === 'error')).toEqual([]);
});

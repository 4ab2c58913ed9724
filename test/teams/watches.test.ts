import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyone, nobody } from '../../src/policy/grants.ts';
import type { Message } from '../../src/web/conversations.ts';
import { channel, findPerson, type PersonId, personalConversationId } from '../../src/web/people.ts';
import { type Booted, boot, buttonsOf, cardOf, pressOn, summaryOf, textsOf } from '../support/app.ts';

const contoso = readFileSync(new URL('../../src/simulator/topologies/contoso.yaml', import.meta.url), 'utf8');
const denied = contoso.replace(
  /(name: allow-sql\n\s+priority: 300\n\s+direction: Inbound\n\s+access: )Allow/,
  '$1Deny',
);
const stopped = contoso.replace(
  /- name: app0\n(\s+)tags: \{ tier: app \}/,
  '- name: app0\n$1power: deallocated\n$1tags: { tier: app }',
);

const shown = (message: Message) => textsOf(cardOf(message)).join('\n').replaceAll('\u00a0', ' ');
const verbsOf = (message: Message) => [...new Set(buttonsOf(cardOf(message)).map(({ verb }) => verb))];
const became = (on: Booted, { id }: Pick<Message, 'id'>, wanted: (message: Message) => boolean) =>
  on.chat.connector.waitFor((message) => message.id === id && wanted(message), 15_000);
const said = (on: Booted, after: Pick<Message, 'id'>, wanted: RegExp) =>
  on.chat.connector.waitFor(
    (message) => message.author === 'bot' && Number(message.id) > Number(after.id) && wanted.test(summaryOf(message)),
    15_000,
  );
const botMessages = (on: Booted, conversationId: string) =>
  on.chat.connector.activities(conversationId).filter(({ author }) => author === 'bot');
const marksOf = (message: Message) =>
  shown(message)
    .match(/^[✓~✗!?]$/gm)
    ?.join('') ?? '';

test('is one card; what changes is a message of its own; it survives a restart and ends with the right to ask', async () => {
  expect(denied).not.toBe(contoso);
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-'));
  let booted = await boot({ HOPCHECK_DATA_DIR: folder });
  try {
    const card = await booted.ask('watch app0 to db0 port 1433 every 1m', { channel: true });
    expect(summaryOf(card)).toBe('Watch 1: Reachable, app0 → db0:1433');
    expect(verbsOf(card)).toEqual(['run-now', 'stop']);
    await became(booted, card, (message) => marksOf(message).length >= 2);
    expect(botMessages(booted, channel.id)).toHaveLength(1);

    booted.simulator.change(denied);
    const news = await said(booted, card, /now Unreachable, by nsg-db\/allow-sql$/);
    expect(shown(news)).toMatch(/Before\nReachable[\s\S]*Now\nUnreachable\n \(nsg-db\/allow-sql\)/);
    const { name, userId: id } = findPerson('on-call');
    expect(cardOf(news).msteams).toEqual({
      entities: [{ type: 'mention', text: `<at>${name}</at>`, mentioned: { id, name } }],
    });
    expect(shown(news)).toContain(`<at>${name}</at>, you asked for this watch (every 1m).`);
    const blocked = await became(booted, card, (message) => /✗✗$/.test(marksOf(message)));
    expect(summaryOf(blocked)).toBe('Watch 1: Unreachable, app0 → db0:1433');
    expect(botMessages(booted, channel.id).map(summaryOf)).toEqual([summaryOf(blocked), summaryOf(news)]);

    await booted.stop();
    const port = new URL(booted.app.url).port;
    booted = await boot(
      { HOPCHECK_DATA_DIR: folder, PORT: port },
      { grants: nobody('nothing is granted'), clockFactor: 2000 },
    );
    // Its clock begins where the real one is, behind the first one's. The local channel forgets its messages with the process: the card and the last word come new.
    const last = await said(booted, { id: '0' }, /^app0 → db0:1433: ended/);
    expect(shown(last)).toContain('On-call may not ask this here any more.');
    const ended = await said(booted, { id: '0' }, /^Watch 1 has ended/);
    expect(marksOf(ended)).toMatch(/^✓✓+✗✗+\?$/);
    expect(booted.asked('/connectivityCheck')).toBe(0);
    expect(booted.logged.filter(({ level }) => level === 'error')).toEqual([]);
  } finally {
    await booted.stop();
    rmSync(folder, { recursive: true });
  }
});

describe('in a conversation', () => {
  let booted: Booted;
  const grants = { ...everyone('test') };
  beforeAll(async () => {
    booted = await boot({}, { grants });
  });
  afterAll(() => booted.stop());
  const ask = (text: string, person: PersonId = 'on-call') => booted.ask(text, { channel: true, person });

  test('there are none at first', async () => {
    expect(shown(await ask('watches'))).toMatch(/^Nothing is watched here/);
    expect(summaryOf(await ask('stop'))).toBe('Nothing is watched here.');
    expect(shown(await ask('stop 9'))).toContain('There is no watch 9 here.');
  });

  test.each([
    ['watch app0 to db0 port 1433 every 10s', /cannot run every 10s[\s\S]*every 1m/],
    ['watch app0 to db0 ports 80,443 every 5m', /80, 443[\s\S]*one at a time[\s\S]*port 80 every 5m/],
    ['watch app0 to db9 port 80', /“db9” is not a machine/],
  ] as const)('%s is refused with what to do', async (text, says) => {
    expect(shown(await ask(text))).toMatch(says);
    expect(summaryOf(await ask('watches'))).toBe('Nothing is watched here.');
  });

  test('one ends when what it waits for has happened, and tells who asked', async () => {
    await ask('watch app0 to db0 port 1433 every 5m until reachable');
    const card = await said(booted, { id: '0' }, /^Watch 1 has ended: app0 → db0:1433$/);
    expect(shown(card)).toContain('now it can');
    const news = await said(booted, card, /ended$/);
    expect(cardOf(news).msteams).toMatchObject({ entities: [{ mentioned: { name: 'On-call' } }] });
    expect(verbsOf(news)).toEqual(['watch-again']);
  });

  test('what is missing is asked for on a form, which then becomes the card', async () => {
    const form = await ask('watch app0 to db0 every 5m');
    expect(verbsOf(form)).toEqual(['submit']);
    await pressOn(booted, form, 'submit', { port: '1433' });
    const card = await became(booted, form, (message) => /^Watch 2: Reachable/.test(summaryOf(message)));
    expect(shown(card)).toContain('every 5m');
  });

  test('its buttons work on a card of any age, each for those who may', async () => {
    const list = await ask('watches');
    expect(shown(list)).toMatch(/1 watch here[\s\S]*Watch 2\n app0 → db0:1433\nReachable\n · every 5m · On-call/);
    expect(verbsOf(list)).toEqual(['stop-2']);
    const [card] = botMessages(booted, channel.id).filter((message) => /^Watch 2/.test(summaryOf(message)));
    if (!card) throw new Error('no card');
    expect(JSON.stringify(await pressOn(booted, list, 'stop-2', {}, 'network-team'))).toContain(
      'Watch 2 was asked for by On-call',
    );
    expect(shown(await ask('stop 2', 'network-team'))).toContain('Only who asked for it, or an operator');
    expect(JSON.stringify(await pressOn(booted, card, 'run-now', {}, 'network-team'))).toContain('Watch 2 runs now');
    await became(booted, card, (message) => marksOf(message).length === 2);
    expect(JSON.stringify(await pressOn(booted, card, 'stop'))).toContain('Watch 2 (app0 → db0:1433) is stopped');
    const over = await became(booted, card, (message) => /ended/.test(summaryOf(message)));
    expect(shown(over)).toContain('Stopped by On-call.');
    expect(JSON.stringify(await pressOn(booted, over, 'stop-2').catch(String))).toContain('no button');
    expect(JSON.stringify(await pressOn(booted, list, 'stop-2'))).toContain('Watch 2 is over already');
    await pressOn(booted, over, 'watch-again');
    await said(booted, over, /^Watch 3: Reachable/);
  });

  test('stop asks which, where there are several', async () => {
    await ask('watch web0 to db0 port 80 every 5m');
    const which = await ask('stop');
    expect(summaryOf(which)).toBe('Which of the 2 watches shall end?');
    expect(verbsOf(which)).toEqual(['stop-3', 'stop-4']);
    expect(summaryOf(await ask('stop all'))).toBe('Your 2 watches are stopped; their cards say so.');
    expect(summaryOf(await ask('监视列表'))).toBe('Nothing is watched here.');
  });

  test('a source that is off counts when it stays so, and is said once', async () => {
    const card = await ask('watch app0 to db0 port 1433 every 1m');
    booted.simulator.change(stopped);
    const news = await said(booted, card, /now Undetermined/);
    const { id } = card;
    const off = await became(booted, { id }, (message) => marksOf(message).endsWith('???'));
    expect(summaryOf(off)).toMatch(/^Watch \d+: Undetermined/);
    expect(shown(news)).toContain('Reachable');
    booted.simulator.change(contoso);
    await said(booted, news, /now Reachable/);
    await ask('stop');
  });

  test('one does not end with `cancel`, and does when its machines are out of sight', async () => {
    const card = await ask('watch app0 to db0 port 1433 every 1m');
    expect(summaryOf(await ask('cancel'))).toBe('Nothing of yours is running here.');
    const [rule] = grants.rules;
    if (!rule) throw new Error('no rule');
    const elsewhere = { ...rule, machines: [{ group: 'contosorg', tags: [] }] };
    Object.assign(grants, { rules: [elsewhere] });
    try {
      const over = await became(booted, card, (message) => /has ended/.test(summaryOf(message)));
      expect(shown(over)).toContain('On-call may not ask this here any more.');
      expect(JSON.stringify(await pressOn(booted, over, 'watch-again'))).toContain('Started');
      await said(booted, over, /“(app0|db0)” is not a machine you can check here/);
    } finally {
      Object.assign(grants, { rules: [rule] });
    }
  });

  test('ends without a word when the bot is removed', async () => {
    const card = await booted.ask('watch app0 to db0 port 1433 every 1m');
    await booted.chat.uninstall('on-call', 'personal');
    const before = booted.asked('/connectivityCheck');
    await ask('check from app0 to db0 port 22');
    await ask('check from app0 to db0 port 23');
    expect(booted.asked('/connectivityCheck')).toBeLessThanOrEqual(before + 3);
    expect(botMessages(booted, personalConversationId('on-call')).at(-1)?.id).toBe(card.id);
    expect(booted.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

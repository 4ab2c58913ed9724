import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../../src/web/conversations.ts';
import { type Booted, boot, buttonsOf, cardOf, summaryOf, textsOf } from '../../support/app.ts';

let booted: Booted;
beforeAll(async () => {
  booted = await boot();
});
afterAll(() => booted.stop());

const shown = (message: Message) => textsOf(cardOf(message)).join('\n');

test('answers come in the thread of the question, or as posts of their own where the channel wants that', async () => {
  const usual = await booted.ask('check from app0 to db0 port 1433', { channel: true });
  expect(usual.threadId).not.toBe(usual.id);
  const set = await booted.ask('settings answers channel', { channel: true });
  expect(summaryOf(set)).toMatch(/^Answers come as new posts in the channel\. Each answer is in the language/);
  const posted = await booted.ask('check from app0 to db0 port 1433', { channel: true, person: 'network-team' });
  expect(summaryOf(posted)).toBe('Reachable: app0 → db0:1433');
  expect(posted.threadId).toBe(posted.id);

  // The buttons of a card belong to its room, whichever thread it stands in.
  const raw = buttonsOf(cardOf(posted)).find(({ verb }) => verb === 'raw');
  if (!raw) throw new Error('no button "raw"');
  const { verb, title, data } = raw;
  const pressed = await booted.chat.press({
    person: 'on-call',
    conversationId: posted.conversationId,
    messageId: posted.id,
    press: { kind: 'execute', verb, title, data },
  });
  expect(pressed).toMatchObject({ kind: 'card' });
  expect(summaryOf(await booted.ask('again', { channel: true }))).toBe('Reachable: app0 → db0:1433');

  const back = await booted.ask('settings answers thread', { channel: true });
  expect(summaryOf(back)).toMatch(/^Answers come in the thread of the question\./);
  const threaded = await booted.ask('help', { channel: true });
  expect(threaded.threadId).not.toBe(threaded.id);
});

test('the language of a conversation goes before that of the message', async () => {
  expect(summaryOf(await booted.ask('settings language zh'))).toMatch(/^这里的答案都用中文。/);
  expect(summaryOf(await booted.ask('check from app0 to db0 port 1433'))).toContain('可达');
  expect(summaryOf(await booted.ask('help', { channel: true }))).toBe('What you can ask hopcheck');
  expect(summaryOf(await booted.ask('设置 语言 自动', { locale: 'en-US' }))).toMatch(/^每条答案使用提问者应用的语言/);
  expect(summaryOf(await booted.ask('help', { locale: 'en-US' }))).toBe('What you can ask hopcheck');
});

test('where there are no threads it says so', async () => {
  expect(shown(await booted.ask('settings answers channel'))).toContain('There are no threads here');
});

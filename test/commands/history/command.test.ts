import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../../src/web/conversations.ts';
import { type Booted, boot, buttonsOf, cardOf, summaryOf, textsOf } from '../../support/app.ts';

let booted: Booted;
beforeAll(async () => {
  booted = await boot();
});
afterAll(() => booted.stop());

const shown = (message: Message) => textsOf(cardOf(message)).join('\n');

/** What the card shows once the button was pressed. */
async function press(message: Message, title: string, forged?: string): Promise<string> {
  const button = buttonsOf(cardOf(message)).find((each) => each.title === title);
  if (!button) throw new Error(`no button ${title}`);
  const { conversationId, id: messageId } = message;
  const verb = forged ?? button.verb;
  const data = { ...button.data, verb };
  const answer = await booted.chat.press({
    person: 'on-call',
    conversationId,
    messageId,
    press: { kind: 'execute', verb, title, data },
  });
  return 'kind' in answer && answer.kind === 'card' ? textsOf(answer.card).join('\n') : JSON.stringify(answer);
}

test('lists what was answered here, opens an answer, exports, and asks Azure nothing', async () => {
  expect(shown(await booted.ask('history'))).toContain('Nothing was checked here yet.');
  await booted.ask('check from app0 to db0 port 1433');
  await booted.ask('check from app0 to db0 port 80');
  const asked = booted.asked('/connectivityCheck');
  const list = await booted.ask('history db0');
  expect(summaryOf(list)).toBe('Checks of “db0” so far');
  expect(shown(list)).toMatch(/1\. Unreachable[\s\S]*db0 10\.2\.3\.4 TCP[\s\S]*2\. Reachable/);
  expect(buttonsOf(cardOf(list)).map(({ title }) => title)).toEqual(['Open 1', 'Open 2', 'JSON', 'CSV']);

  expect(await press(list, 'Open 2')).toMatch(
    /Reachable[\s\S]*Run again[\s\S]*Other port[\s\S]*Raw JSON[\s\S]*Back to the list/,
  );
  const csv = await press(list, 'CSV');
  expect(csv).toContain('asked_at,verdict,source,');
  expect(csv.match(/,(Unreachable|Reachable),\/subscriptions\//g)).toEqual([
    ',Unreachable,/subscriptions/',
    ',Reachable,/subscriptions/',
  ]);
  expect(await press(list, 'JSON')).toContain('"verdict":"Unreachable"');
  expect(booted.asked('/connectivityCheck')).toBe(asked);

  expect(summaryOf(await booted.ask('历史 db0 端口 80', { locale: 'zh-CN' }))).toBe('与“db0:80”有关的检查');
  expect(shown(await booted.ask('history web0'))).toContain('Nothing was checked here yet.');
  expect(shown(await booted.ask('history', { channel: true }))).toContain('Nothing was checked here yet.');

  // The verb names an answer, and anyone can write another name into it.
  const elsewhere = await booted.ask('check from app0 to db0 port 3389', { channel: true });
  const [button] = buttonsOf(cardOf(elsewhere));
  const own = buttonsOf(cardOf(list)).find(({ title }) => title === 'Open 1')?.verb ?? '';
  expect(await press(list, 'CSV', own)).toContain('Back to the list');
  for (const id of [String(button?.data.jobId), 'nobody', '../../x']) {
    expect(await press(list, 'CSV', own.replace(/[^.]+$/, id))).toMatch(/do not know this button/);
  }
});

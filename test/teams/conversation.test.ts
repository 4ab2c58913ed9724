import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../src/web/conversations.ts';
import { channel, type PersonId, personalConversationId } from '../../src/web/people.ts';
import { type Booted, boot, buttonsOf, cardOf, pressOn, summaryOf, textsOf } from '../support/app.ts';

let booted: Booted;
beforeAll(async () => {
  booted = await boot();
});
afterAll(() => booted.stop());

const shown = (message: Message) => textsOf(cardOf(message)).join('\n').replaceAll('\u00a0', ' ');

const press = (message: Message, verb: string, inputs: Record<string, string> = {}, person?: PersonId) =>
  pressOn(booted, message, verb, inputs, person);

describe('the four founding checks, asked in chat', () => {
  const rows: readonly (readonly [question: string, summary: RegExp, facts: readonly string[]])[] = [
    [
      'check from MultiTierApp0 to vm Database0 port 80',
      /^Unreachable: MultiTierApp0 → Database0:80/,
      ['appNic0', 'fwNic', 'auNic', 'dbNic0', '10.1.3.4', 'Port80', 'auNsg'],
    ],
    [
      'check from MultiTierApp0 to 13.107.21.200 port 80',
      /^Unreachable: MultiTierApp0 → 13\.107\.21\.200:80/,
      ['appRoutes', 'appNic0'],
    ],
    [
      'check from MultiTierApp0 to https://bing.com',
      /^Reachable: MultiTierApp0/,
      ['204.79.197.200', '0 ms', '1 ms', '7 ms'],
    ],
    [
      'check from MultiTierApp0 to https://build2017nwdiag360.blob.core.windows.net/',
      /^Reachable: MultiTierApp0/,
      ['13.71.200.248', '7 ms'],
    ],
  ];
  test.each(rows)('%s', async (question, summary, facts) => {
    const answer = await booted.ask(question);
    expect(summaryOf(answer)).toMatch(summary);
    const text = shown(answer);
    for (const fact of facts) expect(text).toContain(fact);
    expect(
      booted.chat.connector.activities(personalConversationId('on-call')).filter(({ id }) => id === answer.id),
    ).toHaveLength(1);
  });
});

describe('where the source is not said', () => {
  test('the channel has one of its own', async () => {
    const answer = await booted.ask('check vm db0 port 80', { channel: true });
    expect(summaryOf(answer)).toMatch(/^Unreachable: app0 → db0:80, denied by nsg-db\/deny-80/);
    expect(answer.conversationId).toBe(channel.id);
    expect(answer.threadId).toBeDefined();
  });

  test('a pick list asks, and runs on submit in the same message', async () => {
    const form = await booted.ask('check vm db0 port 1433');
    expect(shown(form)).toContain('app0');
    const offered = JSON.stringify(cardOf(form)).match(/\/subscriptions\/[^"]*virtualMachines\/app0/)?.[0] ?? '';
    const answer = await press(form, 'submit', { source: offered });
    expect(answer).toMatchObject({ kind: 'card' });
    const result = await booted.chat.connector.waitFor(
      (message) => message.id === form.id && summaryOf(message).startsWith('Reachable'),
    );
    expect(summaryOf(result)).toBe('Reachable: app0 → db0:1433');
  });

  test('a machine that was not offered is not taken', async () => {
    const form = await booted.ask('check vm db0 port 1433');
    const foreign = '/subscriptions/1/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/evil';
    const answer = await press(form, 'submit', { source: foreign });
    expect(answer).toMatchObject({ kind: 'card' });
    const again = booted.chat.connector.activities(form.conversationId).find(({ id }) => id === form.id);
    expect(again && summaryOf(again)).toBe(summaryOf(form));
  });

  test('a form runs once, whoever presses first', async () => {
    const form = await booted.ask('check vm db0 port 1433');
    const offered = JSON.stringify(cardOf(form)).match(/\/subscriptions\/[^"]*virtualMachines\/app0/)?.[0] ?? '';
    await press(form, 'submit', { source: offered });
    expect(await press(form, 'submit', { source: offered })).toMatchObject({ kind: 'notice' });
  });
});

describe('buttons of an answer', () => {
  test('raw shows what Azure sent, back shows the answer, and neither asks Azure again', async () => {
    const answer = await booted.ask('check from app0 to db0 port 1433');
    const sent = booted.asked('/connectivityCheck');
    const raw = await press(answer, 'raw');
    expect(raw).toMatchObject({ kind: 'card' });
    expect(JSON.stringify(raw)).toContain('connectionStatus');
    const view = booted.chat.connector.activities(answer.conversationId).find(({ id }) => id === answer.id)?.views;
    expect(JSON.stringify(view)).toContain('connectionStatus');
    expect(booted.asked('/connectivityCheck')).toBe(sent);
  });

  test('run again asks Azure once more, in a new card, once per card', async () => {
    const answer = await booted.ask('check from app0 to db0 port 1433');
    expect(await press(answer, 'run-again')).toMatchObject({ kind: 'notice' });
    const next = await booted.chat.connector.waitFor(
      (message) => Number(message.id) > Number(answer.id) && summaryOf(message).startsWith('Reachable'),
    );
    expect(next.id).not.toBe(answer.id);
    expect(await press(answer, 'run-again')).toMatchObject({
      kind: 'notice',
      text: expect.stringMatching(/does nothing any more/),
    });
  });

  test('a card of another conversation, an unknown verb and a wrong nonce do nothing', async () => {
    const answer = await booted.ask('check from app0 to db0 port 1433');
    const [button] = buttonsOf(cardOf(answer));
    const base = { person: 'on-call', conversationId: answer.conversationId, messageId: answer.id } as const;
    const data = { ...button?.data };
    const tries = [
      { ...base, press: { kind: 'execute', verb: 'format-disk', data } },
      { ...base, press: { kind: 'execute', verb: 'raw', data: { ...data, nonce: 'guess' } } },
      { ...base, press: { kind: 'execute', verb: 'raw', data: { ...data, jobId: 'guess' } } },
    ] as const;
    for (const attempt of tries) expect(await booted.chat.press(attempt)).toMatchObject({ kind: 'notice' });
  });
});

describe('what people type', () => {
  test.each(['help', 'hi', 'Hello!', '帮助'])('%s answers with what can be asked', async (text) => {
    expect(shown(await booted.ask(text))).toContain('check');
  });

  test('an unknown command offers the nearest, and its button runs it', async () => {
    const problem = await booted.ask('chek from app0 to db0 port 1433');
    expect(shown(problem)).toContain('chek');
    await press(problem, 'suggest-0');
    const answer = await booted.chat.connector.waitFor(
      (message) => Number(message.id) > Number(problem.id) && summaryOf(message).startsWith('Reachable'),
    );
    expect(summaryOf(answer)).toBe('Reachable: app0 → db0:1433');
  });

  test.each([
    ['check from app0 to db9 port 80', /db9/],
    ['check from app0 to db0 port 70000', /70000/],
    ['check from app0 to db0', /port/i],
    ['check from app0 to db0 port 80 on fire', /on fire|fire/],
    ['check from app0 to db\u200b0 port 80', /./],
    ['***', /\*\*\*|\\\*/],
  ] as const)('%s is refused with a reason', async (text, says) => {
    const sent = booted.asked('/connectivityCheck');
    expect(shown(await booted.ask(text))).toMatch(says);
    expect(booted.asked('/connectivityCheck')).toBe(sent);
  });

  test('Chinese is answered in Chinese', async () => {
    const answer = await booted.ask('检查从app0到db0端口80', { locale: 'zh-CN' });
    expect(summaryOf(answer)).toMatch(/不可达/);
  });

  test('a machine without an agent and one that is stopped send nothing, and the card says why', async () => {
    expect(shown(await booted.ask('check from old0 to db0 port 80'))).toMatch(/agent/i);
    expect(shown(await booted.ask('check from batch0 to db0 port 80'))).toMatch(/stopped/i);
  });
});

describe('the conversation', () => {
  test('being added brings one welcome with a command to try', async () => {
    await booted.chat.visit('network-team', 'personal');
    const id = personalConversationId('network-team');
    await booted.chat.connector.waitFor((message) => message.conversationId === id);
    await booted.chat.visit('network-team', 'personal');
    const messages = booted.chat.connector.activities(id);
    expect(messages).toHaveLength(1);
    expect(messages[0] && shown(messages[0])).toContain('check from');
  });

  test('an acknowledgement comes first, as the message that becomes the answer', async () => {
    const from = booted.chat.connector.requests().length;
    const answer = await booted.ask('check from app0 to db0 port 80');
    const methods = booted.chat.connector
      .requests()
      .slice(from)
      .map(({ method }) => method);
    expect(methods[0]).toBe('POST');
    expect(methods.slice(1).length).toBeGreaterThan(0);
    expect(new Set(methods.slice(1))).toEqual(new Set(['PUT']));
    expect(answer.editedAt).toBeDefined();
  });

  test('the same message delivered four times is answered once', async () => {
    const id = personalConversationId('on-call');
    const before = booted.chat.connector.activities(id).length;
    const activity = {
      type: 'message',
      id: 'delivered-four-times',
      channelId: 'msteams',
      serviceUrl: `${booted.app.url}/connector`,
      timestamp: '2026-01-01T00:00:00.000Z',
      conversation: { id, conversationType: 'personal', tenantId: 't' },
      from: { id: '29:local-on-call', name: 'On-call' },
      recipient: { id: '28:local-hopcheck', name: 'hopcheck' },
      text: 'check from app0 to db0 port 1433',
    };
    const deliver = (body: object) =>
      fetch(`${booted.app.url}/api/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const answers = await Promise.all([
      deliver(activity),
      deliver(activity),
      deliver({ ...activity, id: 'another-id' }),
      deliver({ ...activity, id: 'a-third-id' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await booted.chat.connector.waitFor(
      (message) => message.conversationId === id && summaryOf(message) === 'Reachable: app0 → db0:1433',
    );
    expect(booted.chat.connector.activities(id).length).toBe(before + 1);
  });

  test('nothing was logged as an error', () => {
    expect(booted.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

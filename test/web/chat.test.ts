import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { channel, personalConversationId, team, tenantId } from '../../src/web/people.ts';
import { cardMessage, type Reaction, startTinyBot, type TinyBot } from './tiny-bot.ts';

let bot: TinyBot;
const start = async (react?: Reaction) => {
  bot = await startTinyBot(react);
  return bot;
};
afterEach(() => bot.close());

const personal = personalConversationId('on-call');
const execute = { kind: 'execute', title: 'Run again', verb: 'again', data: { jobId: '1', port: '80' } } as const;

describe('what the bot receives', () => {
  it('for a message in the personal chat', async () => {
    const { chat, heard, url } = await start();
    const said = await chat.say({ person: 'on-call', place: { kind: 'personal' }, text: 'check <app0> & "db0"' });
    expect(said.delivery).toEqual({ ok: true });
    expect(heard).toMatchObject([
      {
        type: 'message',
        id: said.message.id,
        text: 'check <app0> & "db0"',
        textFormat: 'plain',
        channelId: 'msteams',
        serviceUrl: `${url}/connector`,
        locale: 'en-US',
        from: { id: '29:local-on-call', name: 'On-call', aadObjectId: '00000000-0000-4000-8000-000000000001' },
        recipient: { id: '28:local-hopcheck', name: 'hopcheck' },
        conversation: { id: personal, conversationType: 'personal', tenantId },
        channelData: { tenant: { id: tenantId } },
        attachments: [{ contentType: 'text/html', content: '<p>check &lt;app0&gt; &amp; "db0"</p>' }],
      },
    ]);
    expect(heard[0]).not.toHaveProperty('conversation.isGroup');
    expect(new Date(String(heard[0]?.timestamp)).getTime()).toBe(new Date(said.message.sentAt).getTime());
  });

  it.each([
    ['@hopcheck check vm db0', '<at>hopcheck</at>&nbsp;check vm db0'],
    ['please, @Hopcheck: check vm db0', 'please, <at>hopcheck</at>&nbsp;check vm db0'],
    ['<at>hopcheck</at> check vm db0', '<at>hopcheck</at>&nbsp;check vm db0'],
  ])('for %j in the channel', async (typed, text) => {
    const { chat, heard } = await start();
    const { message } = await chat.say({
      person: 'network-team',
      place: { kind: 'channel' },
      text: typed,
      locale: 'zh-CN',
    });
    expect(heard).toMatchObject([
      {
        text,
        locale: 'zh-CN',
        conversation: {
          id: `${channel.id};messageid=${message.id}`,
          conversationType: 'channel',
          isGroup: true,
          tenantId,
        },
        channelData: { tenant: { id: tenantId }, team: { id: team.id }, channel: { id: channel.id } },
      },
    ]);
    expect(heard[0]?.entities).toContainEqual({
      type: 'mention',
      mentioned: { id: '28:local-hopcheck', name: 'hopcheck' },
      text: '<at>hopcheck</at>',
    });
  });

  it('for a reply in a thread: the thread’s root, not the reply', async () => {
    const { chat, heard } = await start();
    const root = await chat.say({ person: 'on-call', place: { kind: 'channel' }, text: '@hopcheck help' });
    const place = { kind: 'channel', threadId: root.message.id } as const;
    const reply = await chat.say({ person: 'on-call', place, text: '@hopcheck again' });
    expect(heard[1]).toMatchObject({
      id: reply.message.id,
      conversation: { id: `${channel.id};messageid=${root.message.id}` },
    });
  });

  it('nothing for a channel message that mentions nobody', async () => {
    const { chat, heard } = await start();
    const said = await chat.say({ person: 'on-call', place: { kind: 'channel' }, text: 'hopcheck is a nice name' });
    expect(said.delivery).toBe('not mentioned');
    expect(heard).toEqual([]);
  });

  it('for the first visit: that it was added, once for each place', async () => {
    const { chat, heard } = await start();
    await Promise.all([chat.visit('on-call', 'personal'), chat.visit('on-call', 'personal')]);
    await chat.visit('on-call', 'channel');
    await chat.visit('network-team', 'channel');
    expect(heard.map((one) => [one.type, one.conversation.id])).toEqual([
      ['installationUpdate', personal],
      ['conversationUpdate', personal],
      ['installationUpdate', channel.id],
      ['conversationUpdate', channel.id],
    ]);
    expect(heard[0]).toMatchObject({ action: 'add', from: { id: '29:local-on-call' } });
    expect(heard[3]).toMatchObject({
      membersAdded: [{ id: '28:local-hopcheck' }],
      channelData: { eventType: 'teamMemberAdded' },
    });
    expect(new Set(heard.map((one) => one.id)).size).toBe(4);
  });

  it('for the next visit, where the first one failed', async () => {
    let status = 500;
    const { chat, heard } = await start(async () => ({ status }));
    expect(await chat.visit('on-call', 'personal')).toEqual({
      ok: false,
      why: 'hopcheck answered 500 to this message.',
    });
    status = 200;
    expect(await chat.visit('on-call', 'personal')).toEqual({ ok: true });
    expect(heard).toHaveLength(3);
  });

  it('for a pressed Action.Execute in a thread', async () => {
    const { chat, heard, send } = await start(async ({ type }) =>
      type === 'invoke'
        ? { body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Started.' } }
        : undefined,
    );
    const root = await chat.say({ person: 'on-call', place: { kind: 'channel' }, text: '@hopcheck help' });
    const thread = `${channel.id};messageid=${root.message.id}`;
    const messageId = await send(thread, cardMessage('a card', []));
    const answer = await chat.press({ person: 'network-team', conversationId: channel.id, messageId, press: execute });
    expect(answer).toEqual({ kind: 'notice', text: 'Started.' });
    expect(heard[1]).toMatchObject({
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: messageId,
      from: { id: '29:local-network-team' },
      conversation: { id: thread },
      value: { action: { type: 'Action.Execute', verb: 'again', data: { jobId: '1', port: '80' } }, trigger: 'manual' },
    });
  });

  it('for a pressed Action.Submit: a message with a value', async () => {
    const { chat, heard, send } = await start();
    const messageId = await send(personal, cardMessage('a card', []));
    const press = { kind: 'submit', data: { verb: 'again', port: '80' } } as const;
    expect(await chat.press({ person: 'on-call', conversationId: personal, messageId, press })).toEqual({ ok: true });
    expect(heard).toMatchObject([{ type: 'message', replyToId: messageId, value: { verb: 'again', port: '80' } }]);
    expect(heard[0]).not.toHaveProperty('text');
  });
});

describe('what becomes of a press', () => {
  const card: JsonObject = { type: 'AdaptiveCard', version: '1.5', body: [] };
  const pressed = async (answer: Awaited<ReturnType<Reaction>>) => {
    const { chat, send } = await start(async () => answer);
    const messageId = await send(personal, cardMessage('a card', []));
    return {
      messageId,
      came: await chat.press({ person: 'on-call', conversationId: personal, messageId, press: execute }),
    };
  };

  it('a card replaces the message’s card for the one who pressed, until the message is updated', async () => {
    const { messageId, came } = await pressed({
      body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card },
    });
    expect(came).toEqual({ kind: 'card', card });
    expect(bot.chat.connector.activities(personal)).toMatchObject([{ views: { '29:local-on-call': card } }]);
    await bot.update(personal, messageId, cardMessage('for everyone', []));
    expect(bot.chat.connector.activities(personal)).toMatchObject([{ views: {} }]);
  });

  it('a card that is older than the last update for everyone is not shown', async () => {
    const { chat, send } = await start(async (activity, self) => {
      await self.update(personal, String(activity.replyToId), cardMessage('final', []));
      return { body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card } };
    });
    const messageId = await send(personal, cardMessage('a card', []));
    await chat.press({ person: 'on-call', conversationId: personal, messageId, press: execute });
    expect(chat.connector.activities(personal)).toMatchObject([{ activity: { summary: 'final' }, views: {} }]);
  });

  it.each<[string, Awaited<ReturnType<Reaction>>, string]>([
    [
      'an error body',
      {
        body: { statusCode: 400, type: 'application/vnd.microsoft.error', value: { code: 'Bad', message: 'Not so.' } },
      },
      'Not so.',
    ],
    ['a status', { status: 501 }, 'hopcheck answered 501 to this button.'],
    ['no body', {}, 'hopcheck gave this button no answer that Teams understands.'],
    [
      'another type',
      { body: { statusCode: 401, type: 'application/vnd.microsoft.activity.loginRequest', value: {} } },
      'hopcheck answered this button with "application/vnd.microsoft.activity.loginRequest", which is not emulated here.',
    ],
    [
      'no card',
      { body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: { type: 'Hero' } } },
      'hopcheck answered with a card that is no Adaptive Card.',
    ],
  ])('%s is told', async (_, answer, why) => {
    expect((await pressed(answer)).came).toEqual({ kind: 'failed', why });
  });

  it('a message that is gone is told without asking the bot', async () => {
    const { chat, heard } = await start();
    const answer = await chat.press({ person: 'on-call', conversationId: personal, messageId: '1', press: execute });
    expect(answer).toEqual({ kind: 'failed', why: 'This message is no longer there.' });
    expect(heard).toEqual([]);
  });
});

describe('the door', () => {
  const ask = async (path: string, headers: Readonly<Record<string, string>>, method = 'GET', body = '') => {
    const { port } = new URL(bot.url);
    const asking = request({ host: '127.0.0.1', port, path, method, headers });
    asking.end(body);
    const [response] = await once(asking, 'response');
    response.resume();
    return response;
  };

  it.each(['/', '/chat/events', '/chat/settings', '/connector/v3/conversations'])(
    '%s is for loopback names only',
    async (path) => {
      await start();
      for (const host of ['attacker.example', '127.0.0.1.attacker.example', 'localhost.attacker.example:80']) {
        expect((await ask(path, { host })).statusCode, host).toBe(403);
      }
    },
  );

  it.each([
    ['http://attacker.example', 403],
    ['null', 403],
    ['http://localhost:1', 403],
    ['same', 200],
  ])('a post from origin %s gets %d', async (origin, status) => {
    const { url, heard } = await start();
    const { host } = new URL(url);
    const headers = { host, origin: origin === 'same' ? `http://${host}` : origin, 'content-type': 'application/json' };
    const body = JSON.stringify({ person: 'on-call', place: { kind: 'personal' }, text: 'help', locale: 'en-US' });
    expect((await ask('/chat/messages', headers, 'POST', body)).statusCode).toBe(status);
    expect(heard).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each([
    ['another media type', 'text/plain', '{}', 415],
    ['broken JSON', 'application/json', '{', 400],
    ['missing fields', 'application/json', '{}', 400],
    ['too much', 'application/json', JSON.stringify({ text: 'x'.repeat(300_000) }), 413],
  ])('a body with %s is refused', async (_, type, body, status) => {
    const { url } = await start();
    const answer = await ask('/chat/messages', { host: new URL(url).host, 'content-type': type }, 'POST', body);
    expect(answer.statusCode).toBe(status);
  });

  it('the page may load nothing from elsewhere, and be framed by nobody', async () => {
    const { url } = await start();
    for (const path of ['/', '/chat/page/main.js', '/chat/adaptivecards.js']) {
      const { headers, statusCode } = await ask(path, { host: new URL(url).host });
      expect(statusCode).toBe(200);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('leaves other paths to others', async () => {
    const { url } = await start();
    for (const path of ['/healthz', '/chatter', '/connectors', '/api/messages']) {
      expect((await ask(path, { host: new URL(url).host })).statusCode, path).toBe(404);
    }
    expect((await ask('/chat/none', { host: new URL(url).host })).statusCode).toBe(404);
  });
});

describe('the stream of events', () => {
  it('begins with a snapshot and goes on with each change, newest revision last', async () => {
    const { url, send, update } = await start();
    const id = await send(personal, { type: 'message', text: 'one' });
    const response = await fetch(`${url}/chat/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = eventsOf(response);
    expect(await events.next()).toMatchObject({
      value: { event: 'snapshot', data: [{ id, activity: { text: 'one' } }] },
    });
    await update(personal, id, { type: 'message', text: 'two' });
    await send(personal, { type: 'typing' });
    const updated = await events.next();
    expect(updated).toMatchObject({
      value: { event: 'message', data: { id, activity: { text: 'two' }, revision: 2 } },
    });
    expect(await events.next()).toMatchObject({ value: { event: 'typing', data: { conversationId: personal } } });
    bot.chat.close();
    expect(await events.next()).toMatchObject({ done: true });
  });
});

async function* eventsOf(response: Response): AsyncGenerator<{ readonly event: string; readonly data: unknown }> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) };
    }
  }
}

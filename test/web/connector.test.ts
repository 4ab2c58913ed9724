import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { channel, people, personalConversationId } from '../../src/web/people.ts';
import { startTinyBot, type TinyBot } from './tiny-bot.ts';

const personal = personalConversationId('on-call');
const activitiesOf = (id: string) => `/v3/conversations/${encodeURIComponent(id)}/activities`;
const message = (text: string): JsonObject => ({ type: 'message', text });

let bot: TinyBot;
const start = async () => {
  bot = await startTinyBot();
  return bot.chat.connector;
};
afterEach(() => bot.close());

describe('a message of the bot', () => {
  it('is created, updated and deleted under one id', async () => {
    const connector = await start();
    const created = await bot.ask('POST', activitiesOf(personal), message('first'));
    expect(created.status).toBe(201);
    const { id } = created.body as { id: string };
    expect(connector.activities(personal)).toMatchObject([{ id, author: 'bot', activity: { text: 'first' } }]);

    expect(await bot.ask('PUT', `${activitiesOf(personal)}/${id}`, message('second'))).toMatchObject({
      status: 200,
      body: { id },
    });
    expect(connector.activities(personal)).toMatchObject([{ id, deleted: false, activity: { text: 'second' } }]);

    expect((await bot.ask('DELETE', `${activitiesOf(personal)}/${id}`)).status).toBe(200);
    expect(connector.activities(personal)).toMatchObject([{ id, deleted: true }]);
    expect((await bot.ask('PUT', `${activitiesOf(personal)}/${id}`, message('third'))).status).toBe(404);
  });

  it('starts a thread in a channel, or answers in the thread its conversation names', async () => {
    const connector = await start();
    const root = await bot.send(channel.id, message('root'));
    const thread = `${channel.id};messageid=${root}`;
    await bot.send(thread, message('in the thread'));
    await bot.ask('POST', `${activitiesOf(channel.id)}/${root}`, message('as a reply'));
    await bot.send(channel.id, message('another thread'));
    expect(connector.activities(thread).map((one) => one.activity.text)).toEqual([
      'root',
      'in the thread',
      'as a reply',
    ]);
    expect(connector.activities(channel.id)).toHaveLength(4);
  });

  it('is updated through the thread’s id as well', async () => {
    const connector = await start();
    const id = await bot.send(channel.id, message('before'));
    await bot.update(`${channel.id};messageid=${id}`, id, message('after'));
    expect(connector.activities(channel.id)).toMatchObject([{ activity: { text: 'after' } }]);
  });

  it('cannot change what a person wrote', async () => {
    const connector = await start();
    const said = connector.conversations.post(personal, '29:local-on-call', message('mine'));
    expect((await bot.ask('PUT', `${activitiesOf(personal)}/${said.id}`, message('yours'))).status).toBe(404);
  });

  it('is refused beyond the size that Teams takes', async () => {
    const connector = await start();
    const answer = await bot.ask('POST', activitiesOf(personal), message('x'.repeat(52_000)));
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'MessageSizeTooBig' } } });
    expect(connector.activities(personal)).toEqual([]);
  });
});

describe('POST /v3/conversations', () => {
  it('finds the chat with a person', async () => {
    await start();
    const answer = await bot.ask('POST', '/v3/conversations', {
      members: [{ id: '29:local-on-call' }],
      isGroup: false,
    });
    expect(answer).toMatchObject({ status: 201, body: { id: personal } });
  });

  it('starts a thread in a channel', async () => {
    const connector = await start();
    const answer = await bot.ask('POST', '/v3/conversations', {
      isGroup: true,
      channelData: { channel: { id: channel.id } },
      activity: message('hello'),
    });
    const [posted] = connector.activities(channel.id);
    expect(answer).toMatchObject({
      status: 201,
      body: { id: `${channel.id};messageid=${posted?.id}`, activityId: posted?.id },
    });
  });

  it.each([
    [{ members: [{ id: '29:nobody' }] }, 404],
    [{ channelData: { channel: { id: channel.id } } }, 400],
    [{ members: 'everyone' }, 400],
  ])('answers %j with %d', async (body, status) => {
    await start();
    expect((await bot.ask('POST', '/v3/conversations', body)).status).toBe(status);
  });
});

describe('members', () => {
  it('are listed, paged and found by either id', async () => {
    await start();
    const members = `/v3/conversations/${encodeURIComponent(channel.id)}/members`;
    const [first] = people;
    expect(await bot.ask('GET', members)).toMatchObject({
      status: 200,
      body: [{ name: 'On-call' }, { name: 'Network team' }],
    });
    expect(await bot.ask('GET', members.replace(/members$/, 'pagedmembers'))).toMatchObject({
      body: { members: [{}, {}] },
    });
    for (const id of [first?.userId, first?.objectId]) {
      expect(await bot.ask('GET', `${members}/${encodeURIComponent(String(id))}`)).toMatchObject({
        body: { name: 'On-call' },
      });
    }
    expect((await bot.ask('GET', `${members}/29:nobody`)).status).toBe(404);
  });
});

describe('a request that is not known', () => {
  it.each([
    ['PATCH', '/v3/conversations'],
    ['GET', '/v3/attachments/1'],
    ['POST', `/v3/conversations/${personal}/transcripts`],
    ['GET', '/'],
  ])('%s %s says what was asked and what there is', async (method, path) => {
    const connector = await start();
    const answer = await bot.ask(method, path);
    expect(answer.status).toBe(501);
    expect(JSON.stringify(answer.body)).toContain(`${method} ${path}`);
    expect(JSON.stringify(answer.body)).toContain('PUT /v3/conversations/{conversationId}/activities/{activityId}');
    expect(connector.requests().at(-1)).toMatchObject({ method, path, outcome: 501 });
  });

  it('to a conversation nobody opened is a 404', async () => {
    await start();
    const answer = await bot.ask('POST', activitiesOf('a:elsewhere'), message('hello'));
    expect(answer).toMatchObject({
      status: 404,
      body: { error: { message: 'There is no conversation "a:elsewhere".' } },
    });
  });
});

describe('planted faults', () => {
  it('meet the next sends, in order, then stop', async () => {
    const connector = await start();
    connector.plant({ answer: { kind: 'status', status: 429, retryAfterS: 7 }, times: 2 });
    connector.plant({ answer: { kind: 'status', status: 412 } });
    const answers = [];
    for (const text of ['a', 'b', 'c', 'd']) answers.push(await bot.ask('POST', activitiesOf(personal), message(text)));
    expect(answers.map((one) => one.status)).toEqual([429, 429, 412, 201]);
    expect(answers[0]?.headers.get('retry-after')).toBe('7');
    expect(answers[2]?.headers.get('retry-after')).toBeNull();
    expect(connector.activities(personal).map((one) => one.activity.text)).toEqual(['d']);
    expect(connector.requests().map((one) => one.outcome)).toEqual([429, 429, 412, 201]);
  });

  it('meet only the kind of send they name', async () => {
    const connector = await start();
    connector.plant({ answer: { kind: 'status', status: 500 }, on: 'update' });
    const id = await bot.send(personal, message('first'));
    const path = `${activitiesOf(personal)}/${id}`;
    expect((await bot.ask('PUT', path, message('second'))).status).toBe(500);
    expect((await bot.ask('PUT', path, message('second'))).status).toBe(200);
  });

  it('can lose the answer of a send that took effect', async () => {
    const connector = await start();
    connector.plant({ answer: { kind: 'reset' }, kept: true });
    await expect(bot.send(personal, message('kept'))).rejects.toThrow();
    expect(connector.activities(personal)).toMatchObject([{ activity: { text: 'kept' } }]);
    expect(connector.requests()).toMatchObject([{ outcome: 'reset', send: 'create' }]);
  });

  it('can leave a send without an answer', async () => {
    const connector = await start();
    connector.plant({ answer: { kind: 'silence' } });
    const given = new AbortController();
    const sending = fetch(`${bot.url}/connector${activitiesOf(personal)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message('unheard')),
      signal: given.signal,
    });
    const next = bot.send(personal, message('heard'));
    await connector.waitFor((one) => one.activity.text === 'heard');
    given.abort();
    await expect(sending).rejects.toThrow();
    await next;
    expect(connector.activities(personal)).toHaveLength(1);
  });
});

describe('waitFor', () => {
  it('finds what is there, what comes and what becomes of it', async () => {
    const connector = await start();
    const coming = connector.waitFor((one) => one.activity.text === 'final');
    const id = await bot.send(personal, message('running'));
    expect((await connector.waitFor((one) => one.activity.text === 'running')).id).toBe(id);
    await bot.update(personal, id, message('final'));
    expect(await coming).toMatchObject({ id, conversationId: personal });
  });

  it('gives up with what it saw, and when the connector closes', async () => {
    const connector = await start();
    await bot.send(personal, message('something else'));
    await expect(connector.waitFor(() => false, 1)).rejects.toThrow(/the bot sent 1\n.*something else/);
    const waiting = connector.waitFor(() => false);
    connector.close();
    await expect(waiting).rejects.toThrow('the connector was closed');
  });
});

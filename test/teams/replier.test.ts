import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Conversation, Reply } from '../../src/core/chat.ts';
import { ConversationGone } from '../../src/jobs/job.ts';
import { createAuthentication } from '../../src/teams/authentication.ts';
import { botClouds } from '../../src/teams/bot-cloud.ts';
import { createConnectors } from '../../src/teams/connectors.ts';
import { createReplier } from '../../src/teams/replier.ts';
import { createSender } from '../../src/teams/sender.ts';
import { createConnector } from '../../src/web/connector.ts';
import { summaryOf } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';

const replyOf = (summary: string): Reply => ({ card: 'notice', data: {}, summary });

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function open() {
  const clock = createFastClock(500);
  const connector = createConnector();
  connector.open({ id: 'a:1', kind: 'personal', members: [] });
  const server = createServer((req, res) => void connector.handle(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    connector.close();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const serviceUrl = `http://127.0.0.1:${address.port}/connector`;
  const conversation = (id: string): Conversation => ({
    id,
    kind: 'personal',
    reference: { serviceUrl, conversationId: id, botId: '28:1', botName: 'hopcheck' },
  });
  const left: string[] = [];
  const replier = createReplier({
    sender: createSender({ clock }),
    connectors: createConnectors({ authentication: createAuthentication(undefined, botClouds.AzureCloud), appId: '' }),
    render: () => ({}),
    door: { local: true, serviceOrigins: [], tenants: [] },
    clock,
    gone: ({ id }) => void left.push(id),
  });
  return { connector, replier, here: conversation('a:1'), elsewhere: conversation('a:2'), left };
}

test('a message is sent, then written over', async () => {
  const { connector, replier, here } = await open();
  const id = await replier.send(here, replyOf('first'));
  expect(await replier.update(here, id ?? '', replyOf('second'))).toBe('updated');
  expect(connector.activities('a:1').map(summaryOf)).toEqual(['second']);
});

test.each([403, 404])(
  'an update answered %i says that the message is gone, and nothing about the conversation',
  async (status) => {
    const { connector, replier, here, left } = await open();
    const id = await replier.send(here, replyOf('first'));
    connector.plant({ on: 'update', answer: { kind: 'status', status } });
    expect(await replier.update(here, id ?? '', replyOf('second'))).toBe('gone');
    expect(left).toEqual([]);
  },
);

test('a conversation that takes no new message is left, once for all that wait, and no other', async () => {
  const { connector, replier, here, elsewhere, left } = await open();
  const waiting = ['one', 'two', 'three'].map((text) => replier.send(elsewhere, replyOf(text)));
  for (const sent of await Promise.allSettled(waiting)) {
    expect(sent).toMatchObject({ status: 'rejected', reason: expect.any(ConversationGone) });
  }
  expect(left).toEqual(['a:2']);
  expect(connector.requests()).toHaveLength(1);
  await replier.send(here, replyOf('still here'));
  expect(connector.activities('a:1').map(summaryOf)).toEqual(['still here']);
});

test.each([400, 401, 413, 500, 502])('a new message answered %i is not sent again', async (status) => {
  const { connector, replier, here, left } = await open();
  connector.plant({ on: 'create', answer: { kind: 'status', status }, times: 9 });
  await expect(replier.send(here, replyOf('once'))).rejects.toMatchObject({ statusCode: status });
  expect(connector.requests()).toHaveLength(1);
  expect(left).toEqual([]);
});

test('an update is made again after a cut connection and a 502 that took effect', async () => {
  const { connector, replier, here } = await open();
  const id = await replier.send(here, replyOf('first'));
  connector.plant({ on: 'update', answer: { kind: 'reset' }, kept: true });
  connector.plant({ on: 'update', answer: { kind: 'status', status: 502 }, kept: true });
  expect(await replier.update(here, id ?? '', replyOf('second'))).toBe('updated');
  expect(connector.requests().map(({ outcome }) => outcome)).toEqual([201, 'reset', 502, 200]);
  expect(connector.activities('a:1').map(summaryOf)).toEqual(['second']);
});

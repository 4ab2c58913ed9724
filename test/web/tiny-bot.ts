import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { type Chat, createChat } from '../../src/web/chat.ts';

/** An activity as the bot under the chat receives it. */
export type Heard = JsonObject & {
  readonly type: string;
  readonly id: string;
  readonly text?: string;
  readonly serviceUrl: string;
  readonly conversation: { readonly id: string };
  readonly replyToId?: string;
  readonly value?: { readonly action?: { readonly verb: string; readonly data: JsonObject } };
};

export type TinyBot = {
  readonly url: string;
  readonly chat: Chat;
  /** Everything received, oldest first. */
  readonly heard: readonly Heard[];
  /** Asks the connector as a bot does; the path follows `/connector`. */
  ask(
    method: string,
    path: string,
    body?: Json,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Json }>;
  send(conversationId: string, activity: JsonObject): Promise<string>;
  update(conversationId: string, id: string, activity: JsonObject): Promise<void>;
  close(): Promise<void>;
};

/** What the bot does with an activity; what it returns is the body of its answer, `status` its status. */
export type Reaction = (
  activity: Heard,
  bot: TinyBot,
) => Promise<{ readonly status?: number; readonly body?: Json } | undefined>;

/** A bot of a few lines on plain node:http, with the chat in front of it as in local mode. */
export async function startTinyBot(react: Reaction = async () => undefined): Promise<TinyBot> {
  const heard: Heard[] = [];
  let port = 0;
  const chat = createChat({ botUrl: () => `http://127.0.0.1:${port}` });
  const server = createServer(async (req, res) => {
    if (await chat.handle(req, res)) return;
    if (req.method !== 'POST' || req.url !== '/api/messages') return answer(res, 404);
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(Buffer.from(chunk));
    const activity: Heard = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    heard.push(activity);
    const reaction = await react(activity, bot);
    answer(res, reaction?.status ?? 200, reaction?.body);
  });
  const answer = (res: ServerResponse, status: number, body?: Json) => {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(body === undefined ? undefined : JSON.stringify(body));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;

  const ask: TinyBot['ask'] = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/connector${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
  const bot: TinyBot = {
    url: `http://127.0.0.1:${port}`,
    chat,
    heard,
    ask,
    send: async (conversationId, activity) => {
      const { status, body } = await ask(
        'POST',
        `/v3/conversations/${encodeURIComponent(conversationId)}/activities`,
        activity,
      );
      if (status !== 201) throw new Error(`send: ${status} ${JSON.stringify(body)}`);
      return String((body as JsonObject).id);
    },
    update: async (conversationId, id, activity) => {
      const path = `/v3/conversations/${encodeURIComponent(conversationId)}/activities/${id}`;
      const { status, body } = await ask('PUT', path, activity);
      if (status !== 200) throw new Error(`update: ${status} ${JSON.stringify(body)}`);
    },
    close: async () => {
      chat.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return bot;
}

/** A message that is one card. */
export const cardMessage = (summary: string, body: readonly Json[], actions: readonly Json[] = []): JsonObject => ({
  type: 'message',
  summary,
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: { type: 'AdaptiveCard', version: '1.5', body, actions },
    },
  ],
});

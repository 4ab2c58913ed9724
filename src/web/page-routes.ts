import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Json, JsonObject } from '../core/json.ts';
import { readAsset } from './assets.ts';
import type { Delivery, InvokeAnswer } from './deliver.ts';
import { pathOf, readJson, refusal, sendJson } from './http.ts';
import { bot, channel, type PersonId, people, personalConversationId, team } from './people.ts';

const bodyLimitBytes = 262_144;
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/** Of the embedded Azure's default network; the sample of the grants lets On-call ask the first and not the second. */
const defaultExamples = {
  'en-US': [
    'check from app0 to vm db0 port 80',
    'check from MultiTierApp0 to vm Database0 port 80',
    'why',
    'whoami',
    'check vm db0 port 1433',
    'help',
  ],
  'zh-CN': [
    '检查 从 app0 到 db0 端口 80',
    '检查 从 MultiTierApp0 到 虚拟机 Database0 端口 80',
    '为什么',
    '我是谁',
    '帮助',
  ],
};

const personShape = z.enum(['on-call', 'network-team']);
const placeShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('personal') }),
  z.object({ kind: z.literal('channel'), threadId: z.string().exactOptional() }),
]);
const localeShape = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/);
const jsonObjectShape: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const wordsShape = z.object({
  person: personShape,
  place: placeShape,
  text: z.string().trim().min(1).max(28_000),
  locale: localeShape,
});
const pressShape = z.object({
  person: personShape,
  conversationId: z.string(),
  messageId: z.string(),
  locale: localeShape,
  press: z.object({
    kind: z.enum(['execute', 'submit']),
    id: z.string().exactOptional(),
    title: z.string().exactOptional(),
    verb: z.string().exactOptional(),
    data: jsonObjectShape,
  }),
});
const visitShape = z.object({ person: personShape, kind: z.enum(['personal', 'channel']), locale: localeShape });

type PageOptions = {
  readonly azureIsSimulated?: boolean;
  readonly examples?: Readonly<Record<string, readonly string[]>>;
  /** Keeps this response open for what happens from now on. */
  readonly attach: (res: ServerResponse) => void;
  readonly say: (
    words: z.infer<typeof wordsShape>,
  ) => Promise<{ readonly message: { readonly id: string }; readonly delivery: Delivery | 'not mentioned' }>;
  readonly press: (press: z.infer<typeof pressShape>) => Promise<InvokeAnswer | Delivery>;
  readonly visit: (person: PersonId, kind: 'personal' | 'channel', locale: string) => Promise<Delivery>;
};

type Page = {
  /** True where it took the request: `/`, `/chat/*`. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
};

/** What the browser loads, and what its page asks for under `/chat`. */
export function createPage({ azureIsSimulated = true, examples = defaultExamples, ...chat }: PageOptions): Page {
  const settings: JsonObject = {
    bot: { name: bot.name },
    people: people.map(({ id, name, userId }) => ({ id, name, userId, conversationId: personalConversationId(id) })),
    team: { name: team.name },
    channel: { id: channel.id, name: channel.name },
    azureIsSimulated,
    examples,
  };

  async function act<Shape>(
    req: IncomingMessage,
    res: ServerResponse,
    shape: z.ZodType<Shape>,
    run: (wish: Shape) => Promise<Json>,
  ): Promise<void> {
    const body = await readJson(req, bodyLimitBytes);
    if (!body.ok) return sendJson(res, body.status, { why: body.why });
    const wish = shape.safeParse(body.value);
    if (!wish.success) return sendJson(res, 400, { why: z.prettifyError(wish.error) });
    sendJson(res, 200, await run(wish.data));
  }

  async function serve(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const reading = req.method === 'GET' || req.method === 'HEAD';
    if (reading && path === '/chat/settings') return sendJson(res, 200, settings);
    if (reading && path === '/chat/events') return chat.attach(res);
    if (req.method === 'POST' && path === '/chat/messages') {
      return act(req, res, wordsShape, async (wish) => {
        const { message, delivery } = await chat.say(wish);
        return { messageId: message.id, delivery };
      });
    }
    if (req.method === 'POST' && path === '/chat/presses') {
      return act(req, res, pressShape, (wish) => chat.press(wish));
    }
    if (req.method === 'POST' && path === '/chat/visits') {
      return act(req, res, visitShape, (wish) => chat.visit(wish.person, wish.kind, wish.locale));
    }
    const asset = reading ? await readAsset(path) : undefined;
    if (asset === undefined) return sendJson(res, 404, { why: `There is no ${req.method} ${path} here.` });
    res.writeHead(200, {
      'content-type': asset.contentType,
      'content-length': asset.body.length,
      'cache-control': 'no-cache',
    });
    res.end(req.method === 'HEAD' ? undefined : asset.body);
  }

  return {
    async handle(req, res) {
      const path = pathOf(req);
      if (path !== '/' && path !== '/chat' && !path.startsWith('/chat/')) return false;
      res.setHeader('content-security-policy', contentSecurityPolicy);
      res.setHeader('x-content-type-options', 'nosniff');
      res.setHeader('referrer-policy', 'no-referrer');
      const refused = refusal(req);
      if (refused === undefined) await serve(req, res, path);
      else sendJson(res, 403, { why: refused });
      return true;
    },
  };
}

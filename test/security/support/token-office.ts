import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { listen } from './issuer.ts';

/** What the token service was asked, without what it was asked about. */
export type Asked = { readonly what: 'fetch' | 'invite' | 'exchange' | 'forget' | 'unknown'; readonly userId: string };

/** Stands in for token.botframework.com, for one OAuth connection. */
export type TokenOffice = {
  readonly url: string;
  readonly asked: Asked[];
  /** The Authorization headers that it got. */
  readonly presented: (string | undefined)[];
  /** What is kept of each user's sign-in. */
  readonly kept: Map<string, string>;
  /** Codes of the sign-in page, each good once for its user's token. */
  readonly codes: Map<string, string>;
  /** What a client's token is exchanged for; a number is a refusal. */
  exchange: (token: string, userId: string) => string | number;
  /** What a sign-out is answered with; with anything but 200 the token is kept. */
  signOut: number;
  close(): Promise<void>;
};

export const connectionName = 'azure-sign-in';
export const exchangeUri = 'api://hopcheck.example.com/botid-hopcheck';

const Body = z.object({ token: z.string() });

export async function startTokenOffice(): Promise<TokenOffice> {
  const asked: Asked[] = [];
  const presented: (string | undefined)[] = [];
  const kept = new Map<string, string>();
  const codes = new Map<string, string>();
  const state: Pick<TokenOffice, 'exchange' | 'signOut'> = { exchange: () => 412, signOut: 200 };
  const listening = await listen(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = await text(request);
    const userId = url.searchParams.get('userId') ?? '';
    presented.push(request.headers.authorization);
    const send = (status: number, answer?: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(answer && JSON.stringify(answer));
    };
    const give = (token: string) => send(200, { channelId: 'msteams', connectionName, token });
    const known = url.searchParams.get('connectionName') === connectionName;
    switch (`${request.method} ${url.pathname.toLowerCase()}`) {
      case 'GET /api/usertoken/gettoken': {
        asked.push({ what: 'fetch', userId });
        const code = url.searchParams.get('code');
        const token = code ? codes.get(code) : kept.get(userId);
        if (!known || !token) return send(404);
        if (code) codes.delete(code);
        kept.set(userId, token);
        return give(token);
      }
      case 'GET /api/botsignin/getsigninresource': {
        const asking: unknown = JSON.parse(Buffer.from(url.searchParams.get('state') ?? '', 'base64').toString());
        const { connectionName: named, conversation } = State.parse(asking);
        asked.push({ what: 'invite', userId: conversation.user.id });
        if (named !== connectionName) return send(404);
        return send(200, {
          signInLink: 'https://token.botframework.com/api/oauth/signin?signin=canary-sign-in-link',
          tokenExchangeResource: { id: `exchange-${asked.length}`, uri: exchangeUri, providerId: 'entra' },
        });
      }
      case 'POST /api/usertoken/exchange': {
        asked.push({ what: 'exchange', userId });
        const exchanged = known ? state.exchange(Body.parse(JSON.parse(body)).token, userId) : 404;
        if (typeof exchanged === 'number') return send(exchanged);
        kept.set(userId, exchanged);
        return give(exchanged);
      }
      case 'DELETE /api/usertoken/signout':
        asked.push({ what: 'forget', userId });
        if (known && state.signOut === 200) kept.delete(userId);
        return send(known ? state.signOut : 404);
      default:
        asked.push({ what: 'unknown', userId: `${request.method} ${url.pathname}` });
        return send(501);
    }
  });
  return Object.assign(state, { url: listening.url, asked, presented, kept, codes, close: listening.close });
}

const State = z.object({
  connectionName: z.string(),
  msAppId: z.string(),
  conversation: z.object({ user: z.object({ id: z.string() }), conversation: z.object({ id: z.string() }) }),
});

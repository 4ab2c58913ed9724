import { once } from 'node:events';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { makeCertificate } from '../../../src/simulator/certificate.ts';
import { type BotCloud, botClouds } from '../../../src/teams/bot-cloud.ts';
import { type Connector, createConnector } from '../../../src/web/connector.ts';
import { type Issuer, type KeyPair, listen, makeKey, startIssuer } from './issuer.ts';
import { startTokenOffice, type TokenOffice } from './token-office.ts';

/** What Entra was asked for: the path and the form's fields. */
export type TokenRequest = { readonly path: string; readonly form: Readonly<Record<string, string>> };

export type TokenAnswer = string | { readonly status: number; readonly body: object };

export type Authority = {
  readonly url: string;
  readonly ca: string;
  readonly asked: TokenRequest[];
  /** What the next tokens are; an object is sent as an error. A function is asked each time. */
  answer: TokenAnswer | ((request: TokenRequest) => TokenAnswer);
  /** Nothing is answered any more. */
  silent: boolean;
  close(): Promise<void>;
};

/** Stands in for login.microsoftonline.com, as far as a confidential client asks it. */
export async function startAuthority(): Promise<Authority> {
  const { ca, certificate, key } = await makeCertificate(['127.0.0.1'], Date.now());
  const asked: TokenRequest[] = [];
  const state: Pick<Authority, 'answer' | 'silent'> = { answer: 'connector-token', silent: false };
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    if (state.silent) return;
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const tenant = path.split('/')[1] ?? '';
    if (request.method === 'GET' && path.endsWith('/.well-known/openid-configuration')) {
      return send(200, {
        issuer: `${url}/${tenant}/v2.0`,
        authorization_endpoint: `${url}/${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${url}/${tenant}/oauth2/v2.0/token`,
        jwks_uri: `${url}/${tenant}/discovery/v2.0/keys`,
      });
    }
    if (request.method !== 'POST' || !path.endsWith('/oauth2/v2.0/token')) return send(404, { error: path });
    asked.push({ path, form });
    const answer = typeof state.answer === 'function' ? state.answer({ path, form }) : state.answer;
    if (typeof answer !== 'string') return send(answer.status, answer.body);
    return send(200, { token_type: 'Bearer', expires_in: 3600, access_token: answer });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was asked for');
  const url = `https://127.0.0.1:${address.port}`;
  return Object.assign(state, {
    url,
    ca,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** The Bot Framework of one test: token issuer, Entra and connector, all on loopback. */
export type BotFramework = {
  readonly cloud: BotCloud;
  readonly issuer: Issuer;
  readonly authority: Authority;
  readonly tokens: TokenOffice;
  readonly connector: Connector;
  readonly serviceUrl: string;
  readonly key: KeyPair;
  /** The Authorization headers that the connector got. */
  readonly presented: (string | undefined)[];
  close(): Promise<void>;
};

export async function startBotFramework(): Promise<BotFramework> {
  const key = await makeKey('key-1');
  const presented: (string | undefined)[] = [];
  const connector = createConnector();
  const [issuer, authority, tokens, service] = await Promise.all([
    startIssuer([key.jwk]),
    startAuthority(),
    startTokenOffice(),
    listen(async (request, response) => {
      presented.push(request.headers.authorization);
      if (await connector.handle(request, response)) return;
      response.statusCode = 404;
      response.end();
    }),
  ]);
  return {
    cloud: {
      ...botClouds.AzureCloud,
      metadataUrl: issuer.metadataUrl,
      serviceOrigins: [service.url],
      authority: authority.url,
      ca: authority.ca,
      tokenService: tokens.url,
    },
    issuer,
    authority,
    tokens,
    connector,
    serviceUrl: `${service.url}/connector`,
    key,
    presented,
    async close() {
      connector.close();
      await Promise.all([issuer.close(), authority.close(), tokens.close(), service.close()]);
    },
  };
}

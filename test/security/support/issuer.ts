import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export type Listening = { readonly url: string; readonly server: Server; close(): Promise<void> };

export async function listen(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was asked for');
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type KeyPair = { readonly kid: string; readonly privateKey: CryptoKey; readonly jwk: JWK };

export async function makeKey(kid: string, extra: object = { endorsements: ['msteams'] }): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', ...extra } };
}

/** What the issuer's documents do when they are asked for. */
export type Behaviour =
  | 'answer'
  | 'fail'
  | 'silence'
  | 'redirect'
  | 'garbage'
  | 'endless'
  | { readonly wait: Promise<void> };

/** Stands in for login.botframework.com: the OpenID document and the keys it names. */
export type Issuer = {
  readonly metadataUrl: string;
  keys: readonly object[];
  behaviour: Behaviour;
  readonly asked: { metadata: number; keys: number; elsewhere: number };
  close(): Promise<void>;
};

export async function startIssuer(keys: readonly object[]): Promise<Issuer> {
  const asked = { metadata: 0, keys: 0, elsewhere: 0 };
  const state: { keys: readonly object[]; behaviour: Behaviour } = { keys, behaviour: 'answer' };
  const listening = await listen(async (request, response) => {
    const metadata = request.url === '/metadata';
    if (!metadata && request.url !== '/keys') {
      asked.elsewhere += 1;
      response.statusCode = 404;
      response.end();
      return;
    }
    asked[metadata ? 'metadata' : 'keys'] += 1;
    const { behaviour } = state;
    if (typeof behaviour === 'object') await behaviour.wait;
    if (behaviour === 'silence') return;
    if (behaviour === 'fail') {
      response.statusCode = 500;
      response.end('down');
    } else if (behaviour === 'redirect') {
      response.writeHead(302, { location: '/elsewhere' });
      response.end();
    } else if (behaviour === 'garbage') {
      response.end('<html>');
    } else if (behaviour === 'endless') {
      response.on('error', () => {});
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    } else {
      response.end(JSON.stringify(metadata ? { jwks_uri: `${listening.url}/keys` } : { keys: state.keys }));
    }
  });
  return Object.assign(state, { metadataUrl: `${listening.url}/metadata`, asked, close: listening.close });
}

/** Signs as the connector does; a claim or header field that is `undefined` is left out. */
export function sign(
  pair: KeyPair,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: pair.kid, typ: 'JWT', ...header })
    .sign(pair.privateKey);
}

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signs bytes that no library would sign. */
export async function signRaw(pair: KeyPair, header: unknown, payload: unknown): Promise<string> {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', pair.privateKey, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

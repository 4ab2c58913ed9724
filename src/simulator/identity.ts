import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Principal, Topology } from './network/topology.ts';
import type { Stage } from './stage.ts';
import type { TokenOffice } from './token.ts';

export type IdentityEndpoint = {
  /** What IDENTITY_ENDPOINT and MSI_ENDPOINT are set to. */
  readonly endpoint: string;
  /** What IDENTITY_HEADER and MSI_SECRET are set to. */
  readonly header: string;
  close(): Promise<void>;
};

type Refusal = { readonly status: number; readonly body: unknown };

/**
 * The managed identity of an App Service: http on loopback, a shared secret in a header. Both of its forms are spoken,
 * 2017-09-01 (`Secret`, `expires_on` as a date text) and 2019-08-01 (`X-IDENTITY-HEADER`, seconds since 1970).
 */
export async function startIdentityEndpoint(options: {
  readonly port: number;
  readonly host: string;
  readonly stage: Stage;
  readonly office: TokenOffice;
  readonly log: (line: string) => void;
}): Promise<IdentityEndpoint> {
  const { stage, office, log } = options;
  const secret = randomUUID();
  const server = createServer((request, response) => {
    issue(request, stage.topology, office, secret)
      .then(({ status, body }) => {
        const text = JSON.stringify(body);
        response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
        response.end(text);
        log(`${request.method} ${(request.url ?? '').split('?')[0]} -> ${status} identity`);
      })
      .catch((error: unknown) => {
        log(`! identity endpoint failed: ${String(error)}`);
        response.destroy();
      });
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    endpoint: `http://127.0.0.1:${port}/msi/token`,
    header: secret,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const refuse = (status: number, message: string): Refusal => ({
  status,
  body: { statusCode: status, message, correlationId: randomUUID() },
});

async function issue(
  request: IncomingMessage,
  topology: Topology,
  office: TokenOffice,
  secret: string,
): Promise<Refusal> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (request.method !== 'GET' || !/^\/msi\/token\/?$/i.test(url.pathname)) {
    return refuse(404, `GET /msi/token is all there is; asked was ${request.method} ${url.pathname}`);
  }
  const version = url.searchParams.get('api-version');
  const given = version === '2017-09-01' ? request.headers.secret : request.headers['x-identity-header'];
  if (version !== '2017-09-01' && version !== '2019-08-01') {
    return refuse(400, `api-version ${version ?? '(none)'} is neither 2017-09-01 nor 2019-08-01`);
  }
  if (given !== secret) return refuse(401, 'the secret in the header is missing or wrong');
  const resource = url.searchParams.get('resource');
  if (resource === null || resource === '') return refuse(400, 'resource is missing');
  const principal = pick(topology, url.searchParams.get('client_id') ?? url.searchParams.get('clientid'));
  if (principal === undefined)
    return refuse(400, 'No User Assigned or Delegated Managed Identity found for specified ClientId');
  const { token, expiresOnTimestamp } = office.sign(principal, resource);
  const common = { access_token: token, resource, token_type: 'Bearer', client_id: principal.clientId };
  if (version === '2017-09-01') {
    return { status: 200, body: { ...common, expires_on: asDateText(expiresOnTimestamp) } };
  }
  return { status: 200, body: { ...common, expires_on: String(Math.floor(expiresOnTimestamp / 1000)) } };
}

function pick(topology: Topology, clientId: string | null): Principal | undefined {
  if (clientId === null || clientId === '') return topology.principals[0];
  return topology.principals.find((one) => one.clientId.toLowerCase() === clientId.toLowerCase());
}

/** `11/23/2026 10:00:00 +00:00`, as App Service on Linux writes it; azure-cli cannot read the form with AM and PM. */
function asDateText(ms: number): string {
  const [date = '', clock = ''] = new Date(ms).toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  return `${month}/${day}/${year} ${clock} +00:00`;
}

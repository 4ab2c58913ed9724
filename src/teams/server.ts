import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import restify, { type Response } from 'restify';
import type { Json, JsonObject } from '../core/json.ts';
import { arriving, count, measure } from '../core/telemetry.ts';
import { bodyLimitBytes, judgeHead, readBody } from './body.ts';
import { admit, type Door, type KnownActivity, type Vouched } from './front-door.ts';
import type { Refusal } from './refusals.ts';
import type { TokenCheck } from './token.ts';

export type ServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly door: Door;
  /** Absent in local mode alone. */
  readonly checkToken?: TokenCheck;
  /** One turn of an activity that was let in. */
  readonly receive: (known: KnownActivity) => Promise<{ readonly status: number; readonly body?: Json }>;
  /** What the process needs to do its work, each had or not; `/readyz` says so. */
  readonly ready: () => Promise<Readonly<Record<string, boolean>>>;
  /** Which program this is; `/version` says so, to everybody. */
  readonly product: JsonObject;
  /** Takes a request before the routes do; local mode's chat page. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly refused: (refusal: Refusal) => void;
  readonly surprised: (error: unknown) => void;
  readonly limits?: Partial<Limits>;
};

export type Limits = {
  readonly headTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** How often sockets are looked at for the two above. */
  readonly lookMs: number;
};

const defaultLimits: Limits = { headTimeoutMs: 10_000, bodyTimeoutMs: 15_000, lookMs: 1000 };

/** Room for a token of 16 KB beside the other headers, so that a longer one is refused as a token. */
const maxHeaderSize = 32 * 1024;

export type Server = { readonly port: number; close(): Promise<void> };

/** Thrown when the port is taken or may not be used. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const server = restify.createServer({ name: 'hopcheck', handleUncaughtExceptions: false });
  const http: HttpServer = server.server;
  secure(http, { ...defaultLimits, ...options.limits });
  const { before } = options;
  if (before) {
    server.pre((request, response, next) => {
      before(request, response).then(
        (taken) => next(taken ? false : undefined),
        (error: unknown) => next(error),
      );
    });
  }
  server.get('/healthz', async (_request, response) => {
    response.send(200, { status: 'ok' });
  });
  server.get('/readyz', async (_request, response) => {
    const parts = await options.ready();
    const isReady = Object.values(parts).every(Boolean);
    response.send(isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', ...parts });
  });
  server.get('/version', async (_request, response) => {
    response.send(200, options.product);
  });
  server.post('/api/messages', async (request, response) => {
    const startedMs = performance.now();
    try {
      await arriving(() => takeMessage(options, request, response));
    } catch (error) {
      options.surprised(error);
      if (!response.headersSent) response.writeHead(500, { connection: 'close' });
      response.end();
    } finally {
      measure('http.server.request.duration', (performance.now() - startedMs) / 1000, {
        'http.request.method': 'POST',
        'http.route': '/api/messages',
        'http.response.status_code': response.statusCode,
      });
    }
  });
  // restify would answer with its own words and a part of the request.
  server.on('restifyError', (_request, response: Response, error: { statusCode?: number }, done: () => void) => {
    if (!response.headersSent) response.send(error.statusCode ?? 500);
    done();
  });
  await listen(server, options);
  return {
    port: (http.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        http.closeIdleConnections();
        setTimeout(() => http.closeAllConnections(), 2000).unref();
      }),
  };
}

/** The token is verified before the body is read: who has none can make the process hold neither bytes nor a slow body. */
async function takeMessage(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, reason: string) => {
    options.refused({ status, reason, from: request.socket.remoteAddress ?? '' });
    // What follows a colon says which field: too many values for a label.
    const kind = reason.split(':', 1).join();
    count('hopcheck.refusals', { 'hopcheck.refusal.by': 'door', 'hopcheck.refusal.reason': kind });
    const kept = isSmall(request) && status !== 408;
    response.writeHead(status, { 'content-length': 0, ...(!kept && { connection: 'close' }) });
    response.end();
    request.resume();
  };
  const { door, checkToken } = options;
  const head = judgeHead(request.headers, door.local);
  if (head) return refuse(head.status, head.reason);
  let vouched: Vouched = 'local';
  if (checkToken) {
    const token = await checkToken(request.headersDistinct.authorization ?? []);
    if (!token.ok) return refuse(401, token.reason);
    vouched = token.voucher;
  }
  const reading = await readBody(request, options.limits?.bodyTimeoutMs ?? defaultLimits.bodyTimeoutMs);
  if (!reading.ok) return refuse(reading.status, reading.reason);
  const admission = admit(reading.body, door, vouched);
  if (!admission.ok) return refuse(admission.status, admission.reason);
  const answer = await options.receive(admission.known);
  if (answer.body === undefined) {
    response.writeHead(answer.status, { 'content-length': 0 });
    response.end();
  } else {
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(answer.body));
  }
}

/** An unread body that is known to be small may still arrive: cutting the connection would lose the answer on its way. */
function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? Number.NaN) <= bodyLimitBytes;
}

function secure(http: HttpServer, limits: Limits) {
  // restify makes the server without options; Node reads these when the server starts to listen.
  Object.assign(http, { maxHeaderSize, connectionsCheckingInterval: limits.lookMs });
  http.headersTimeout = limits.headTimeoutMs;
  http.requestTimeout = limits.headTimeoutMs + limits.bodyTimeoutMs;
  // restify listens for upgrades, and with a listener Node leaves the socket alone for ever.
  http.prependListener('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}

function listen(server: restify.Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    // restify passes the socket's error on to itself, and an error that nobody hears ends the process.
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      const why =
        error.code === 'EADDRINUSE'
          ? `${where} is taken by another program: stop it, or set PORT to a free port`
          : `cannot listen on ${where}: ${error.message}`;
      reject(new ListenError(why));
    });
    server.listen(port, host, () => resolve());
  });
}

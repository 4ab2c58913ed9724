import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import restify from 'restify';
import { readBody } from './body.ts';
import type { Bot } from './bot.ts';
import { admit, type Door } from './front-door.ts';

export type ServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly door: Door;
  readonly bot: Bot;
  /** Whether the process can do its work; `/readyz` says so. */
  readonly ready: () => boolean;
  /** Takes a request before the routes do; local mode's chat page. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly refused: (status: number, reason: string) => void;
};

export type Server = { readonly port: number; close(): Promise<void> };

/** Thrown when the port is taken or may not be used. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const server = restify.createServer({ name: 'hopcheck', handleUncaughtExceptions: false });
  const http: HttpServer = server.server;
  http.headersTimeout = 10_000;
  http.requestTimeout = 20_000;
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
    const ready = options.ready();
    response.send(ready ? 200 : 503, { status: ready ? 'ready' : 'starting' });
  });
  server.post('/api/messages', async (request, response) => {
    const refuse = (status: number, reason: string) => {
      options.refused(status, reason);
      response.writeHead(status, { connection: 'close' });
      response.end();
    };
    const reading = await readBody(request);
    if (!reading.ok) return refuse(reading.status, 'body');
    const admission = admit(reading.body, options.door);
    if (!admission.ok) return refuse(admission.status, admission.reason);
    const answer = await options.bot.receive(request.headers.authorization ?? '', admission.activity, admission.known);
    if (answer.status === 401) return refuse(401, 'token');
    if (answer.body === undefined) {
      response.writeHead(answer.status);
      response.end();
    } else {
      response.send(answer.status, answer.body);
    }
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${options.host}:${options.port}`;
      const why =
        error.code === 'EADDRINUSE'
          ? `${where} is taken by another program: stop it, or set PORT to a free port`
          : `cannot listen on ${where}: ${error.message}`;
      reject(new ListenError(why));
    });
    server.listen(options.port, options.host, () => resolve());
  });
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

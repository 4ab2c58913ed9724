import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCertificate } from './certificate.ts';
import { seeded } from './chance.ts';
import { control } from './control.ts';
import { generateEstate } from './estate.ts';
import type { Answer, Json } from './exchange.ts';
import { reshape } from './fault-answers.ts';
import type { Fault, Happened, Planted, Schedule } from './faults.ts';
import { type IdentityEndpoint, startIdentityEndpoint } from './identity.ts';
import type { Topology } from './network/topology.ts';
import { type Asked, openResourceManager } from './resource-manager.ts';
import { openStage } from './stage.ts';
import { openTokenOffice, type SignedToken } from './token.ts';
import { loadTopology, parseTopology } from './topologies.ts';

export type SimulatorOptions = {
  /** A shipped name such as `contoso`, or the path of a YAML file. */
  readonly topology?: string;
  readonly generate?: { readonly vms: number; readonly seed: number };
  readonly host?: string;
  /** 0 = any free one. */
  readonly port?: number;
  /** Absent = no identity endpoint. */
  readonly identityPort?: number;
  /** How many times faster than Azure. */
  readonly speed?: number;
  readonly seed?: number;
  /** Items per page of a list. */
  readonly pageSize?: number;
  readonly log?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
};

export type Simulator = {
  /** `https://localhost:PORT` */
  readonly endpoint: string;
  /** PEM of the authority to trust. */
  readonly ca: string;
  readonly identity?: { readonly endpoint: string; readonly header: string };
  readonly topology: Topology;
  /** The VM that the demo's channel asks from. */
  readonly defaultSource?: string;
  readonly seed: number;
  /** A token of the topology's first principal, or of the one named. */
  token(principal?: string): SignedToken;
  /** Puts another network in place, from the text of a topology file; what runs already keeps its answer. */
  change(yaml: string): void;
  /** As `POST /_control/faults`, without the wire. */
  plant(...faults: readonly Planted[]): void;
  schedule(schedule: Schedule | undefined): void;
  clearFaults(): void;
  readonly faultsHappened: readonly Happened[];
  close(): Promise<void>;
};

/** Bodies beyond this are refused; ARM's own limit is 4 MB. */
const longestBody = 4 * 1024 * 1024;

/** Starts the embedded Azure. Rejects with Node's EADDRINUSE, or a TopologyError. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, speed = 10, now = Date.now, log = () => {}, pageSize = 200 } = options;
  const { generate } = options;
  const stage = openStage(
    generate === undefined ? loadTopology(options.topology ?? 'contoso') : generateEstate(generate.vms, generate.seed),
  );
  const seed = options.seed ?? stage.topology.seed ?? Math.floor(now() % 0x7fffffff);
  const office = openTokenOffice(stage, now);
  const manager = openResourceManager({ stage, office, now, speed, seed, pageSize });
  const certificate = await makeCertificate(['localhost', '127.0.0.1', '::1'], Date.now());
  const routing = seeded(`${seed}/routing`);
  const server = createServer({ key: certificate.key, cert: certificate.certificate }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(`! ${request.method} ${request.url} failed in the simulator: ${String(error)}`);
      response.destroy();
    });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const target = `https://localhost${request.url?.startsWith('/') ? request.url : '/'}`;
    const url = new URL(URL.canParse(target) ? target : 'https://localhost/');
    const body = await readBody(request);
    const method = request.method ?? 'GET';
    const write = (given: Answer, faults: readonly Fault[]) =>
      send(response, given, faults, {
        Date: new Date(now() + skewOf(faults)).toUTCString(),
        'x-ms-correlation-request-id': routing.guid(),
        'x-ms-routing-request-id': `SIMULATOR:${routing.guid()}`,
      });
    if (url.pathname === '/_control' || url.pathname.startsWith('/_control/')) {
      const done = control({ method, path: url.pathname, query: url.searchParams, request, body }, manager, stage);
      await write(done, []);
      log(line(method, url, done.status, 'control', startedAt));
      return;
    }
    const asked: Asked = {
      method,
      path: url.pathname,
      query: url.searchParams,
      host: request.headers.host ?? `localhost:${port}`,
      authorization: request.headers.authorization,
      body,
    };
    const reply = await manager.handle(asked);
    const shaped = reshape(reply.answer, reply.faults);
    await write(shaped, reply.faults);
    const kinds = reply.faults.map((fault) => fault.kind).join(',');
    const by = reply.principal === undefined ? '' : ` by ${reply.principal.name}`;
    log(`${line(method, url, shaped.status, reply.operation, startedAt)}${by}${kinds === '' ? '' : ` fault ${kinds}`}`);
  };

  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  const bound = isAddress(address) ? address.port : port;
  let identity: IdentityEndpoint | undefined;
  try {
    if (options.identityPort !== undefined) {
      identity = await startIdentityEndpoint({ port: options.identityPort, host, stage, office, log });
    }
  } catch (error) {
    server.close();
    throw error;
  }
  const stop = async () => {
    await identity?.close();
    const ended = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await ended;
  };
  let closed: Promise<void> | undefined;
  return {
    endpoint: `https://localhost:${bound}`,
    ca: certificate.ca,
    ...(identity === undefined ? {} : { identity: { endpoint: identity.endpoint, header: identity.header } }),
    get topology() {
      return stage.topology;
    },
    ...(stage.topology.defaultSource === undefined ? {} : { defaultSource: stage.topology.defaultSource }),
    seed,
    token: (principal) => {
      const { topology } = stage;
      const found = topology.principals.find((one) => principal === undefined || same(one.name, principal));
      if (found === undefined) throw new Error(`${topology.name} has no principal "${principal}"`);
      return office.sign(found);
    },
    change: (yaml) => {
      stage.change(parseTopology(yaml, 'the changed topology'));
      manager.faults.plantAll(stage.topology.faults);
    },
    plant: (...faults) => manager.faults.plant(faults),
    schedule: (schedule) => manager.faults.schedule(schedule),
    clearFaults: () => manager.faults.clear(),
    get faultsHappened() {
      return manager.faults.happened;
    },
    close: () => {
      closed ??= stop();
      return closed;
    },
  };
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** The time, not the topology's, on purpose: a log is read beside other logs. The signed part of a Location is left out. */
function line(method: string, url: URL, status: number, operation: string, startedAt: number): string {
  const version = url.searchParams.get('api-version');
  const query = version === null ? '' : `?api-version=${version}`;
  return `${method} ${url.pathname}${query} -> ${status} ${operation} ${Math.round(performance.now() - startedAt)} ms`;
}

function skewOf(faults: readonly Fault[]): number {
  return (faults.find((fault) => fault.kind === 'clockSkew')?.seconds ?? 0) * 1000;
}

/** A body that is too long is read to its end all the same, so that the refusal arrives. */
async function readBody(request: IncomingMessage): Promise<Asked['body']> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += part.length;
    if (length <= longestBody) chunks.push(part);
  }
  if (length > longestBody) return { kind: 'unreadable' };
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return { kind: 'none' };
  try {
    const value: Json = JSON.parse(text);
    return { kind: 'json', value };
  } catch {
    return { kind: 'unreadable' };
  }
}

const page =
  '<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>502</h1><p>upstream</p></body></html>';

async function send(
  response: ServerResponse,
  answer: Answer,
  faults: readonly Fault[],
  common: Readonly<Record<string, string>>,
): Promise<void> {
  const by = <K extends Fault['kind']>(kind: K) =>
    faults.find((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
  if (by('reset') !== undefined) {
    response.socket?.resetAndDestroy();
    return;
  }
  const hang = by('serverTimeout')?.afterMs ?? 0;
  if (hang > 0) await delay(hang, undefined, { ref: false });
  const own = by('body');
  const html = by('html') !== undefined;
  const text = html ? page : (own?.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
  const payload = Buffer.from(by('halfJson') === undefined ? text : text.slice(0, Math.ceil(text.length / 2)));
  const type = html ? 'text/html' : (own?.contentType ?? 'application/json; charset=utf-8');
  response.writeHead(answer.status, {
    'Cache-Control': 'no-cache',
    Pragma: 'no-cache',
    Expires: '-1',
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    Server: 'hopcheck-simulator',
    'x-ms-request-id': common['x-ms-correlation-request-id'] ?? '',
    ...common,
    ...answer.headers,
    ...(answer.status === 204 ? {} : { 'Content-Type': type, 'Content-Length': payload.length }),
  });
  if (by('truncated') !== undefined) {
    response.write(payload.subarray(0, Math.floor(payload.length / 2)), () => response.socket?.destroy());
    return;
  }
  const slow = by('slow');
  if (slow !== undefined) return dribble(response, payload, slow.ms);
  response.end(payload);
}

async function dribble(response: ServerResponse, payload: Buffer, ms: number): Promise<void> {
  const steps = 10;
  const size = Math.max(1, Math.ceil(payload.length / steps));
  for (let at = 0; at < payload.length; at += size) {
    response.write(payload.subarray(at, at + size));
    await delay(ms / steps, undefined, { ref: false });
  }
  response.end();
}

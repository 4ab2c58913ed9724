import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { unsignedToken } from '../test/security/support/flood.ts';
import { type Figure, under } from './figure.ts';

const Started = z.object({ port: z.number() });
const Measured = z.object({ cpuMicros: z.number(), heapUsed: z.number(), rss: z.number() });

const megabyte = 1024 * 1024;
const batches = 10;

/** Floods the door with unsigned tokens, then occupies it with sockets that say nothing. */
export async function benchDoor(requests = 100_000): Promise<Figure[]> {
  const child = fork(new URL('door-server.ts', import.meta.url), { execArgv: ['--expose-gc'] });
  try {
    const [started] = await once(child, 'message');
    const { port } = Started.parse(started);
    await flood(port, 5000);
    const before = await measure(child);
    const perRequest: number[] = [];
    let last = before;
    for (let batch = 0; batch < batches; batch += 1) {
      await flood(port, requests / batches);
      const now = await measure(child);
      perRequest.push((now.cpuMicros - last.cpuMicros) / (requests / batches));
      last = now;
    }
    const half = batches / 2;
    const [early, late] = [mean(perRequest.slice(0, half)), mean(perRequest.slice(half))];
    const idle = await occupy(port, 1000);
    const occupied = await measure(child);
    for (const socket of idle) socket.destroy();
    return [
      under('door: CPU of a refused request', mean(perRequest), 'µs', 1000),
      under(`door: more CPU for a request in the second half of ${requests}`, (late / early - 1) * 100, '%', 20),
      under(`door: heap after ${requests} refused requests`, (last.heapUsed - before.heapUsed) / megabyte, 'MB', 20),
      under('door: memory of 1,000 silent sockets', (occupied.rss - last.rss) / megabyte, 'MB', 50),
    ];
  } finally {
    child.kill();
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function measure(child: ChildProcess) {
  child.send('measure');
  const [measured] = await once(child, 'message');
  return Measured.parse(measured);
}

async function flood(port: number, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const status = await post(port, agent, `Bearer ${unsignedToken(randomUUID())}`);
      if (status !== 401) throw new Error(`the door answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  agent.destroy();
}

function post(port: number, agent: Agent, authorization: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: 'POST',
        path: '/api/messages',
        headers: { authorization, 'content-type': 'application/json', 'content-length': 2 },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end('{}');
  });
}

async function occupy(port: number, count: number): Promise<readonly Socket[]> {
  const open = async () => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  return Promise.all(Array.from({ length: count }, open));
}

import { request } from 'node:https';
import { NetworkManagementClient } from '@azure/arm-network';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/server.ts';

/** An answer as it came over the wire. */
export type Wire = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
};

/** A clock that tests turn by hand. */
export function handClock(at = Date.UTC(2026, 10, 23, 9)): { now: () => number; turn: (seconds: number) => void } {
  let ms = at;
  return {
    now: () => ms,
    turn: (seconds) => {
      ms += seconds * 1000;
    },
  };
}

/** Starts a simulator whose operations are done by the time of their first poll: its clock leaps at every look. */
export function startLeaping(options: SimulatorOptions = {}): Promise<Simulator> {
  let ms = Date.now();
  return startSimulator({
    speed: 1000,
    seed: 1,
    now: () => {
      ms += 200;
      return ms;
    },
    ...options,
  });
}

export type Asking = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Null sends none. */
  readonly token?: string | null;
  readonly text?: string;
};

/** One request over TLS, trusting nothing but the simulator's own authority. */
export function ask(simulator: Simulator, pathOrUrl: string, asking: Asking = {}): Promise<Wire> {
  const url = new URL(pathOrUrl, simulator.endpoint);
  const token = asking.token === undefined ? simulator.token().token : asking.token;
  const payload = asking.text ?? (asking.body === undefined ? undefined : JSON.stringify(asking.body));
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        ca: simulator.ca,
        agent: false,
        method: asking.method ?? (payload === undefined ? 'GET' : 'POST'),
        headers: {
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(payload === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...asking.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          let body: unknown;
          try {
            body = text === '' ? undefined : JSON.parse(text);
          } catch {
            body = undefined;
          }
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body });
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}

export const contoso = '/subscriptions/00000000-0000-0000-0000-000000000000';
export const watcher = `${contoso}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westcentralus`;

export function machineId(group: string, name: string, subscription = contoso): string {
  return `${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
}

/** The unmodified client, trusting the simulator's authority. */
export function networkClient(simulator: Simulator, subscription = contoso.slice('/subscriptions/'.length)) {
  return new NetworkManagementClient({ getToken: async () => simulator.token() }, subscription, {
    endpoint: simulator.endpoint,
    tlsOptions: { ca: simulator.ca },
    retryOptions: { maxRetries: 0 },
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../src/simulator/server.ts';
import type { SignedToken } from '../src/simulator/token.ts';
import { type Channel, openChannel, registration } from './channel.ts';
import { atLeast, type Figure, median, percentile, under } from './figure.ts';
import type { ServerOrders } from './orders.ts';

const connections = 50;
const warmUpMs = 3000;
const roundMs = 2500;
const rounds = 5;

export type Started = { readonly port: number; readonly process: ChildProcess };

/**
 * Signed activities, 50 at a time, to hopcheck and to the echo bot in turn: each verifies every token's RS256 signature,
 * issuer, audience, time, service URL and the key's endorsement, and answers through the same connector before the turn ends.
 */
export async function benchRates(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-bench-'));
  const channel = await openChannel();
  const simulator = await startSimulator({ topology: 'nsg-inbound-nic' });
  const azure = { endpoint: simulator.endpoint, ca: simulator.ca, ...simulator.token() };
  const [hopcheck, echo] = [
    await startHopcheck(channel, { dataDir: join(folder, 'data'), azure }),
    await startEcho(channel),
  ];
  try {
    const load = openLoad(channel);
    for (const { port } of [echo, hopcheck]) await load.run(port, 'help', warmUpMs);
    const echoed: Round[] = [];
    const helped: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      echoed.push(await load.run(echo.port, 'help', roundMs));
      helped.push(await load.run(hopcheck.port, 'help', roundMs));
    }
    const asked = await load.run(hopcheck.port, 'check from app0 to db0 port 1433', roundMs);
    const shares = helped.map(({ perSecond }, round) => perSecond / (echoed[round]?.perSecond ?? Number.NaN));
    const rate = (name: string, of: readonly Round[], limit: number) =>
      atLeast(name, median(of.map(({ perSecond }) => perSecond)), '1/s', limit);
    const times = (of: readonly Round[]) => of.flatMap(({ tookMs }) => tookMs);
    return [
      rate('signed activities, the echo bot', echoed, 1),
      rate('signed activities, help', helped, 1),
      atLeast('help, share of the echo bot’s rate', median(shares), '', 0.9),
      rate('signed activities, check', [asked], 1),
      under(`acknowledgement of help at ${connections} connections, p50`, percentile(times(helped), 0.5), 'ms', 300),
      under(`acknowledgement of help at ${connections} connections, p99`, percentile(times(helped), 0.99), 'ms', 1000),
      under(`answer of the echo bot at ${connections} connections, p99`, percentile(times(echoed), 0.99), 'ms', 1000),
      under(`acknowledgement of check at ${connections} connections, p50`, percentile(asked.tookMs, 0.5), 'ms', 500),
      under(`acknowledgement of check at ${connections} connections, p99`, percentile(asked.tookMs, 0.99), 'ms', 1000),
    ];
  } finally {
    await end(hopcheck);
    echo.process.kill('SIGKILL');
    await channel.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Round = { readonly perSecond: number; readonly tookMs: readonly number[] };

function openLoad(channel: Channel) {
  let conversation = 0;
  return {
    async run(port: number, words: string, forMs: number): Promise<Round> {
      const tookMs: number[] = [];
      const startedMs = performance.now();
      const connection = async () => {
        while (performance.now() - startedMs < forMs) {
          conversation += 1;
          const answer = await channel.say(port, conversation, words);
          if (answer.status !== 200) throw new Error(`an activity was answered ${answer.status}`);
          tookMs.push(answer.tookMs);
        }
      };
      await Promise.all(Array.from({ length: connections }, connection));
      const perSecond = tookMs.length / ((performance.now() - startedMs) / 1000);
      const said = channel.take().length;
      if (said < tookMs.length) throw new Error(`${tookMs.length} activities, but only ${said} answers`);
      return { perSecond, tookMs };
    },
  };
}

type Azure = { readonly endpoint: string; readonly ca: string } & SignedToken;

export function startHopcheck(
  channel: Channel,
  { dataDir, azure }: { readonly dataDir: string; readonly azure: Azure },
): Promise<Started> {
  const orders: ServerOrders = { dataDir, cloud: channel.cloud, azure };
  return start(['hopcheck-server.ts', JSON.stringify(orders)], {});
}

export function startEcho({ cloud }: Channel): Promise<Started> {
  return start(['echo.js'], {
    ...registration,
    PORT: '0',
    ToChannelFromBotLoginUrl: `${cloud.authority}/${registration.MicrosoftAppTenantId}`,
    ToChannelFromBotOAuthScope: cloud.scope,
    ToBotFromChannelTokenIssuer: cloud.issuer,
    OAuthUrl: cloud.tokenService,
    ToBotFromChannelOpenIdMetadataUrl: cloud.metadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: cloud.metadataUrl,
    CallerId: 'urn:botframework:azure',
    ValidateAuthority: 'true',
  });
}

/** Resolves when the process says on which port it is ready. */
async function start([script = '', ...argv]: readonly string[], env: Record<string, string>): Promise<Started> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=DEP0040', ...profiling(), file, ...argv], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (!child.stdout) throw new Error('the process has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /ready on port (\d+)/.exec(line)?.[1];
    if (port !== undefined) return { port: Number(port), process: child };
  }
  throw new Error(`${script} ended before it was ready`);
}

/** hopcheck ends by itself when nobody speaks to it any more, and so writes its profile if it was asked for one. */
export async function end({ process: child }: Started): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await ended;
}

/** `BENCH_PROFILE=folder` writes a CPU profile of each process there, for those that end by themselves. */
function profiling(): readonly string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../src/simulator/server.ts';
import type { SignedToken } from '../src/simulator/token.ts';
import { type Channel, openChannel, registration } from './channel.ts';
import { atLeast, atMost, type Figure, median, percentile, shown, under } from './figure.ts';
import type { ServerOrders } from './orders.ts';
import { startFlags } from './start-flags.ts';

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
    for (const bot of [echo, hopcheck]) await load.run(bot, 'help', warmUpMs);
    const echoed: Round[] = [];
    const helped: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      echoed.push(await load.run(echo, 'help', roundMs));
      helped.push(await load.run(hopcheck, 'help', roundMs));
    }
    const asked = await load.run(hopcheck, 'check from app0 to db0 port 1433', roundMs);
    const shares = helped.map(({ perSecond }, round) => perSecond / (echoed[round]?.perSecond ?? Number.NaN));
    const rate = (name: string, of: readonly Round[]) =>
      shown(name, median(of.map(({ perSecond }) => perSecond)), '1/s');
    const times = (of: readonly Round[]) => of.flatMap(({ tookMs }) => tookMs);
    const cpu = (of: readonly Round[]) => median(of.map(({ cpuMs }) => cpuMs));
    const at = `at ${connections} connections`;
    return [
      rate('signed activities, the echo bot', echoed),
      rate('signed activities, help', helped),
      atLeast('help, share of the echo bot’s rate', median(shares), '', 0.9),
      shown('CPU of one activity, the echo bot', cpu(echoed), 'ms'),
      shown('CPU of one activity, help', cpu(helped), 'ms'),
      atMost('CPU of help, share of the echo bot’s', cpu(helped) / cpu(echoed), '', 1.11),
      shown(`answer of the echo bot ${at}, p50`, percentile(times(echoed), 0.5), 'ms'),
      shown(`answer of the echo bot ${at}, p99`, percentile(times(echoed), 0.99), 'ms'),
      under(`answer to help ${at}, p50`, percentile(times(helped), 0.5), 'ms', 100),
      under(`answer to help ${at}, p99`, percentile(times(helped), 0.99), 'ms', 300),
      rate('signed activities, check', [asked]),
      under(`acknowledgement of check ${at}, p50`, percentile(asked.tookMs, 0.5), 'ms', 500),
      under(`acknowledgement of check ${at}, p99`, percentile(asked.tookMs, 0.99), 'ms', 1000),
    ];
  } finally {
    await end(hopcheck);
    echo.process.kill('SIGKILL');
    await channel.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Round = {
  readonly perSecond: number;
  readonly tookMs: readonly number[];
  /** Of the bot's process, for one activity. */
  readonly cpuMs: number;
};

function openLoad(channel: Channel) {
  let conversation = 0;
  return {
    async run({ port, process: bot }: Started, words: string, forMs: number): Promise<Round> {
      const cpuBeforeMs = cpuMsOf(bot);
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
      const cpuMs = (cpuMsOf(bot) - cpuBeforeMs) / tookMs.length;
      const said = channel.take().length;
      if (said < tookMs.length) throw new Error(`${tookMs.length} activities, but only ${said} answers`);
      return { perSecond, tookMs, cpuMs };
    },
  };
}

/** What a process has used of the processors, from the kernel's ticks of 10 ms; not a number where there is no /proc. */
function cpuMsOf({ pid }: ChildProcess): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

type Azure = { readonly endpoint: string; readonly ca: string } & SignedToken;

export function startHopcheck(
  channel: Channel,
  { dataDir, azure }: { readonly dataDir: string; readonly azure: Azure },
): Promise<Started> {
  const orders: ServerOrders = { dataDir, cloud: channel.cloud, azure };
  return start(['hopcheck-server.ts', JSON.stringify(orders)], {}, startFlags());
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
async function start(
  [script = '', ...argv]: readonly string[],
  env: Record<string, string>,
  flags: readonly string[] = [],
): Promise<Started> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=DEP0040', ...flags, ...profiling(), file, ...argv], {
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

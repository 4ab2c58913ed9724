import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from '../scripts/bundle.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { registration } from './channel.ts';
import { atMost, type Figure, median, shown, under } from './figure.ts';
import { startFlags } from './start-flags.ts';

const rounds = 7;
/** Node warns of a deprecated module where it is used outside of node_modules, and a bundle is. */
const quiet = '--disable-warning=DEP0040';
const settleMs = 2500;
const root = fileURLToPath(new URL('..', import.meta.url));

type Starter = { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };
type Measured = { readonly readyMs: number[]; readonly rssMb: number[] };

/**
 * From the spawn of node to the line that says ready, and the memory of a process that has settled and waits. hopcheck starts as
 * in production, with an Azure that answers: what is measured has read its estate and compiled its cards.
 */
export async function benchStart(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-bench-'));
  const simulator = await startSimulator({ topology: 'contoso', identityPort: 0 });
  try {
    writeFileSync(join(folder, 'ca.pem'), simulator.ca);
    const dist = join(folder, 'dist');
    await promisify(execFile)(process.execPath, [join(root, 'scripts/build.ts'), '--out', dist], { cwd: root });
    await bundle(root, 'bench/echo.js', join(folder, 'echo'), { whole: true });
    const echoEnv = { ...registration, PORT: '0' };
    const env = {
      ...registration,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'fatal',
      HOPCHECK_DATA_DIR: join(folder, 'data'),
      HOPCHECK_ARM_ENDPOINT: simulator.endpoint,
      HOPCHECK_ARM_AUDIENCE: 'https://management.azure.com',
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com',
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
      IDENTITY_ENDPOINT: simulator.identity?.endpoint ?? '',
      IDENTITY_HEADER: simulator.identity?.header ?? '',
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    };
    const cached = (name: string) => ({ NODE_COMPILE_CACHE: join(folder, `cache-${name}`) });
    const built = [quiet, ...startFlags(), join(dist, 'src/main.js'), 'serve'];
    const measured = await measureInTurn({
      echo: { argv: [join(root, 'bench/echo.js')], env: echoEnv },
      echoBuilt: { argv: [quiet, join(folder, 'echo/echo.js')], env: { ...echoEnv, ...cached('echo') } },
      source: { argv: [...startFlags(), join(root, 'src/main.ts'), 'serve'], env: { ...env, ...cached('source') } },
      first: { argv: built, env: { ...env, NODE_DISABLE_COMPILE_CACHE: '1' } },
      again: { argv: built, env: { ...env, ...cached('built') } },
    });
    const ready = (name: keyof typeof measured) => median(measured[name].readyMs);
    const rss = (name: keyof typeof measured) => median(measured[name].rssMb);
    return [
      shown('echo bot, as installed: ready', ready('echo'), 'ms'),
      shown('echo bot, bundled, compile cache: ready', ready('echoBuilt'), 'ms'),
      shown('from source, compile cache: ready', ready('source'), 'ms'),
      under('bundle, first start: ready', ready('first'), 'ms', 600),
      under('bundle, compile cache: ready', ready('again'), 'ms', 600),
      atMost('bundle, first start, times the echo bot', ready('first') / ready('echo'), '', 1.3),
      atMost('bundle, compile cache, times the echo bot', ready('again') / ready('echo'), '', 1.3),
      shown('bundle, compile cache, times the echo bot bundled', ready('again') / ready('echoBuilt'), ''),
      shown('echo bot, as installed: memory idle (RSS)', rss('echo'), 'MB'),
      shown('echo bot, bundled: memory idle (RSS)', rss('echoBuilt'), 'MB'),
      shown('from source: memory idle (RSS)', rss('source'), 'MB'),
      shown('bundle: memory idle (RSS)', rss('again'), 'MB'),
      atMost('bundle: memory idle, times the echo bot', rss('again') / rss('echo'), '', 1.3),
      shown('bundle: memory idle, times the echo bot bundled', rss('again') / rss('echoBuilt'), ''),
    ];
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One start of each after the other, so that a busy moment of the machine meets them all; the first of each is not counted. */
async function measureInTurn<Name extends string>(starters: Readonly<Record<Name, Starter>>) {
  const names = Object.keys(starters) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, { readyMs: [], rssMb: [] }])) as unknown as Record<
    Name,
    Measured
  >;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const { readyMs, rssMb } = await timeStart(starters[name]);
      if (round === 0) continue;
      measured[name].readyMs.push(readyMs);
      measured[name].rssMb.push(rssMb);
    }
  }
  return measured;
}

async function timeStart({ argv, env }: Starter) {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...argv], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let readyMs = Number.NaN;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('is ready')) continue;
    readyMs = performance.now() - startedMs;
    break;
  }
  if (Number.isNaN(readyMs)) throw new Error(`${argv.join(' ')} ended before it was ready`);
  await delay(settleMs);
  const rssMb = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024;
  // A stop in good order is what writes the compile cache.
  child.kill('SIGTERM');
  await ended;
  return { readyMs, rssMb };
}

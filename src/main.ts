import { enableCompileCache } from 'node:module';
import { type Config, type Mode, readConfig } from './config.ts';
import type { Log } from './log.ts';

enableCompileCache();

// Node shows the line of source where it happened, and the lines of a bundle are as long as books.
process.once('uncaughtException', (error) => {
  complain(error.stack ?? error.message);
  process.exit(1);
});

/** What a collector does not take by then is lost: nobody waits longer for a process that was told to stop. */
const flushLimitMs = 2500;

const [word = 'serve', ...argv] = process.argv.slice(2);
const signal = stopSignal();

process.exitCode = await run();
// The SDK's clients leave the timers of aborted requests behind, and those would hold the process for half a minute.
if (word === 'serve') process.exit();

async function run(): Promise<number> {
  switch (word) {
    case 'serve':
      // npm start -- version
      return argv[0] === 'version' ? version() : serve(argv.includes('--local'));
    case 'check':
      return check();
    case 'simulator': {
      const { runSimulator } = await import('./simulator/main.ts');
      return runSimulator(argv, { out: print, err: complain, signal });
    }
    case 'doctor':
      return doctor();
    case 'grants': {
      const { runGrants } = await import('./terminal/grants.ts');
      return runGrants(argv, { out: print, err: complain });
    }
    case 'audit':
      return audit();
    case 'version':
    case '--version':
      return version();
    default:
      complain(
        `"${word}" is not something hopcheck does. It does: serve, check, simulator, doctor, grants, audit, version.`,
      );
      return 64;
  }
}

async function serve(local: boolean): Promise<number> {
  const config = configOrComplain(local ? 'local' : 'production');
  if (!config) return 1;
  const [{ createLog }, { serveUntilStopped }] = await Promise.all([import('./log.ts'), import('./serve.ts')]);
  const log = createLog({
    level: config.local && !process.env.LOG_LEVEL ? 'warn' : config.logLevel,
    human: process.stderr.isTTY,
  });
  return withTelemetry(config, log, () => serveUntilStopped(config, log, { out: print, err: complain, signal }));
}

async function check(): Promise<number> {
  const config = configOrComplain('terminal');
  if (!config) return 64;
  const [{ createLog }, { checkOnce }] = await Promise.all([import('./log.ts'), import('./check-once.ts')]);
  const log = createLog({ level: process.env.LOG_LEVEL ? config.logLevel : 'error', human: process.stderr.isTTY });
  const progress = process.stderr.isTTY
    ? (line: string | undefined) =>
        process.stderr.write(`\r\u001b[2K${line?.slice(0, (process.stderr.columns ?? 80) - 1) ?? ''}`)
    : undefined;
  return withTelemetry(config, log, () =>
    checkOnce(argv, config, log, { out: print, err: complain, progress, signal }),
  );
}

/** Loads and starts telemetry only where it is asked for. Sends what is left before it returns. */
async function withTelemetry(config: Config, log: Log, run: () => Promise<number>): Promise<number> {
  if (!config.telemetry) return run();
  // Azure Monitor's exporter would report on itself to its makers.
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT ??= 'true';
  const { MetricsPortError, startTelemetry } = await import('./telemetry.ts');
  const starting = startTelemetry(config.telemetry, log);
  try {
    const telemetry = await starting;
    if (telemetry.metricsUrl) log.info({ url: telemetry.metricsUrl }, 'metrics are served');
    try {
      return await run();
    } finally {
      await telemetry.stop(flushLimitMs);
    }
  } catch (error) {
    if (!(error instanceof MetricsPortError)) throw error;
    complain(error.message);
    return 1;
  }
}

async function version(): Promise<number> {
  const { product } = await import('./version.ts');
  const built = product.revision ? ` (${product.revision})` : '';
  print(`${product.name} ${product.version}${built}, Node ${product.node}`);
  return 0;
}

/** Reads only, so it may look on while the bot runs. */
async function audit(): Promise<number> {
  const config = configOrComplain('terminal');
  if (!config) return 64;
  const [{ runAudit }, { openAuditTables }] = await Promise.all([
    import('./terminal/audit.ts'),
    import('./open-audit.ts'),
  ]);
  return runAudit(argv, () => openAuditTables(config), { out: print, err: complain });
}

/** Names what is wrong with the configuration as one of its lines, so that it goes on past it. */
async function doctor(): Promise<number> {
  const [{ createLog }, { examine }] = await Promise.all([import('./log.ts'), import('./examine.ts')]);
  const log = createLog({ level: process.env.LOG_LEVEL ?? 'silent', human: process.stderr.isTTY });
  return examine(argv, process.env, { log }, { out: print, err: complain });
}

function configOrComplain(mode: Mode): Config | undefined {
  const reading = readConfig(process.env, mode);
  if (reading.ok) return reading.config;
  complain(
    ['hopcheck cannot start with this configuration:', ...reading.problems.map((problem) => `  - ${problem}`)].join(
      '\n',
    ),
  );
  return undefined;
}

function print(text: string) {
  process.stdout.write(`${text}\n`);
}

function complain(text: string) {
  process.stderr.write(`${text}\n`);
}

/** The first signal asks to stop, a second one insists. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort(new Error(`stopped by ${name}`));
      process.once(name, () => process.exit(130));
    });
  }
  return controller.signal;
}

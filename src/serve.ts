import { type App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { systemClock } from './core/clock.ts';
import { openGrants } from './grants-file.ts';
import { StoreUnusable } from './jobs/store.ts';
import type { Log } from './log.ts';
import { keepHeapDense } from './memory.ts';
import { ListenError } from './teams/server.ts';
import { product } from './version.ts';

export type Io = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
};

/** A channel that does not answer must not hold the process: what is not said by then is said after the next start. */
const stopLimitMs = 5000;

export async function stopInTime(app: Pick<App, 'stop'>): Promise<void> {
  const over = new AbortController();
  await Promise.race([app.stop(), systemClock.sleep(stopLimitMs, over.signal).catch(() => undefined)]);
  over.abort();
}

/** Runs the bot until the signal says stop. Returns the exit code. */
export async function serveUntilStopped(config: Config, log: Log, io: Io): Promise<number> {
  log.info(product, 'starting');
  const grants = openGrants(config, log);
  if (!grants.ok) {
    io.err(
      ['hopcheck cannot start with this grants file:', ...grants.problems.map((problem) => `  - ${problem}`)].join(
        '\n',
      ),
    );
    return 1;
  }
  try {
    const app = await createApp(config, { log, grants: grants.file.current });
    keepHeapDense();
    const azure = app.simulated ? 'the Azure is simulated' : 'with a real Azure';
    io.out(
      config.local
        ? `hopcheck is ready at ${app.url} (local mode: no Teams, ${azure})`
        : `hopcheck is ready on port ${new URL(app.url).port} (${azure})`,
    );
    if (config.local) io.out('Open it in a browser and type, for example: check from app0 to vm db0 port 80');
    await new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }));
    await stopInTime(app);
    return 0;
  } catch (error) {
    if (!(error instanceof ListenError || error instanceof StoreUnusable)) throw error;
    io.err(error.message);
    return 1;
  } finally {
    grants.file.close();
  }
}

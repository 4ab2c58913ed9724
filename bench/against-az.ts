import { terminalServices } from '../src/check-once.ts';
import { type Config, readConfig } from '../src/config.ts';
import { type Connection, connectAzure } from '../src/connect.ts';
import { systemClock } from '../src/core/clock.ts';
import { exitCodes } from '../src/terminal/answer.ts';
import { runCheck } from '../src/terminal/check.ts';
import { hasAzureCli, openAzureCli } from '../test/support/azure-cli.ts';
import type { Figure } from './figure.ts';

/** Topology, what hopcheck is asked, the same for `az network watcher test-connectivity`, and the rule to be named. */
const questions = [
  [
    'contoso',
    'from MultiTierApp0 to vm Database0 port 80',
    '--source-resource MultiTierApp0 -g ContosoRG --dest-resource Database0 --dest-port 80',
    'Port80',
  ],
  [
    'nsg-inbound-nic',
    'from app0 to vm db0 port 1433',
    '--source-resource app0 -g LabRG --dest-resource db0 --dest-port 1433',
    'deny-sql',
  ],
  [
    'nsg-outbound',
    'from app0 to vm db0 port 1433',
    '--source-resource app0 -g LabRG --dest-resource db0 --dest-port 1433',
    'deny-sql-out',
  ],
] as const;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** hopcheck and azure-cli, asked the same in one run of one embedded Azure; az's time is its command's, start included. */
export async function benchAgainstAz(): Promise<Figure[]> {
  if (!hasAzureCli()) {
    console.warn('az is not installed: not compared with it');
    return [];
  }
  const figures: Figure[] = [];
  for (const [topology, sentence, line, rule] of questions) {
    const reading = readConfig({ HOPCHECK_TOPOLOGY: topology, HOPCHECK_SPEED: '10' }, 'terminal');
    if (!reading.ok) throw new Error(reading.problems.join('\n'));
    const connection = await connectAzure(reading.config, silent, systemClock, { identityPort: 0 });
    if (!connection.simulator) throw new Error('the terminal simulates unless told otherwise');
    const { az, close } = await openAzureCli(connection.simulator);
    const startedMs = performance.now();
    await az(`network watcher test-connectivity ${line} -o json`);
    const azMs = performance.now() - startedMs;
    close();
    const own = await ask(connection, reading.config, sentence, rule);
    await connection.close();
    figures.push(
      compare(`${topology}: time to the rule's name, share of az's ${Math.round(azMs)} ms`, own.ruleMs / azMs, 0.25),
      compare(`${topology}: time to the final answer, share of az's`, own.finalMs / azMs, 1),
    );
  }
  return figures;
}

function compare(name: string, value: number, limit: number): Figure {
  return { name, value: Math.round(value * 1000) / 1000, unit: '', aim: `<= ${limit}`, ok: value <= limit };
}

async function ask(connection: Connection, config: Config, sentence: string, rule: string) {
  const startedMs = performance.now();
  let ruleMs = Number.POSITIVE_INFINITY;
  const exitCode = await runCheck(
    { text: `check ${sentence}`, json: false, locale: 'en' },
    terminalServices(connection, config),
    {
      out: () => {},
      err: (text) => console.error(text),
      progress: (line) => {
        if (line?.includes(rule)) ruleMs = Math.min(ruleMs, performance.now() - startedMs);
      },
      signal: new AbortController().signal,
    },
  );
  if (exitCode !== exitCodes.Unreachable) throw new Error(`unexpected answer: ${sentence}`);
  return { ruleMs, finalMs: performance.now() - startedMs };
}

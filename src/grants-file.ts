import { existsSync, readFileSync, unwatchFile, watchFile } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { everyone, type Grants, nobody, readGrants } from './policy/grants.ts';
import { commandNames } from './terminal/command-line.ts';

/** Who may ask what, as the file stands now. */
export type GrantsFile = { current(): Grants; close(): void };

export type GrantsReading =
  | { readonly ok: true; readonly file: GrantsFile }
  | { readonly ok: false; readonly problems: readonly string[] };

const lookEveryMs = 2000;

/** Made for the embedded Azure's default network, whose ids stand in it. */
const sample = fileURLToPath(new URL('../docs/grants.sample.yaml', import.meta.url));
const sampleTopology = 'contoso';

/** The demo tries out refusals too; with any other network or Azure the sample would refuse everything. */
function fileOf({ grantsFile, local, azure }: Config): string | undefined {
  if (grantsFile !== undefined) return grantsFile;
  const isDemo = local && azure.kind === 'simulator' && azure.topology === sampleTopology;
  return isDemo && existsSync(sample) ? sample : undefined;
}

/** Reads the grants, and again whenever the file changes. A bad new file keeps the old grants and says so loudly. */
export function openGrants(config: Config, log: Log): GrantsReading {
  const path = fileOf(config);
  if (!path) {
    const grants = config.local
      ? everyone('local mode: everyone at this machine may ask everything')
      : nobody('no grants file: set HOPCHECK_GRANTS');
    return { ok: true, file: { current: () => grants, close: () => {} } };
  }
  const first = readFile(path);
  if (!first.ok) return first;
  let { grants } = first;
  watchFile(path, { interval: lookEveryMs, persistent: false }, () => {
    const next = readFile(path);
    if (next.ok) {
      grants = next.grants;
      log.warn({ path }, 'grants file changed and is in force');
    } else {
      log.error({ path, problems: next.problems }, 'grants file changed and is WRONG: the old grants stay in force');
    }
  });
  return { ok: true, file: { current: () => grants, close: () => unwatchFile(path) } };
}

function readFile(
  path: string,
): { readonly ok: true; readonly grants: Grants } | { readonly ok: false; readonly problems: readonly string[] } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return {
      ok: false,
      problems: [`${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
  const reading = readGrants(text, path, commandNames);
  if (reading.ok) return reading;
  return {
    ok: false,
    problems: reading.problems.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`),
  };
}

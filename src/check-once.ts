import { randomUUID } from 'node:crypto';
import type { Services } from './commands/command.ts';
import { createEndings } from './commands/endings.ts';
import type { Config } from './config.ts';
import { type Connection, connectAzure } from './connect.ts';
import { systemClock } from './core/clock.ts';
import { nameTurn, tracedTurn } from './core/telemetry.ts';
import type { Log } from './log.ts';
import { everyone } from './policy/grants.ts';
import { readOrder, runCheck, type Terminal } from './terminal/check.ts';

/** One check from a shell: connect, ask, answer, let go. Returns the exit code. */
export async function checkOnce(
  argv: readonly string[],
  config: Config,
  log: Log,
  terminal: Terminal,
): Promise<number> {
  const order = readOrder(argv, config.language);
  if ('usage' in order) {
    terminal.err(order.usage);
    return 64;
  }
  const connection = await connectAzure(config, log, systemClock);
  try {
    return await tracedTurn(randomUUID(), () => {
      nameTurn('check');
      return runCheck(order, terminalServices(connection, config), terminal);
    });
  } finally {
    await connection.close();
  }
}

/** What a check in a shell works with: no store, and the rights of whoever has the shell. */
export function terminalServices({ arm, inventory }: Connection, config: Config): Services {
  const grants = everyone('the terminal: whoever has the shell has its rights');
  const nothing = async () => undefined;
  return {
    arm,
    inventory,
    store: { remember: async () => {}, recall: nothing, job: nothing, unfinished: async () => [] },
    clock: systemClock,
    grants: () => grants,
    settings: config,
    endings: createEndings(),
  };
}

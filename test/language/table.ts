import { againWords } from '../../src/commands/again/request.ts';
import { cancelWords } from '../../src/commands/cancel/request.ts';
import { checkWords } from '../../src/commands/check/request.ts';
import { flowWords } from '../../src/commands/flow/request.ts';
import { helpWords } from '../../src/commands/help/request.ts';
import { historyWords } from '../../src/commands/history/request.ts';
import { nextHopWords } from '../../src/commands/next-hop/request.ts';
import { rulesWords } from '../../src/commands/rules/request.ts';
import { settingsWords } from '../../src/commands/settings/request.ts';
import { signOutWords } from '../../src/commands/sign-out/request.ts';
import { stopWords } from '../../src/commands/stop/request.ts';
import { useWords } from '../../src/commands/use/request.ts';
import { vmsWords } from '../../src/commands/vms/request.ts';
import { watchWords } from '../../src/commands/watch/request.ts';
import { watchesWords } from '../../src/commands/watches/request.ts';
import { whoamiWords } from '../../src/commands/whoami/request.ts';
import { whyWords } from '../../src/commands/why/request.ts';
import type { Reading } from '../../src/core/errors.ts';
import { type CommandWords, readCommand } from '../../src/language/commands.ts';
import { words } from '../../src/language/words.ts';

/** Every command that the language knows. */
export const table: readonly CommandWords[] = [
  checkWords,
  flowWords,
  nextHopWords,
  rulesWords,
  useWords,
  vmsWords,
  historyWords,
  settingsWords,
  helpWords,
  againWords,
  cancelWords,
  watchWords,
  watchesWords,
  stopWords,
  whyWords,
  whoamiWords,
  signOutWords,
];

/** Reads a whole message as the bot does: its words, its command, and what the command makes of the rest. */
export function readMessage<T>(text: string, command: string, readRest: (words: readonly string[]) => Reading<T>): T {
  const found = readCommand(words(text), table);
  if (!found.ok) throw new Error(`no command in ${JSON.stringify(text)}: ${JSON.stringify(found.problem)}`);
  if (found.value.command !== command)
    throw new Error(`${JSON.stringify(text)} is ${found.value.command}, not ${command}`);
  const reading = readRest(found.value.rest);
  if (!reading.ok) throw new Error(`${JSON.stringify(text)} was refused: ${JSON.stringify(reading.problem)}`);
  return reading.value;
}

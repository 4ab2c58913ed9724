import type { Locale } from '../../core/chat.ts';
import type { VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { withHelp } from '../../language/refusals.ts';
import { readMachine } from '../../language/single.ts';
import { tokenize } from '../../language/tokens.ts';

/** Which rules hold on this machine's interfaces? */
export type RulesRequest = { readonly machine?: VmName };

export const rulesWords: CommandWords = { name: 'rules', words: ['rules', '规则', '有效规则'] };

export function readRules(words: readonly string[], locale?: Locale): Reading<RulesRequest> {
  const reread = (other: readonly string[]) => readMachine(tokenize(other));
  const machine = withHelp(reread(words), { command: 'rules', words, locale, reread });
  if (!machine.ok) return machine;
  return read(machine.value ? { machine: machine.value } : {});
}

export function printRules({ machine }: RulesRequest, locale: Locale = 'en'): string {
  const command = locale === 'zh' ? '规则' : 'rules';
  return machine ? `${command} ${printEndpoint(machine)}` : command;
}

import type { Locale } from '../../core/chat.ts';
import type { VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { withHelp } from '../../language/refusals.ts';
import { readMachine } from '../../language/single.ts';
import { type Token, tokenize } from '../../language/tokens.ts';

/** The source that this conversation's checks start from when they name none. */
export type UseRequest = { readonly machine?: VmName };

export const useWords: CommandWords = { name: 'use', words: ['use', 'source', '使用', '默认源'] };

export function readUse(words: readonly string[], locale?: Locale): Reading<UseRequest> {
  const reread = (other: readonly string[]) => readMachine(withoutRole(tokenize(other)));
  const machine = withHelp(reread(words), { command: 'use', words, locale, reread });
  if (!machine.ok) return machine;
  return read(machine.value ? { machine: machine.value } : {});
}

const roles = new Set(['source', 'default', 'the', '源', '默认', '来源']);

/** Takes "as source" off the end: a source is all that `use` sets. */
function withoutRole(tokens: readonly Token[]): readonly Token[] {
  const as = tokens.findLastIndex((token) => token.keyword === 'as');
  const role = tokens.slice(as + 1);
  const isRole =
    as >= 0 && role.length > 0 && role.every((token) => !token.quoted && roles.has(token.text.toLowerCase()));
  return isRole ? tokens.slice(0, as) : tokens;
}

export function printUse({ machine }: UseRequest, locale: Locale = 'en'): string {
  if (locale === 'zh') return machine ? `使用 ${printEndpoint(machine)} 作为源` : '使用';
  return machine ? `use ${printEndpoint(machine)} as source` : 'use';
}

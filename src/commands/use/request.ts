import type { Locale } from '../../core/chat.ts';
import type { VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { withHelp } from '../../language/refusals.ts';
import { readMachine } from '../../language/single.ts';
import { type Token, tokenize } from '../../language/tokens.ts';

/** The source that this conversation's checks start from when they name none. */
export type UseRequest = { readonly machine?: VmName } | { readonly forget: true };

export const useWords: CommandWords = { name: 'use', words: ['use', 'source', '使用', '默认源'] };

export function readUse(words: readonly string[], locale?: Locale): Reading<UseRequest> {
  const reread = (other: readonly string[]) => readTokens(withoutRole(tokenize(other)));
  return withHelp(reread(words), { command: 'use', words, locale, reread });
}

function readTokens(tokens: readonly Token[]): Reading<UseRequest> {
  const [only, ...more] = tokens;
  if (only && more.length === 0 && !only.quoted && nothing.has(only.text.toLowerCase())) return read({ forget: true });
  const machine = readMachine(tokens);
  if (!machine.ok) return machine;
  return read(machine.value ? { machine: machine.value } : {});
}

const nothing = new Set(['none', 'nothing', '无', '没有']);

const roles = new Set(['source', 'default', 'the', '源', '默认', '来源']);

/** Takes "as source" off the end: a source is all that `use` sets. */
function withoutRole(tokens: readonly Token[]): readonly Token[] {
  const as = tokens.findLastIndex((token) => token.keyword === 'as');
  const role = tokens.slice(as + 1);
  const isRole =
    as >= 0 && role.length > 0 && role.every((token) => !token.quoted && roles.has(token.text.toLowerCase()));
  return isRole ? tokens.slice(0, as) : tokens;
}

export function printUse(request: UseRequest, locale: Locale = 'en'): string {
  if ('forget' in request) return locale === 'zh' ? '使用 无' : 'use none';
  const { machine } = request;
  if (!machine) return locale === 'zh' ? '使用' : 'use';
  const isWord = machine.group === undefined && nothing.has(machine.name.toLowerCase());
  const name = isWord ? `vm ${machine.name}` : printEndpoint(machine);
  return locale === 'zh' ? `使用 ${name} 作为源` : `use ${name} as source`;
}

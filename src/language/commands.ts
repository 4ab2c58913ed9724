import { type Reading, read, refuse } from '../core/errors.ts';
import { hasHan, isHan } from './characters.ts';
import { keywordOf, segment } from './keywords.ts';
import { nearest, rank } from './suggest.ts';
import { unquote } from './words.ts';

/** What a command is called in conversation. */
export type CommandWords = {
  readonly name: string;
  /** In every language, in lower case, the one that hopcheck writes first; several words are allowed (`next hop`). */
  readonly words: readonly string[];
  /** True for a sentence that is this command's without naming it (`can app0 reach db0 on 80`). */
  readonly claims?: (words: readonly string[]) => boolean;
};

export type CommandRead = { readonly command: string; readonly rest: readonly string[] };

/** Finds the command of a message, and what is said to it. Mentions that stayed (`@hopcheck`) are passed over. */
export function readCommand(words: readonly string[], table: readonly CommandWords[]): Reading<CommandRead> {
  const said = withoutOpening(words);
  const named = findNamed(said, table);
  if (named) return read(named);
  const claiming = table.find((command) => command.claims?.(said));
  if (claiming) return read({ command: claiming.name, rest: said });
  const word = said[0] ?? '';
  return refuse('UNKNOWN_COMMAND', { word: unquote(word).slice(0, 100) }, { suggestions: suggest(said, table) });
}

/** "@hopcheck please check …", "can you check …" and "请帮我检查 …" begin with their command. */
function withoutOpening(words: readonly string[]): readonly string[] {
  let from = /^(?:can|could|would|will)$/i.test(words[0] ?? '') && /^you$/i.test(words[1] ?? '') ? 2 : 0;
  while (from < words.length - 1 && isOpening(words[from] ?? '')) from++;
  const [first = '', ...more] = words.slice(from);
  if (!isHan(first.charAt(0))) return from === 0 ? words : [first, ...more];
  const parts = segment(first);
  const start = parts.findIndex((part) => !isPolite(part));
  return start > 0 ? [parts.slice(start).join(''), ...more] : [first, ...more];
}

const isOpening = (word: string): boolean => word.startsWith('@') || /^(?:please|pls|plz|hey)$/i.test(word);

const isPolite = (part: string): boolean => keywordOf(part) === 'polite';

function findNamed(words: readonly string[], table: readonly CommandWords[]): CommandRead | undefined {
  let best: (CommandRead & { readonly length: number }) | undefined;
  for (const command of table) {
    for (const alias of command.words) {
      if (best && alias.length <= best.length) continue;
      const rest = restAfter(words, alias);
      if (rest) best = { command: command.name, rest, length: alias.length };
    }
  }
  return best && { command: best.command, rest: best.rest };
}

function restAfter(words: readonly string[], alias: string): readonly string[] | undefined {
  const first = words[0];
  if (first === undefined) return undefined;
  if (hasHan(alias)) {
    // Chinese is written without spaces: the command is the beginning of a longer run.
    if (!first.startsWith(alias)) return undefined;
    const left = first.slice(alias.length);
    return left ? [left, ...words.slice(1)] : words.slice(1);
  }
  const parts = alias.split(' ');
  const isNamed = parts.every((part, index) => bare(words[index]) === part);
  return isNamed ? words.slice(parts.length) : undefined;
}

/** "Check:" and "cancel, please" are said like that. */
const bare = (word: string | undefined): string | undefined => word?.toLowerCase().replace(/[,:]$/, '');

/** The message with its command put right, nearest command first. */
function suggest(words: readonly string[], table: readonly CommandWords[]): readonly string[] {
  const first = words[0];
  if (first === undefined) return [];
  const aliases = table.flatMap((command) => command.words);
  const sentences = new Set<string>();
  if (hasHan(first)) {
    for (const alias of aliases.filter((each) => hasHan(each) && each.length > 1)) {
      const head = first.slice(0, alias.length);
      if (nearest(head, [alias], 1).length > 0 && sharesCharacter(head, alias))
        sentences.add([`${alias}${first.slice(alias.length)}`, ...words.slice(1)].join(' '));
    }
    return [...sentences].slice(0, 3);
  }
  const latin = aliases.filter((alias) => !hasHan(alias));
  for (const count of [2, 1]) {
    if (words.length < count || sentences.size > 0) continue;
    const fitting = latin.filter((alias) => alias.split(' ').length === count);
    const ranked = rank(words.slice(0, count).map(unquote).join(' '), fitting);
    for (const { candidate, far } of ranked)
      if (far === ranked[0]?.far) sentences.add([candidate, ...words.slice(count)].join(' '));
  }
  return [...sentences].slice(0, 3);
}

const sharesCharacter = (one: string, other: string): boolean => [...one].some((char) => other.includes(char));

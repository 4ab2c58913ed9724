import { againWords } from '../commands/again/request.ts';
import { cancelWords } from '../commands/cancel/request.ts';
import { checkWords, readCheck } from '../commands/check/request.ts';
import { flowWords, readFlow } from '../commands/flow/request.ts';
import { helpWords } from '../commands/help/request.ts';
import { historyWords } from '../commands/history/request.ts';
import { nextHopWords, readNextHop } from '../commands/next-hop/request.ts';
import { readRules, rulesWords } from '../commands/rules/request.ts';
import { settingsWords } from '../commands/settings/request.ts';
import { signOutWords } from '../commands/sign-out/request.ts';
import { stopWords } from '../commands/stop/request.ts';
import { readUse, useWords } from '../commands/use/request.ts';
import { vmsWords } from '../commands/vms/request.ts';
import { readWatch, watchWords } from '../commands/watch/request.ts';
import { watchesWords } from '../commands/watches/request.ts';
import { whoamiWords } from '../commands/whoami/request.ts';
import { whyWords } from '../commands/why/request.ts';
import type { Locale } from '../core/chat.ts';
import type { Target } from '../core/check.ts';
import { type Reading, read } from '../core/errors.ts';
import { type CommandWords, readCommand } from '../language/commands.ts';
import type { PathRequest } from '../language/path-request.ts';
import { words } from '../language/words.ts';

/** What a command line asks for, in the terms of grants, with names as typed. */
export type Asked = {
  readonly command: string;
  /** Whether it is about machines at all. */
  readonly machines: boolean;
  readonly destinations: readonly Target[];
  readonly ports: readonly number[];
};

export type ReadCommandLine = (text: string, locale: Locale) => Reading<Asked>;

type Line = {
  readonly words: CommandWords;
  readonly read?: (rest: readonly string[], locale: Locale) => Reading<Omit<Asked, 'command'>>;
};

const aboutMachines = { machines: true, destinations: [], ports: [] };
const aboutNothing = { machines: false, destinations: [], ports: [] };

const lines: readonly Line[] = [
  { words: checkWords, read: (rest, locale) => map(readCheck(rest, locale), pathAsked) },
  { words: watchWords, read: (rest, locale) => map(readWatch(rest, locale), ({ path }) => pathAsked(path)) },
  {
    words: flowWords,
    read: (rest, locale) =>
      map(readFlow(rest, locale), ({ destination, port }) => ({
        machines: true,
        destinations: destination ? [destination] : [],
        ports: port === undefined ? [] : [port],
      })),
  },
  {
    words: nextHopWords,
    read: (rest, locale) =>
      map(readNextHop(rest, locale), ({ destination }) => ({
        machines: true,
        destinations: destination ? [destination] : [],
        ports: [],
      })),
  },
  { words: rulesWords, read: (rest, locale) => map(readRules(rest, locale), () => aboutMachines) },
  { words: useWords, read: (rest, locale) => map(readUse(rest, locale), () => aboutMachines) },
  ...[
    againWords,
    cancelWords,
    helpWords,
    historyWords,
    settingsWords,
    signOutWords,
    stopWords,
    vmsWords,
    watchesWords,
    whoamiWords,
    whyWords,
  ].map((each) => ({
    words: each,
  })),
];

/** The names that a grants file may list. */
export const commandNames: readonly string[] = lines.map((line) => line.words.name);

export const readCommandLine: ReadCommandLine = (text, locale) => {
  const found = readCommand(
    words(text),
    lines.map((line) => line.words),
  );
  if (!found.ok) return found;
  const { command, rest } = found.value;
  const reader = lines.find((line) => line.words.name === command)?.read;
  return reader ? map(reader(rest, locale), (asked) => ({ command, ...asked })) : read({ command, ...aboutNothing });
};

/** Machines named by a tag count as one destination inside the estate. */
function pathAsked({ destinations, destinationTags = [], ports }: PathRequest): Omit<Asked, 'command'> {
  const tagged = destinationTags.map(({ key, value }) => ({ kind: 'vm' as const, name: `${key}=${value}` }));
  return { machines: true, destinations: [...destinations, ...tagged], ports };
}

function map<From, To>(reading: Reading<From>, change: (value: From) => To): Reading<To> {
  return reading.ok ? read(change(reading.value)) : reading;
}

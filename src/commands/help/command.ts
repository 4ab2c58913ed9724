import type { Locale, Reply } from '../../core/chat.ts';
import { readCommand } from '../../language/commands.ts';
import { isMessageKey, say } from '../../language/say.ts';
import { mayRun } from '../../policy/decide.ts';
import type { Command } from '../command.ts';
import { type CommandHelp, helpReply } from '../replies.ts';
import { helpWords, readHelp } from './request.ts';

/** Help is made of the commands themselves, and lists only what this person may run here. */
export function createHelp(list: () => readonly Command[]): Command {
  const describe = createMemory((locale: Locale, about: string | undefined, allowed: readonly Command[]) =>
    helpReply({
      commands: allowed.map((command) => describeCommand(command, locale)),
      ...(about && { about }),
      withheld: list().length - allowed.length,
      locale,
    }),
  );
  return {
    name: 'help',
    words: helpWords,
    examples: 2,
    offline: true,
    read(rest, locale) {
      const reading = readHelp(rest, locale);
      if (!reading.ok) return reading;
      const { topic } = reading.value;
      const table = list().map((command) => command.words);
      const found = topic === undefined ? undefined : readCommand(topic.split(' '), table);
      if (found && !found.ok) return found;
      const about = found?.value.command;
      return {
        ok: true,
        value: async (turn, { grants }) => {
          const allowed = list().filter(({ name }) => mayRun(grants(), turn.requester, turn.conversation, name));
          const reply = describe(turn.locale, about, allowed);
          return { kind: 'reply', reply };
        },
      };
    },
  };
}

/** Only the language, the topic and what is allowed make one help differ from another, and most people may run the same. */
function createMemory(describe: (locale: Locale, about: string | undefined, allowed: readonly Command[]) => Reply) {
  const known = new Map<string, Reply>();
  return (locale: Locale, about: string | undefined, allowed: readonly Command[]): Reply => {
    const key = [locale, about ?? '', ...allowed.map(({ name }) => name)].join(' ');
    const reply = known.get(key) ?? describe(locale, about, allowed);
    if (known.size >= mostKnown) known.clear();
    known.set(key, reply);
    return reply;
  };
}

const mostKnown = 100;

function describeCommand({ name, examples }: Command, locale: Locale): CommandHelp {
  const words = (part: string) => {
    const key = `command.${name}.${part}`;
    if (!isMessageKey(key)) throw new Error(`the catalogues have no "${key}"`);
    return say(locale, key);
  };
  return {
    name,
    summary: words('summary'),
    usage: words('usage'),
    examples: Array.from({ length: examples }, (_, index) => words(`example.${index + 1}`)),
  };
}

import type { Locale, Reply } from '../core/chat.ts';
import type { Problem } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { isMessageKey, say } from '../language/say.ts';
import { clip, suggestionButtons } from './card-parts.ts';

export type ProblemWords = { readonly what: string; readonly why: string; readonly do: string };

/** What happened, why, and what to do. `why` and `do` may be empty. Carries outside text: escape where it is drawn. */
export function problemWords(problem: Problem, locale: Locale): ProblemWords {
  const words = (part: keyof ProblemWords) => {
    const key = `problem.${problem.code}.${part}`;
    return isMessageKey(key) ? clip(say(locale, key, problem.facts).trim(), 600) : '';
  };
  // A part that was not taken brings its own reason, which says what to do as well.
  const reason = `why.${problem.facts.why}`;
  const why = problem.code === 'NOT_UNDERSTOOD' && isMessageKey(reason) ? say(locale, reason) : words('why');
  const lacksExample = problem.code === 'NOT_UNDERSTOOD' && !problem.example;
  return {
    what: words('what') || say(locale, 'card.problem.unknown'),
    why,
    do: lacksExample ? '' : words('do'),
  };
}

/**
 * A problem as a card. With the ids of a stored job, what the person may have meant comes as buttons (`suggest-0`, …, in the
 * problem's order); without, as text.
 */
export function problemReply(
  problem: Problem,
  input: { readonly locale: Locale; readonly reference?: string; readonly jobId?: string; readonly nonce?: string },
): Reply {
  const { locale, jobId, nonce } = input;
  const words = problemWords(problem, locale);
  const suggestions = (problem.suggestions ?? []).slice(0, 4).map((suggestion) => clip(suggestion, 60));
  const ids = jobId !== undefined && nonce !== undefined ? { jobId, nonce } : undefined;
  const didYouMean = say(locale, 'card.problem.suggestions');
  return {
    card: 'problem',
    summary: clip(words.what, 300),
    data: {
      lang: locale,
      summary: clip(words.what, 300),
      title: words.what,
      why: words.why ? [{ text: words.why }] : [],
      todo: words.do ? [{ text: words.do }] : [],
      example: problem.example
        ? [{ title: say(locale, 'card.problem.example'), text: clip(problem.example, 300) }]
        : [],
      suggestions:
        suggestions.length === 0
          ? []
          : [{ title: didYouMean, names: ids ? [] : (suggestions.map((text) => ({ text })) satisfies Json) }],
      buttons: ids ? suggestionButtons(suggestions, ids) : [],
      reference: input.reference
        ? [{ text: say(locale, 'card.problem.reference', { reference: clip(input.reference, 64) }) }]
        : [],
    },
  };
}

/** What help says about one command. */
export type CommandHelp = {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
};

/**
 * Help about everything a person may run here, or, given `about`, about one command with all its examples. `withheld` is how
 * many commands need a grant. Beyond what fits, commands are listed without their summary, never left out.
 */
export function helpReply(input: {
  readonly commands: readonly CommandHelp[];
  readonly about?: string;
  readonly withheld?: number;
  readonly locale: Locale;
}): Reply {
  const { locale, about, withheld = 0 } = input;
  const one = about === undefined ? undefined : input.commands.find((command) => command.name === about);
  const shown = one ? [one] : input.commands;
  const title = one ? say(locale, 'card.help.titleOne', { name: one.name }) : say(locale, 'card.help.title');
  const first = input.commands[0];
  return {
    card: 'help',
    summary: one ? title : say(locale, 'card.summary.help'),
    data: {
      lang: locale,
      summary: one ? title : say(locale, 'card.summary.help'),
      title,
      commands: shown.slice(0, 24).map((command) => ({
        name: clip(command.name, 40),
        summary: clip(command.summary, 160),
        usage: clip(command.usage, 160),
        examples: (one ? command.examples.slice(0, 12) : []).map((text) => ({ text: clip(text, 160) })),
        examplesTitle: one && command.examples.length > 0 ? [{ text: say(locale, 'card.help.examples') }] : [],
      })),
      notes: [
        ...(withheld > 0 ? [say(locale, 'card.help.hidden', { count: withheld })] : []),
        ...(!one && first ? [say(locale, 'card.help.more', { name: first.name })] : []),
      ].map((text) => ({ text })),
    },
  };
}

/** Sent once, when the bot is installed. `addedBy` is a person's name; `examples` are commands that work as they stand. */
export function welcomeReply(input: {
  readonly examples: readonly string[];
  readonly addedBy?: string;
  readonly simulated: boolean;
  readonly locale: Locale;
}): Reply {
  const { locale } = input;
  const summary = say(locale, 'card.summary.welcome');
  return {
    card: 'welcome',
    summary,
    data: {
      lang: locale,
      summary,
      title: say(locale, 'card.welcome.title'),
      text: say(locale, 'card.welcome.text'),
      tryTitle: say(locale, 'card.welcome.try'),
      examples: input.examples.slice(0, 6).map((text) => ({ text: clip(text, 160) })),
      help: say(locale, 'card.welcome.help'),
      notes: [
        ...(input.simulated ? [say(locale, 'card.simulated.note')] : []),
        ...(input.addedBy ? [say(locale, 'card.welcome.addedBy', { name: clip(input.addedBy, 64) })] : []),
      ].map((text) => ({ text })),
    },
  };
}

/** A short confirmation, already in words. */
export function noticeReply(input: {
  readonly text: string;
  readonly detail?: string;
  readonly locale: Locale;
}): Reply {
  const text = clip(input.text, 600);
  return {
    card: 'notice',
    summary: clip(text, 300),
    data: {
      lang: input.locale,
      summary: clip(text, 300),
      text,
      details: input.detail ? [{ text: clip(input.detail, 600) }] : [],
    },
  };
}

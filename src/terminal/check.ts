import { parseArgs } from 'node:util';
import { problemOf } from '../commands/azure-problem.ts';
import type { Investigated } from '../commands/check/outcome.ts';
import { checkWords, readCheck } from '../commands/check/request.ts';
import { namesOf, resolve } from '../commands/check/resolve.ts';
import { investigate } from '../commands/check/run.ts';
import type { Services } from '../commands/command.ts';
import { lookUp } from '../commands/names.ts';
import type { Locale } from '../core/chat.ts';
import type { Machine } from '../core/check.ts';
import type { Problem } from '../core/errors.ts';
import { describe } from '../diagnosis/describe.ts';
import type { Diagnosis } from '../diagnosis/verdict.ts';
import { readCommand } from '../language/commands.ts';
import { say } from '../language/say.ts';
import { words } from '../language/words.ts';
import { answerJson, answerText, exitCodeOf, exitCodes, plain, problemJson, problemText } from './answer.ts';

export type Terminal = {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Rewrites one line of progress; undefined where stderr is no terminal. `undefined` wipes it. */
  readonly progress: ((line: string | undefined) => void) | undefined;
  readonly signal: AbortSignal;
};

/** What the person asks, before anything is connected. */
export type CheckOrder = { readonly text: string; readonly json: boolean; readonly locale: Locale };

export function readOrder(argv: readonly string[], language: Locale): CheckOrder | { readonly usage: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, language: { type: 'string' } },
    });
    const locale = values.language ?? language;
    if (positionals.length > 0 && (locale === 'en' || locale === 'zh')) {
      return { text: positionals.join(' '), json: values.json, locale };
    }
  } catch {
    // Options that parseArgs does not know end in the usage, like a missing sentence.
  }
  return { usage: say(language, 'terminal.check.usage') };
}

/** One check, asked and answered in a shell. Needs no store. Returns the exit code. */
export async function runCheck(order: CheckOrder, services: Services, terminal: Terminal): Promise<number> {
  const { locale, json } = order;
  const refuse = (problem: Problem, machines: readonly Machine[] = []) => {
    if (json) terminal.out(JSON.stringify(problemJson(problem, locale)));
    else terminal.err([problemText(problem, locale), ...candidates(problem, machines, locale)].join('\n'));
    return exitCodeOf(problem);
  };
  const said = words(order.text);
  const command = readCommand(said, [checkWords]);
  const reading = readCheck(command.ok ? command.value.rest : said, locale);
  if (!reading.ok) return refuse(command.ok ? reading.problem : command.problem);
  const estate = await lookUp(namesOf(reading.value), services.inventory);
  if (!estate.ok) return refuse(problemOf(estate.failure));
  const resolution = resolve(reading.value, estate.value);
  if (resolution.kind === 'refused') return refuse(resolution.problem);
  if (resolution.kind === 'form') return refuse(resolution.form.problem, resolution.form.machines);
  const { clock } = services;
  const startedAtMs = clock.now();
  const ticker = startTicker(terminal, locale);
  let outcome: Investigated;
  try {
    outcome = await investigate(services, {
      question: resolution.question,
      estate: estate.value,
      startedAtMs,
      deadlineMs: startedAtMs + services.settings.deadlineMs,
      signal: terminal.signal,
      keep: async () => {},
      progress: (look) => ticker.tell(look()),
    });
  } finally {
    ticker.stop();
  }
  if (outcome.kind !== 'diagnosed') return refuse(outcome.problem);
  terminal.out(json ? JSON.stringify(answerJson(outcome.answer, locale)) : answerText(outcome.answer, locale));
  return exitCodes[outcome.answer.diagnosis.verdict];
}

/** The machines that a missing or ambiguous name may stand for, each as it can be typed. */
function candidates(problem: Problem, machines: readonly Machine[], locale: Locale): string[] {
  if (problem.code === 'PORT_MISSING' || machines.length === 0) return [];
  const shown = machines.slice(0, 20);
  const more = machines.length - shown.length;
  return [
    say(locale, 'terminal.candidates', { role: problem.code === 'SOURCE_MISSING' ? 'source' : 'other' }),
    ...shown.map((machine) =>
      plain(`  ${machine.group}/${machine.name}  ${machine.region}  ${machine.subscriptionId}`),
    ),
    ...(more > 0 ? [say(locale, 'terminal.more', { count: more })] : []),
  ];
}

function startTicker(terminal: Terminal, locale: Locale) {
  const { progress } = terminal;
  if (!progress) return { tell: () => {}, stop: () => {} };
  const startedMs = performance.now();
  let early: Diagnosis | undefined;
  const show = () => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    const [finding] = early?.findings ?? [];
    const line = finding
      ? say(locale, 'terminal.progress.early', { seconds, text: describe(finding, locale).message })
      : say(locale, 'terminal.progress.waiting', { seconds });
    progress(plain(line));
  };
  show();
  const timer = setInterval(show, 1000);
  return {
    tell(diagnosis: Diagnosis) {
      early = diagnosis;
      show();
    },
    stop() {
      clearInterval(timer);
      progress(undefined);
    },
  };
}

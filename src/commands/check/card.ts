import type { Locale, Reply, Requester } from '../../core/chat.ts';
import type { Machine, Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { describe } from '../../diagnosis/describe.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import {
  askedByLine,
  badge,
  button,
  type CardIds,
  clientTime,
  clip,
  durationText,
  suggestionButtons,
} from '../card-parts.ts';
import { problemWords } from '../replies.ts';
import { formData } from './form-data.ts';
import type { CheckAnswer, CheckFailure, Needs } from './outcome.ts';
import { questionParts, questionText } from './question.ts';
import { rawLines } from './raw-lines.ts';
import type { CheckRequest } from './request.ts';
import { type Changes, resultData, resultSummary } from './result-data.ts';
import { witnessRows } from './witness-rows.ts';

export { questionText } from './question.ts';
export type { Changes } from './result-data.ts';

/** Who gets a card of a check, in which language, and the ids its buttons carry. */
export type CardInput = {
  readonly askedBy: Requester;
  readonly jobId: string;
  readonly nonce: string;
  readonly locale: Locale;
};

export function runningReply(
  input: CardInput & {
    readonly question: Question;
    /** ISO 8601. */
    readonly startedAt: string;
    readonly diagnosis?: Diagnosis;
    readonly simulated: boolean;
  },
): Reply {
  const { question, locale, diagnosis } = input;
  const first = diagnosis?.findings[0];
  const early = first && first.severity !== 'info' ? describe(first, locale) : undefined;
  const finding = early && clip(early.message, 400);
  const asked = questionText(question, locale);
  const summary = finding
    ? say(locale, 'card.summary.runningEarly', { question: asked, finding })
    : say(locale, 'card.summary.running', { question: asked });
  return {
    card: 'running',
    summary,
    data: {
      lang: locale,
      summary,
      title: say(locale, 'card.running.title'),
      simulated: badge(input.simulated, locale),
      question: questionParts(question),
      early: finding ? [{ title: say(locale, 'card.running.early'), text: finding }] : [],
      note: say(locale, finding ? 'card.running.probeOut' : 'card.running.waiting'),
      witnesses: witnessRows(diagnosis?.witnesses ?? [], locale),
      askedBy: askedByLine(input.askedBy, locale),
      startedLabel: say(locale, 'card.running.started'),
      startedAt: clientTime(input.startedAt),
    },
  };
}

/** The answer. What is left out when it would not fit one message, and in which order, is stated at `resultData`. */
export function resultReply(answer: CheckAnswer, input: CardInput & { readonly changes?: Changes }): Reply {
  return { card: 'result', summary: resultSummary(answer, input.locale), data: resultData(answer, input) };
}

/**
 * Not understood, not found, refused, or no result in time. `reference` is what the log calls it. What may pass can be run again;
 * what was not understood cannot.
 */
export function failedReply(failure: CheckFailure, input: CardInput & { readonly reference: string }): Reply {
  const { locale } = input;
  const { problem, question } = failure;
  const words = problemWords(problem, locale);
  const mayPass = /^(AZURE_|NO_RESULT$|CANCELLED$|INTERNAL$|RATE_LIMITED$)/.test(problem.code);
  const summary = question
    ? say(locale, 'card.summary.failed', { question: questionText(question, locale), problem: words.what })
    : words.what;
  return {
    card: 'failed',
    summary: clip(summary, 300),
    data: {
      lang: locale,
      summary: clip(summary, 300),
      title: say(locale, mayPass ? 'card.failed.title' : 'card.problem.title'),
      what: words.what,
      questions: question ? [questionParts(question)] : [],
      why: words.why ? [{ title: say(locale, 'card.problem.why'), text: words.why }] : [],
      todo: words.do ? [{ title: say(locale, 'card.problem.do'), text: words.do }] : [],
      askedBy: askedByLine(input.askedBy, locale),
      reference: say(locale, 'card.problem.reference', { reference: clip(input.reference, 64) }),
      requestId: failure.requestId
        ? [{ text: `${say(locale, 'card.details.requestId')} ${clip(failure.requestId, 64)}` }]
        : [],
      startedAt: clientTime(failure.startedAt),
      took: say(locale, 'card.took', { took: durationText(failure.durationMs, locale) }),
      example: problem.example
        ? [{ title: say(locale, 'card.problem.example'), text: clip(problem.example, 300) }]
        : [],
      suggestions: problem.suggestions?.length ? [{ text: say(locale, 'card.problem.suggestions') }] : [],
      buttons: [
        ...suggestionButtons(problem.suggestions ?? [], input),
        ...(mayPass ? [button('run-again', say(locale, 'card.button.runAgain'), input)] : []),
      ],
    },
  };
}

/**
 * Azure's body as received, laid out line by line. Lines over the budget are left out from the end, and the card says how many.
 */
export function rawReply(raw: Json | undefined, input: CardIds & { readonly locale: Locale }): Reply {
  const { locale } = input;
  const summary = say(locale, 'card.summary.raw');
  const { lines, hidden, total } = rawLines(raw);
  return {
    card: 'raw',
    summary,
    data: {
      lang: locale,
      summary,
      title: say(locale, 'card.raw.title'),
      lines: lines.map((text) => ({ text })),
      notes: [
        ...(raw === undefined ? [say(locale, 'card.raw.none')] : []),
        ...(hidden > 0 ? [say(locale, 'card.raw.hidden', { count: hidden, total })] : []),
      ].map((text) => ({ text })),
      buttons: [button('back', say(locale, 'card.button.back'), input)],
    },
  };
}

/**
 * One form for what a check still lacks. `machines` are what the `role`'s field offers (its values are resource ids); other
 * fields that are needed take text. Fields send `source`, `destination` and `port`; the button's verb is `submit`.
 */
export function sourceFormReply(
  input: CardIds & {
    readonly locale: Locale;
    readonly known: CheckRequest;
    readonly machines: readonly Machine[];
    /** Without it: the place that was named and is not clear, else the source where that is needed, else the destination. */
    readonly role?: 'source' | 'destination';
    readonly needs: Needs;
    /** Why it is asked. */
    readonly problem?: Problem;
  },
): Reply {
  const { locale, role = undecided(input) } = input;
  const summary = say(locale, role === 'source' ? 'card.summary.form' : 'card.summary.formDestination');
  return {
    card: 'source-form',
    summary,
    data: {
      ...formData({ ...input, role }),
      lang: locale,
      summary,
      buttons: [button('submit', say(locale, 'card.button.run'), input)],
    },
  };
}

function undecided({
  known,
  needs,
}: {
  readonly known: CheckRequest;
  readonly needs: Needs;
}): 'source' | 'destination' {
  if (needs.source && known.sources.length > 0) return 'source';
  if (needs.destination && known.destinations.length > 0) return 'destination';
  return needs.source ? 'source' : 'destination';
}

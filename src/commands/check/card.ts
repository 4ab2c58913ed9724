import type { Locale, Reply, Requester } from '../../core/chat.ts';
import type { Question } from '../../core/check.ts';
import type { Json } from '../../core/json.ts';
import { describe } from '../../diagnosis/describe.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import { badge, button, type CardIds, clientTime, clip } from '../card-parts.ts';
import { failedCard } from '../failed-card.ts';
import { askedLine } from './asked-line.ts';
import type { Changes, CheckAnswer, CheckFailure, Shared } from './outcome.ts';
import { questionParts, questionText } from './question.ts';
import { rawLines } from './raw-lines.ts';
import { resultData, resultSummary } from './result-data.ts';
import { witnessRows } from './witness-rows.ts';

export { questionText } from './question.ts';

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
    readonly shared?: Shared;
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
      askedBy: askedLine(input.askedBy, input.shared, locale),
      startedLabel: say(locale, 'card.running.started'),
      startedAt: clientTime(input.startedAt),
    },
  };
}

/** The answer. What is left out when it would not fit one message, and in which order, is stated at `resultData`. */
export function resultReply(answer: CheckAnswer, input: CardInput & { readonly changes?: Changes }): Reply {
  return { card: 'result', summary: resultSummary(answer, input.locale), data: resultData(answer, input) };
}

/** What came instead of an answer; `reference` is what the log calls it. */
export function failedReply(failure: CheckFailure, input: CardInput & { readonly reference: string }): Reply {
  const { question, ...rest } = failure;
  const asked = question && { text: questionText(question, input.locale), parts: questionParts(question) };
  return failedCard({ ...rest, ...(asked && { question: asked }) }, input);
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

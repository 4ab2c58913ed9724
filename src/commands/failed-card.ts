import type { Locale, Reply, Requester } from '../core/chat.ts';
import type { Problem } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { say } from '../language/say.ts';
import { askedByLine, button, type CardIds, clientTime, clip, durationText, suggestionButtons } from './card-parts.ts';
import { problemWords } from './replies.ts';

/**
 * Not understood, not found, refused, or no result in time. `reference` is what the log calls it. What may pass can be run again;
 * what was not understood cannot.
 */
export function failedCard(
  failure: {
    readonly problem: Problem;
    /** What was asked, in one line and in the pieces that a card sets apart. */
    readonly question?: { readonly text: string; readonly parts: JsonObject };
    /** ISO 8601. */
    readonly startedAt: string;
    readonly durationMs: number;
    readonly requestId?: string;
  },
  input: CardIds & { readonly locale: Locale; readonly askedBy: Requester; readonly reference: string },
): Reply {
  const { locale } = input;
  const { problem, question } = failure;
  const words = problemWords(problem, locale);
  const mayPass = /^(AZURE_|SIGN_IN_|NO_RESULT$|CANCELLED$|INTERNAL$|RATE_LIMITED$)/.test(problem.code);
  const summary = question
    ? say(locale, 'card.summary.failed', { question: question.text, problem: words.what })
    : words.what;
  return {
    card: 'failed',
    summary: clip(summary, 300),
    data: {
      lang: locale,
      summary: clip(summary, 300),
      title: say(locale, mayPass ? 'card.failed.title' : 'card.problem.title'),
      what: words.what,
      questions: question ? [question.parts] : [],
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

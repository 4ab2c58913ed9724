import type { Locale, Reply } from '../../core/chat.ts';
import type { Verdict } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import { badge, type CardIds, clientTime, clip } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';

/** One answered check of the past. */
export type PastCheck = {
  /** ISO 8601. */
  readonly at: string;
  readonly verdict: Verdict;
  /** As `questionText` writes it. */
  readonly question: string;
  /** What stood in the headline, in the reader's language. */
  readonly cause?: string;
  readonly askedBy?: string;
};

const icons: Readonly<Record<Verdict, string>> = {
  Reachable: 'icon:answered',
  Degraded: 'icon:silent',
  Unreachable: 'icon:broken',
  Inconsistent: 'icon:silent',
  Undetermined: 'icon:unknown',
};

/**
 * Past checks, newest first. `latency` (oldest first) becomes a small chart where Teams can draw one and a line of numbers
 * elsewhere; pass it only for checks of one and the same question.
 */
export function historyReply(
  input: CardIds & {
    readonly locale: Locale;
    readonly simulated: boolean;
    readonly checks: readonly PastCheck[];
    readonly filter?: string;
    readonly latency?: readonly { readonly at: string; readonly avgMs: number }[];
  },
): Reply {
  const { locale, checks, filter, latency = [] } = input;
  const title = filter
    ? say(locale, 'card.history.titleFilter', { filter: clip(filter, 60) })
    : say(locale, 'card.history.title');
  const points = latency.slice(-20);
  const unit = say(locale, 'card.history.unit');
  const chart = {
    title: say(locale, 'card.history.chart'),
    unit,
    legend: say(locale, 'card.latency.avg'),
    points: points.map(({ at, avgMs }) => ({ x: clientTime(at), y: avgMs })),
    text: `${points.map(({ avgMs }) => Math.round(avgMs * 10) / 10).join(', ')} ${unit}`,
  };
  const data = fitCard(
    [15, 10, 6, 3],
    (most) => ({
      lang: locale,
      summary: title,
      title,
      simulated: badge(input.simulated, locale),
      chart: points.length > 1 ? [chart] : [],
      entries: checks.slice(0, most).map((check) => ({
        icon: icons[check.verdict],
        verdict: say(locale, `card.verdict.${check.verdict}`),
        question: clip(check.question, 200),
        causes: check.cause ? [{ text: clip(check.cause, 200) }] : [],
        at: clientTime(check.at),
        by: check.askedBy ? say(locale, 'card.history.by', { name: clip(check.askedBy, 64) }) : '',
      })),
      notes: [
        ...(checks.length === 0 ? [say(locale, 'card.history.none')] : []),
        ...(checks.length > most ? [say(locale, 'card.history.hidden', { count: checks.length - most })] : []),
      ].map((text) => ({ text })),
      buttons: [],
    }),
    { frame: 1_500, item: 150, rows: { key: 'entries', bytes: 900 } },
  );
  return { card: 'history', summary: title, data };
}

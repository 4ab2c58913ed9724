import type { Locale, Reply } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Verdict } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import { badge, button, type CardIds, clientTime, clip } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';
import type { PastEntry } from './entry.ts';
import { type ExportFormat, exportLines } from './export.ts';

/** One answered check of the past. */
export type PastCheck = {
  /** ISO 8601. */
  readonly at: string;
  readonly verdict: Verdict;
  /** As `questionText` writes it. */
  readonly question: string;
  /** What stood in the headline, in the reader's language. */
  readonly cause?: string;
  /** What is new since the answer before, in the reader's language. */
  readonly changes?: string;
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
export function historyReply(input: {
  readonly locale: Locale;
  readonly simulated: boolean;
  readonly checks: readonly PastCheck[];
  readonly filter?: string;
  readonly latency?: readonly { readonly at: string; readonly avgMs: number }[];
  readonly buttons?: readonly JsonObject[];
}): Reply {
  const { locale, checks, filter, latency = [], buttons = [] } = input;
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
      entries: checks.slice(0, most).map((check, index) => ({
        icon: icons[check.verdict],
        verdict: `${index + 1}. ${say(locale, `card.verdict.${check.verdict}`)}`,
        question: clip(check.question, 200),
        causes: [check.cause, check.changes].flatMap((text) => (text ? [{ text: clip(text, 200) }] : [])),
        at: clientTime(check.at),
        by: check.askedBy ? say(locale, 'card.history.by', { name: clip(check.askedBy, 64) }) : '',
      })),
      notes: [
        ...(checks.length === 0 ? [say(locale, 'card.history.none')] : []),
        ...(checks.length > most ? [say(locale, 'card.history.hidden', { count: checks.length - most })] : []),
      ].map((text) => ({ text })),
      buttons,
    }),
    { frame: 1_500, item: 150, rows: { key: 'entries', bytes: 900 } },
  );
  return { card: 'history', summary: title, data };
}

/** What the lines of an export may weigh, with what the template puts around each. */
const exportBytes = 20_500;
const lineBytes = 130;

/** Past checks as text to copy, newest first; what a message does not hold is left out from the end and counted. */
export function exportReply(
  input: CardIds & {
    readonly locale: Locale;
    readonly entries: readonly PastEntry[];
    /** There are older ones than these. */
    readonly hasMore: boolean;
    readonly format: ExportFormat;
  },
): Reply {
  const { locale, entries, format } = input;
  const { head, rows, foot } = exportLines(entries, format);
  const weigh = (line: string) => 3 + Buffer.byteLength(JSON.stringify(line)) + lineBytes;
  let left = exportBytes - [...head, ...foot].reduce((sum, line) => sum + weigh(line), 0);
  const shown: string[] = [];
  for (const row of rows) {
    left -= weigh(row);
    if (left < 0) break;
    shown.push(row);
  }
  const body = format === 'json' ? shown.map((row, index) => (index + 1 < shown.length ? `${row},` : row)) : shown;
  const counts = { shown: shown.length, hidden: rows.length - shown.length };
  const summary = say(locale, 'card.history.export', { format: format.toUpperCase() });
  const isWhole = counts.hidden === 0 && !input.hasMore;
  return {
    card: 'raw',
    summary,
    data: {
      lang: locale,
      summary,
      title: summary,
      lines: [...head, ...body, ...foot].map((text) => ({ text })),
      notes: [say(locale, isWhole ? 'card.history.exportAll' : 'card.history.exportSome', counts)].map((text) => ({
        text,
      })),
      buttons: [button('newest', say(locale, 'card.history.back'), input)],
    },
  };
}

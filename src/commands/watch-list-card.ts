import type { Locale, Reply } from '../core/chat.ts';
import type { Verdict } from '../diagnosis/verdict.ts';
import { printDuration } from '../language/durations.ts';
import { spell } from '../language/keywords.ts';
import { say } from '../language/say.ts';
import { badge, button, type CardIds, clientTime, clip } from './card-parts.ts';
import { fitCard } from './fit-card.ts';

/** A watch as a list shows it; plain JSON. */
export type WatchEntry = {
  readonly id: string;
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly everyMs: number;
  /** ISO 8601, as is `since`. */
  readonly nextAt: string;
  /** What stands; absent while no run has brought an answer. */
  readonly verdict?: Verdict;
  readonly since?: string;
  readonly owner?: string;
};

const icons: Readonly<Record<Verdict, string>> = {
  Reachable: 'icon:answered',
  Degraded: 'icon:silent',
  Unreachable: 'icon:broken',
  Inconsistent: 'icon:silent',
  Undetermined: 'icon:unknown',
};

/** As many buttons as Teams shows. */
const mostButtons = 6;

/** The watches of a conversation by number, with a button each to stop the first six. */
export function watchListReply(
  input: CardIds & {
    readonly title: 'list' | 'which';
    readonly entries: readonly WatchEntry[];
    readonly locale: Locale;
    readonly simulated: boolean;
  },
): Reply {
  const { locale, entries } = input;
  const summary = say(locale, `card.watches.title.${input.title}`, { count: entries.length });
  const data = fitCard(
    [20, 12, 6],
    (most) => ({
      lang: locale,
      summary,
      title: summary,
      simulated: badge(input.simulated, locale),
      entries: entries.slice(0, most).map(({ verdict, since, ...entry }) => ({
        icon: verdict ? icons[verdict] : 'icon:waiting',
        verdict: verdict ? say(locale, `card.verdict.${verdict}`) : say(locale, 'card.watches.noAnswer'),
        name: say(locale, 'card.watches.name', { number: entry.number }),
        question: clip(`${entry.from} → ${entry.to}`, 200),
        since: since ? [{ label: say(locale, 'card.watchNews.since'), at: clientTime(since) }] : [],
        next: clientTime(entry.nextAt),
        nextLabel: say(locale, 'card.watch.next'),
        every: `${spell('every', locale)} ${printDuration(entry.everyMs)}`,
        by: entry.owner ? say(locale, 'card.history.by', { name: clip(entry.owner, 64) }) : '',
      })),
      notes: [
        ...(entries.length > most ? [say(locale, 'card.watches.hidden', { count: entries.length - most })] : []),
        ...(entries.length > mostButtons ? [say(locale, 'card.watches.more')] : []),
      ].map((text) => ({ text })),
      buttons: entries
        .slice(0, mostButtons)
        .map(({ number }) => button(`stop-${number}`, say(locale, 'card.watches.stop', { number }), input)),
    }),
    { frame: 1_500, item: 150, rows: { key: 'entries', bytes: 1_000 } },
  );
  return { card: 'watches', summary, data };
}

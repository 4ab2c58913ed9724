import type { Locale, Reply } from '../core/chat.ts';
import { say } from '../language/say.ts';
import { clientTime, clip } from './card-parts.ts';
import { fitCard } from './fit-card.ts';

/** A short text with labelled values below it, each on a line of its own so that it can be copied. */
export function factsReply(input: {
  readonly title: string;
  readonly text?: string;
  readonly rows: readonly { readonly label: string; readonly values: readonly string[] }[];
  readonly notes?: readonly string[];
  /** ISO 8601. */
  readonly at?: string;
  readonly locale: Locale;
}): Reply {
  const { title, text, rows, notes = [], at, locale } = input;
  const summary = clip(title, 300);
  const data = fitCard(
    [20, 8, 3, 1],
    (most) => ({
      lang: locale,
      summary,
      title: summary,
      texts: text ? [{ text: clip(text, 600) }] : [],
      rows: rows.slice(0, 12).map(({ label, values }) => ({
        label: clip(label, 100),
        values: [
          ...values.slice(0, most).map((value) => clip(value, 300)),
          ...(values.length > most ? [say(locale, 'card.facts.more', { count: values.length - most })] : []),
        ].map((value) => ({ text: value })),
      })),
      notes: notes.slice(0, 4).map((note) => ({ text: clip(note, 400) })),
      times: at ? [{ at: clientTime(at) }] : [],
    }),
    { frame: 1_200, item: 220 },
  );
  return { card: 'facts', summary, data };
}

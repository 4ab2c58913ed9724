import type { Locale, Reply } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Verdict } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import { type Frame, frameData } from '../card-frame.ts';
import { button, clip } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';

/** One port of one pair. `cause` is what blocks it in a few words, such as `nsg-db/deny-80`. */
export type MatrixCell = {
  /** Absent for ICMP. */
  readonly port?: number;
  readonly state: Verdict | 'pending' | 'failed';
  readonly cause?: string;
};

export type MatrixRow = { readonly from: string; readonly to: string; readonly cells: readonly MatrixCell[] };

const isThrough = ({ state }: MatrixCell) => state === 'Reachable' || state === 'Degraded';
const isOut = ({ state }: MatrixCell) => state === 'pending';

/**
 * Many pairs at once, a row for each, with the ports that fail. Too many rows for one message lose first those without a
 * failure, then the last; both are counted.
 */
export function matrixReply(rows: readonly MatrixRow[], frame: Frame): Reply {
  const { locale } = frame;
  const cells = rows.flatMap((row) => row.cells);
  const reached = cells.filter(isThrough).length;
  const done = cells.filter((cell) => !isOut(cell)).length;
  const total = cells.length;
  const kind = done < total ? 'running' : reached === total ? 'all' : reached === 0 ? 'none' : 'some';
  const title = say(locale, `card.matrix.title.${kind}`, { total, reached, done });
  const odd = oddOne(rows, locale);
  const summary = clip(odd ? `${title}: ${odd}` : title, 300);
  const look = {
    running: { style: 'emphasis', icon: 'icon:waiting' },
    all: { style: 'good', icon: 'icon:reachable' },
    none: { style: 'attention', icon: 'icon:unreachable' },
    some: { style: 'warning', icon: 'icon:degraded' },
  }[kind];
  const data = fitCard(
    [rows.length, 24, 16, 10, 6],
    (most) => {
      const { shown, notes } = pick(rows, most, locale);
      return {
        ...frameData(frame),
        ...look,
        summary,
        title,
        headline: say(locale, 'card.matrix.headline', { pairs: rows.length }),
        odd: odd ? [{ label: say(locale, 'card.matrix.odd'), text: odd }] : [],
        rows: shown.map((row) => rowData(row, locale)),
        notes,
        buttons: done < total ? [] : [button('run-again', say(locale, 'card.button.runAgain'), frame)],
      };
    },
    { frame: 3_500, item: 150, rows: { key: 'rows', bytes: 750 } },
  );
  return { card: 'matrix', summary, data };
}

function pick(rows: readonly MatrixRow[], most: number, locale: Locale) {
  if (rows.length <= most) return { shown: rows, notes: [] };
  const failing = rows.filter((row) => !row.cells.every(isThrough));
  const shown = failing.length > 0 ? failing.slice(0, most) : rows.slice(0, most);
  const hidden = rows.length - shown.length;
  const key = failing.length > 0 && failing.length <= most ? 'card.matrix.hidden' : 'card.matrix.hiddenAny';
  return { shown, notes: [{ text: say(locale, key, { count: hidden }) }] };
}

/** What stands out, where one thing does: one pair against all others, or one port on all pairs. */
function oddOne(rows: readonly MatrixRow[], locale: Locale): string | undefined {
  if (rows.length < 3 || rows.some((row) => row.cells.some(isOut))) return undefined;
  const pair = (row: MatrixRow) => `${clip(row.from, 64)} → ${clip(row.to, 64)}`;
  const clean = rows.filter((row) => row.cells.every(isThrough));
  const dark = rows.filter((row) => !row.cells.some(isThrough));
  const [failing] = rows.filter((row) => !row.cells.every(isThrough));
  const [passing] = clean;
  if (failing && clean.length === rows.length - 1) return say(locale, 'card.matrix.oddFails', { pair: pair(failing) });
  if (passing && clean.length === 1 && dark.length === rows.length - 1) {
    return say(locale, 'card.matrix.oddPasses', { pair: pair(passing) });
  }
  const failedPorts = rows.map((row) => row.cells.filter((cell) => !isThrough(cell)).map((cell) => cell.port));
  const port = failedPorts[0]?.[0];
  const isSame = failedPorts.every((ports) => ports.length === 1 && ports[0] === port);
  const hasMore = rows.every((row) => row.cells.length > 1);
  return port !== undefined && isSame && hasMore
    ? say(locale, 'card.matrix.oddPort', { port: String(port) })
    : undefined;
}

const words = {
  answered: 'card.verdict.Reachable',
  waiting: 'card.matrix.pending',
  broken: 'card.verdict.Unreachable',
} as const;

/** Lines of one row: more answers than that are summed up in the last one. */
const mostLines = 8;

function rowData(row: MatrixRow, locale: Locale): JsonObject {
  const groups = new Map<string, { ports: (number | undefined)[]; cell: MatrixCell }>();
  for (const cell of row.cells) {
    const key = `${cell.state} ${cell.cause ?? ''}`;
    const group = groups.get(key) ?? { ports: [], cell };
    group.ports.push(cell.port);
    groups.set(key, group);
  }
  const worst = row.cells.every(isThrough) ? 'answered' : row.cells.some(isOut) ? 'waiting' : 'broken';
  return {
    icon: `icon:${worst}`,
    state: say(locale, words[worst]),
    from: clip(row.from, 64),
    to: clip(row.to, 64),
    ports: linesOf([...groups.values()], locale),
  };
}

function linesOf(
  groups: readonly { readonly ports: readonly (number | undefined)[]; readonly cell: MatrixCell }[],
  locale: Locale,
): JsonObject[] {
  const most = groups.length > mostLines ? mostLines - 1 : mostLines;
  const others = groups.slice(most).flatMap(({ ports }) => ports);
  return [
    ...groups.slice(0, most).map(({ ports, cell }) => ({
      ports: portsText(ports),
      color: isThrough(cell) ? 'good' : isOut(cell) ? 'default' : 'attention',
      text: [stateText(cell, locale), ...(cell.cause ? [clip(cell.cause, 120)] : [])].join(' · '),
    })),
    ...(others.length > 0
      ? [{ ports: portsText(others), color: 'default', text: say(locale, 'card.matrix.various') }]
      : []),
  ];
}

/** `80, 443, 8000–8010`, or ICMP, which has none. */
function portsText(ports: readonly (number | undefined)[]): string {
  const numbers = ports.filter((port) => port !== undefined).sort((a, b) => a - b);
  const ranges: [from: number, to: number][] = [];
  for (const port of numbers) {
    const last = ranges.at(-1);
    if (last && port === last[1] + 1) last[1] = port;
    else ranges.push([port, port]);
  }
  const texts = ranges.flatMap(([from, to]) =>
    to - from > 1 ? [`${from}–${to}`] : to > from ? [`${from}`, `${to}`] : [`${from}`],
  );
  return clip(texts.length > 0 ? texts.join(', ') : 'ICMP', 240);
}

function stateText({ state }: MatrixCell, locale: Locale): string {
  if (state === 'pending' || state === 'failed') return say(locale, `card.matrix.${state}`);
  return say(locale, `card.verdict.${state}`);
}

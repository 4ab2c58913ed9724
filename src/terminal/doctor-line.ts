import type { Locale } from '../core/chat.ts';
import type { Json } from '../core/json.ts';
import { say } from '../language/say.ts';
import { plain } from './answer.ts';

export const doctorChecks = [
  'configuration',
  'grants',
  'bot',
  'keys',
  'signIn',
  'endpoint',
  'credential',
  'clock',
  'subscriptions',
  'machines',
  'region',
  'role',
  'agents',
  'store',
] as const;

export type DoctorCheck = (typeof doctorChecks)[number];

/** One line of the table. Outside text in `text` and `fix` is made plain where it is printed. */
export type Line = {
  readonly check: DoctorCheck;
  /** Which one, where a check has a line for each of several things. */
  readonly subject?: string;
  readonly state: 'ok' | 'problem' | 'unknown';
  readonly text: string;
  readonly fix?: string;
};

export function tableOf(lines: readonly Line[], locale: Locale): string {
  const rows = lines.map((line) => ({
    state: say(locale, `doctor.state.${line.state}`),
    title: [say(locale, `doctor.check.${line.check}`), line.subject].filter(Boolean).join(' '),
    text: plain(line.text),
    fix: line.fix === undefined ? undefined : plain(line.fix),
  }));
  const stateWidth = Math.max(...rows.map(({ state }) => widthOf(state)));
  const titleWidth = Math.max(...rows.map(({ title }) => widthOf(title)));
  const indent = ' '.repeat(stateWidth + titleWidth + 4);
  return rows
    .flatMap(({ state, title, text, fix }) => [
      `${pad(state, stateWidth)}  ${pad(plain(title), titleWidth)}  ${text}`,
      ...(fix === undefined ? [] : [`${indent}→ ${fix}`]),
    ])
    .join('\n');
}

export function summaryOf(lines: readonly Line[], locale: Locale): string {
  const count = (state: Line['state']) => lines.filter((line) => line.state === state).length;
  return say(locale, 'doctor.summary', { problems: count('problem'), unknown: count('unknown') });
}

/** The one stable object of `--json`. */
export function jsonOf(lines: readonly Line[]): Json {
  return {
    ok: lines.every(({ state }) => state !== 'problem'),
    lines: lines.map(({ check, subject, state, text, fix }) => ({
      check,
      ...(subject !== undefined && { subject }),
      state,
      message: text,
      ...(fix !== undefined && { fix }),
    })),
  };
}

/** Columns in a terminal: Chinese characters take two. */
function widthOf(text: string): number {
  return [...text].reduce(
    (width, character) => width + (/[\p{Script=Han}\u3000-\u303f\uff00-\uff60]/u.test(character) ? 2 : 1),
    0,
  );
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

const longestReason = 300;

/** One line; `fetch` hides what happened in the cause. */
export function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : undefined;
  const message = inner instanceof Error ? inner.message : String(inner);
  const text = (message === '' ? (code ?? '') : message).replace(/\s+/g, ' ').trim();
  return text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text;
}

import { weightOf } from './findings.ts';
import type { Diagnosis, Finding, PathHop, Verdict } from './verdict.ts';

/** What is new since the last answer to the same question. `appeared` and `gone` are what blocks, fails or warns, not notes. */
export type Change =
  | { readonly kind: 'verdict'; readonly from: Verdict; readonly to: Verdict }
  | { readonly kind: 'appeared'; readonly finding: Finding }
  | { readonly kind: 'gone'; readonly finding: Finding }
  | { readonly kind: 'path'; readonly from: readonly string[]; readonly to: readonly string[] }
  | { readonly kind: 'latency'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'loss'; readonly fromPercent: number; readonly toPercent: number };

/** The changes worth telling, most telling first; none where both say the same. Ordinary variation of latency is none. */
export function compare(previous: Diagnosis, current: Diagnosis): readonly Change[] {
  const before = causesOf(previous);
  const after = causesOf(current);
  return [
    ...(previous.verdict === current.verdict
      ? []
      : [{ kind: 'verdict', from: previous.verdict, to: current.verdict } as const]),
    ...missingFrom(before, after).map((finding) => ({ kind: 'appeared', finding }) as const),
    ...missingFrom(after, before).map((finding) => ({ kind: 'gone', finding }) as const),
    ...pathChange(previous, current),
    ...lossChange(previous, current),
    ...latencyChange(previous, current),
  ];
}

function causesOf({ findings }: Diagnosis): readonly Finding[] {
  return findings.filter(
    ({ code, severity }) =>
      severity !== 'info' && weightOf(code) !== 'conflict' && code !== 'LOSS' && code !== 'HIGH_LATENCY',
  );
}

function missingFrom(known: readonly Finding[], findings: readonly Finding[]): readonly Finding[] {
  const keys = new Set(known.map(keyOf));
  return findings.filter((finding) => !keys.has(keyOf(finding)));
}

/** The same cause, whichever witness found it and wherever it stands on the path: the rule or resource decides, or else the place's name. */
function keyOf({ code, rule, resourceId, facts }: Finding): string {
  const about = rule ? rule.name : (resourceId ?? facts.at ?? '');
  return `${code} ${about}`.toLowerCase();
}

function pathChange(previous: Diagnosis, current: Diagnosis): readonly Change[] {
  if (previous.pathFrom !== 'probe' || current.pathFrom !== 'probe') return [];
  const same = previous.path.map(placeOf).join(' ') === current.path.map(placeOf).join(' ');
  return same
    ? []
    : [{ kind: 'path', from: previous.path.map(({ name }) => name), to: current.path.map(({ name }) => name) }];
}

/** An address of the internet changes with every answer of a name server, so it does not make another path. */
function placeOf({ type, resourceId, address, name }: PathHop): string {
  if (resourceId) return resourceId.toLowerCase();
  return /^internet$/i.test(type) ? 'internet' : (address ?? name).toLowerCase();
}

function lossChange(previous: Diagnosis, current: Diagnosis): readonly Change[] {
  const fromPercent = lossOf(previous);
  const toPercent = lossOf(current);
  if (fromPercent === undefined || toPercent === undefined || fromPercent === toPercent) return [];
  const whole = (percent: number) => percent === 0 || percent === 100;
  return whole(fromPercent) && whole(toPercent) ? [] : [{ kind: 'loss', fromPercent, toPercent }];
}

function lossOf({ probes }: Diagnosis): number | undefined {
  return probes && probes.sent > 0 ? Math.round((probes.failed / probes.sent) * 1000) / 10 : undefined;
}

/** At least half as much again (or a third less), and at least this much: less is the weather. */
const noticeableMs = 5;

function latencyChange(previous: Diagnosis, current: Diagnosis): readonly Change[] {
  const fromMs = previous.latency?.avgMs;
  const toMs = current.latency?.avgMs;
  if (fromMs === undefined || toMs === undefined) return [];
  const [less, more] = fromMs < toMs ? [fromMs, toMs] : [toMs, fromMs];
  return more - less >= noticeableMs && more >= less * 1.5 ? [{ kind: 'latency', fromMs, toMs }] : [];
}

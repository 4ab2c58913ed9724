import type { CheckAnswer } from '../commands/check/outcome.ts';
import { questionText } from '../commands/check/question.ts';
import { problemWords } from '../commands/replies.ts';
import type { Locale } from '../core/chat.ts';
import { addressesOf, type Question } from '../core/check.ts';
import type { Problem } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { describe } from '../diagnosis/describe.ts';
import type { Finding, PathHop, Verdict } from '../diagnosis/verdict.ts';
import { isMessageKey, say } from '../language/say.ts';

export const exitCodes = {
  Reachable: 0,
  Degraded: 0,
  Unreachable: 1,
  Inconsistent: 2,
  Undetermined: 2,
} as const satisfies Readonly<Record<Verdict, number>>;

/** What was asked cannot be asked: as sysexits' EX_USAGE. */
export const exitUsage = 64;
/** Azure refused or could not be reached: as sysexits' EX_UNAVAILABLE. */
const exitUnavailable = 69;

/** A problem of the question itself, as against one of Azure. */
export function exitCodeOf(problem: Problem): number {
  const azure = problem.code.startsWith('AZURE_') || problem.code === 'NO_RESULT' || problem.code === 'INTERNAL';
  return azure ? exitUnavailable : exitUsage;
}

/** Outside text without what a terminal would obey. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

export function answerText(answer: CheckAnswer, locale: Locale): string {
  const { question, diagnosis, azure } = answer;
  const { latency, probes, findings, path, assumptions } = diagnosis;
  const telling = findings.filter((finding) => finding.severity !== 'info');
  const others = findings.filter((finding) => finding.severity === 'info');
  const ms = (value: number | undefined) => value ?? '–';
  const sections = [
    [`${say(locale, `card.verdict.${diagnosis.verdict}`)}: ${questionText(question, locale)}`],
    telling.flatMap((finding) => findingLines(finding, locale)),
    titled(
      say(locale, 'terminal.path'),
      path.flatMap((hop) => hopLines(hop, locale)),
    ),
    titled(
      say(locale, 'terminal.others'),
      others.map((finding) => `  ${describe(finding, locale).message}`),
    ),
    [
      ...(latency
        ? [say(locale, 'terminal.latency', { min: ms(latency.minMs), avg: ms(latency.avgMs), max: ms(latency.maxMs) })]
        : []),
      ...(probes ? [say(locale, 'terminal.probes', probes)] : []),
    ],
    titled(
      say(locale, 'terminal.assumptions'),
      assumptions.flatMap((code) => {
        const key = `assumption.${code}`;
        return isMessageKey(key) ? [`  ${say(locale, key)}`] : [];
      }),
    ),
    [
      say(locale, 'terminal.source', {
        subscription: azure.subscriptionId,
        calls: azure.armCalls,
        seconds: Math.round(answer.durationMs / 1000),
      }),
      ...(azure.simulated ? [say(locale, 'terminal.simulated')] : []),
    ],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(plain).join('\n'))
    .join('\n\n');
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? [title, ...lines] : [];
}

function findingLines(finding: Finding, locale: Locale): string[] {
  const { message, advice, show } = describe(finding, locale);
  return [`${finding.code}: ${message}`, ...(advice ? [`  → ${advice}`] : []), ...(show ? [`  $ ${show}`] : [])];
}

function hopLines(hop: PathHop, locale: Locale): string[] {
  const issues = hop.issues.map((issue) => issue.type).join(', ');
  const parts = [hop.name, hop.address === hop.name ? '' : hop.address, `(${hop.type})`, issues && `! ${issues}`];
  const rtt = hop.roundTripMs === undefined ? '' : `${hop.roundTripMs} ms`;
  const line = `  ${[...parts, rtt].filter(Boolean).join('  ')}`;
  return hop.brokenAfter ? [line, `  ✗ ${say(locale, 'terminal.broken')}`] : [line];
}

/** The one stable object of `--json`. */
export function answerJson(answer: CheckAnswer, locale: Locale): Json {
  const { question, diagnosis } = answer;
  const { latency } = diagnosis;
  return {
    verdict: diagnosis.verdict,
    findings: diagnosis.findings.map((finding) => {
      const { message, advice } = describe(finding, locale);
      return {
        code: finding.code,
        severity: finding.severity,
        message,
        advice,
        ...(finding.rule && { rule: finding.rule }),
        ...(finding.resourceId && { resourceId: finding.resourceId }),
        ...(finding.hop !== undefined && { hop: finding.hop }),
      };
    }),
    path: diagnosis.path.map(({ type, name, address, resourceId, roundTripMs, issues }) => ({
      type,
      name,
      address: address ?? null,
      ...(resourceId && { resourceId }),
      ...(roundTripMs !== undefined && { roundTripMs }),
      issues: issues.map((issue) => ({ ...issue })),
    })),
    latency: latency && {
      minMs: latency.minMs ?? null,
      avgMs: latency.avgMs ?? null,
      maxMs: latency.maxMs ?? null,
    },
    probes: diagnosis.probes ?? { sent: 0, failed: 0 },
    source: { name: question.source.name, resourceId: question.source.resourceId },
    destination: destinationJson(question),
    startedAt: answer.startedAt,
    durationMs: answer.durationMs,
    azure: { subscriptionId: answer.azure.subscriptionId, simulated: answer.azure.simulated },
  };
}

function destinationJson({ destination, port, protocol }: Question) {
  const rest = { port: port ?? null, protocol };
  switch (destination.kind) {
    case 'vm': {
      const { name, resourceId } = destination.machine;
      const [address] = addressesOf(destination.machine);
      return { name, resourceId, ...(address && { address }), ...rest };
    }
    case 'address':
      return { address: destination.address, ...rest };
    case 'host':
      return { name: destination.host, ...rest };
    case 'url':
      return { name: destination.host, address: destination.url, ...rest };
  }
}

export function problemText(problem: Problem, locale: Locale): string {
  const words = problemWords(problem, locale);
  const lines = [words.what, words.why, words.do].filter(Boolean);
  if (problem.example) lines.push(say(locale, 'terminal.example', { example: problem.example }));
  if (problem.suggestions?.length) {
    lines.push(say(locale, 'terminal.suggestions', { text: problem.suggestions.join(' · ') }));
  }
  return lines.map(plain).join('\n');
}

export function problemJson(problem: Problem, locale: Locale): Json {
  const { what, why, do: advice } = problemWords(problem, locale);
  return { error: { code: problem.code, message: [what, why].filter(Boolean).join(' '), advice } };
}

import type { Locale, Requester } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Description, describe, describeAssumption, describeChange } from '../../diagnosis/describe.ts';
import type { Diagnosis, Finding, Rule, Verdict } from '../../diagnosis/verdict.ts';
import { type MessageKey, say } from '../../language/say.ts';
import { frameData, ruleBlock, ruleLabel } from '../card-frame.ts';
import { button, clientTime, clip, durationText, latencyText, portalLinks } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';
import { askedLine } from './asked-line.ts';
import type { Changes, CheckAnswer } from './outcome.ts';
import { pathRows } from './path-rows.ts';
import { questionEnds, questionParts } from './question.ts';
import { witnessRows } from './witness-rows.ts';

type Input = {
  readonly askedBy: Requester;
  readonly jobId: string;
  readonly nonce: string;
  readonly locale: Locale;
  readonly changes?: Changes;
};

const looks: Readonly<Record<Verdict, { readonly style: string; readonly icon: string }>> = {
  Reachable: { style: 'good', icon: 'icon:reachable' },
  Degraded: { style: 'warning', icon: 'icon:degraded' },
  Unreachable: { style: 'attention', icon: 'icon:unreachable' },
  Inconsistent: { style: 'warning', icon: 'icon:inconsistent' },
  Undetermined: { style: 'emphasis', icon: 'icon:undetermined' },
};

/** How much of each list is shown. A later level leaves out more. */
type Level = { readonly hops: number; readonly findings: number; readonly shows: number; readonly text: number };

const levels = [
  { hops: 12, findings: 8, shows: 3, text: 600 },
  { hops: 12, findings: 4, shows: 1, text: 600 },
  { hops: 10, findings: 2, shows: 0, text: 600 },
  { hops: 8, findings: 0, shows: 0, text: 400 },
  { hops: 6, findings: 0, shows: 0, text: 200 },
  { hops: 4, findings: 0, shows: 0, text: 120 },
] as const satisfies readonly [Level, ...Level[]];

/**
 * Data of the result card. An answer that would not fit into 24 KB is trimmed in this order: commands and findings in the
 * details, hops in the middle of the path, then long sentences, and at the very last long names. The verdict, the rule, the
 * first advice, the ends of the path and the break always stay; hops and lines that are left out are counted on the card.
 */
export function resultData(answer: CheckAnswer, input: Input): JsonObject {
  const summary = resultSummary(answer, input.locale);
  return fitCard(levels, (level: Level) => ({ ...dataAt(level, answer, input), summary }), {
    frame: 4_600,
    item: 150,
    rows: { key: 'path', bytes: 330 },
  });
}

export function resultSummary({ question, diagnosis }: CheckAnswer, locale: Locale): string {
  const ends = questionEnds(question);
  const verdict = say(locale, `card.verdict.${diagnosis.verdict}`);
  const first = diagnosis.findings[0];
  const rule = first && diagnosis.verdict === 'Unreachable' ? blockingRule(first) : undefined;
  if (rule) {
    const key = rule.routeTableId ? 'card.summary.route' : 'card.summary.denied';
    return say(locale, key, { verdict, ...ends, rule: ruleLabel(rule) });
  }
  if (diagnosis.verdict === 'Reachable' || !first) return say(locale, 'card.summary.plain', { verdict, ...ends });
  return clip(say(locale, 'card.summary.finding', { verdict, ...ends, finding: describe(first, locale).message }), 300);
}

function blockingRule(finding: Finding): Rule | undefined {
  return finding.severity === 'error' && isBlocking(finding) ? finding.rule : undefined;
}

function isBlocking({ code }: Finding): boolean {
  return code === 'NSG_DENY_IN' || code === 'NSG_DENY_OUT' || code.includes('ROUTE');
}

function dataAt(level: Level, answer: CheckAnswer, input: Input): JsonObject {
  const { question, diagnosis, azure } = answer;
  const { locale } = input;
  const { verdict, findings, path } = diagnosis;
  const look = looks[verdict];
  const described = findings.map((finding) => ({ finding, words: describe(finding, locale) }));
  const [first] = described;
  const leading = first && first.finding.severity !== 'info' ? first : undefined;
  const rest = described.slice(leading ? 1 : 0);
  const also = rest.filter(({ finding }) => finding.severity !== 'info').slice(0, verdict === 'Inconsistent' ? 3 : 2);
  const advice = [leading, ...also].flatMap((item) => (item?.words.advice ? [item.words.advice] : []));
  const rule = leading && blockingRule(leading.finding);
  return {
    ...frameData({ ...input, at: answer.startedAt, azure }),
    askedBy: askedLine(input.askedBy, answer.shared, locale),
    style: look.style,
    icon: look.icon,
    verdict: say(locale, `card.verdict.${verdict}`),
    headline: clip(leading?.words.message ?? say(locale, `card.headline.${verdict}`), level.text),
    question: questionParts(question),
    rule: rule ? [ruleBlock(rule, say(locale, ruleTitle(rule)), locale)] : [],
    also: section(
      say(locale, 'card.also'),
      also.map(({ words }) => words.message),
      level,
    ),
    todo: section(say(locale, 'card.do'), [...new Set(advice)].slice(0, 2), level),
    pathTitle: say(locale, diagnosis.pathFrom === 'probe' ? 'card.path' : 'card.path.configured'),
    path: path.length > 0 ? pathRows(path, level.hops, locale) : [],
    noPath: path.length === 0 ? [{ text: say(locale, 'card.path.none') }] : [],
    ...numbers(diagnosis, locale),
    changes: changesBlock(input.changes, level, locale),
    ...details(level, described, answer, locale),
    took: say(locale, 'card.took', { took: durationText(answer.durationMs, locale) }),
    buttons: buttons(answer, input),
    links: links(answer, leading?.finding, locale),
    detailsButton: say(locale, 'card.button.details'),
  };
}

/**
 * With the one that opens the details, six at most: as many as Teams shows. Each is there only where it works; what is blocked has
 * its rule verified instead of being asked the other way round.
 */
function buttons({ question, blockedAt, raw }: CheckAnswer, input: Input): JsonObject[] {
  const { locale } = input;
  const hasPort = question.port !== undefined && question.destination.kind !== 'url';
  return [
    button('run-again', say(locale, 'card.button.runAgain'), input),
    button('watch', say(locale, 'card.button.watch'), input),
    ...(hasPort ? [button('other-port', say(locale, 'card.button.otherPort'), input)] : []),
    ...(question.destination.kind === 'vm' && !blockedAt
      ? [button('swap', say(locale, 'card.button.swap'), input)]
      : []),
    ...(blockedAt ? [button('flow', say(locale, 'card.button.flow'), input)] : []),
    ...(raw === undefined ? [] : [button('raw', say(locale, 'card.button.raw'), input)]),
  ];
}

function ruleTitle(rule: Rule): MessageKey {
  return rule.routeTableId ? 'card.rule.title.route' : 'card.rule.title.nsg';
}

function section(title: string, texts: readonly string[], level: Level): JsonObject[] {
  if (texts.length === 0) return [];
  return [{ title, items: texts.map((text) => ({ text: clip(text, level.text) })) }];
}

/** Zero is a value; a number that Azure did not give is a dash, and no number at all is said in words. */
function numbers({ probes, latency }: Diagnosis, locale: Locale): JsonObject {
  const tile = (label: string, value: number | undefined) => ({
    label,
    value: value === undefined ? '–' : latencyText(value),
  });
  const hasLatency = latency && [latency.minMs, latency.avgMs, latency.maxMs].some((value) => value !== undefined);
  const failed =
    probes && probes.sent > 0
      ? say(locale, 'card.probes.of', { failed: probes.failed, sent: probes.sent })
      : say(locale, 'card.probes.none');
  return {
    tiles: [
      { label: say(locale, 'card.probes.failed'), value: failed },
      ...(hasLatency
        ? [
            tile(say(locale, 'card.latency.min'), latency.minMs),
            tile(say(locale, 'card.latency.avg'), latency.avgMs),
            tile(say(locale, 'card.latency.max'), latency.maxMs),
          ]
        : [{ label: say(locale, 'card.latency'), value: say(locale, 'card.latency.none') }]),
    ],
  };
}

function changesBlock(changes: Changes | undefined, level: Level, locale: Locale): JsonObject[] {
  if (!changes) return [];
  const texts = changes.list.slice(0, 4).map((change) => describeChange(change, locale));
  const items = texts.length > 0 ? texts : [say(locale, 'card.changes.none')];
  return [
    {
      title: say(locale, 'card.changes'),
      since: clientTime(changes.since),
      items: items.map((text) => ({ text: clip(text, level.text) })),
    },
  ];
}

type Described = { readonly finding: Finding; readonly words: Description };

function details(level: Level, described: readonly Described[], answer: CheckAnswer, locale: Locale): JsonObject {
  const { diagnosis, azure, durationMs, requestId } = answer;
  const findings = described.slice(0, level.findings);
  const shows = [...new Set(described.flatMap(({ words }) => (words.show ? [words.show] : [])))];
  const shown = shows.filter((show) => show.length <= 700).slice(0, level.shows);
  const hidden = described.length - findings.length + shows.length - shown.length;
  return {
    findingsTitle: findings.length > 0 ? [{ text: say(locale, 'card.details.findings') }] : [],
    findings: findings.map(({ finding, words }) => ({
      code: finding.code,
      text: clip(words.message, level.text),
      witnesses: [...new Set([finding.witness, ...(finding.confirmedBy ?? [])])]
        .map((witness) => say(locale, `card.witness.${witness}`))
        .join(', '),
    })),
    witnessesTitle: say(locale, 'card.details.witnesses'),
    witnesses: witnessRows(diagnosis.witnesses, locale).map(({ name, state }) => ({ name, state })),
    assumptionsTitle: diagnosis.assumptions.length > 0 ? [{ text: say(locale, 'card.details.assumptions') }] : [],
    assumptions: diagnosis.assumptions
      .slice(0, 8)
      .map((code) => ({ text: clip(describeAssumption(code, locale), level.text / 2) })),
    showTitle: shown.length > 0 ? [{ text: say(locale, 'card.details.show') }] : [],
    shows: shown.map((text) => ({ text })),
    facts: [
      say(locale, 'card.details.numbers', { calls: azure.armCalls, took: durationText(durationMs, locale) }),
      ...(requestId ? [`${say(locale, 'card.details.requestId')} ${clip(requestId, 64)}`] : []),
      ...(hidden > 0 ? [say(locale, 'card.details.hidden', { count: hidden })] : []),
    ].map((text) => ({ text })),
  };
}

function links({ azure, question }: CheckAnswer, leading: Finding | undefined, locale: Locale): JsonObject[] {
  const destination = question.destination.kind === 'vm' ? question.destination.machine.resourceId : undefined;
  const ids = [
    leading?.rule?.securityGroupId ?? leading?.rule?.routeTableId,
    leading?.resourceId,
    question.source.resourceId,
    destination,
  ];
  const items = portalLinks(azure.portal, ids, locale).slice(0, 3);
  return items.length > 0 ? [{ items }] : [];
}

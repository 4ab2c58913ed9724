import type { Locale, Reply } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { describe } from '../../diagnosis/describe.ts';
import type { Verdict } from '../../diagnosis/verdict.ts';
import type { Watch, WatchEnding } from '../../jobs/watch.ts';
import { printDuration } from '../../language/durations.ts';
import { spell } from '../../language/keywords.ts';
import { say } from '../../language/say.ts';
import { ruleBlock } from '../card-frame.ts';
import { askedByLine, badge, button, type CardIds, clientTime, clip, unbroken } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';
import { problemWords } from '../replies.ts';
import { blockingRule, type Progress, type Sample, type Standing, type WatchPlan } from '../watch-state.ts';
import { usualForMs } from './plan.ts';

/** What both cards of a watch are drawn from. */
export type WatchCard = {
  readonly watch: Watch;
  readonly progress: Progress;
  readonly nextAtMs: number;
  readonly ending?: WatchEnding;
  readonly simulated: boolean;
};

type Look = { readonly style: string; readonly icon: string; readonly mark: string; readonly color: string };

/** A mark has a shape of its own, so that nobody needs its colour. */
export const looks: Readonly<Record<Verdict, Look>> = {
  Reachable: { style: 'good', icon: 'icon:reachable', mark: '✓', color: 'Good' },
  Degraded: { style: 'warning', icon: 'icon:degraded', mark: '~', color: 'Warning' },
  Unreachable: { style: 'attention', icon: 'icon:unreachable', mark: '✗', color: 'Attention' },
  Inconsistent: { style: 'warning', icon: 'icon:inconsistent', mark: '!', color: 'Warning' },
  Undetermined: { style: 'emphasis', icon: 'icon:undetermined', mark: '?', color: 'Default' },
};

const starting = { style: 'emphasis', icon: 'icon:waiting' };

/** The one card of a watch, edited after each run. */
export function watchReply(input: WatchCard): Reply {
  const { watch, progress, ending } = input;
  const { locale, number } = watch;
  const { from, to, parts } = watch.plan as WatchPlan;
  const { standing, samples } = progress;
  const words = { number, from, to, verdict: standing ? verdictWord(standing, locale) : '' };
  const summary = ending
    ? say(locale, 'card.watch.summary.ended', words)
    : say(locale, standing ? 'card.watch.summary' : 'card.watch.summary.first', words);
  const { style, icon } =
    ending || !standing ? { ...starting, icon: ending ? 'icon:unknown' : 'icon:waiting' } : looks[standing.verdict];
  const title = say(
    locale,
    ending ? 'card.watch.title.ended' : standing ? 'card.watch.title' : 'card.watch.title.first',
    words,
  );
  const data = fitCard(
    [400, 200, 100],
    (most) => ({
      lang: locale,
      summary: clip(summary, 300),
      style,
      icon,
      title,
      simulated: badge(input.simulated, locale),
      question: parts,
      standing: standing ? [standingLine(standing, locale)] : [],
      headlines: headlinesOf(input).map((text) => ({ text: clip(text, most) })),
      rule: ruleOf(standing, locale),
      strip: samples.length > 0 ? [strip(samples, locale)] : [],
      chart: chartOf(samples, locale),
      facts: [{ text: scheduleText(watch) }],
      times: ending ? [] : timesOf(input),
      notes: notesOf(input).map((text) => ({ text: clip(text, most) })),
      askedBy: askedByLine(watch.requester, locale),
      buttons: watchButtons(input),
    }),
    { frame: 2_500, item: 120 },
  );
  return { card: 'watch', summary: data.summary, data };
}

export function verdictWord({ verdict }: Standing, locale: Locale): string {
  return say(locale, `card.verdict.${verdict}`);
}

function standingLine(standing: Standing, locale: Locale): JsonObject {
  return {
    label: say(locale, 'card.watch.since', { verdict: verdictWord(standing, locale) }),
    since: clientTime(standing.since),
  };
}

/** In a sentence, what stands there and why. */
export function headlineOf({ verdict, diagnosis, problem }: Standing, locale: Locale): string {
  const [first] = diagnosis?.findings ?? [];
  if (first && first.severity !== 'info') return describe(first, locale).message;
  return problem ? problemWords(problem, locale).what : say(locale, `card.headline.${verdict}`);
}

function headlinesOf({ watch: { locale }, progress: { standing }, ending }: WatchCard): readonly string[] {
  if (standing) return [headlineOf(standing, locale)];
  return ending ? [] : [say(locale, 'card.watch.first')];
}

/** The rule or route that blocks, as a block of its own. */
export function ruleOf(standing: Standing | undefined, locale: Locale): JsonObject[] {
  const rule = blockingRule(standing?.diagnosis);
  if (!rule) return [];
  return [ruleBlock(rule, say(locale, rule.routeTableId ? 'card.rule.title.route' : 'card.rule.title.nsg'), locale)];
}

function strip(samples: readonly Sample[], locale: Locale): JsonObject {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of samples) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const legend = [...counts].map(([verdict, count]) =>
    [looks[verdict].mark, count, say(locale, `card.verdict.${verdict}`)].join(unbroken),
  );
  return {
    title: say(locale, 'card.watch.strip', { count: samples.length }),
    marks: samples.map(({ verdict }) => ({ text: looks[verdict].mark, color: looks[verdict].color })),
    legend: legend.join(' · '),
  };
}

function chartOf(samples: readonly Sample[], locale: Locale): JsonObject[] {
  const points = samples.flatMap(({ at, avgMs }) => (avgMs === undefined ? [] : [{ at, avgMs }]));
  if (points.length < 2) return [];
  const unit = say(locale, 'card.history.unit');
  return [
    {
      title: say(locale, 'card.history.chart'),
      unit,
      legend: say(locale, 'card.latency.avg'),
      points: points.map(({ at, avgMs }) => ({ x: clientTime(at), y: avgMs })),
      text: `${points.map(({ avgMs }) => Math.round(avgMs * 10) / 10).join(', ')} ${unit}`,
    },
  ];
}

/** When it asks and for how long, as it would be typed. */
export function scheduleText({ everyMs, locale, plan }: Watch): string {
  const { until, forMs } = plan as WatchPlan;
  const parts = [`${spell('every', locale)} ${printDuration(everyMs)}`];
  if (forMs !== undefined) parts.push(`${spell('for', locale)} ${printDuration(forMs)}`);
  if (until) parts.push(`${spell('until', locale)} ${spell(until, locale)}`);
  return parts.join(' ');
}

function timesOf({ watch: { locale, endsAtMs, plan }, nextAtMs }: WatchCard): JsonObject[] {
  const at = (ms: number) => clientTime(new Date(ms).toISOString());
  const byItself = (plan as WatchPlan).forMs === undefined;
  return [
    { label: say(locale, 'card.watch.next'), at: at(nextAtMs) },
    { label: say(locale, byItself ? 'card.watch.endsItself' : 'card.watch.ends'), at: at(endsAtMs) },
  ];
}

function notesOf({ watch, progress, ending }: WatchCard): readonly string[] {
  const { locale } = watch;
  const { problem, standing, doubt } = progress;
  if (ending) return [endingText(watch, ending)];
  if (problem && standing?.problem === undefined) {
    return [say(locale, 'card.watch.noAnswer', { problem: problemWords(problem, locale).what })];
  }
  return doubt ? [say(locale, 'card.watch.doubt', { count: doubt.count })] : [];
}

/** Why it ended, and what can be done about it. */
export function endingText({ locale, requester, plan }: Watch, ending: WatchEnding): string {
  const { until, forMs } = plan as WatchPlan;
  switch (ending.reason) {
    case 'stopped':
      return say(locale, 'card.watch.end.stopped', { name: clip(ending.by.name ?? ending.by.id, 64) });
    case 'over':
      return forMs === undefined
        ? say(locale, 'card.watch.end.itself', { days: usualForMs / 86_400_000 })
        : say(locale, 'card.watch.end.over', { time: printDuration(forMs) });
    case 'met':
      return say(locale, 'card.watch.end.met', { state: until ?? 'reachable' });
    case 'refused':
      return say(locale, 'card.watch.end.refused', { name: clip(requester.name ?? requester.id, 64) });
    case 'gone':
      return say(locale, 'card.watch.end.gone');
  }
}

/** They carry the ids of the job that began the watch, so that a card of any age can be pressed. */
export function watchButtons({ watch, progress, ending }: WatchCard): JsonObject[] {
  const { locale } = watch;
  const ids: CardIds = { jobId: watch.id, nonce: watch.nonce };
  if (ending) return [button('watch-again', say(locale, 'card.watch.button.again'), ids)];
  const stop = button('stop', say(locale, 'card.watch.button.stop'), ids);
  return progress.samples.length > 0 ? [button('run-now', say(locale, 'card.watch.button.now'), ids), stop] : [stop];
}

import type { Locale, Reply, Requester } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { compare } from '../../diagnosis/compare.ts';
import { describeChange } from '../../diagnosis/describe.ts';
import { say } from '../../language/say.ts';
import { ruleLabel } from '../card-frame.ts';
import { badge, clientTime, clip } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';
import { mentionName } from '../mention.ts';
import { blockingRule, type Standing, type WatchChange, type WatchPlan } from '../watch-state.ts';
import {
  endingText,
  headlineOf,
  looks,
  ruleOf,
  scheduleText,
  verdictWord,
  type WatchCard,
  watchButtons,
} from './card.ts';

/** The message of its own, when the verdict or the blocking rule is another one or the watch ended by itself. Mentions its owner. */
export function newsReply(input: WatchCard & { readonly change?: WatchChange }): Reply {
  const { watch, ending, change } = input;
  const { locale, number, requester } = watch;
  const { from, to, parts } = watch.plan as WatchPlan;
  const standing = change?.to ?? input.progress.standing;
  const title = titleOf(input, standing);
  const summary = clip(
    say(locale, 'card.watchNews.summary', { title, from, to, cause: standing ? causeOf(standing, locale) : '' }),
    300,
  );
  const look = standing && (change || !ending) ? looks[standing.verdict] : undefined;
  const data = fitCard(
    [400, 200, 100],
    (most) => ({
      lang: locale,
      summary,
      style: look?.style ?? 'emphasis',
      icon: look?.icon ?? 'icon:unknown',
      title: say(locale, 'card.watchNews.title', { title, number }),
      simulated: badge(input.simulated, locale),
      mentions: mentionsOf(requester, locale),
      asked: say(locale, 'card.watchNews.asked', { schedule: scheduleText(watch) }),
      question: parts,
      standings: [
        ...(change ? [standingRow(say(locale, 'card.watchNews.before'), change.from, locale)] : []),
        ...(standing ? [standingRow(say(locale, 'card.watchNews.now'), standing, locale)] : []),
      ],
      headlines: [
        ...(standing ? [headlineOf(standing, locale)] : []),
        ...(ending ? [endingText(watch, ending)] : []),
      ].map((text) => ({ text: clip(text, most) })),
      rule: ruleOf(standing, locale),
      changes: change ? changesOf(change, most, locale) : [],
      buttons: watchButtons(input),
    }),
    { frame: 2_500, item: 150 },
  );
  return { card: 'watch-news', summary, data };
}

function titleOf(
  { watch: { locale }, ending, change }: WatchCard & { readonly change?: WatchChange },
  standing?: Standing,
) {
  if (change && change.from.verdict === change.to.verdict) return say(locale, 'card.watchNews.otherRule');
  if (change && standing) return say(locale, 'card.watchNews.turned', { verdict: verdictWord(standing, locale) });
  return say(locale, ending ? 'card.watchNews.ended' : 'card.watchNews.otherRule');
}

/** For the notification: the rule where there is one. */
function causeOf(standing: Standing, locale: Locale): string {
  const rule = blockingRule(standing.diagnosis);
  return rule ? say(locale, 'card.watchNews.by', { rule: ruleLabel(rule) }) : '';
}

function standingRow(label: string, standing: Standing, locale: Locale): JsonObject {
  const rule = blockingRule(standing.diagnosis);
  return {
    label,
    verdict: verdictWord(standing, locale),
    rule: rule ? `(${ruleLabel(rule)})` : '',
    since: clientTime(standing.since),
    sinceWord: say(locale, 'card.watchNews.since'),
  };
}

function changesOf({ from, to }: WatchChange, most: number, locale: Locale): JsonObject[] {
  if (!from.diagnosis || !to.diagnosis) return [];
  const shown = blockingRule(to.diagnosis)?.name;
  const list = compare(from.diagnosis, to.diagnosis).filter(
    (change) => change.kind !== 'verdict' && !(change.kind === 'appeared' && change.finding.rule?.name === shown),
  );
  const items = list.slice(0, 4).map((change) => ({ text: clip(describeChange(change, locale), most) }));
  return items.length > 0 ? [{ title: say(locale, 'card.changes'), items }] : [];
}

function mentionsOf(requester: Requester, locale: Locale): JsonObject[] {
  return [{ id: requester.id, name: mentionName(requester) ?? say(locale, 'card.watchNews.owner') }];
}

import type { Locale, Requester } from '../core/chat.ts';
import type { JsonObject } from '../core/json.ts';
import type { Rule } from '../diagnosis/verdict.ts';
import { say } from '../language/say.ts';
import { askedByLine, badge, type CardIds, clientTime, clip, resourceOf } from './card-parts.ts';

/** What every answer's card says beside the answer: for whom, when, and where it came from. */
export type Frame = CardIds & {
  readonly askedBy: Requester;
  readonly locale: Locale;
  /** ISO 8601. */
  readonly at: string;
  readonly azure: { readonly subscriptionId: string; readonly simulated: boolean; readonly portal: string };
};

export function frameData({ askedBy, locale, at, azure }: Frame): JsonObject {
  return {
    lang: locale,
    simulated: badge(azure.simulated, locale),
    askedBy: askedByLine(askedBy, locale),
    at: clientTime(at),
    origin: say(locale, azure.simulated ? 'card.source.simulated' : 'card.source.azure'),
    subscription: clip(azure.subscriptionId, 64),
  };
}

/** A rule or route that decided: its name, in Azure's spelling too where that differs, and where it lives. */
export function ruleBlock(rule: Rule, title: string, locale: Locale): JsonObject {
  const holder = resourceOf(rule.securityGroupId ?? rule.routeTableId);
  const kind = rule.routeTableId ? 'routeTable' : 'nsg';
  const facts = [
    ...(rule.direction ? [say(locale, rule.direction === 'Inbound' ? 'card.rule.inbound' : 'card.rule.outbound')] : []),
    ...(rule.priority === undefined ? [] : [say(locale, 'card.rule.priority', { priority: String(rule.priority) })]),
  ];
  return {
    title,
    name: clip(rule.name, 100),
    facts: facts.length > 0 ? [{ text: facts.join(' · ') }] : [],
    holder: holder ? [{ label: say(locale, `card.rule.in.${kind}`), name: clip(holder.name, 100) }] : [],
    notes: [
      ...(holder ? [] : [say(locale, 'card.rule.holderUnknown')]),
      ...(rule.reportedAs && rule.reportedAs !== rule.name
        ? [say(locale, 'card.rule.reportedAs', { name: clip(rule.reportedAs, 200) })]
        : []),
    ].map((text) => ({ text })),
  };
}

/** Where it lives and what it is called: `nsg-db/deny-80`. */
export function ruleLabel(rule: Rule): string {
  const holder = resourceOf(rule.securityGroupId ?? rule.routeTableId)?.name;
  return clip(holder && holder !== rule.name ? `${holder}/${rule.name}` : rule.name, 120);
}

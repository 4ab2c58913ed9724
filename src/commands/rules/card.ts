import type { Locale, Reply } from '../../core/chat.ts';
import type { Machine } from '../../core/check.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Direction } from '../../diagnosis/witness.ts';
import { say } from '../../language/say.ts';
import { type Frame, frameData } from '../card-frame.ts';
import { button, clip, portalLinks, resourceOf, unbroken } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';

export type Access = 'Allow' | 'Deny';

/** One security group as it acts on a machine, its rules in the order in which they are tried. */
export type EffectiveGroup = {
  readonly securityGroupId: string;
  readonly appliedTo: 'nic' | 'subnet';
  readonly rules: readonly {
    readonly name: string;
    readonly priority: number;
    readonly direction: Direction;
    readonly access: Access;
    readonly protocol: string;
    /** Prefixes or tags, shortened by nobody yet. */
    readonly source: string;
    readonly destination: string;
    readonly ports: string;
  }[];
};

/** How one packet fares: each group it passes, in order, with the rule that decided there. */
export type Walk = {
  readonly direction: Direction;
  /** What was walked, e.g. `TCP 10.1.1.4 → 10.1.4.4:80`. */
  readonly flow: string;
  readonly access: Access;
  readonly steps: readonly {
    readonly securityGroupId: string;
    readonly access: Access;
    readonly priority: number;
    readonly rule: string;
  }[];
};

/** `nic-nsg Allow(200 allow-web) → subnet-nsg Deny(310 deny-80)` */
export function walkText(walk: Walk): string {
  return walk.steps
    .map(({ securityGroupId, access, priority, rule }) => {
      const group = clip(resourceOf(securityGroupId)?.name ?? '?', 64);
      return `${group} ${access}(${priority} ${clip(rule, 64)})`;
    })
    .join(' → ');
}

/** Of more rules than fit, those tried last are left out, evenly over the groups, and counted. */
export function rulesReply(
  answer: { readonly machine: Machine; readonly groups: readonly EffectiveGroup[]; readonly walks: readonly Walk[] },
  frame: Frame,
): Reply {
  const { locale } = frame;
  const { machine, groups, walks } = answer;
  const name = clip(machine.name, 64);
  const summary = say(locale, 'card.rules.summary', { name });
  const ids = [...groups.map((group) => group.securityGroupId), machine.resourceId];
  const data = fitCard(
    [12, 8, 5, 3, 1],
    (most) => ({
      ...frameData(frame),
      summary,
      title: say(locale, 'card.rules.title'),
      subject: { name, place: `(${clip(machine.group, 48)}, ${clip(machine.region, 32)})` },
      walks: walks.slice(0, 4).map((walk) => walkData(walk, locale)),
      groups: groups.slice(0, 6).map((group) => groupData(group, most, locale)),
      notes: groups.length === 0 ? [{ text: say(locale, 'card.rules.none') }] : [],
      buttons: [button('run-again', say(locale, 'card.button.runAgain'), frame)],
      links: portalLinks(frame.azure.portal, ids, locale).slice(0, 4),
    }),
    { frame: 3_500, item: 520 },
  );
  return { card: 'rules', summary, data };
}

function walkData(walk: Walk, locale: Locale): JsonObject {
  const isAllowed = walk.access === 'Allow';
  const way = walk.direction === 'Inbound' ? 'inbound' : 'outbound';
  return {
    icon: isAllowed ? 'icon:answered' : 'icon:broken',
    title: say(locale, `card.rules.walk.${way}`, { flow: clip(walk.flow, 120) }),
    result: say(locale, isAllowed ? 'card.rules.access.allow' : 'card.rules.access.deny'),
    line: clip(walkText(walk), 600),
  };
}

function groupData({ securityGroupId, appliedTo, rules }: EffectiveGroup, most: number, locale: Locale): JsonObject {
  const hidden = rules.length - Math.min(rules.length, most);
  return {
    name: clip(resourceOf(securityGroupId)?.name ?? '?', 80),
    facts: say(locale, `card.rules.group.${appliedTo}`),
    rules: rules.slice(0, most).map((rule) => {
      const way = say(locale, rule.direction === 'Inbound' ? 'card.rule.inbound' : 'card.rule.outbound');
      const what = `${rule.protocol === '*' ? '' : `${clip(rule.protocol.toUpperCase(), 8)}${unbroken}`}${clip(rule.ports, 60)}`;
      return {
        priority: String(rule.priority),
        access: say(locale, rule.access === 'Allow' ? 'card.rules.access.allow' : 'card.rules.access.deny'),
        color: rule.access === 'Allow' ? 'good' : 'attention',
        name: clip(rule.name, 80),
        match: `${way} · ${clip(rule.source, 60)} → ${clip(rule.destination, 60)} · ${what}`,
      };
    }),
    hidden: hidden > 0 ? [{ text: say(locale, 'card.rules.hidden', { count: hidden }) }] : [],
  };
}

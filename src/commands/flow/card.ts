import type { Reply } from '../../core/chat.ts';
import type { Machine } from '../../core/check.ts';
import type { Rule } from '../../diagnosis/verdict.ts';
import type { Direction } from '../../diagnosis/witness.ts';
import { say } from '../../language/say.ts';
import { type Frame, frameData, ruleBlock, ruleLabel } from '../card-frame.ts';
import { button, clip, portalLinks } from '../card-parts.ts';

/** What the rules say of one packet that was never sent (ipFlowVerify). */
export type FlowAnswer = {
  readonly machine: Machine;
  readonly direction: Direction;
  readonly protocol: 'Tcp' | 'Udp';
  /** Address and port of the machine, then of the other side, as asked: `10.1.1.4:*`, `10.1.4.4:80`. */
  readonly local: string;
  readonly remote: string;
  /** `Allow`, `Deny`, or a word of tomorrow. */
  readonly access: string;
  readonly rule?: Rule;
};

export function flowReply(answer: FlowAnswer, frame: Frame): Reply {
  const { locale } = frame;
  const { machine, direction, rule } = answer;
  const kind = /^allow$/i.test(answer.access) ? 'allow' : /^deny$/i.test(answer.access) ? 'deny' : 'other';
  const title = say(locale, `card.flow.title.${kind}`, { access: clip(answer.access, 40) });
  const name = clip(machine.name, 64);
  const here = { name, place: `(${clip(machine.group, 48)}, ${clip(machine.region, 32)})` };
  const there = clip(answer.remote, 80);
  const isInbound = direction === 'Inbound';
  const ends = { from: isInbound ? there : name, to: isInbound ? name : there };
  const summary = rule
    ? say(locale, 'card.flow.summary', { title, ...ends, rule: ruleLabel(rule) })
    : say(locale, 'card.flow.summaryPlain', { title, ...ends });
  const protocol = answer.protocol.toUpperCase();
  const advice = kind === 'other' ? [] : [{ text: say(locale, `card.flow.do.${kind}`) }];
  return {
    card: 'flow',
    summary,
    data: {
      ...frameData(frame),
      summary,
      title,
      style: kind === 'allow' ? 'good' : kind === 'deny' ? 'attention' : 'emphasis',
      icon: kind === 'allow' ? 'icon:reachable' : kind === 'deny' ? 'icon:unreachable' : 'icon:undetermined',
      headline: say(locale, 'card.flow.headline', { direction, name, protocol }),
      ends: {
        ...ends,
        place: isInbound ? '' : ` ${here.place}`,
        detail: isInbound ? `${here.place} ${clip(answer.local, 80)} ${protocol}` : protocol,
      },
      rule: rule ? [ruleBlock(rule, say(locale, 'card.flow.rule'), locale)] : [],
      todo: advice.length > 0 ? [{ title: say(locale, 'card.do'), items: advice }] : [],
      buttons: [button('run-again', say(locale, 'card.button.runAgain'), frame)],
      links: portalLinks(frame.azure.portal, [rule?.securityGroupId, machine.resourceId], locale),
    },
  };
}

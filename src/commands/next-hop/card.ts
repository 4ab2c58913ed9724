import type { Reply } from '../../core/chat.ts';
import type { Machine } from '../../core/check.ts';
import { say } from '../../language/say.ts';
import { type Frame, frameData } from '../card-frame.ts';
import { button, clip, portalLinks, resourceOf } from '../card-parts.ts';
import { hopKind } from '../hop-kind.ts';

/** Where Azure's routes send a packet next. */
export type NextHop = {
  readonly machine: Machine;
  /** The address of the machine that was asked for. */
  readonly from?: string;
  readonly destination: string;
  /** Azure's word: `VirtualAppliance`, `None`, … */
  readonly type: string;
  readonly address?: string;
  /** Absent for a system route. */
  readonly routeTableId?: string;
};

export function nextHopReply(answer: NextHop, frame: Frame): Reply {
  const { locale } = frame;
  const { machine, type } = answer;
  const { icon, word } = hopKind(type, locale);
  const isDropped = /^none$/i.test(type);
  const values = {
    name: clip(machine.name, 64),
    destination: clip(answer.destination, 80),
    address: clip(answer.address ?? '', 64),
    word,
  };
  const headline = isDropped ? 'none' : answer.address ? 'address' : 'plain';
  const title = say(locale, 'card.nextHop.title');
  const text = say(locale, `card.nextHop.headline.${headline}`, values);
  const summary = text;
  const table = resourceOf(answer.routeTableId)?.name;
  return {
    card: 'next-hop',
    summary,
    data: {
      ...frameData(frame),
      summary,
      title,
      style: isDropped ? 'attention' : 'emphasis',
      icon: isDropped ? 'icon:unreachable' : icon,
      headline: text,
      ends: {
        from: values.name,
        place: `${answer.from ? ` ${clip(answer.from, 64)}` : ''} (${clip(machine.group, 48)}, ${clip(machine.region, 32)})`,
        to: values.destination,
        detail: '',
      },
      facts: [
        table
          ? { label: say(locale, 'card.nextHop.routeTable'), text: clip(table, 100) }
          : { label: say(locale, 'card.nextHop.systemRoute'), text: '' },
      ],
      todo: isDropped
        ? [{ title: say(locale, 'card.do'), items: [{ text: say(locale, 'card.nextHop.do.none') }] }]
        : [],
      buttons: [button('run-again', say(locale, 'card.button.runAgain'), frame)],
      links: portalLinks(frame.azure.portal, [answer.routeTableId, machine.resourceId], locale),
    },
  };
}

import type { Reply } from '../../core/chat.ts';
import { say } from '../../language/say.ts';
import { isOperator, personId, placeId, rulesFor } from '../../policy/decide.ts';
import { usage } from '../../policy/rates.ts';
import type { Limit } from '../../policy/rule.ts';
import type { Command, Services, Turn } from '../command.ts';
import { factsReply } from '../facts-card.ts';
import { readWhoami, whoamiWords } from './request.ts';

export const whoami: Command = {
  name: 'whoami',
  words: whoamiWords,
  examples: 1,
  offline: true,
  read(rest, locale) {
    const reading = readWhoami(rest, locale);
    if (!reading.ok) return reading;
    return { ok: true, value: async (turn, services) => ({ kind: 'reply', reply: answer(turn, services) }) };
  },
};

function answer({ requester, conversation, locale }: Turn, services: Services): Reply {
  const grants = services.grants();
  const rules = rulesFor(grants, requester, conversation);
  const { kind, teamId, tenantId } = conversation;
  const used = services.rates && usage(services.rates, requester, conversation, services.clock.now()).person;
  const figures = ({ perMinute, inFlight }: Limit): string => {
    const left = (most: number, taken = 0) => ({ left: Math.max(0, most - taken), most });
    const parts = [
      ...(perMinute === undefined ? [] : [say(locale, 'whoami.left.minute', left(perMinute, used?.lastMinute))]),
      ...(inFlight === undefined ? [] : [say(locale, 'whoami.left.once', left(inFlight, used?.inFlight))]),
    ];
    return parts.length > 0 ? parts.join(' · ') : say(locale, 'whoami.left.unlimited');
  };
  const row = (label: string, ...values: readonly (string | undefined)[]) => {
    const given = values.filter((value) => value !== undefined);
    return given.length > 0 ? [{ label, values: given }] : [];
  };
  const names = rules.map(({ name }) => name);
  return factsReply({
    title: say(locale, 'whoami.title'),
    rows: [
      ...row(say(locale, 'whoami.person'), personId(requester)),
      ...row(say(locale, 'whoami.user'), requester.objectId === undefined ? undefined : requester.id),
      ...row(say(locale, kind === 'channel' ? 'whoami.place.channel' : 'whoami.place.chat'), placeId(conversation)),
      ...row(say(locale, 'whoami.team'), teamId),
      ...row(say(locale, 'whoami.tenant'), tenantId),
      ...row(
        say(locale, 'whoami.operator'),
        say(locale, isOperator(grants, requester) ? 'whoami.operator.yes' : 'whoami.operator.no'),
      ),
      ...row(say(locale, 'whoami.rules'), ...(names.length > 0 ? names : [say(locale, 'whoami.rules.none')])),
      ...row(
        say(locale, 'whoami.left'),
        ...rules.map(({ name: rule, limits }) =>
          say(locale, 'whoami.left.rule', { rule, figures: figures(limits.person) }),
        ),
      ),
    ],
    notes: rules.length > 0 ? [say(locale, 'whoami.note')] : [],
    locale,
  });
}

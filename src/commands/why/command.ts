import { type Reply, roomOf } from '../../core/chat.ts';
import type { AuditDecision, Written } from '../../jobs/audit.ts';
import { say } from '../../language/say.ts';
import { isOperator, personId, placeId } from '../../policy/decide.ts';
import { idsToGrant } from '../authorize.ts';
import type { Command, Services, Turn } from '../command.ts';
import { factsReply } from '../facts-card.ts';
import { isExplained, refusalKey } from '../ledger.ts';
import { noticeReply } from '../replies.ts';
import { printWhy, readWhy, type WhyRequest, whyWords } from './request.ts';

/** Reads the audit: what was refused is explained by the decision that was made then, not by what the grants say now. */
export const why: Command = {
  name: 'why',
  words: whyWords,
  examples: 2,
  offline: true,
  read(rest, locale) {
    const reading = readWhy(rest, locale);
    if (!reading.ok) return reading;
    return {
      ok: true,
      value: async (turn, services) => ({ kind: 'reply', reply: await answer(reading.value, turn, services) }),
    };
  },
  print(rest) {
    const reading = readWhy(rest);
    return reading.ok ? printWhy(reading.value) : undefined;
  },
};

async function answer({ reference: named }: WhyRequest, turn: Turn, services: Services): Promise<Reply> {
  const { locale } = turn;
  const reference = named ?? (await services.store.recall(roomOf(turn.conversation), refusalKey(turn)));
  const found = typeof reference === 'string' ? await findRefusal(reference, turn, services) : undefined;
  if (found) return explain(found, turn, services);
  return noticeReply({ text: say(locale, named === undefined ? 'explain.none' : 'explain.unknown'), locale });
}

/** An operator's, of their tenant; for anyone else their own, of this conversation. */
async function findRefusal(reference: string, turn: Turn, services: Services): Promise<Written | undefined> {
  const { requester, conversation } = turn;
  const entries = (await services.audit?.find(reference)) ?? [];
  return entries.findLast(({ entry: { outcome, who, where } }) => {
    if (outcome === undefined || !isExplained(outcome) || !who || !where) return false;
    if (where.tenantId?.toLowerCase() !== conversation.tenantId?.toLowerCase()) return false;
    if (isOperator(services.grants(), requester)) return true;
    return personId(who) === personId(requester) && placeId({ ...where, reference: {} }) === placeId(conversation);
  });
}

function explain({ entry, atMs }: Written, { requester, locale }: Turn, services: Services): Reply {
  const { outcome, understood, reference = '', who, where } = entry;
  const isFull = isOperator(services.grants(), requester);
  const denied = entry.decisions?.findLast(({ allowed }) => !allowed);
  const isHidden = outcome === 'VM_NOT_FOUND' || outcome === 'NO_VM_VISIBLE';
  const row = (label: string, value: string | undefined) => (value ? [{ label, values: [value] }] : []);
  const told = isFull || !isHidden ? denied : undefined;
  const ids = told && idsToGrant({ toGrant: told.toGrant ?? {} });
  return factsReply({
    title: say(locale, 'explain.title'),
    text: isHidden && !isFull ? say(locale, 'explain.hidden') : reasonOf(outcome, denied, locale),
    rows: [
      ...row(say(locale, 'explain.question'), understood ?? entry.command),
      ...row(say(locale, 'explain.rule'), told?.rule),
      ...row(say(locale, 'explain.toGrant'), told && (ids || say(locale, 'policy.neverGranted'))),
      ...(isFull && who ? row(say(locale, 'explain.who'), personId(who)) : []),
      ...(isFull && where ? row(say(locale, 'explain.where'), placeId({ ...where, reference: {} })) : []),
      ...row(say(locale, 'explain.reference'), reference),
    ],
    notes: isHidden && !isFull ? [say(locale, 'explain.hidden.operator', { reference })] : [],
    at: new Date(atMs).toISOString(),
    locale,
  });
}

function reasonOf(outcome: string | undefined, denied: AuditDecision | undefined, locale: Turn['locale']): string {
  if (denied?.reason) return say(locale, `policy.reason.${denied.reason}`);
  return say(locale, outcome === 'NO_VM_VISIBLE' ? 'explain.nothingVisible' : 'explain.absent');
}

import type { Locale, Reply } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { describe, describeChange } from '../../diagnosis/describe.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { say } from '../../language/say.ts';
import { ruleLabel } from '../card-frame.ts';
import { button, type CardIds } from '../card-parts.ts';
import type { Checking, QuestionParts } from '../checking.ts';
import { historyReply, type PastCheck } from './card.ts';
import type { Cursor, HistoryPage, PastEntry } from './entry.ts';
import type { HistoryRequest } from './request.ts';

const mostOpened = 3;

/** One page of a history in the reader's language, with the ways on from it. `from` is where the page begins, unless with the newest. */
export function pageReply(
  input: CardIds &
    Pick<Checking, 'parts'> & {
      readonly page: HistoryPage;
      readonly from?: Cursor;
      readonly request: HistoryRequest;
      readonly locale: Locale;
      readonly simulated: boolean;
    },
): Reply {
  const { page, from, request, locale, simulated, parts } = input;
  const filter = filterOf(request);
  return historyReply({
    locale,
    simulated,
    checks: page.entries.map((entry) => checkOf(entry, parts(entry.question), locale)),
    ...(filter && { filter }),
    ...(page.isOne && { latency: page.entries.flatMap(pointOf).reverse() }),
    buttons: buttonsOf(page, from, { jobId: input.jobId, nonce: input.nonce, locale }),
  });
}

function filterOf({ from, about, port }: HistoryRequest): string {
  const parts = [about ? printEndpoint(about) : '', port === undefined ? '' : String(port)];
  const place = parts.filter((part) => part !== '').join(':');
  return from ? `${printEndpoint(from)} → ${place}` : place;
}

function checkOf(entry: PastEntry, parts: QuestionParts, locale: Locale): PastCheck {
  const { cause, changes, askedBy } = entry;
  const told = (changes ?? []).slice(0, 3).map((change) => describeChange(change, locale));
  return {
    at: entry.at,
    verdict: entry.verdict,
    question: `${parts.source} ${parts.place} → ${parts.destination} ${parts.detail}`.trim(),
    ...(cause && { cause: cause.rule ? ruleLabel(cause.rule) : describe(cause, locale).message }),
    ...(told.length > 0 && { changes: say(locale, 'card.history.changed', { changes: told.join(' · ') }) }),
    ...(askedBy && { askedBy }),
  };
}

const pointOf = ({ at, avgMs }: PastEntry) => (avgMs === undefined ? [] : [{ at, avgMs }]);

/** With the oldest way on and the exports at hand, as many of the newest as a card has room for can be opened. */
function buttonsOf(
  { entries, older }: HistoryPage,
  from: Cursor | undefined,
  input: CardIds & { readonly locale: Locale },
): readonly JsonObject[] {
  if (entries.length === 0 && !from) return [];
  const { locale } = input;
  const at = (verb: string, cursor: Cursor | undefined) =>
    cursor ? `${verb}.${cursor.createdAtMs}.${cursor.jobId}` : verb;
  const ways = [
    ...(from ? [button('newest', say(locale, 'card.history.newest'), input)] : []),
    ...(older ? [button(at('older', older), say(locale, 'card.history.older'), input)] : []),
    button(at('json', from), say(locale, 'card.history.json'), input),
    button(at('csv', from), say(locale, 'card.history.csv'), input),
  ];
  const opened = entries
    .slice(0, Math.min(mostOpened, 6 - ways.length))
    .map(({ jobId, at: askedAt }, index) =>
      button(
        at('open', { createdAtMs: Date.parse(askedAt), jobId }),
        say(locale, 'card.history.open', { number: index + 1 }),
        input,
      ),
    );
  return [...opened, ...ways];
}

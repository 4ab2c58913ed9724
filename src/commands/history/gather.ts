import type { Estate } from '../../azure/inventory.ts';
import { roomOf } from '../../core/chat.ts';
import type { Machine, Question, Target } from '../../core/check.ts';
import { compare } from '../../diagnosis/compare.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import type { PastAnswer } from '../../jobs/history.ts';
import type { Job } from '../../jobs/job.ts';
import { maySee } from '../../policy/decide.ts';
import type { Checking } from '../checking.ts';
import type { Services, Turn } from '../command.ts';
import { readQuestionKey } from '../question-key.ts';
import type { Cursor, HistoryPage, PastEntry } from './entry.ts';
import type { HistoryRequest } from './request.ts';

/** Whether a stored answer may be shown to this person, as far as where its probe ended is concerned. */
export type Admits = (job: Job, estate: Estate, turn: Turn, services: Services) => boolean;

type Answered = { readonly question: Question; readonly diagnosis: Diagnosis };

/** How far one page looks back, so that a room full of other answers does not hold up the turn. */
const mostLookedAt = 2000;
const atOnce = 100;

/**
 * Answers given in this conversation's room, newest first, as far as this person may know of the machines that they are about:
 * at most `most`, those after `from`, about the place that was named.
 */
export async function gather(
  request: HistoryRequest,
  turn: Turn,
  services: Services,
  estate: Estate,
  { read, admits }: Pick<Checking, 'read'> & { readonly admits: Admits },
  { most, from }: { readonly most: number; readonly from?: Cursor },
): Promise<HistoryPage> {
  const { history, store } = services;
  if (!history) return { entries: [], isOne: false };
  const room = roomOf(turn.conversation);
  const answerOf = async (jobId: string): Promise<{ readonly job: Job; readonly answered: Answered } | undefined> => {
    const job = await store.job(jobId);
    const checked = job?.outcome === undefined ? undefined : read(job.outcome);
    return job && checked?.kind === 'diagnosed' ? { job, answered: checked.answer } : undefined;
  };
  const before = async ({ question, ...cursor }: PastAnswer): Promise<Diagnosis | undefined> => {
    const [previous] = await history.answers(room, { question, before: cursor, most: 1 });
    return previous && (await answerOf(previous.jobId))?.answered.diagnosis;
  };

  const entries: PastEntry[] = [];
  const questions = new Set<string>();
  let cursor = from;
  for (let looked = 0; looked < mostLookedAt; looked += atOnce) {
    const rows = await history.answers(room, { most: atOnce, ...(cursor && { before: cursor }) });
    for (const row of rows) {
      if (entries.length === most) return { entries, ...(cursor && { older: cursor }), isOne: questions.size === 1 };
      cursor = { createdAtMs: row.createdAtMs, jobId: row.jobId };
      if (!mayBeAbout(row.question, request, estate)) continue;
      const found = await answerOf(row.jobId);
      if (!found || !isAbout(found.answered.question, request, estate)) continue;
      if (!isVisible(found.job, found.answered.question, admits, turn, services, estate)) continue;
      const previous = await before(row);
      entries.push(entryOf(found.job, found.answered, previous));
      questions.add(row.question);
    }
    if (rows.length < atOnce) return { entries, isOne: questions.size === 1 };
  }
  return { entries, ...(cursor && { older: cursor }), isOne: questions.size === 1 };
}

function entryOf(job: Job, { question, diagnosis }: Answered, previous: Diagnosis | undefined): PastEntry {
  const { verdict, findings, latency, probes } = diagnosis;
  const [first] = findings;
  return {
    jobId: job.id,
    at: new Date(job.createdAtMs).toISOString(),
    question,
    verdict,
    ...(first && first.severity !== 'info' && { cause: first }),
    ...(latency?.avgMs !== undefined && { avgMs: latency.avgMs }),
    ...(probes && { sent: probes.sent, failed: probes.failed }),
    ...(job.requester.name && { askedBy: job.requester.name }),
    ...(previous && { changes: compare(previous, diagnosis) }),
  };
}

/** Whether this person may know of every machine at the ends: as it is now, or as it was where it is gone. */
export function isVisible(
  job: Job,
  { source, destination }: Question,
  admits: Admits,
  turn: Turn,
  services: Services,
  estate: Estate,
): boolean {
  const { requester, conversation } = turn;
  const { grants, rights } = services;
  const ends: readonly Machine[] =
    destination.kind === 'vm'
      ? [source, destination.machine]
      : [source, ...(destination.kind === 'address' ? estate.ownersOf(destination.address) : [])];
  const isName = destination.kind === 'host' || destination.kind === 'url';
  if (isName && !admits(job, estate, turn, services)) return false;
  return ends.every((end) => {
    const now = estate.machineOf(end.resourceId);
    // What a reader's own rights do not show any more may have been taken from them.
    if (!now && rights === 'reader') return false;
    return maySee(grants(), requester, conversation, now ?? end, 'history');
  });
}

/** By the key alone, so that answers about other places are not read. */
function mayBeAbout(key: string, { from, about, port }: HistoryRequest, estate: Estate): boolean {
  const told = readQuestionKey(key);
  if (!told) return true;
  if (port !== undefined && told.port !== port) return false;
  if (from && !fits(from, told.source, estate)) return false;
  if (!about || told.destination.includes('://')) return true;
  return fits(about, told.destination, estate) || (!from && fits(about, told.source, estate));
}

function isAbout({ source, destination, port }: Question, request: HistoryRequest, estate: Estate): boolean {
  const { from, about } = request;
  if (request.port !== undefined && request.port !== port) return false;
  if (from && !fits(from, source.resourceId, estate)) return false;
  if (!about) return true;
  const end =
    destination.kind === 'vm'
      ? destination.machine.resourceId
      : destination.kind === 'address'
        ? destination.address
        : destination.kind === 'url' && about.kind === 'url'
          ? destination.url
          : destination.host;
  return fits(about, end, estate) || (!from && fits(about, source.resourceId, estate));
}

/** Whether an end, given by the id of its machine, its address or its name, is the place that was named. */
function fits(about: Target, end: string, estate: Estate): boolean {
  const lower = end.toLowerCase();
  const isMachine = lower.startsWith('/subscriptions/');
  switch (about.kind) {
    case 'vm': {
      if (about.resourceId) return about.resourceId.toLowerCase() === lower;
      const [, group, name] = /\/resourcegroups\/([^/]+)\/.*\/([^/]+)$/.exec(lower) ?? [];
      return name === about.name.toLowerCase() && (!about.group || group === about.group.toLowerCase());
    }
    case 'address':
      return isMachine
        ? estate.ownersOf(about.address).some(({ resourceId }) => resourceId.toLowerCase() === lower)
        : lower === about.address.toLowerCase();
    case 'host':
      return isMachine ? lower.endsWith(`/${about.host.toLowerCase()}`) : lower === about.host.toLowerCase();
    case 'url':
      return end === about.url;
  }
}

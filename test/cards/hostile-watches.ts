import { watchReply } from '../../src/commands/watch/card.ts';
import { newsReply } from '../../src/commands/watch/news-card.ts';
import { watchListReply } from '../../src/commands/watch-list-card.ts';
import type { Progress, Standing, WatchPlan } from '../../src/commands/watch-state.ts';
import type { Locale, Reply } from '../../src/core/chat.ts';
import type { Finding } from '../../src/diagnosis/verdict.ts';
import type { Watch, WatchEnding } from '../../src/jobs/watch.ts';
import { hop } from './parts.ts';

/** The cards of watches, with one text in every place that comes from outside. */
export function hostileWatches(text: string, many: number, locale: Locale): Reply[] {
  const at = '2026-11-20T14:02:11Z';
  const requester = { id: text, name: text };
  const plan: WatchPlan = {
    request: { sources: [], destinations: [], ports: [] },
    from: text,
    to: text,
    parts: { source: text, place: text, destination: text, detail: text },
    until: 'reachable',
    forMs: 60_000,
  };
  const watch: Watch = {
    id: 'job',
    room: text,
    number: 1,
    state: 'active',
    runs: 1,
    nextAtMs: Date.parse(at),
    everyMs: 60_000,
    endsAtMs: Date.parse(at),
    requester,
    conversation: { id: text, kind: 'channel', reference: {} },
    locale,
    nonce: 'nonce',
    plan,
  };
  const finding = (name: string): Finding => ({
    code: 'NSG_DENY_IN',
    severity: 'error',
    witness: 'nsg',
    facts: { at: text, traffic: text, detail: text },
    rule: { name, reportedAs: `x${text}`, securityGroupId: text, priority: 1 },
    resourceId: text,
  });
  const standing = (name: string): Standing => ({
    verdict: 'Unreachable',
    since: at,
    diagnosis: {
      verdict: 'Unreachable',
      final: true,
      findings: Array.from({ length: 6 }, () => finding(name)),
      path: Array.from({ length: many }, (_, index) => hop(text, `${text}${name}${index}`)),
      pathFrom: 'probe',
      latency: null,
      probes: null,
      assumptions: [],
      witnesses: [],
    },
  });
  const problem = { code: 'NOT_UNDERSTOOD' as const, facts: { text } };
  const progress: Progress = {
    samples: Array.from({ length: 20 }, (_, index) => ({ at, verdict: 'Unreachable' as const, avgMs: index / 3 })),
    standing: standing(text),
    problem,
  };
  const card = { watch, progress, nextAtMs: Date.parse(at), simulated: true };
  const endings: readonly (WatchEnding | undefined)[] = [
    undefined,
    { reason: 'stopped', by: requester },
    { reason: 'refused' },
  ];
  const change = { from: standing(`${text}!`), to: standing(text) };
  const entry = { id: 'job', from: text, to: text, everyMs: 60_000, nextAt: at, since: at, owner: text };
  return [
    ...endings.flatMap((ending) => [
      watchReply({ ...card, ...(ending && { ending }) }),
      newsReply({ ...card, ...(ending && { ending }), change }),
    ]),
    watchListReply({
      jobId: 'job',
      nonce: 'nonce',
      title: 'list',
      locale,
      simulated: true,
      entries: Array.from({ length: many }, (_, index) => ({ ...entry, number: index + 1, verdict: 'Degraded' })),
    }),
  ];
}

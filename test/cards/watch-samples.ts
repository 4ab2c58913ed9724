import { watchReply } from '../../src/commands/watch/card.ts';
import { newsReply } from '../../src/commands/watch/news-card.ts';
import { watchListReply } from '../../src/commands/watch-list-card.ts';
import type { Progress, Sample, Standing, WatchPlan } from '../../src/commands/watch-state.ts';
import type { Locale, Reply } from '../../src/core/chat.ts';
import type { Problem } from '../../src/core/errors.ts';
import type { Diagnosis, Verdict } from '../../src/diagnosis/verdict.ts';
import type { Watch } from '../../src/jobs/watch.ts';
import { deniedAtDestination, hop, ids, onCall } from './parts.ts';

const startMs = Date.UTC(2026, 10, 20, 14, 2, 11);
const everyMs = 300_000;
const at = (run: number) => new Date(startMs + run * everyMs).toISOString();

const plan: WatchPlan = {
  request: {
    sources: [{ kind: 'vm', name: 'app0' }],
    destinations: [{ kind: 'vm', name: 'db0' }],
    ports: [1433],
  },
  from: 'app0',
  to: 'db0:1433',
  parts: { source: 'app0', place: '(ShopRG, westcentralus)', destination: 'db0', detail: '10.2.3.4 TCP\u00a01433' },
};

function watchOf(locale: Locale, more: Partial<Watch> = {}): Watch {
  return {
    id: ids.jobId,
    room: 'room',
    number: 3,
    state: 'active',
    runs: 24,
    nextAtMs: startMs + 24 * everyMs,
    everyMs,
    endsAtMs: startMs + 7 * 24 * 3_600_000,
    requester: onCall,
    conversation: { id: 'room', kind: 'channel', reference: {} },
    locale,
    nonce: ids.nonce,
    plan,
    ...more,
  };
}

const diagnosis = (verdict: Verdict, more: Partial<Diagnosis> = {}): Diagnosis => ({
  verdict,
  final: true,
  findings: [],
  path: [hop('Source', 'app0', '10.2.1.4'), hop('VirtualMachine', 'db0', '10.2.3.4')],
  pathFrom: 'probe',
  latency: { avgMs: 2.4 },
  probes: { sent: 66, failed: 0 },
  assumptions: [],
  witnesses: [],
  ...more,
});

const reachable: Standing = { verdict: 'Reachable', since: at(2), diagnosis: diagnosis('Reachable') };
const denied: Standing = {
  verdict: 'Unreachable',
  since: at(21),
  diagnosis: diagnosis('Unreachable', {
    findings: [deniedAtDestination],
    latency: null,
    probes: { sent: 66, failed: 66 },
  }),
};

const samplesOf = (marks: string): readonly Sample[] =>
  [...marks].map((mark, index): Sample => {
    const verdict = ({ '+': 'Reachable', '~': 'Degraded', '-': 'Unreachable' } as const)[mark] ?? 'Undetermined';
    return { at: at(index), verdict, ...(verdict === 'Reachable' && { avgMs: 2 + (index % 4) / 3 }) };
  });

const busy: Problem = { code: 'AZURE_FAILED', facts: { status: 503, message: 'empty' } };

/** The cards of watches. */
export function watchSamples(locale: Locale): Readonly<Record<string, Readonly<Record<string, Reply>>>> {
  const watch = watchOf(locale);
  const simulated = true;
  const nextAtMs = startMs + 24 * everyMs;
  const steady: Progress = { samples: samplesOf('++++++++++++++++++++'), standing: reachable };
  const blocked: Progress = { samples: samplesOf('?++++++++~++++++++--'), standing: denied };
  const doubtful: Progress = {
    samples: samplesOf('+++++++?'),
    standing: reachable,
    doubt: { count: 1, since: at(7) },
    problem: busy,
  };
  const until = watchOf(locale, { plan: { ...plan, until: 'reachable', forMs: 7_200_000 } });
  const entry = (number: number, verdict?: Verdict) => ({
    id: `${number}`,
    number,
    from: 'app0',
    to: `db${number}:1433`,
    everyMs,
    nextAt: at(24),
    ...(verdict && { verdict, since: at(2) }),
    owner: 'On-call',
  });
  return {
    watch: {
      first: watchReply({ watch, progress: { samples: [] }, nextAtMs, simulated }),
      steady: watchReply({ watch, progress: steady, nextAtMs, simulated }),
      blocked: watchReply({ watch, progress: blocked, nextAtMs, simulated }),
      doubtful: watchReply({ watch: until, progress: doubtful, nextAtMs, simulated }),
      stopped: watchReply({
        watch,
        progress: blocked,
        nextAtMs,
        simulated,
        ending: { reason: 'stopped', by: { id: '29:network', name: 'Network team' } },
      }),
    },
    'watch-news': {
      turned: newsReply({ watch, progress: blocked, nextAtMs, simulated, change: { from: reachable, to: denied } }),
      met: newsReply({
        watch: until,
        progress: { samples: samplesOf('--+'), standing: { ...reachable, since: at(2) } },
        nextAtMs,
        simulated,
        change: { from: { ...denied, since: at(0) }, to: reachable },
        ending: { reason: 'met' },
      }),
      over: newsReply({ watch, progress: steady, nextAtMs, simulated, ending: { reason: 'over' } }),
    },
    watches: {
      some: watchListReply({
        ...ids,
        title: 'list',
        locale,
        simulated,
        entries: [entry(1, 'Reachable'), entry(2, 'Unreachable'), entry(5)],
      }),
      which: watchListReply({
        ...ids,
        title: 'which',
        locale,
        simulated,
        entries: Array.from({ length: 8 }, (_, index) => entry(index + 1, 'Degraded')),
      }),
    },
  };
}

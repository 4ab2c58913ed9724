import { counting, type Tally } from '../../azure/exchange.ts';
import type { Answer, Failure } from '../../azure/failure.ts';
import type { Estate } from '../../azure/inventory.ts';
import { finish, type Operation, start, type WatcherAnswer } from '../../azure/operations.ts';
import { addressesOf, type Machine, type Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { linkedTo } from '../../core/linked.ts';
import { count } from '../../core/telemetry.ts';
import { unless } from '../../core/unless.ts';
import { diagnose } from '../../diagnosis/diagnose.ts';
import { readProbe } from '../../diagnosis/read-probe.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import type { Preflight, ProbeAnswer, Testimonies } from '../../diagnosis/witness.ts';
import { createEntrance } from '../../jobs/pace.ts';
import { problemOf } from '../azure-problem.ts';
import type { Services } from '../command.ts';
import { connectivityCheck, type Flow, findBlamed, silenceOf } from './azure.ts';
import { type Board, createBoard, type Heard } from './board.ts';
import { createDesk, type Desk } from './desk.ts';
import type { Investigated } from './outcome.ts';
import { inquire, placesOf } from './witnesses.ts';

/** One check under way. */
export type Investigation = {
  readonly question: Question;
  readonly estate: Estate;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  /** Left by an earlier process: polled on, never POSTed again. */
  readonly operation?: Operation;
  /** How often a machine that another operation holds is asked again; once without it. */
  readonly patience?: number;
  /** Shared with other questions; its own without. */
  readonly desk?: Desk;
  /** Resolves when what questions have in common has been gathered at the desk. */
  readonly gathered?: Promise<void>;
  readonly signal: AbortSignal;
  /** Why what the probe found may not be shown; asked before anything of it is, and before anybody else is asked. */
  admit?(answer: ProbeAnswer): Problem | undefined;
  keep(operation: Operation): Promise<void>;
  progress(diagnosis: Diagnosis): void;
};

/** What the probe left beside its testimony. */
type Probed = { raw?: Json; requestId?: string; failure?: Failure; refused?: Problem };

/** Asks every witness at once and turns what they say into one outcome. */
export async function investigate(services: Services, check: Investigation): Promise<Investigated> {
  const { question } = check;
  const { arm, clock, settings } = services;
  const tally: Tally = { calls: 0 };
  const probed: Probed = {};
  const judge = (testimonies: Testimonies) => diagnose(testimonies, question, { slowMs: settings.slowMs });
  const board = createBoard(clock, (testimonies) => check.progress(judge(testimonies)));
  const begun = await begin(clock);
  try {
    await counting(tally, () => hearAll(services, check, board, probed, begun));
  } finally {
    begun();
  }
  const common = {
    startedAt: new Date(check.startedAtMs).toISOString(),
    durationMs: clock.now() - check.startedAtMs,
    ...(probed.requestId && { requestId: probed.requestId }),
  };
  if (probed.refused) return { kind: 'failed', question, problem: probed.refused, ...common };
  // Half an answer would hide that only a sign-in leads to the whole one.
  if (probed.failure && (probed.failure.code === 'SIGN_IN_NEEDED' || !saysAnything(board.testimonies))) {
    const problem = problemOf(probed.failure);
    count('hopcheck.checks', { 'error.type': problem.code });
    return { kind: 'failed', question, problem, ...common };
  }
  const diagnosis = judge(board.testimonies);
  count('hopcheck.checks', { 'hopcheck.verdict': diagnosis.verdict });
  return {
    kind: 'diagnosed',
    answer: {
      question,
      diagnosis,
      azure: {
        subscriptionId: question.source.subscriptionId,
        simulated: arm.simulated,
        portal: arm.cloud.portal,
        armCalls: tally.calls,
      },
      ...(probed.raw !== undefined && { raw: probed.raw }),
      ...common,
    },
  };
}

/**
 * A check begins with a dozen requests and then waits for Azure. Two thousand that a restart begins together would hold the event
 * loop for seconds; so only some begin at once, and the next as soon as one of them waits or is slow.
 */
const begin = createEntrance(24, 2000);

/** How long the other witnesses may take once the probe has answered. */
const graceMs = 30_000;

async function hearAll(
  services: Services,
  check: Investigation,
  board: Board,
  probed: Probed,
  begun: () => void,
): Promise<void> {
  const { question, estate } = check;
  const { clock } = services;
  const watcherId = estate.watcherOf(question.source.subscriptionId, question.source.region);
  const over = linkedTo(check.signal);
  const { signal } = over;
  const late = new AbortController();
  let hopeless = false;
  const desk = check.desk ?? createDesk(services, { ...check, signal });

  const looked = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();

  const inquireAbout = async (flow: Flow | undefined) => {
    if (!flow) return looked.resolve();
    await check.gathered;
    const places = await placesOf(desk, estate, flow, destinationOf(question, estate, flow.to));
    looked.resolve();
    await inquire({ estate, board, desk, flow, signal, late: late.signal }, places);
  };
  const hearPreflight = async () => {
    const heard = await board.preflight(() => unless(signal, readPreflight(desk, question, watcherId)));
    if (!heard.ok || canProbe(heard.answer)) return;
    hopeless = true;
    over.abort(new Error('the source cannot send a probe'));
  };
  const hearProbe = async (watcher: string) => {
    const keep = (operation: Operation) => check.keep(operation).finally(asked.resolve);
    const heard = await board.probe(() => runProbe(services, { ...check, keep, signal }, watcher, probed));
    void clock.sleep(graceMs, signal).then(
      () => late.abort(new Error('slow')),
      () => undefined,
    );
    if (!heard.ok) return;
    const { answer } = heard;
    await board.lookUp(() => findBlamed(desk.configuration, estate, answer));
    // hopcheck resolves no names itself: for a host the probe's own last hop says which address was meant.
    if (!flowOf(question) && isWorthAsking(question, answer)) await inquireAbout(flowOf(question, lastAddress(answer)));
  };

  try {
    if (!watcherId) return await hearPreflight();
    if (check.operation) asked.resolve();
    const preflight = hearPreflight();
    void Promise.allSettled([preflight, asked.promise, looked.promise]).then(begun);
    await Promise.all([preflight, hearProbe(watcherId), inquireAbout(flowOf(question))]);
  } catch (error) {
    if (!hopeless || check.signal.aborted) throw error;
    board.dismissPending();
  } finally {
    over.release();
    over.abort(new Error('the check is over'));
  }
}

/** Both ends as addresses of one family, where they are known. */
export function flowOf(question: Question, known?: string): Flow | undefined {
  const { source, destination, ipVersion } = question;
  const addresses =
    destination.kind === 'vm'
      ? addressesOf(destination.machine)
      : destination.kind === 'address'
        ? [destination.address]
        : known
          ? [known]
          : [];
  const to = ipVersion ? addresses.find((address) => isIpv6(address) === (ipVersion === 'IPv6')) : addresses[0];
  const from = to === undefined ? undefined : addressesOf(source).find((address) => isIpv6(address) === isIpv6(to));
  return from && to ? { from, to, question } : undefined;
}

const isIpv6 = (address: string): boolean => address.includes(':');

export function destinationOf({ destination }: Question, estate: Estate, address: string): Machine | undefined {
  return destination.kind === 'vm' ? destination.machine : estate.findByAddress(address);
}

function lastAddress({ hops }: ProbeAnswer): string | undefined {
  return hops.find((hop) => hop.nextHopIds.length === 0)?.address;
}

/** A host that was reached needs no further witness, unless a proxy on the way may have answered for it. */
function isWorthAsking({ port }: Question, { probes }: ProbeAnswer): boolean {
  return probes.sent === 0 || probes.failed > 0 || port === 80 || port === 443;
}

/** Whether the source can send a probe at all. A state that Azure did not tell is no reason not to try. */
function canProbe({ source }: Preflight): boolean {
  return (
    (source.power === undefined || source.power === 'unknown' || source.power === 'running') &&
    source.agent !== 'missing'
  );
}

/** Whether anybody but the probe has said something that a verdict can stand on. */
function saysAnything({ preflight, nsg, nextHop }: Testimonies): boolean {
  const hindered = preflight?.state === 'answered' && !canProbe(preflight.answer);
  return hindered || [...nsg, ...nextHop].some((testimony) => testimony.state === 'answered');
}

async function readPreflight(
  desk: Desk,
  { source, destination }: Question,
  watcherId: string | undefined,
): Promise<Heard<Preflight>> {
  const [from, to] = await Promise.all([
    desk.machine(source),
    destination.kind === 'vm' ? desk.machine(destination.machine) : undefined,
  ]);
  if (!from.ok) return { ok: false, why: silenceOf(from.failure) };
  return {
    ok: true,
    answer: {
      source: from.value,
      ...(to?.ok && { destination: to.value }),
      watcherId: watcherId ?? null,
      region: source.region,
    },
  };
}

async function runProbe(
  services: Services,
  check: Investigation,
  watcherId: string,
  probed: Probed,
): Promise<Heard<ProbeAnswer>> {
  const answer = await answerOfProbe(services, check, watcherId);
  const requestId = answer.ok ? answer.value.requestId : answer.failure.requestId;
  if (requestId) probed.requestId = requestId;
  if (!answer.ok) {
    probed.failure = answer.failure;
    return { ok: false, why: silenceOf(answer.failure) };
  }
  probed.raw = answer.value.body;
  const reading = readProbe(answer.value.body);
  const refused = reading.ok ? check.admit?.(reading.answer) : undefined;
  if (refused) {
    delete probed.raw;
    probed.refused = refused;
    return { ok: false, why: { code: refused.code } };
  }
  if (reading.ok) return reading;
  probed.failure = { code: 'AZURE_MALFORMED', message: reading.why };
  return { ok: false, why: silenceOf(probed.failure) };
}

async function answerOfProbe(
  services: Services,
  check: Investigation,
  watcherId: string,
): Promise<Answer<WatcherAnswer>> {
  const { arm, clock } = services;
  let { operation } = check;
  if (!operation) {
    const started = await startPatiently(services, check, watcherId);
    if (!started.ok) return started;
    if ('done' in started.value) return { ok: true, value: started.value.done };
    operation = started.value.operation;
    await check.keep(operation);
  }
  return finish(arm, operation, clock, { deadlineMs: check.deadlineMs, signal: check.signal });
}

/** An operation that only Azure knows holds the machine: its signed URL is unknown, so wait as told and ask once more. */
async function startPatiently({ arm, clock }: Services, check: Investigation, watcherId: string) {
  const body = connectivityCheck(check.question);
  for (let patience = check.patience ?? 1; ; patience -= 1) {
    const started = await start(arm, watcherId, body, clock, check.signal);
    if (started.ok || started.failure.code !== 'AZURE_BUSY' || patience === 0) return started;
    const waitMs = started.failure.retryAfterMs ?? 10_000;
    if (clock.now() + waitMs > check.deadlineMs) return started;
    await clock.sleep(waitMs, check.signal);
  }
}

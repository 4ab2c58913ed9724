import { counting, type Tally } from '../../azure/exchange.ts';
import type { Answer } from '../../azure/failure.ts';
import { finish, type WatcherAnswer } from '../../azure/operations.ts';
import type { Question } from '../../core/check.ts';
import { type Linked, linkedTo } from '../../core/linked.ts';
import { count } from '../../core/telemetry.ts';
import { unless } from '../../core/unless.ts';
import { diagnose } from '../../diagnosis/diagnose.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import type { Preflight, ProbeAnswer, Testimonies } from '../../diagnosis/witness.ts';
import { Resting } from '../../jobs/job.ts';
import { createEntrance } from '../../jobs/pace.ts';
import { problemOf } from '../azure-problem.ts';
import type { Services } from '../command.ts';
import { type Flow, findBlamed, silenceOf } from './azure.ts';
import { type Board, createBoard, type Heard } from './board.ts';
import { createDesk, type Desk } from './desk.ts';
import { canProbe, destinationOf, flowOf, isWorthAsking, lastAddress, saysAnything } from './flow.ts';
import type { Investigation, Kept, Notes, Probed } from './investigation.ts';
import type { Investigated } from './outcome.ts';
import { hearProbe, sendProbe } from './probe.ts';
import { inquire, placesOf } from './witnesses.ts';

/** Asks every witness at once and turns what they say into one outcome. */
export async function investigate(services: Services, check: Investigation): Promise<Investigated> {
  const course = openCourse(services, check);
  await counting(course.tally, () => pursue(services, check, course, false));
  return conclude(services, check, course);
}

/** The same for a check that may rest while only its probe is out; it is then called again with what is kept and what came. */
export async function investigateInRests(services: Services, check: Investigation): Promise<Investigated | Resting> {
  const course = openCourse(services, check);
  const resting = await counting(course.tally, () => pursue(services, check, course, true));
  return resting ?? conclude(services, check, course);
}

/** What a check has in memory from when it is begun, or gone on with, until it rests or is over. */
type Course = {
  readonly board: Board;
  readonly probed: Probed;
  readonly tally: Tally;
  readonly over: Linked;
  readonly desk: Desk;
  /** Aborts when the probe has answered long ago and nobody waits for the others any more. */
  readonly late: AbortController;
};

function openCourse(services: Services, check: Investigation): Course {
  const notes = check.operation?.notes;
  const over = linkedTo(check.signal);
  return {
    board: createBoard(
      services.clock,
      (testimonies) => check.progress(() => judge(testimonies, check.question, services)),
      notes?.testimonies,
    ),
    probed: {},
    tally: { calls: notes?.armCalls ?? 0 },
    over,
    desk: check.desk ?? createDesk(services, { ...check, signal: over.signal }),
    late: new AbortController(),
  };
}

export function judge(testimonies: Testimonies, question: Question, { settings }: Services): Diagnosis {
  return diagnose(testimonies, question, { slowMs: settings.slowMs });
}

function conclude(services: Services, check: Investigation, { board, probed, tally }: Course): Investigated {
  const { question, startedAtMs } = check;
  const { arm, clock } = services;
  const common = {
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: clock.now() - startedAtMs,
    ...(probed.requestId && { requestId: probed.requestId }),
  };
  if (probed.refused) return { kind: 'failed', question, problem: probed.refused, ...common };
  // Half an answer would hide that only a sign-in leads to the whole one.
  if (probed.failure && (probed.failure.code === 'SIGN_IN_NEEDED' || !saysAnything(board.testimonies))) {
    const problem = problemOf(probed.failure);
    count('hopcheck.checks', { 'error.type': problem.code });
    return { kind: 'failed', question, problem, ...common };
  }
  const diagnosis = judge(board.testimonies, question, services);
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

/** Hears who can be heard; a rest comes back where the probe alone is still out. */
async function pursue(
  services: Services,
  check: Investigation,
  course: Course,
  mayRest: boolean,
): Promise<Resting | undefined> {
  const { over } = course;
  let resting: Resting | undefined;
  try {
    const { operation } = check;
    resting = operation?.notes
      ? await goOn(services, check, course, operation, operation.notes, mayRest)
      : await askAll(services, check, course, mayRest);
    return resting;
  } finally {
    if (!resting) {
      over.release();
      over.abort(new Error('the check is over'));
    }
  }
}

/** Everybody but the probe has been heard, by this process or an earlier one. */
async function goOn(
  services: Services,
  check: Investigation,
  course: Course,
  operation: Kept,
  notes: Notes,
  mayRest: boolean,
): Promise<Resting | undefined> {
  const { arm, clock } = services;
  const { board, over, probed, tally } = course;
  tally.requestIds?.push(...notes.requestIds);
  const limits = { deadlineMs: check.deadlineMs, signal: over.signal };
  if (!check.came && mayRest) return restUntil(finish(arm, operation, clock, limits), over);
  const answer = check.came ?? (await finish(arm, operation, clock, limits));
  const heard = hearProbe(answer, check, probed);
  board.heardProbe(heard, clock.now() - notes.probeSentAtMs);
  await followUp(services, check, course, heard);
  return undefined;
}

function restUntil(came: Promise<Answer<WatcherAnswer>>, over: Linked): Resting {
  return new Resting(came.finally(over.release));
}

/**
 * A check begins with a dozen requests and then waits for Azure. Two thousand that a restart begins together would hold the event
 * loop for seconds; so only some begin at once, and the next as soon as one of them waits or is slow.
 */
const begin = createEntrance(24, 2000);

async function askAll(
  services: Services,
  check: Investigation,
  course: Course,
  mayRest: boolean,
): Promise<Resting | undefined> {
  const { question, estate } = check;
  const { arm, clock } = services;
  const { board, desk, over, probed, tally } = course;
  const { signal } = over;
  const watcherId = estate.watcherOf(question.source.subscriptionId, question.source.region);
  const looked = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const othersHeard = Promise.withResolvers<undefined>();
  let hopeless = false;
  let out: { readonly operation: Kept; readonly came: Promise<Answer<WatcherAnswer>> } | undefined;

  const hearPreflight = async () => {
    const heard = await board.preflight(() => unless(signal, readPreflight(desk, question, watcherId)));
    if (!heard.ok || canProbe(heard.answer)) return;
    hopeless = true;
    over.abort(new Error('the source cannot send a probe'));
  };
  const hearFromProbe = async (watcher: string): Promise<Heard<ProbeAnswer> | undefined> => {
    const sent = await sendProbe(services, { ...check, signal }, watcher).finally(asked.resolve);
    if (!sent.ok) return hearProbe(sent, check, probed);
    if ('done' in sent.value) return hearProbe({ ok: true, value: sent.value.done }, check, probed);
    const { operation } = sent.value;
    const came = finish(arm, operation, clock, { deadlineMs: check.deadlineMs, signal });
    const answer = await (mayRest ? Promise.race([came, othersHeard.promise]) : came);
    if (answer) return hearProbe(answer, check, probed);
    out = { operation, came };
    return undefined;
  };
  const probe = async (watcher: string) => {
    const heard = await board.probe(() => hearFromProbe(watcher));
    if (heard) await followUp(services, check, course, heard);
  };

  const begun = await begin(clock);
  const probeSentAtMs = clock.now();
  try {
    if (!watcherId) {
      await hearPreflight();
      return undefined;
    }
    const preflight = hearPreflight();
    const inquiry = inquireAbout(check, course, flowOf(question), looked.resolve);
    void Promise.allSettled([preflight, asked.promise, looked.promise]).then(begun);
    const others = Promise.all([preflight, inquiry]).then(() => {
      if (!hopeless) othersHeard.resolve(undefined);
    });
    await Promise.all([others, probe(watcherId)]);
    if (!out) return undefined;
    const { testimonies } = board;
    const { calls: armCalls, requestIds = [] } = tally;
    await check.keep({ ...out.operation, notes: { question, testimonies, probeSentAtMs, armCalls, requestIds } });
    return restUntil(out.came, over);
  } catch (error) {
    if (!hopeless || check.signal.aborted) throw error;
    board.dismissPending();
    return undefined;
  } finally {
    begun();
  }
}

/** How long the other witnesses may take once the probe has answered. */
const graceMs = 30_000;

/** What an answer of the probe gives reason to look at. */
async function followUp(
  { clock }: Services,
  check: Investigation,
  course: Course,
  heard: Heard<ProbeAnswer>,
): Promise<void> {
  const { question, estate } = check;
  const { board, desk, late, over } = course;
  void clock.sleep(graceMs, over.signal).then(
    () => late.abort(new Error('slow')),
    () => undefined,
  );
  if (!heard.ok) return;
  const { answer } = heard;
  await board.lookUp(() => findBlamed(desk.configuration, estate, answer));
  // hopcheck resolves no names itself: for a host the probe's own last hop says which address was meant.
  if (!flowOf(question) && isWorthAsking(question, answer)) {
    await inquireAbout(check, course, flowOf(question, lastAddress(answer)));
  }
}

async function inquireAbout(
  { question, estate, gathered }: Investigation,
  { board, desk, late, over }: Course,
  flow: Flow | undefined,
  looked: () => void = () => {},
): Promise<void> {
  if (!flow) return looked();
  await gathered;
  const places = await placesOf(desk, estate, flow, destinationOf(question, estate, flow.to));
  looked();
  await inquire({ estate, board, desk, flow, signal: over.signal, late: late.signal }, places);
}

async function readPreflight(
  desk: Desk,
  { source, destination }: Investigation['question'],
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

import type { Question } from '../core/check.ts';
import { assume } from './assumptions.ts';
import { blocks, type Clue, keepsFromProbing, merge } from './clue.ts';
import { nextHopClues, nsgClues, preflightClues } from './configuration-clues.ts';
import { conflictsOf, deniesPassage } from './conflicts.ts';
import { weightOf } from './findings.ts';
import { markBreaks } from './path.ts';
import { probeClues, qualityClues } from './probe-clues.ts';
import { rank } from './rank.ts';
import { appliancesBetween, isAppliance, type Outcome, outcomeOf, type Scene, setScene, wayFacts } from './scene.ts';
import type { Diagnosis, Finding, Verdict, WitnessName, WitnessReport } from './verdict.ts';
import type { Testimonies, Testimony } from './witness.ts';

export type DiagnosisOptions = {
  /** Average latency above which a connection counts as slow. */
  readonly slowMs: number;
};

/**
 * One verdict from all that the witnesses have said so far. Total: never throws, and may be asked again with each answer that lands.
 * While a witness is out, `final` is false and the verdict is the best known by then.
 */
export function diagnose(testimonies: Testimonies, question: Question, options: DiagnosisOptions): Diagnosis {
  const scene = setScene(testimonies, question);
  const final = !isAnyPending(testimonies);
  const outcome = outcomeOf(scene.probe);
  const probed = outcome !== 'none';

  const configured = [
    ...preflightClues(scene, probed, testimonies.probe?.state === 'pending'),
    ...nsgClues(scene),
    ...nextHopClues(scene),
  ];
  const settled = settle(merge([...configured, ...probeClues(scene)]), scene, outcome);
  const conflicts = conflictsOf(scene, settled, outcome);
  const known = [...conflicts, ...settled, ...qualityClues(scene, options.slowMs)];
  const verdict = judge(scene, known, outcome, options);
  const clues = [...known, ...missingPieces(testimonies, scene, known, verdict, outcome, final)];

  const findings = rank(clues.map((clue) => clue.finding));
  const breaks = clues.flatMap(({ finding, breaks: at }) =>
    at && finding.severity === 'error' && outcome !== 'passed' ? at : [],
  );
  return {
    verdict,
    final,
    findings,
    path: markBreaks(scene.path, scene.before, breaks),
    pathFrom: scene.pathFrom,
    latency: scene.probe?.latency ?? null,
    probes: scene.probe?.probes ?? null,
    assumptions: assume(scene, verdict, outcome),
    witnesses: reports(testimonies),
  };
}

function isAnyPending({ preflight, probe, nsg, nextHop, rulesPending = false }: Testimonies): boolean {
  return rulesPending || [preflight, probe, ...nsg, ...nextHop].some((testimony) => testimony?.state === 'pending');
}

/** Weighs the clues against the probe's outcome and against each other: what a blocker explains is no cause of its own. */
function settle(clues: readonly Clue[], scene: Scene, outcome: Outcome): readonly Clue[] {
  if (outcome === 'passed') return clues.map((clue) => afterPassing(clue, scene));
  const blocker = clues.some((clue) => blocks(clue) && !clue.disputed);
  const routeBlocker = clues.some(({ finding }) => routeCodes.includes(finding.code) && finding.severity === 'error');
  const caused = clues.some(isCause);
  return clues.map((clue) => {
    const weight = weightOf(clue.finding.code);
    const explained =
      (blocker && (weight === 'answer' || (weight === 'symptom' && clue.finding.severity === 'error'))) ||
      (routeBlocker && clue.finding.code === 'ROUTE_MISSING');
    if (explained) return rewrite(clue, { severity: 'info', facts: { ...clue.finding.facts, explained: 'yes' } });
    if (clue.finding.code === 'ASYMMETRIC_ROUTE' && outcome === 'failed' && !caused)
      return rewrite(clue, { severity: 'error' });
    return clue;
  });
}

const routeCodes: readonly Finding['code'][] = ['ROUTE_NONE', 'ROUTE_LOOP', 'ROUTE_USER_DEFINED'];

/**
 * Probes came through, so nothing that the probe itself names has blocked them. What the configuration denies is a conflict, unless it speaks of
 * a way that the probes did not take.
 */
function afterPassing(clue: Clue, scene: Scene): Clue {
  const { finding } = clue;
  if (finding.severity !== 'error') return clue;
  const elsewhere =
    (finding.code === 'RETURN_ROUTE_NONE' && leadsThroughAppliance(scene)) ||
    (finding.hop === undefined && finding.facts.side === 'between' && appliancesBetween(scene).length > 0);
  const denies = deniesPassage(finding) && finding.witness !== 'probe' && !elsewhere;
  return denies ? clue : rewrite(clue, { severity: 'warning' });
}

/** Replies to an appliance that translates addresses do not take the destination's own route to the source. */
function leadsThroughAppliance(scene: Scene): boolean {
  return (
    appliancesBetween(scene).length > 0 ||
    scene.nextHop.some((each) => each.place === 'source' && isAppliance(each.type))
  );
}

function rewrite(clue: Clue, change: Partial<Finding>): Clue {
  return { ...clue, finding: { ...clue.finding, ...change } };
}

function isCause({ finding }: Clue): boolean {
  const weight = weightOf(finding.code);
  return finding.severity === 'error' && weight !== 'symptom' && weight !== 'quality' && weight !== 'note';
}

function judge(scene: Scene, clues: readonly Clue[], outcome: Outcome, { slowMs }: DiagnosisOptions): Verdict {
  if (clues.some(({ finding }) => weightOf(finding.code) === 'conflict')) return 'Inconsistent';
  const blocked = clues.some((clue) => blocks(clue) && !clue.disputed);
  if (outcome === 'passed') {
    const slow = (scene.probe?.latency?.avgMs ?? 0) > slowMs;
    const lossy = (scene.probe?.probes.failed ?? 0) > 0 || /^degraded$/i.test(scene.probe?.status ?? '');
    const partly = clues.some(
      ({ finding }) => finding.code === 'PARTLY_REACHABLE' || finding.code === 'HTTP_ANSWER_WRONG',
    );
    return slow || lossy || partly ? 'Degraded' : 'Reachable';
  }
  if (clues.some(keepsFromProbing)) return outcome === 'failed' && blocked ? 'Unreachable' : 'Undetermined';
  if (outcome === 'failed' || blocked) return 'Unreachable';
  return 'Undetermined';
}

/** What has to be said where the witnesses leave a gap: no cause, no probe, no word on what is degraded. */
function missingPieces(
  testimonies: Testimonies,
  scene: Scene,
  clues: readonly Clue[],
  verdict: Verdict,
  outcome: Outcome,
  final: boolean,
): readonly Clue[] {
  const note = (code: Finding['code'], severity: Finding['severity'], facts: Finding['facts']): Clue => ({
    finding: { code, severity, witness: 'probe', facts },
  });
  if (
    verdict === 'Degraded' &&
    !clues.some(({ finding }) => finding.severity === 'warning' && weightOf(finding.code) !== 'note')
  ) {
    return [note('PARTLY_REACHABLE', 'warning', { traffic: scene.traffic })];
  }
  if (outcome === 'failed') {
    if (!final || verdict !== 'Unreachable' || clues.some(isCause)) return [];
    return [note('NO_CAUSE_REPORTED', 'error', tried(scene))];
  }
  if (outcome === 'passed') return [];
  const silent = testimonies.probe?.state === 'silent' ? testimonies.probe.why : undefined;
  const answeredEmpty = testimonies.probe?.state === 'answered';
  const unexplained = final && !clues.some((clue) => keepsFromProbing(clue) || blocks(clue));
  if (!silent && !answeredEmpty && !unexplained) return [];
  return [
    note('PROBE_NOT_RUN', verdict === 'Undetermined' ? 'error' : 'warning', {
      reason: silent?.code ?? 'none',
      ...(silent?.missingAction ? { action: silent.missingAction } : {}),
      ...(silent?.message ? { detail: silent.message } : {}),
      traffic: scene.traffic,
    }),
  ];
}

function tried(scene: Scene): Finding['facts'] {
  const access = (place: 'source' | 'destination') => scene.nsg.find((each) => each.place === place)?.access;
  const next = scene.nextHop.find((each) => each.place === 'source');
  const nsgSource = access('source');
  const nsgDestination = access('destination');
  return {
    sent: scene.probe?.probes.sent ?? 0,
    traffic: scene.traffic,
    ...(nsgSource ? { nsgSource } : {}),
    ...(nsgDestination ? { nsgDestination } : {}),
    ...(next ? { nextHop: next.type } : {}),
    ...(next?.address ? { nextHopAddress: next.address } : {}),
    ...wayFacts(scene),
  };
}

function reports({
  preflight,
  probe,
  nsg,
  nextHop,
  rules,
  rulesPending = false,
}: Testimonies): readonly WitnessReport[] {
  return [
    ...(preflight ? [report('preflight', preflight)] : []),
    ...(probe ? [report('probe', probe)] : []),
    ...nsg.map((each) => report('nsg', each)),
    ...nextHop.map((each) => report('nextHop', each)),
    ...(rulesPending || rules.length > 0
      ? [{ witness: 'rules', state: rulesPending ? 'pending' : 'answered' } as const]
      : []),
  ];
}

function report(witness: WitnessName, testimony: Testimony<unknown>): WitnessReport {
  const { state } = testimony;
  if (state === 'pending') return { witness, state, ...aboutOf(testimony) };
  if (state === 'answered') return { witness, state, tookMs: testimony.tookMs, ...aboutOf(testimony) };
  const { code, missingAction } = testimony.why;
  return {
    witness,
    state,
    tookMs: testimony.tookMs,
    code,
    ...(missingAction ? { missingAction } : {}),
    ...aboutOf(testimony),
  };
}

function aboutOf(testimony: Testimony<unknown>): Pick<WitnessReport, 'about'> {
  if (testimony.state !== 'answered') return testimony.about ? { about: testimony.about } : {};
  const { answer } = testimony;
  if (typeof answer !== 'object' || answer === null || !('place' in answer)) return {};
  const { place } = answer;
  if (place !== 'source' && place !== 'destination' && place !== 'appliance') return {};
  const direction =
    'direction' in answer && (answer.direction === 'Inbound' || answer.direction === 'Outbound')
      ? answer.direction
      : undefined;
  return { about: { place, ...(direction ? { direction } : {}) } };
}

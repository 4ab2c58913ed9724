import type { Clue } from './clue.ts';
import { nextHopAt, type Outcome, type Scene } from './scene.ts';
import type { Finding } from './verdict.ts';

/**
 * Two accounts of one place that exclude each other; at most one is told, for the others stand below it anyway. A witness speaks only for its own
 * place: Allow at both ends does not contradict a denial in between.
 */
export function conflictsOf(scene: Scene, clues: readonly Clue[], outcome: Outcome): readonly Clue[] {
  const conflict = outcome === 'passed' ? passedYetDenied(scene, clues) : disputedClaim(scene, clues);
  const self = selfContradiction(scene, clues, outcome);
  return [conflict, self].flatMap((finding) => (finding ? { finding } : []));
}

function passedYetDenied(scene: Scene, clues: readonly Clue[]): Finding | undefined {
  const denial = clues.find(({ finding }) => finding.severity === 'error' && deniesPassage(finding))?.finding;
  if (!denial) return undefined;
  const { sent = 0, failed = 0 } = scene.probe?.probes ?? {};
  return disagreement(denial, {
    kind: kindOf(denial) ?? 'other',
    witness: denial.witness,
    sent,
    passed: sent - failed,
  });
}

/** What probes that came through cannot go together with. */
export function deniesPassage(finding: Finding): boolean {
  return kindOf(finding) !== undefined;
}

function kindOf({ code }: Finding): string | undefined {
  if (code === 'NSG_DENY_IN' || code === 'NSG_DENY_OUT') return 'rule';
  if (code === 'ROUTE_NONE' || code === 'RETURN_ROUTE_NONE' || code === 'ROUTE_LOOP') return 'route';
  return code === 'VM_STOPPED' ? 'stopped' : undefined;
}

function disputedClaim(scene: Scene, clues: readonly Clue[]): Finding | undefined {
  const claim = clues.find((clue) => clue.disputed)?.finding;
  if (!claim) return undefined;
  if (claim.code !== 'ROUTE_NONE') return disagreement(claim, { kind: 'blamed', witness: 'nsg' });
  const next = claim.hop === undefined ? undefined : nextHopAt(scene, claim.hop);
  return disagreement(claim, {
    kind: 'routed',
    witness: 'nextHop',
    nextHop: next?.type ?? '?',
    ...(next?.address ? { nextHopAddress: next.address } : {}),
  });
}

function disagreement(about: Finding, facts: Finding['facts']): Finding {
  return { ...about, code: 'WITNESSES_DISAGREE', severity: 'error', facts: { ...about.facts, ...facts } };
}

/** Azure's word for the connection against Azure's own counts. An HTTP answer of the wrong kind is called unreachable with no probe lost. */
function selfContradiction(scene: Scene, clues: readonly Clue[], outcome: Outcome): Finding | undefined {
  const { probe } = scene;
  if (!probe || outcome === 'none') return undefined;
  const { sent, failed } = probe.probes;
  const good = /^(reachable|connected)$/i.test(probe.status);
  const bad = /^(unreachable|disconnected)$/i.test(probe.status);
  const wrongAnswer = clues.some(({ finding }) => finding.code === 'HTTP_ANSWER_WRONG');
  if (!(good && failed === sent) && !(bad && failed === 0 && !wrongAnswer)) return undefined;
  return {
    code: 'PROBE_CONTRADICTS_ITSELF',
    severity: 'error',
    witness: 'probe',
    facts: { status: probe.status, sent, failed },
  };
}

import type { Outcome, Scene } from './scene.ts';
import type { Verdict } from './verdict.ts';

/** What a result takes for granted, as codes; their sentences are the catalogue's `assumption.<CODE>`. */
export const assumptionCodes = [
  'SINGLE_BURST',
  'PORT_ONLY',
  'ICMP_DEPRIORITISED',
  'AGENT_VIEW',
  'NAME_RESOLVED_BY_AGENT',
  'RETURN_PATH_NOT_PROVEN',
  'CONFIGURATION_ONLY',
] as const;

export type AssumptionCode = (typeof assumptionCodes)[number];

export function assume(scene: Scene, verdict: Verdict, outcome: Outcome): readonly AssumptionCode[] {
  const { question } = scene;
  const probed = outcome !== 'none';
  const named = question.destination.kind === 'host' || question.destination.kind === 'url';
  const wayBackKnown = outcome === 'passed' || scene.nextHop.some((each) => each.place === 'destination');
  const applies: Readonly<Record<AssumptionCode, boolean>> = {
    SINGLE_BURST: probed,
    PORT_ONLY: outcome === 'passed' && question.protocol === 'Tcp',
    ICMP_DEPRIORITISED: question.protocol === 'Icmp',
    AGENT_VIEW: probed,
    NAME_RESOLVED_BY_AGENT: probed && named,
    RETURN_PATH_NOT_PROVEN: probed && !wayBackKnown,
    CONFIGURATION_ONLY: !probed && verdict === 'Unreachable',
  };
  return assumptionCodes.filter((code) => applies[code]);
}

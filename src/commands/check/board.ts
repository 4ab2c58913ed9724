import type { Clock } from '../../core/clock.ts';
import { measure, traced } from '../../core/telemetry.ts';
import type {
  NextHopAnswer,
  NsgAnswer,
  Preflight,
  ProbeAnswer,
  RuleFound,
  Silence,
  Testimonies,
  Testimony,
} from '../../diagnosis/witness.ts';

/** What a witness came back with. */
export type Heard<T> = { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly why: Silence };

/** Gathers what witnesses say as they say it; `changed` is called whenever one has answered or fallen silent. */
export type Board = {
  readonly testimonies: Testimonies;
  preflight(ask: () => Promise<Heard<Preflight>>): Promise<Heard<Preflight>>;
  probe(ask: () => Promise<Heard<ProbeAnswer>>): Promise<Heard<ProbeAnswer>>;
  /** Nobody waits for those that are still out: they count as never asked. */
  dismissPending(): void;
  nsg(ask: () => Promise<Heard<NsgAnswer>>): Promise<Heard<NsgAnswer>>;
  nextHop(ask: () => Promise<Heard<NextHopAnswer>>): Promise<Heard<NextHopAnswer>>;
  /** Says what the configuration knows of the rules that a witness named; until then `rulesPending` holds the verdict open. */
  lookUp(find: () => Promise<readonly RuleFound[]>): Promise<void>;
};

export function createBoard(clock: Clock, changed: (testimonies: Testimonies) => void): Board {
  let testimonies: Testimonies = { nsg: [], nextHop: [], rules: [] };
  let lookUps = 0;

  const hear = async <T>(
    witness: 'preflight' | 'probe' | 'nsg' | 'nextHop',
    ask: () => Promise<Heard<T>>,
    put: (testimony: Testimony<T>) => Testimonies,
  ): Promise<Heard<T>> => {
    const startedMs = clock.now();
    testimonies = put({ state: 'pending' });
    const heard = await traced(`witness ${witness}`, { 'hopcheck.witness': witness }, async (note) => {
      const said = await ask();
      if (!said.ok) note({ 'error.type': said.why.code });
      return said;
    });
    const tookMs = clock.now() - startedMs;
    const silence = heard.ok ? {} : { 'error.type': heard.why.code };
    measure('hopcheck.witness.duration', tookMs / 1000, { 'hopcheck.witness': witness, ...silence });
    testimonies = put(
      heard.ok ? { state: 'answered', answer: heard.answer, tookMs } : { state: 'silent', why: heard.why, tookMs },
    );
    changed(testimonies);
    return heard;
  };

  return {
    get testimonies() {
      return testimonies;
    },
    preflight: (ask) => hear('preflight', ask, (preflight) => ({ ...testimonies, preflight })),
    probe: (ask) => hear('probe', ask, (probe) => ({ ...testimonies, probe })),
    dismissPending() {
      const { probe, nsg, nextHop, ...others } = testimonies;
      const isIn = (testimony: { readonly state: string }) => testimony.state !== 'pending';
      testimonies = {
        ...others,
        ...(probe && isIn(probe) && { probe }),
        nsg: nsg.filter(isIn),
        nextHop: nextHop.filter(isIn),
      };
    },
    nsg(ask) {
      const seat = testimonies.nsg.length;
      return hear('nsg', ask, (said) => ({ ...testimonies, nsg: testimonies.nsg.toSpliced(seat, 1, said) }));
    },
    nextHop(ask) {
      const seat = testimonies.nextHop.length;
      return hear('nextHop', ask, (said) => ({
        ...testimonies,
        nextHop: testimonies.nextHop.toSpliced(seat, 1, said),
      }));
    },
    async lookUp(find) {
      lookUps += 1;
      testimonies = { ...testimonies, rulesPending: true };
      const rules = await find();
      lookUps -= 1;
      const { rulesPending: _, ...others } = testimonies;
      testimonies = { ...others, rules: [...others.rules, ...rules], ...(lookUps > 0 && { rulesPending: true }) };
      if (lookUps === 0 || rules.length > 0) changed(testimonies);
    },
  };
}

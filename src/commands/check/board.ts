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
  /** Undefined while it is out for so long that nobody waits for it here: `heardProbe` goes on then. */
  probe(ask: () => Promise<Heard<ProbeAnswer> | undefined>): Promise<Heard<ProbeAnswer> | undefined>;
  heardProbe(heard: Heard<ProbeAnswer>, tookMs: number): void;
  /** Nobody waits for those that are still out: they count as never asked. */
  dismissPending(): void;
  nsg(ask: () => Promise<Heard<NsgAnswer>>): Promise<Heard<NsgAnswer>>;
  nextHop(ask: () => Promise<Heard<NextHopAnswer>>): Promise<Heard<NextHopAnswer>>;
  /** Says what the configuration knows of the rules that a witness named; until then `rulesPending` holds the verdict open. */
  lookUp(find: () => Promise<readonly RuleFound[]>): Promise<void>;
};

export function createBoard(
  clock: Clock,
  changed: (testimonies: Testimonies) => void,
  known: Testimonies = { nsg: [], nextHop: [], rules: [] },
): Board {
  let testimonies = known;
  let lookUps = 0;

  const note = <T>(
    witness: 'preflight' | 'probe' | 'nsg' | 'nextHop',
    heard: Heard<T>,
    tookMs: number,
    put: (testimony: Testimony<T>) => Testimonies,
  ) => {
    const silence = heard.ok ? {} : { 'error.type': heard.why.code };
    measure('hopcheck.witness.duration', tookMs / 1000, { 'hopcheck.witness': witness, ...silence });
    testimonies = put(
      heard.ok ? { state: 'answered', answer: heard.answer, tookMs } : { state: 'silent', why: heard.why, tookMs },
    );
    changed(testimonies);
  };

  const hear = async <T, Out extends undefined>(
    witness: 'preflight' | 'probe' | 'nsg' | 'nextHop',
    ask: () => Promise<Heard<T> | Out>,
    put: (testimony: Testimony<T>) => Testimonies,
  ): Promise<Heard<T> | Out> => {
    const startedMs = clock.now();
    testimonies = put({ state: 'pending' });
    const heard = await traced(`witness ${witness}`, { 'hopcheck.witness': witness }, async (say) => {
      const said = await ask();
      if (said && !said.ok) say({ 'error.type': said.why.code });
      return said;
    });
    if (heard) note(witness, heard, clock.now() - startedMs, put);
    return heard;
  };

  const putProbe = (probe: Testimony<ProbeAnswer>): Testimonies => ({ ...testimonies, probe });

  return {
    get testimonies() {
      return testimonies;
    },
    preflight: (ask) => hear<Preflight, never>('preflight', ask, (preflight) => ({ ...testimonies, preflight })),
    probe: (ask) => hear<ProbeAnswer, undefined>('probe', ask, putProbe),
    heardProbe: (heard, tookMs) => note('probe', heard, tookMs, putProbe),
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
      return hear<NsgAnswer, never>('nsg', ask, (said) => ({
        ...testimonies,
        nsg: testimonies.nsg.toSpliced(seat, 1, said),
      }));
    },
    nextHop(ask) {
      const seat = testimonies.nextHop.length;
      return hear<NextHopAnswer, never>('nextHop', ask, (said) => ({
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

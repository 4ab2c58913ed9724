import type { ErrorCode } from '../core/errors.ts';
import type { FindingCode } from './findings.ts';
import type { About, Direction } from './witness.ts';

export type Verdict = 'Reachable' | 'Degraded' | 'Unreachable' | 'Inconsistent' | 'Undetermined';

/** A rule or route as shown: `name` normalised, `reportedAs` in Azure's spelling. */
export type Rule = {
  readonly name: string;
  readonly reportedAs: string;
  readonly securityGroupId?: string;
  readonly routeTableId?: string;
  readonly priority?: number;
  readonly direction?: Direction;
};

export type WitnessName = 'preflight' | 'probe' | 'nsg' | 'nextHop' | 'rules';

export type Finding = {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning' | 'info';
  readonly witness: WitnessName;
  /** Other witnesses that say the same about the same place. */
  readonly confirmedBy?: readonly WitnessName[];
  /** What the sentence of this code is filled with (names, numbers); outside text. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly rule?: Rule;
  /** The resource that the finding is about (VM, NIC, NSG …). */
  readonly resourceId?: string;
  /** Index into `path`. */
  readonly hop?: number;
};

export type PathHop = {
  /** Azure's hop type as said, e.g. `VirtualAppliance`. */
  readonly type: string;
  /** The NIC's, VM's or gateway's own name; the address where there is none. */
  readonly name: string;
  readonly address?: string;
  readonly resourceId?: string;
  /** To the next hop, average. */
  readonly roundTripMs?: number;
  readonly issues: readonly { readonly type: string; readonly origin: string; readonly severity: string }[];
  /** True where the link from this hop to the next one is the one that breaks. */
  readonly brokenAfter: boolean;
  /** Present where the hop itself fails, not a link of it. */
  readonly broken?: true;
};

export type WitnessReport = {
  readonly witness: WitnessName;
  readonly state: 'pending' | 'answered' | 'silent';
  readonly tookMs?: number;
  readonly code?: ErrorCode;
  readonly missingAction?: string;
  /** Which question of its kind, where a witness is asked several times. */
  readonly about?: About;
};

export type Diagnosis = {
  readonly verdict: Verdict;
  /** False while a witness that could change the verdict is still out. */
  readonly final: boolean;
  /** Most telling first; findings[0] is the headline. Never empty when final and not Reachable. */
  readonly findings: readonly Finding[];
  readonly path: readonly PathHop[];
  /** `probe` = the path that the probe reported; `configuration` = what next hops and names allow to draw as long as there is none. */
  readonly pathFrom: 'probe' | 'configuration';
  readonly latency: { readonly minMs?: number; readonly avgMs?: number; readonly maxMs?: number } | null;
  readonly probes: { readonly sent: number; readonly failed: number } | null;
  /** Codes of what the result takes for granted; their sentences are in the catalogues. */
  readonly assumptions: readonly string[];
  readonly witnesses: readonly WitnessReport[];
};

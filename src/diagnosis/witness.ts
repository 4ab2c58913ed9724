import type { ErrorCode } from '../core/errors.ts';

/**
 * What each witness says, in shapes of our own. `azure/` reads ARM's answers into these; nothing here does I/O.
 * Strings that Azure chooses stay open: the live service answers outside the enums of its own specification.
 */

/** connectivityCheck's answer (ConnectivityInformation). Numbers that cannot be (2147483605 ms) are already dropped. */
export type ProbeAnswer = {
  /** `Reachable`, `Unreachable`, `Unknown`, `Connected`, `Disconnected`, `Degraded`, or a word of tomorrow. */
  readonly status: string;
  readonly hops: readonly Hop[];
  /** Absent when Azure gave none (it gives none when nothing came back). Zero is a value. */
  readonly latency?: { readonly minMs?: number; readonly avgMs?: number; readonly maxMs?: number };
  readonly probes: { readonly sent: number; readonly failed: number };
};

export type Hop = {
  readonly id: string;
  readonly type: string;
  readonly address?: string;
  /** Present only where it is an ARM id; Azure's "", "Internet" and "Unknown" are left out. */
  readonly resourceId?: string;
  readonly nextHopIds: readonly string[];
  readonly links: readonly HopLink[];
  readonly issues: readonly Issue[];
};

export type HopLink = {
  readonly nextHopId: string;
  readonly type?: string;
  readonly roundTripMs?: { readonly min?: number; readonly avg?: number; readonly max?: number };
  readonly issues: readonly Issue[];
};

export type Issue = {
  /** `Inbound` = the link into this hop, `Outbound` = the link out of it, `Local` = the hop itself. */
  readonly origin: string;
  readonly severity: string;
  readonly type: string;
  readonly context: readonly { readonly key: string; readonly value: string }[];
};

/** A VM's state, read fresh for each check. */
export type MachineState = {
  readonly resourceId: string;
  /** The part after `PowerState/` of the instance view: `running`, `stopped`, `deallocated`, `starting`, …; absent if Azure did not say. */
  readonly power?: string;
  readonly agent: 'ready' | 'missing' | 'failed' | 'unknown';
  readonly os?: 'Linux' | 'Windows';
};

export type Preflight = {
  readonly source: MachineState;
  readonly destination?: MachineState;
  /** The network watcher of the source's region, or null where the region has none. */
  readonly watcherId: string | null;
  readonly region: string;
};

export type Direction = 'Inbound' | 'Outbound';

/** networkConfigurationDiagnostic for one place (a VM or NIC) and direction. */
export type NsgAnswer = {
  readonly place: 'source' | 'destination' | 'appliance';
  readonly resourceId: string;
  readonly direction: Direction;
  readonly access: 'Allow' | 'Deny' | string;
  readonly groups: readonly {
    readonly securityGroupId: string;
    readonly appliedTo?: string;
    /** As Azure said it (`UserRule_x`, `DefaultRule_x`, an ARM id …) and what it does. */
    readonly rule?: { readonly reportedAs: string; readonly action: string };
  }[];
};

/** nextHop from one machine: from the source and from appliances towards the destination, from the destination towards the source. */
export type NextHopAnswer = {
  readonly place: 'source' | 'destination' | 'appliance';
  readonly resourceId: string;
  /** `VirtualAppliance`, `VnetLocal`, `VirtualNetwork`, `VNetPeering`, `Internet`, `VirtualNetworkGateway`, `None`, … */
  readonly type: string;
  readonly address?: string;
  /** A route table's ARM id, or absent for a system route. */
  readonly routeTableId?: string;
};

/**
 * A rule or route found in the configuration itself for a name that the probe reported: which NSG or route table holds it.
 * `access` decides whether it may be called a blocker at all.
 */
export type RuleFound = {
  readonly name: string;
  readonly reportedAs: string;
  readonly securityGroupId?: string;
  readonly routeTableId?: string;
  readonly priority?: number;
  readonly direction?: Direction;
  readonly access?: 'Allow' | 'Deny';
  /** The hop it was looked up for; for a rule that an NSG answer names, the `resourceId` of that answer. */
  readonly hopId: string;
};

/** A witness that did not answer, as Azure's refusal or our own patience put it. */
export type Silence = {
  /** An `ErrorCode` of core/errors. */
  readonly code: ErrorCode;
  /** Azure's words, shortened; outside text. */
  readonly message?: string;
  /** The RBAC action that a 403 names. */
  readonly missingAction?: string;
};

/** Which of several questions of one kind a testimony belongs to, where the answer itself is not there to say so. */
export type About = {
  readonly place: NsgAnswer['place'];
  readonly direction?: Direction;
  readonly resourceId?: string;
};

export type Testimony<T> =
  | { readonly state: 'pending'; readonly about?: About }
  | { readonly state: 'answered'; readonly answer: T; readonly tookMs: number }
  | { readonly state: 'silent'; readonly why: Silence; readonly tookMs: number; readonly about?: About };

/** Everything known at one moment of a check; absent = not asked. */
export type Testimonies = {
  readonly preflight?: Testimony<Preflight>;
  readonly probe?: Testimony<ProbeAnswer>;
  readonly nsg: readonly Testimony<NsgAnswer>[];
  readonly nextHop: readonly Testimony<NextHopAnswer>[];
  readonly rules: readonly RuleFound[];
  /** True while the rules that the probe blamed are still being looked up. */
  readonly rulesPending?: boolean;
};

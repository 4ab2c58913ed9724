import type { Chance } from './chance.ts';
import type { Group, Principal, Subscription, Topology } from './network/topology.ts';

/** What survives JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent = no body at all; `null` is the literal that ARM sends with a 202. */
  readonly body?: Json;
};

/** A long-running operation to start: `result` is what its last poll answers. */
export type LongRunning = {
  readonly region: string;
  /** Simulated seconds that it takes. */
  readonly seconds: number;
  readonly result: () => Answer;
  /** Where two with the same key may not run at once. */
  readonly key?: string;
  /** What the refusal of a second one calls it and its resource. */
  readonly title?: string;
  readonly resourceId?: string;
};

export type ArmRequest = {
  readonly method: string;
  /** As asked, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly apiVersion: string;
  /** As the client wrote it, e.g. `localhost:8443`. */
  readonly host: string;
  /** What the path's `{name}` parts stand for. */
  readonly names: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  readonly principal: Principal;
};

/** What an operation may look at. */
export type World = {
  readonly topology: Topology;
  /** Milliseconds since the epoch, by the simulator's clock. */
  readonly now: () => number;
  /** A fresh stream for each request. */
  readonly chance: Chance;
  readonly pageSize: number;
  /** The api-version whose shapes the answer has. */
  readonly shapes: string;
  /** Does the principal hold this action at this scope (an id)? */
  readonly may: (action: string, scope: string) => boolean;
};

/** One ARM operation; a file of `resources/` has one of them, or a resource's few. */
export type Operation = {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** With `{name}` parts; compared without case. */
  readonly path: string;
  /** The RBAC action; absent = any valid token will do. */
  readonly action?: string;
  readonly answer: (request: ArmRequest, world: World) => Answer | LongRunning;
};

export function isLongRunning(answer: Answer | LongRunning): answer is LongRunning {
  return 'result' in answer;
}

export const ok = (body: Json): Answer => ({ status: 200, body });

export function findSubscription(topology: Topology, id: string): Subscription | undefined {
  return topology.subscriptions.find((one) => one.id.toLowerCase() === id.toLowerCase());
}

export function findGroup(topology: Topology, subscription: string, name: string): Group | undefined {
  return topology.groups.find(
    (one) =>
      one.subscription.id.toLowerCase() === subscription.toLowerCase() && one.name.toLowerCase() === name.toLowerCase(),
  );
}

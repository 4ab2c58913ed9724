import type { Topology } from './network/topology.ts';

/** The network that is played at the moment; an operator may change it while everything else runs on. */
export type Stage = {
  readonly topology: Topology;
  change(next: Topology): void;
};

export function openStage(first: Topology): Stage {
  let topology = first;
  return {
    get topology() {
      return topology;
    },
    change: (next) => {
      topology = next;
    },
  };
}

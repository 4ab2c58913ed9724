import type { Machine } from '../core/check.ts';

/**
 * What somebody wants to do, in the terms that grants speak of.
 *
 * `machines` holds every machine the question touches: the source, a destination that was named, and the machine that owns a
 * destination given as an address. Leaving the last one out would let an address reach what its name may not.
 */
export type Subject = {
  /** The command's name in the registry. */
  readonly command: string;
  readonly machines: readonly Machine[];
  readonly destination?: Destination;
  /** Empty where there is none, as for ICMP. */
  readonly ports: readonly number[];
};

export type Destination = {
  readonly address?: string;
  /** As typed, or of a URL. What it resolves to is known to the source machine alone. */
  readonly host?: string;
  /** What the host turned out to be, once the source has resolved it. */
  readonly resolved?: string;
  /** A machine or a private address of the estate. */
  readonly inVnet: boolean;
};

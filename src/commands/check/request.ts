import type { IpVersion, Protocol, Target, VmName } from '../../core/check.ts';

/** What a person asked of `check`. Empty lists are parts that were not said; nothing is ever guessed into them. */
export type CheckRequest = {
  readonly sources: readonly VmName[];
  readonly destinations: readonly Target[];
  readonly ports: readonly number[];
  readonly protocol?: Protocol;
  readonly ipVersion?: IpVersion;
  readonly validStatusCodes?: readonly number[];
};

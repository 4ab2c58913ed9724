import type { Prefix } from './address.ts';

/** One line of what is granted: it holds only for what it names, all of it at once. Ids are in lower case. */
export type Rule = {
  readonly name: string;
  /** Absent: every tenant that the file serves. */
  readonly tenants?: ReadonlySet<string>;
  readonly who: 'anyone' | ReadonlySet<string>;
  readonly where: 'anywhere' | Places;
  readonly commands: 'all' | ReadonlySet<string>;
  readonly machines: 'all' | readonly Scope[];
  /** Absent: no destination, so only commands without one. */
  readonly destinations?: Destinations;
  readonly limits: Limits;
};

export type Places = {
  /** Every one-to-one chat with the bot. */
  readonly personal: boolean;
  readonly teams: ReadonlySet<string>;
  readonly channels: ReadonlySet<string>;
  readonly chats: ReadonlySet<string>;
};

/** Some machines: each part that is given must fit. */
export type Scope = {
  readonly subscription?: string;
  readonly group?: string;
  /** Names in lower case; values compare exactly, as Azure keeps them. */
  readonly tags: readonly (readonly [name: string, value: string])[];
};

export type Destinations = {
  /** What lies in a VNet of the estate. */
  readonly vnets: boolean;
  /** Public addresses, and host names whatever they resolve to. */
  readonly internet: boolean;
  readonly addresses: readonly Prefix[];
  /** `shop.example` is that name, `*.shop.example` every name below it. */
  readonly hosts: readonly string[];
  readonly ports: 'any' | readonly { readonly from: number; readonly to: number }[];
};

/** Absent figures do not limit. */
export type Limit = { readonly perMinute?: number; readonly inFlight?: number };
export type Limits = { readonly person: Limit; readonly channel: Limit; readonly subscription: Limit };

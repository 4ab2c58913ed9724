/** A virtual machine as a person names it. A `resourceId` comes only from a pasted ARM id and is looked up like a name. */
export type VmName = {
  readonly kind: 'vm';
  readonly name: string;
  readonly group?: string;
  readonly resourceId?: string;
};

/** Where a check goes to, as typed. */
export type Target =
  | VmName
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'url'; readonly url: string; readonly host: string; readonly port: number };

export type Protocol = 'Tcp' | 'Http' | 'Https' | 'Icmp';
export type IpVersion = 'IPv4' | 'IPv6';

/** A virtual machine of the inventory. `resourceId` is ARM's own spelling. */
export type Machine = {
  readonly name: string;
  readonly resourceId: string;
  readonly group: string;
  readonly subscriptionId: string;
  /** Azure region name, e.g. `westcentralus`. */
  readonly region: string;
  /** Primary first. */
  readonly nics: readonly Nic[];
  readonly tags: Readonly<Record<string, string>>;
};

/** A network interface of a machine, with its private addresses, primary first; none where it could not be read. */
export type Nic = { readonly id: string; readonly addresses: readonly string[] };

export function addressesOf({ nics }: Machine): readonly string[] {
  return nics.flatMap((nic) => nic.addresses);
}

/** One question to the network, all names resolved. */
export type Question = {
  readonly source: Machine;
  readonly destination:
    | { readonly kind: 'vm'; readonly machine: Machine }
    | { readonly kind: 'address'; readonly address: string }
    | { readonly kind: 'host'; readonly host: string }
    | { readonly kind: 'url'; readonly url: string; readonly host: string };
  /** Absent only for Icmp. */
  readonly port?: number;
  readonly protocol: Protocol;
  /** True where the person named the protocol; only then it is sent to Azure. */
  readonly protocolAsked: boolean;
  readonly ipVersion?: IpVersion;
  readonly validStatusCodes?: readonly number[];
};

/** What the destination is called: a machine's name, or the address, host or URL as typed. */
export function destinationName({ destination }: Pick<Question, 'destination'>): string {
  switch (destination.kind) {
    case 'vm':
      return destination.machine.name;
    case 'address':
      return destination.address;
    case 'host':
      return destination.host;
    case 'url':
      return destination.url;
  }
}

/** Parts of an ARM resource id. ARM compares all of them without case. */
export type ResourceId = {
  readonly subscriptionId: string;
  readonly group: string;
  /** e.g. `Microsoft.Compute/virtualMachines`. */
  readonly type: string;
  /** One name for each segment of the type after the provider: a NIC's ipConfiguration has two. */
  readonly names: readonly string[];
};

/** Reads an id such as `/subscriptions/S/resourceGroups/G/providers/P/t/n[/t2/n2]`; undefined for anything else. */
export function readResourceId(id: string | undefined): ResourceId | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+\/[^/]+)+)\/?$/i.exec(
    id ?? '',
  );
  if (!match) return undefined;
  const [, subscriptionId, group, provider, rest] = match;
  if (!subscriptionId || !group || !provider || !rest) return undefined;
  const segments = rest.slice(1).split('/');
  const types = segments.filter((_, index) => index % 2 === 0);
  const names = segments.filter((_, index) => index % 2 === 1);
  return { subscriptionId, group, type: [provider, ...types].join('/'), names };
}

export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** An ARM id, also without its leading slash (as the official examples write it); Azure's "", "Internet" and "Unknown" are none. */
export function isResourceId(text: string): boolean {
  return /^\/?subscriptions\/[^/\s]+\/[^\s]/i.test(text);
}

export function rooted(id: string): string {
  return id.startsWith('/') ? id : `/${id}`;
}

/** Ids compare without case, and an IP configuration is its network interface. */
export function sameResource(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && ownerId(left).toLowerCase() === ownerId(right).toLowerCase();
}

/** The network interface of an IP configuration's id; any other id as it is. Always with a leading slash. */
export function ownerId(id: string): string {
  return rooted(id).replace(/\/ipConfigurations\/[^/]*$/i, '');
}

export function resourceName(id: string): string {
  return ownerId(id).split('/').at(-1) ?? '';
}

/** The value after a segment, e.g. `segmentOf(id, 'resourceGroups')`. */
export function segmentOf(id: string, segment: string): string | undefined {
  const parts = id.split('/');
  const at = parts.findIndex((part) => part.toLowerCase() === segment.toLowerCase());
  return at < 0 ? undefined : parts[at + 1] || undefined;
}

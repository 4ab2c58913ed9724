import { resourceName } from './resource-id.ts';
import type { PathHop } from './verdict.ts';
import type { Hop } from './witness.ts';

/** The hops as one walks them. `before[i]` are the places in `hops` that lead to hop `i`. */
export type Walk = { readonly hops: readonly Hop[]; readonly before: readonly (readonly number[])[] };

/**
 * Puts hops in the order of the graph (`nextHopIds`, with `links` where those are silent), not of the array. Every hop comes once: of several next
 * hops none is left out, a cycle is cut where it closes, an id that names no hop is ignored, and what nothing leads to comes last.
 */
export function walk(hops: readonly Hop[]): Walk {
  const firstById = new Map<string, number>();
  hops.forEach((hop, index) => {
    if (!firstById.has(hop.id)) firstById.set(hop.id, index);
  });
  const next = hops.map((hop, index) => {
    const ids = hop.nextHopIds.length > 0 ? hop.nextHopIds : hop.links.map((link) => link.nextHopId);
    const places = ids.flatMap((id) => firstById.get(id) ?? []);
    return [...new Set(places)].filter((place) => place !== index);
  });
  const incoming = hops.map(() => 0);
  for (const place of next.flat()) incoming[place] = (incoming[place] ?? 0) + 1;

  const order: number[] = [];
  const placed = new Set<number>();
  for (const start of starts(hops, incoming)) {
    if (!placed.has(start)) followFrom(start, next, placed, order);
  }
  const placeOf = new Map(order.map((original, place) => [original, place]));
  const before: number[][] = order.map(() => []);
  order.forEach((original, place) => {
    for (const target of next[original] ?? []) {
      const targetPlace = placeOf.get(target);
      if (targetPlace !== undefined) before[targetPlace]?.push(place);
    }
  });
  return { hops: order.flatMap((original) => hops[original] ?? []), before };
}

/** Where to begin, best first: the Source nothing leads to, any Source, what nothing leads to, and then the array's own order. */
function starts(hops: readonly Hop[], incoming: readonly number[]): readonly number[] {
  const isSource = (index: number) => hops[index]?.type.toLowerCase() === 'source';
  const isFree = (index: number) => incoming[index] === 0;
  const score = (index: number) => (isSource(index) ? 0 : 2) + (isFree(index) ? 0 : 1);
  return hops.map((_, index) => index).sort((left, right) => score(left) - score(right) || left - right);
}

/** Appends all that can be reached from `start`: a hop after all that lead to it, as far as cycles let that be. */
function followFrom(start: number, next: readonly (readonly number[])[], placed: Set<number>, order: number[]): void {
  const finished: number[] = [];
  const seen = new Set<number>([start]);
  const stack = [{ at: start, turn: 0 }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const targets = next[top.at] ?? [];
    // Last branch first, because the list of finished hops is read backwards.
    const target = targets[targets.length - 1 - top.turn];
    top.turn += 1;
    if (target === undefined) {
      finished.push(top.at);
      stack.pop();
    } else if (!seen.has(target) && !placed.has(target)) {
      seen.add(target);
      stack.push({ at: target, turn: 0 });
    }
  }
  for (const index of finished.reverse()) {
    placed.add(index);
    order.push(index);
  }
}

/** The hops as shown, with no link marked yet. */
export function draw(route: Walk): readonly PathHop[] {
  return route.hops.map((hop, place) => {
    const following = route.hops[place + 1]?.id;
    const link = hop.links.find((each) => each.nextHopId === following) ?? hop.links[0];
    const trip = link?.roundTripMs?.avg ?? link?.roundTripMs?.min;
    return {
      type: hop.type,
      name: (hop.resourceId && resourceName(hop.resourceId)) || hop.address || hop.type,
      ...(hop.address ? { address: hop.address } : {}),
      ...(hop.resourceId ? { resourceId: hop.resourceId } : {}),
      ...(trip === undefined ? {} : { roundTripMs: trip }),
      issues: [...hop.issues, ...hop.links.flatMap((each) => each.issues)].map(({ type, origin, severity }) => ({
        type,
        origin,
        severity,
      })),
      brokenAfter: false,
    };
  });
}

/** Where a finding breaks the path: the link out of a hop, the link into it, or the hop itself. */
export type Break = { readonly hop: number; readonly at: 'after' | 'before' | 'here' };

export function markBreaks(
  path: readonly PathHop[],
  before: Walk['before'],
  breaks: readonly Break[],
): readonly PathHop[] {
  const after = new Set<number>();
  const here = new Set<number>();
  for (const { hop, at } of breaks) {
    const leading = before[hop] ?? [];
    if (at === 'after' && hop < path.length - 1) after.add(hop);
    else if (at === 'before' && leading.length > 0) for (const place of leading) after.add(place);
    else here.add(hop);
  }
  return path.map((hop, place) => ({
    ...hop,
    ...(after.has(place) ? { brokenAfter: true } : {}),
    ...(here.has(place) ? { broken: true } : {}),
  }));
}

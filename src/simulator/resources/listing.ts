import { groupNotFound, resourceNotFound } from '../arm-error.ts';
import {
  type Answer,
  type ArmRequest,
  findGroup,
  type Json,
  type JsonObject,
  type Operation,
  ok,
  type World,
} from '../exchange.ts';
import type { AnyResource } from '../network/topology.ts';

type Kind = AnyResource['kind'];
type Of<K extends Kind> = Extract<AnyResource, { kind: K }>;

/** Cuts a list into pages as ARM does: `nextLink` repeats the request with a skip token. */
export function page(request: ArmRequest, world: World, items: readonly Json[]): Answer {
  const from = Math.max(0, Number(request.query.get('$skiptoken') ?? 0) || 0);
  const value = items.slice(from, from + world.pageSize);
  const next = from + world.pageSize;
  if (next >= items.length) return ok({ value });
  const query = new URLSearchParams(request.query);
  query.set('$skiptoken', String(next));
  return ok({ value, nextLink: `https://${request.host}${request.path}?${query.toString().replaceAll('%24', '$')}` });
}

/** The three readings that every resource type has: all of a subscription, all of a group, and one. */
export function readings<K extends Kind>(
  kind: K,
  type: string,
  describe: (resource: Of<K>, request: ArmRequest, world: World) => JsonObject,
): readonly Operation[] {
  const [namespace = '', plural = ''] = type.split('/');
  const action = `${type}/read`;
  const one = singular(plural);
  const isWanted = (resource: AnyResource): resource is Of<K> => resource.kind === kind;
  const all = (request: ArmRequest, world: World): readonly Of<K>[] =>
    world.topology.resources
      .filter(isWanted)
      .filter((resource) => same(resource.group.subscription.id, request.names.subscription ?? ''));
  return [
    {
      name: `${plural}.listAll`,
      method: 'GET',
      path: `/subscriptions/{subscription}/providers/${namespace}/${plural}`,
      action,
      answer: (request, world) =>
        page(
          request,
          world,
          all(request, world).map((resource) => describe(resource, request, world)),
        ),
    },
    {
      name: `${plural}.list`,
      method: 'GET',
      path: `/subscriptions/{subscription}/resourceGroups/{group}/providers/${namespace}/${plural}`,
      action,
      answer: (request, world) => {
        const { subscription = '', group = '' } = request.names;
        const owner = findGroup(world.topology, subscription, group);
        if (owner === undefined) throw groupNotFound(group);
        const own = all(request, world).filter((resource) => resource.group === owner);
        return page(
          request,
          world,
          own.map((resource) => describe(resource, request, world)),
        );
      },
    },
    {
      name: `${plural}.get`,
      method: 'GET',
      path: `/subscriptions/{subscription}/resourceGroups/{group}/providers/${namespace}/${plural}/{${one}}`,
      action,
      answer: (request, world) => ok(describe(findNamed(kind, type, request, world), request, world)),
    },
  ];
}

/** The resource that the path names, or ARM's 404. The name's part is called after the type: `{virtualMachine}`. */
export function findNamed<K extends Kind>(kind: K, type: string, request: ArmRequest, world: World): Of<K> {
  const { subscription = '', group = '' } = request.names;
  const name = request.names[singular(type.split('/')[1] ?? '')] ?? '';
  const owner = findGroup(world.topology, subscription, group);
  if (owner === undefined) throw groupNotFound(group);
  const isWanted = (resource: unknown): resource is Of<K> =>
    typeof resource === 'object' && resource !== null && 'kind' in resource && resource.kind === kind;
  const found = world.topology.byId.get(`${owner.id}/providers/${type}/${name}`.toLowerCase());
  if (isWanted(found)) return found;
  throw resourceNotFound(type, name, group);
}

export function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** What every resource's body begins with. */
export function head(resource: AnyResource, type: string): JsonObject {
  const { id, name, region, tags } = resource;
  return { name, id, type, location: region, ...(Object.keys(tags).length === 0 ? {} : { tags }) };
}

/** `publicIPAddresses` -> `publicIPAddress`, `virtualMachines` -> `virtualMachine`. */
function singular(plural: string): string {
  return plural.replace(/(?<=ss)es$|s$/, '');
}

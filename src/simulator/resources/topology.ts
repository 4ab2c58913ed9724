import { z } from 'zod';
import { badRequest, groupNotFound } from '../arm-error.ts';
import { findGroup, type JsonObject, type Operation, ok } from '../exchange.ts';
import type { AnyResource, Subnet, VirtualNetwork } from '../network/topology.ts';
import { readBody } from './body.ts';
import { findWatcher } from './target.ts';

const reference = z.looseObject({ id: z.string() });
const parameters = z.looseObject({
  targetResourceGroupName: z.string().optional(),
  targetVirtualNetwork: reference.optional(),
  targetSubnet: reference.optional(),
});

type Named = { readonly name: string; readonly id: string };

const link = (to: Named, associationType: 'Associated' | 'Contains'): JsonObject => ({
  name: to.name,
  resourceId: to.id,
  associationType,
});

function associations(resource: AnyResource, all: readonly AnyResource[]): readonly JsonObject[] {
  switch (resource.kind) {
    case 'vm':
      return resource.nics.map((nic) => link(nic, 'Contains'));
    case 'nic':
      return [
        ...(resource.machine === undefined ? [] : [link(resource.machine, 'Associated')]),
        ...(resource.securityGroup === undefined ? [] : [link(resource.securityGroup, 'Associated')]),
        ...resource.ipConfigurations.map((one) => link(one.subnet, 'Associated')),
        ...resource.ipConfigurations.flatMap((one) =>
          one.publicIp === undefined ? [] : [link(one.publicIp, 'Associated')],
        ),
      ];
    case 'publicIp':
      return all.flatMap((one) =>
        one.kind === 'nic' && one.ipConfigurations.some((configuration) => configuration.publicIp === resource)
          ? [link(one, 'Associated')]
          : [],
      );
    case 'vnet':
      return resource.subnets.map((subnet) => link(subnet, 'Contains'));
    default:
      return [];
  }
}

function subnetEntry(subnet: Subnet): JsonObject {
  const { name, id, securityGroup, routeTable, vnet } = subnet;
  const attached = [securityGroup, routeTable].filter((one) => one !== undefined);
  return { name, id, location: vnet.region, associations: attached.map((one) => link(one, 'Associated')) };
}

/** Does a resource belong to what was asked for: a whole group, a network, or one subnet? */
function isInside(resource: AnyResource, vnet: VirtualNetwork, subnet: Subnet | undefined): boolean {
  if (resource === vnet) return true;
  const touches = (one: Subnet) => (subnet === undefined ? one.vnet === vnet : one === subnet);
  if (resource.kind === 'nic') return resource.ipConfigurations.some((one) => touches(one.subnet));
  return resource.kind === 'vm' && resource.nics.some((nic) => nic.ipConfigurations.some((one) => touches(one.subnet)));
}

/** Answers at once, unlike the watcher's other operations. */
export const topologyOfGroup: Operation = {
  name: 'topology',
  method: 'POST',
  path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/networkWatchers/{watcher}/topology',
  action: 'Microsoft.Network/networkWatchers/topology/action',
  answer: (request, world) => {
    findWatcher(request, world);
    const body = readBody(parameters, request.body);
    const { subscription = '' } = request.names;
    const { topology, chance } = world;
    const targetId = body.targetSubnet?.id ?? body.targetVirtualNetwork?.id;
    let inside: readonly AnyResource[];
    if (targetId !== undefined) {
      const target = topology.byId.get(targetId.toLowerCase());
      if (target?.kind !== 'vnet' && target?.kind !== 'subnet') {
        throw badRequest(`${targetId} is no virtual network or subnet.`, 'InvalidResourceId');
      }
      const [vnet, subnet] = target.kind === 'vnet' ? [target, undefined] : [target.vnet, target];
      inside = topology.resources.filter((one) => isInside(one, vnet, subnet));
    } else {
      const name = body.targetResourceGroupName ?? '';
      const group = findGroup(topology, subscription, name);
      if (group === undefined) throw groupNotFound(name);
      inside = topology.resources.filter((one) => one.group === group);
    }
    const entries = inside.flatMap((one): readonly JsonObject[] => [
      { name: one.name, id: one.id, location: one.region, associations: associations(one, topology.resources) },
      ...(one.kind === 'vnet' ? one.subnets.map(subnetEntry) : []),
    ]);
    const at = new Date(world.now()).toISOString();
    return ok({ id: chance.guid(), createdDateTime: at, lastModified: at, resources: entries });
  },
};

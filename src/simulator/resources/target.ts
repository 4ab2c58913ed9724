import { ArmError, badRequest, groupNotFound, invented, resourceNotFound } from '../arm-error.ts';
import { type ArmRequest, findGroup, type World } from '../exchange.ts';
import type { Machine, NetworkInterface, Watcher } from '../network/topology.ts';

/** The watcher that the path names. */
export function findWatcher(request: ArmRequest, world: World): Watcher {
  const { subscription = '', group = '', watcher = '' } = request.names;
  const owner = findGroup(world.topology, subscription, group);
  if (owner === undefined) throw groupNotFound(group);
  const found = world.topology.byId.get(
    `${owner.id}/providers/Microsoft.Network/networkWatchers/${watcher}`.toLowerCase(),
  );
  if (found?.kind !== 'watcher') throw resourceNotFound('Microsoft.Network/networkWatchers', watcher, group);
  return found;
}

const idShape = /^\/?subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+\/[^/]+)\/([^/]+)$/i;

/** A VM (or, where allowed, a NIC) by its id; throws as the resource provider refuses. */
export function findTarget(id: string, world: World): Machine | NetworkInterface {
  const parts = idShape.exec(id);
  if (parts === null)
    throw badRequest(`"${id}" is not the id of a virtual machine or network interface.`, 'InvalidResourceId');
  const [, , group = '', type = '', name = ''] = parts;
  const found = world.topology.byId.get((id.startsWith('/') ? id : `/${id}`).toLowerCase());
  if (found?.kind === 'vm' || found?.kind === 'nic') return found;
  if (/^Microsoft\.Compute\/virtualMachines$|^Microsoft\.Network\/networkInterfaces$/i.test(type)) {
    throw resourceNotFound(type, name, group);
  }
  throw badRequest(
    `Resources of type ${type} cannot be examined here; Microsoft.Compute/virtualMachines and Microsoft.Network/networkInterfaces can.`,
    'TargetNotSupported',
  );
}

export function findTargetMachine(id: string, world: World): Machine {
  const found = findTarget(id, world);
  if (found.kind === 'vm') return found;
  if (found.machine !== undefined) return found.machine;
  throw badRequest(`${found.name} is not attached to a virtual machine.`, 'TargetNotSupported');
}

/** A watcher serves the machines of its own region. */
export function checkRegion(machine: Machine, watcher: Watcher): void {
  if (machine.region.toLowerCase() === watcher.region.toLowerCase()) return;
  throw invented(
    400,
    'ResourceRegionMismatch',
    `${machine.name} is in ${machine.region}; the network watcher ${watcher.name} serves ${watcher.region}.`,
  );
}

/** The NIC of a target that a request may name, else its first one. */
export function pickNic(target: Machine | NetworkInterface, nicId: string | undefined, world: World): NetworkInterface {
  if (target.kind === 'nic') return target;
  if (nicId === undefined || nicId === '') {
    const nic = target.nics.find((one) => one.primary) ?? target.nics[0];
    if (nic === undefined) throw new Error(`${target.id} has no network interface`);
    return nic;
  }
  const nic = world.topology.byId.get(nicId.toLowerCase());
  if (nic?.kind !== 'nic' || nic.machine !== target) {
    throw new ArmError(404, 'NetworkInterfaceNotFound', `${nicId} is not a network interface of ${target.name}.`);
  }
  return nic;
}

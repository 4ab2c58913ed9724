import { createEstate, type Estate } from '../../src/azure/inventory.ts';
import type { Machine } from '../../src/core/check.ts';

export const subscriptionId = '00000000-0000-0000-0000-000000000000';

/** A machine of ShopRG with one interface. */
export function machine(name: string, address: string, more: Partial<Machine> = {}): Machine {
  const group = more.group ?? 'ShopRG';
  const base = `/subscriptions/${more.subscriptionId ?? subscriptionId}/resourceGroups/${group}/providers`;
  return {
    name,
    resourceId: `${base}/Microsoft.Compute/virtualMachines/${name}`,
    group,
    subscriptionId,
    region: 'westcentralus',
    nics: [{ id: `${base}/Microsoft.Network/networkInterfaces/${name}-nic`, addresses: [address] }],
    tags: {},
    ...more,
  };
}

export function estateOf(...machines: readonly Machine[]): Estate {
  return createEstate(machines, [], [subscriptionId]);
}

import type { SecurityRule as ArmRule, NetworkSecurityGroup } from '@azure/arm-network';
import { type Arm, ask } from './arm.ts';
import type { Answer } from './failure.ts';
import { readResourceId, sameId } from './ids.ts';

/** A rule as it stands in the configuration; default rules included. */
export type SecurityRule = {
  readonly name: string;
  readonly securityGroupId: string;
  readonly priority: number;
  readonly direction: 'Inbound' | 'Outbound';
  readonly access: 'Allow' | 'Deny';
};

export type Route = {
  readonly name: string;
  readonly routeTableId: string;
  /** CIDR, or a service tag's name. */
  readonly prefix: string;
  /** `None`, `VirtualAppliance`, `Internet`, … */
  readonly nextHopType: string;
};

/** The NSGs that guard a NIC: its own and its subnet's. */
export async function readSecurityRules(arm: Arm, nicId: string): Promise<Answer<readonly SecurityRule[]>> {
  const place = await readPlace(arm, nicId);
  if (!place.ok) return place;
  const groups = await Promise.all(place.value.securityGroupIds.map((id) => readSecurityGroup(arm, id)));
  const failed = groups.find((group) => !group.ok);
  if (failed && !failed.ok) return failed;
  return { ok: true, value: groups.flatMap((group) => (group.ok ? group.value : [])) };
}

export async function readSecurityGroup(arm: Arm, securityGroupId: string): Promise<Answer<readonly SecurityRule[]>> {
  const id = readResourceId(securityGroupId);
  const [name] = id?.names ?? [];
  if (!id || !name) throw new Error(`not a network security group's id: ${securityGroupId}`);
  const answer = await ask(() => arm.network(id.subscriptionId).networkSecurityGroups.get(id.group, name));
  return answer.ok ? { ok: true, value: rulesOf(answer.value, securityGroupId) } : answer;
}

/** The user-defined routes of a NIC's subnet; empty where it has no route table. */
export async function readRoutes(arm: Arm, nicId: string): Promise<Answer<readonly Route[]>> {
  const place = await readPlace(arm, nicId);
  if (!place.ok) return place;
  const { routeTableId } = place.value;
  const id = readResourceId(routeTableId);
  const [name] = id?.names ?? [];
  if (!routeTableId || !id || !name) return { ok: true, value: [] };
  const answer = await ask(() => arm.network(id.subscriptionId).routeTables.get(id.group, name));
  if (!answer.ok) return answer;
  return {
    ok: true,
    value: (answer.value.routes ?? []).flatMap((route) =>
      route.addressPrefix && route.nextHopType
        ? [
            {
              name: route.name ?? route.addressPrefix,
              routeTableId,
              prefix: route.addressPrefix,
              nextHopType: route.nextHopType,
            },
          ]
        : [],
    ),
  };
}

type Place = { readonly securityGroupIds: readonly string[]; readonly routeTableId?: string };

/** A NIC's surroundings. The subnet is read out of its VNet: the least-privilege role has virtualNetworks/read, not subnets/read. */
async function readPlace(arm: Arm, nicId: string): Promise<Answer<Place>> {
  const id = readResourceId(nicId);
  const [nicName] = id?.names ?? [];
  if (!id || !nicName) throw new Error(`not a network interface's id: ${nicId}`);
  const nic = await ask(() => arm.network(id.subscriptionId).networkInterfaces.get(id.group, nicName));
  if (!nic.ok) return nic;
  const subnetId = nic.value.ipConfigurations?.find((configuration) => configuration.subnet?.id)?.subnet?.id;
  const inVnet = readResourceId(subnetId);
  const [vnetName] = inVnet?.names ?? [];
  const own = nic.value.networkSecurityGroup?.id;
  if (!inVnet || !vnetName) return { ok: true, value: { securityGroupIds: own ? [own] : [] } };
  const vnet = await ask(() => arm.network(inVnet.subscriptionId).virtualNetworks.get(inVnet.group, vnetName));
  if (!vnet.ok) return vnet;
  const subnet = vnet.value.subnets?.find((candidate) => sameId(candidate.id, subnetId));
  const shared = subnet?.networkSecurityGroup?.id;
  const routeTableId = subnet?.routeTable?.id;
  return {
    ok: true,
    value: { securityGroupIds: [own, shared].flatMap((group) => group ?? []), ...(routeTableId && { routeTableId }) },
  };
}

function rulesOf(group: NetworkSecurityGroup, securityGroupId: string): SecurityRule[] {
  return [...(group.securityRules ?? []), ...(group.defaultSecurityRules ?? [])].flatMap(
    (rule) => ruleFrom(rule, group.id ?? securityGroupId) ?? [],
  );
}

function ruleFrom(rule: ArmRule, securityGroupId: string): SecurityRule | undefined {
  const { name, priority, direction, access } = rule;
  if (!name || priority === undefined) return undefined;
  if (direction !== 'Inbound' && direction !== 'Outbound') return undefined;
  if (access !== 'Allow' && access !== 'Deny') return undefined;
  return { name, securityGroupId, priority, direction, access };
}

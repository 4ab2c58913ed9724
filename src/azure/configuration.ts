import type {
  Route as ArmRoute,
  SecurityRule as ArmRule,
  NetworkManagementClient,
  NetworkSecurityGroup,
} from '@azure/arm-network';
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
  readonly nextHopAddress?: string;
};

/** The configuration around a network interface, each resource read once however often it is looked at. */
export type Configuration = {
  /** The rules of the NSGs that guard a NIC: its own and its subnet's. */
  securityRules(nicId: string): Promise<Answer<readonly SecurityRule[]>>;
  securityGroup(securityGroupId: string): Promise<Answer<readonly SecurityRule[]>>;
  /** The user-defined routes of a NIC's subnet; empty where it has no route table. */
  routes(nicId: string): Promise<Answer<readonly Route[]>>;
};

/** What is kept of a resource: the rest of ARM's answer would be held for as long as its check runs. */
type Nic = { readonly securityGroupId?: string; readonly subnetId?: string };
type Subnet = { readonly id: string; readonly securityGroupId?: string; readonly routeTableId?: string };
type Place = { readonly securityGroupIds: readonly string[]; readonly routeTableId?: string };

export function openConfiguration(arm: Arm): Configuration {
  const held = new Map<string, Promise<Answer<unknown>>>();

  /** The key is a resource's id, which fixes its type, so one map can hold them all. */
  const read = <T>(
    id: string,
    get: (client: NetworkManagementClient, group: string, name: string) => Promise<T>,
  ): Promise<Answer<T>> => {
    const parts = readResourceId(id);
    const [name] = parts?.names ?? [];
    if (!parts || !name) throw new Error(`not a resource id: ${id}`);
    const key = id.toLowerCase();
    const known = held.get(key) as Promise<Answer<T>> | undefined;
    const answer = known ?? ask(() => get(arm.network(parts.subscriptionId), parts.group, name));
    held.set(key, answer);
    return answer;
  };

  const readNic = (nicId: string) =>
    read(nicId, async (client, group, name): Promise<Nic> => {
      const { networkSecurityGroup, ipConfigurations } = await client.networkInterfaces.get(group, name);
      const subnetId = ipConfigurations?.find((configuration) => configuration.subnet?.id)?.subnet?.id;
      return {
        ...(networkSecurityGroup?.id && { securityGroupId: networkSecurityGroup.id }),
        ...(subnetId && { subnetId }),
      };
    });

  const readSubnets = (vnetId: string) =>
    read(vnetId, async (client, group, name): Promise<readonly Subnet[]> => {
      const { subnets = [] } = await client.virtualNetworks.get(group, name);
      return subnets.map(({ id = '', networkSecurityGroup, routeTable }) => ({
        id,
        ...(networkSecurityGroup?.id && { securityGroupId: networkSecurityGroup.id }),
        ...(routeTable?.id && { routeTableId: routeTable.id }),
      }));
    });

  const securityGroup = (id: string) =>
    read(id, async (client, group, name) => rulesOf(await client.networkSecurityGroups.get(group, name), id));

  /** A NIC's surroundings. The subnet is read out of its VNet: the least-privilege role has virtualNetworks/read, not subnets/read. */
  const place = async (nicId: string): Promise<Answer<Place>> => {
    const nic = await readNic(nicId);
    if (!nic.ok) return nic;
    const { securityGroupId: own, subnetId } = nic.value;
    const vnetId = /^(.+\/virtualNetworks\/[^/]+)\/subnets\//i.exec(subnetId ?? '')?.[1];
    if (!vnetId) return { ok: true, value: { securityGroupIds: own ? [own] : [] } };
    const subnets = await readSubnets(vnetId);
    if (!subnets.ok) return subnets;
    const subnet = subnets.value.find(({ id }) => sameId(id, subnetId));
    const routeTableId = subnet?.routeTableId;
    return {
      ok: true,
      value: {
        securityGroupIds: [own, subnet?.securityGroupId].flatMap((group) => group ?? []),
        ...(routeTableId && { routeTableId }),
      },
    };
  };

  return {
    securityGroup,
    async securityRules(nicId) {
      const at = await place(nicId);
      if (!at.ok) return at;
      const rules: SecurityRule[] = [];
      for (const group of await Promise.all(at.value.securityGroupIds.map(securityGroup))) {
        if (!group.ok) return group;
        rules.push(...group.value);
      }
      return { ok: true, value: rules };
    },
    async routes(nicId) {
      const at = await place(nicId);
      if (!at.ok) return at;
      const { routeTableId } = at.value;
      if (!routeTableId) return { ok: true, value: [] };
      return read(routeTableId, async (client, group, name): Promise<readonly Route[]> => {
        const { routes = [] } = await client.routeTables.get(group, name);
        return routes.flatMap((route) => routeFrom(route, routeTableId) ?? []);
      });
    },
  };
}

function routeFrom(route: ArmRoute, routeTableId: string): Route | undefined {
  const { name, addressPrefix: prefix, nextHopType, nextHopIpAddress } = route;
  if (!prefix || !nextHopType) return undefined;
  return {
    name: name ?? prefix,
    routeTableId,
    prefix,
    nextHopType,
    ...(nextHopIpAddress && { nextHopAddress: nextHopIpAddress }),
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

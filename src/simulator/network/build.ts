import { hash, seeded } from '../chance.ts';
import { type Address, addressKey, contains, covers, type Prefix, parseAddress, parsePrefix } from './address.ts';
import { isServiceTag, tagPrefixes } from './service-tags.ts';
import type {
  AnyResource,
  ApplicationSecurityGroup,
  Connection,
  Gateway,
  Grant,
  Group,
  GuestRule,
  Host,
  IpConfiguration,
  Latency,
  Listener,
  Machine,
  NetworkInterface,
  Peer,
  Peering,
  PortRange,
  Principal,
  PrivateEndpoint,
  PublicIp,
  Quotas,
  RouteTable,
  SecurityGroup,
  SecurityRule,
  Subnet,
  Subscription,
  Topology,
  UserRoute,
  VirtualNetwork,
  Watcher,
} from './topology.ts';
import { type LineOf, TopologyError, type TopologyFile } from './topology-file.ts';

type Path = readonly PropertyKey[];
type GroupFile = TopologyFile['subscriptions'][number]['groups'][number];
type Writable<T> = { -readonly [key in keyof T]: T[key] };

/** ARM's token buckets as measured by others, per subscription and principal. */
const usualQuotas: Quotas = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  polls: { size: 3750, perSecond: 375 },
};

const everyPort: readonly PortRange[] = [{ from: 0, to: 65535 }];

/** Turns the file into resources that point at each other; a reference to nothing is an error that names its line. */
export function buildTopology(file: TopologyFile, source: string, lineOf: LineOf): Topology {
  return new Builder(file, source, lineOf).build();
}

class Builder {
  private readonly problems: string[] = [];
  private readonly file: TopologyFile;
  private readonly source: string;
  private readonly lineOf: LineOf;
  private readonly resources: AnyResource[] = [];
  private readonly byId = new Map<string, AnyResource | Subnet>();
  private readonly owners = new Map<string, Map<string, IpConfiguration | PrivateEndpoint>>();

  constructor(file: TopologyFile, source: string, lineOf: LineOf) {
    this.file = file;
    this.source = source;
    this.lineOf = lineOf;
  }

  build(): Topology {
    const { file } = this;
    const subscriptions: Subscription[] = [];
    const groups: { readonly group: Group; readonly file: GroupFile; readonly path: Path }[] = [];
    for (const [at, one] of file.subscriptions.entries()) {
      const quotas: Quotas = {
        reads: one.quotas.reads ?? usualQuotas.reads,
        writes: one.quotas.writes ?? usualQuotas.writes,
        polls: one.quotas.polls ?? usualQuotas.polls,
      };
      const subscription: Subscription = { id: one.id, name: one.name, quotas };
      subscriptions.push(subscription);
      for (const [index, groupFile] of one.groups.entries()) {
        const id = `/subscriptions/${one.id}/resourceGroups/${groupFile.name}`;
        const { name, region, tags } = groupFile;
        groups.push({
          group: { kind: 'group', id, name, region, subscription, tags },
          file: groupFile,
          path: ['subscriptions', at, 'groups', index],
        });
      }
    }
    for (const { group, file: from, path } of groups) this.addRules(group, from, path);
    for (const { group, file: from, path } of groups) this.addNetworks(group, from, path);
    for (const { group, file: from, path } of groups) this.addPeerings(group, from, path);
    for (const { group, file: from, path } of groups) this.addMachines(group, from, path);
    for (const { group, file: from, path } of groups) this.addEdges(group, from, path);
    for (const { group, file: from, path } of groups) this.joinGateways(group, from, path);
    const hosts = file.hosts.map((host, at) => this.host(host, ['hosts', at]));
    const principals = this.principals(groups.map(({ group }) => group));
    if (file.defaultSource !== undefined) this.checkDefaultSource(file.defaultSource);
    if (this.problems.length > 0) throw new TopologyError(this.source, this.problems);
    const hostsByAddress = new Map<string, Host>();
    const hostsByName = new Map<string, Host>();
    for (const host of hosts) {
      for (const { address } of host.addresses) hostsByAddress.set(addressKey(address), host);
      for (const one of host.names) hostsByName.set(one.toLowerCase(), host);
    }
    return {
      name: file.name,
      title: file.title,
      tenantId: file.tenant,
      ...(file.era === undefined ? {} : { era: file.era }),
      ...(file.defaultSource === undefined ? {} : { defaultSource: file.defaultSource }),
      ...(file.seed === undefined ? {} : { seed: file.seed }),
      subscriptions,
      groups: groups.map(({ group }) => group),
      resources: this.resources,
      hosts,
      brokenNames: file.brokenNames.map((one) => one.toLowerCase()),
      principals,
      links: file.links.map(({ between, latency }) => ({ between, latency: latencyOf(latency) })),
      byId: this.byId,
      owners: this.owners,
      hostsByAddress,
      hostsByName,
      faults: file.faults,
    };
  }

  private complain(path: Path, text: string): void {
    this.problems.push(`${this.lineOf(path)}: ${path.map(String).join('.')}: ${text}`);
  }

  private register(resource: AnyResource, path: Path): void {
    const key = resource.id.toLowerCase();
    if (this.byId.has(key))
      this.complain(path, `there is a second "${resource.name}" of this type in ${resource.group.name}`);
    this.byId.set(key, resource);
    this.resources.push(resource);
  }

  private idOf(group: Group, type: string, name: string): string {
    return `${group.id}/providers/${type}/${name}`;
  }

  /** `name`, `group/name` or a full id. */
  private resolve<K extends AnyResource['kind']>(
    kind: K,
    type: string,
    group: Group,
    reference: string,
    path: Path,
  ): Extract<AnyResource, { kind: K }> | undefined {
    const parts = reference.split('/');
    const [groupName, name] = parts.length === 2 ? parts : [group.name, reference];
    const subscription = `/subscriptions/${group.subscription.id}`;
    const id = reference.startsWith('/subscriptions/')
      ? reference
      : `${subscription}/resourceGroups/${groupName}/providers/${type}/${name}`;
    const found = this.byId.get(id.toLowerCase());
    if (found !== undefined && isKind(found, kind)) return found;
    this.complain(path, `no ${type} "${reference}" in this file`);
    return undefined;
  }

  private prefix(text: string, path: Path): Prefix | undefined {
    const parsed = parsePrefix(text);
    if (parsed === undefined) this.complain(path, `"${text}" is not an address block such as 10.1.0.0/16`);
    return parsed;
  }

  private prefixes(texts: readonly string[], path: Path): readonly Prefix[] {
    return texts.flatMap((text) => this.prefix(text, path) ?? []);
  }

  private address(text: string, path: Path): Address {
    const parsed = parseAddress(text);
    if (parsed === undefined) this.complain(path, `"${text}" is not an IP address`);
    return parsed ?? { version: 4, bits: 0n };
  }

  private ports(texts: readonly string[], path: Path): readonly PortRange[] {
    return texts.flatMap((text) => {
      if (text === '*') return everyPort;
      const [from = 0, to = from] = text.split('-').map(Number);
      if (from > to || to > 65535) this.complain(path, `"${text}" is not a port range`);
      return [{ from, to }];
    });
  }

  private addRules(group: Group, from: GroupFile, path: Path): void {
    for (const [at, one] of from.asgs.entries()) {
      const asg: ApplicationSecurityGroup = {
        kind: 'applicationSecurityGroup',
        id: this.idOf(group, 'Microsoft.Network/applicationSecurityGroups', one.name),
        ...common(group, one),
      };
      this.register(asg, [...path, 'asgs', at]);
    }
    for (const [at, one] of from.nsgs.entries()) {
      const here = [...path, 'nsgs', at];
      const rules = one.rules.map((rule, index) => this.rule(group, rule, [...here, 'rules', index]));
      this.checkPriorities(rules, here);
      const nsg: SecurityGroup = {
        kind: 'securityGroup',
        id: this.idOf(group, 'Microsoft.Network/networkSecurityGroups', one.name),
        ...common(group, one),
        rules: rules.toSorted((left, right) => left.priority - right.priority),
      };
      this.register(nsg, here);
    }
    for (const [at, one] of from.routeTables.entries()) {
      const here = [...path, 'routeTables', at];
      const table: RouteTable = {
        kind: 'routeTable',
        id: this.idOf(group, 'Microsoft.Network/routeTables', one.name),
        ...common(group, one),
        propagateBgp: one.propagateBgp,
        routes: one.routes.map((route, index) => this.route(route, [...here, 'routes', index])),
      };
      this.checkPrefixes(table.routes, here);
      this.register(table, here);
    }
    for (const [at, one] of from.publicIps.entries()) {
      const here = [...path, 'publicIps', at];
      const publicIp: PublicIp = {
        kind: 'publicIp',
        id: this.idOf(group, 'Microsoft.Network/publicIPAddresses', one.name),
        ...common(group, one),
        address: this.address(one.address, [...here, 'address']),
        addressText: one.address,
      };
      this.register(publicIp, here);
    }
    for (const [at, one] of from.watchers.entries()) {
      const watcher: Watcher = {
        kind: 'watcher',
        id: this.idOf(group, 'Microsoft.Network/networkWatchers', one.name),
        ...common(group, one),
      };
      this.register(watcher, [...path, 'watchers', at]);
    }
  }

  private rule(group: Group, rule: GroupFile['nsgs'][number]['rules'][number], path: Path): SecurityRule {
    return {
      name: rule.name,
      priority: rule.priority,
      direction: rule.direction,
      access: rule.access,
      protocol: rule.protocol,
      sources: rule.from.flatMap((text) => this.peer(group, text, [...path, 'from'])),
      sourcePorts: this.ports(rule.fromPorts, [...path, 'fromPorts']),
      destinations: rule.to.flatMap((text) => this.peer(group, text, [...path, 'to'])),
      ports: this.ports(rule.ports, [...path, 'ports']),
      isDefault: false,
      ...(rule.description === undefined ? {} : { description: rule.description }),
    };
  }

  private peer(group: Group, text: string, path: Path): readonly Peer[] {
    if (text === '*') return [{ kind: 'any' }];
    if (text.startsWith('asg:')) {
      const reference = text.slice('asg:'.length);
      const type = 'Microsoft.Network/applicationSecurityGroups';
      const asg = this.resolve('applicationSecurityGroup', type, group, reference, path);
      return asg === undefined ? [] : [{ kind: 'asg', asg }];
    }
    const block = parsePrefix(text);
    if (block !== undefined) return [{ kind: 'prefix', prefix: block }];
    if (isServiceTag(text)) return [{ kind: 'tag', tag: text }];
    this.complain(path, `"${text}" is neither *, an address block, a service tag known here, nor asg:NAME`);
    return [];
  }

  private checkPriorities(rules: readonly SecurityRule[], path: Path): void {
    const seen = new Set<string>();
    for (const [at, rule] of rules.entries()) {
      const key = `${rule.direction} ${rule.priority}`;
      if (seen.has(key))
        this.complain([...path, 'rules', at], `a second ${rule.direction} rule has priority ${rule.priority}`);
      seen.add(key);
    }
  }

  /** Azure takes each prefix once per table. */
  private checkPrefixes(routes: readonly UserRoute[], path: Path): void {
    const seen = new Set<string>();
    for (const [at, route] of routes.entries()) {
      const keys = route.prefixes.map((block) => `${block.version}:${block.bits}/${block.length}`);
      if (keys.some((key) => seen.has(key))) {
        this.complain([...path, 'routes', at], `${route.prefixText} has a route in this table already`);
      }
      for (const key of keys) seen.add(key);
    }
  }

  private route(route: GroupFile['routeTables'][number]['routes'][number], path: Path): UserRoute {
    const needsAddress = route.nextHop === 'VirtualAppliance';
    if (needsAddress !== (route.address !== undefined)) {
      this.complain(
        path,
        needsAddress ? 'a VirtualAppliance needs an address' : 'only a VirtualAppliance has an address',
      );
    }
    const prefixes = isServiceTag(route.prefix)
      ? tagPrefixes(route.prefix)
      : this.prefixes([route.prefix], [...path, 'prefix']);
    return {
      name: route.name,
      prefixes,
      prefixText: route.prefix,
      nextHop: route.nextHop,
      ...(route.address === undefined
        ? {}
        : { address: this.address(route.address, [...path, 'address']), addressText: route.address }),
    };
  }

  private addNetworks(group: Group, from: GroupFile, path: Path): void {
    for (const [at, one] of from.vnets.entries()) {
      const here = [...path, 'vnets', at];
      const subnets: Subnet[] = [];
      const vnet: VirtualNetwork = {
        kind: 'vnet',
        id: this.idOf(group, 'Microsoft.Network/virtualNetworks', one.name),
        ...common(group, one),
        prefixes: this.prefixes(one.prefixes, [...here, 'prefixes']),
        subnets,
        peerings: [],
        gateways: [],
        privateEndpoints: [],
      };
      this.register(vnet, here);
      this.owners.set(vnet.id.toLowerCase(), new Map());
      for (const [index, subnetFile] of one.subnets.entries()) {
        const inside = [...here, 'subnets', index];
        const subnet = this.subnet(group, vnet, subnetFile, inside);
        subnets.push(subnet);
        if (this.byId.has(subnet.id.toLowerCase())) this.complain(inside, `there is a second subnet "${subnet.name}"`);
        this.byId.set(subnet.id.toLowerCase(), subnet);
      }
    }
  }

  private subnet(
    group: Group,
    vnet: VirtualNetwork,
    from: GroupFile['vnets'][number]['subnets'][number],
    path: Path,
  ): Subnet {
    const prefixes = this.prefixes(from.prefix, [...path, 'prefix']);
    for (const block of prefixes) {
      if (!vnet.prefixes.some((outer) => covers(outer, block))) {
        this.complain([...path, 'prefix'], `${block.text} is not inside the address space of ${vnet.name}`);
      }
    }
    const nsgType = 'Microsoft.Network/networkSecurityGroups';
    const securityGroup =
      from.nsg === undefined ? undefined : this.resolve('securityGroup', nsgType, group, from.nsg, [...path, 'nsg']);
    const routeTable =
      from.routeTable === undefined
        ? undefined
        : this.resolve('routeTable', 'Microsoft.Network/routeTables', group, from.routeTable, [...path, 'routeTable']);
    return {
      kind: 'subnet',
      id: `${vnet.id}/subnets/${from.name}`,
      name: from.name,
      vnet,
      prefixes,
      ...(securityGroup === undefined ? {} : { securityGroup }),
      ...(routeTable === undefined ? {} : { routeTable }),
      serviceEndpoints: from.serviceEndpoints,
    };
  }

  private addPeerings(group: Group, from: GroupFile, path: Path): void {
    for (const [at, one] of from.vnets.entries()) {
      const vnet = this.byId.get(this.idOf(group, 'Microsoft.Network/virtualNetworks', one.name).toLowerCase());
      if (vnet?.kind !== 'vnet') continue;
      const peerings = one.peerings.flatMap((peering, index): readonly Peering[] => {
        const remote = this.resolve('vnet', 'Microsoft.Network/virtualNetworks', group, peering.to, [
          ...path,
          'vnets',
          at,
          'peerings',
          index,
          'to',
        ]);
        if (remote === undefined) return [];
        const name = peering.name ?? `to-${remote.name}`;
        const { allowAccess, allowForwarded, allowGatewayTransit, useRemoteGateways } = peering;
        const id = `${vnet.id}/virtualNetworkPeerings/${name}`;
        return [{ id, name, remote, allowAccess, allowForwarded, allowGatewayTransit, useRemoteGateways }];
      });
      complete(vnet).peerings = peerings;
    }
  }

  private findSubnet(group: Group, reference: string, path: Path): Subnet | undefined {
    const parts = reference.split('/');
    const [groupName, vnetName, name] = parts.length === 3 ? parts : [group.name, ...parts];
    const base = `/subscriptions/${group.subscription.id}/resourceGroups/${groupName}`;
    const id = reference.startsWith('/')
      ? reference
      : `${base}/providers/Microsoft.Network/virtualNetworks/${vnetName}/subnets/${name}`;
    const found = this.byId.get(id.toLowerCase());
    if (found?.kind === 'subnet') return found;
    this.complain(path, `no subnet "${reference}" in this file (write vnet/subnet or group/vnet/subnet)`);
    return undefined;
  }

  private own(owner: IpConfiguration | PrivateEndpoint, subnet: Subnet, path: Path): void {
    if (!subnet.prefixes.some((block) => contains(block, owner.address))) {
      this.complain(path, `${owner.addressText} is not inside the subnet ${subnet.name}`);
    }
    const map = this.owners.get(subnet.vnet.id.toLowerCase());
    const key = addressKey(owner.address);
    if (map?.has(key)) this.complain(path, `${owner.addressText} is taken by another resource of ${subnet.vnet.name}`);
    map?.set(key, owner);
  }

  private addMachines(group: Group, from: GroupFile, path: Path): void {
    for (const [at, one] of from.vms.entries()) {
      const here = [...path, 'vms', at];
      const nics: NetworkInterface[] = [];
      const id = this.idOf(group, 'Microsoft.Compute/virtualMachines', one.name);
      const machine: Machine = {
        kind: 'vm',
        id,
        ...common(group, one),
        vmId: seeded(hash(id)).guid(),
        size: one.size,
        os: one.os,
        power: one.power,
        agent: one.agent,
        agentName: one.agentName,
        nics,
        listeners: one.listens.map(listenerOf),
        guestRules: one.firewall.map((rule, index) => this.guestRule(rule, [...here, 'firewall', index])),
        forwards: one.forwards,
        ...(one.forwardsBy === undefined ? {} : { forwardsBy: one.forwardsBy }),
        answersFor: one.answersFor,
        stateful: one.stateful,
      };
      this.register(machine, here);
      for (const [index, nicFile] of one.nics.entries()) {
        const nic = this.nic(group, machine, nicFile, index, one.nics.length, [...here, 'nics', index]);
        if (nic !== undefined) nics.push(nic);
      }
      if (one.forwardsBy !== undefined && !nics.some((nic) => nic.name === one.forwardsBy)) {
        this.complain([...here, 'forwardsBy'], `${one.name} has no NIC "${one.forwardsBy}"`);
      }
    }
  }

  private nic(
    group: Group,
    machine: Machine,
    from: GroupFile['vms'][number]['nics'][number],
    index: number,
    count: number,
    path: Path,
  ): NetworkInterface | undefined {
    const name = from.name ?? (index === 0 ? `${machine.name}-nic` : `${machine.name}-nic${index}`);
    const subnet = this.findSubnet(group, from.subnet, [...path, 'subnet']);
    if (subnet === undefined) return undefined;
    const nsgType = 'Microsoft.Network/networkSecurityGroups';
    const securityGroup =
      from.nsg === undefined ? undefined : this.resolve('securityGroup', nsgType, group, from.nsg, [...path, 'nsg']);
    const asgType = 'Microsoft.Network/applicationSecurityGroups';
    const asgs = from.asgs.flatMap(
      (one) => this.resolve('applicationSecurityGroup', asgType, group, one, [...path, 'asgs']) ?? [],
    );
    const ipConfigurations: IpConfiguration[] = [];
    const nic: NetworkInterface = {
      kind: 'nic',
      id: this.idOf(group, 'Microsoft.Network/networkInterfaces', name),
      ...common(group, { name, region: machine.region, tags: {} }),
      machine,
      primary: from.primary || count === 1 || index === 0,
      ipConfigurations,
      ...(securityGroup === undefined ? {} : { securityGroup }),
      asgs,
      ipForwarding: from.ipForwarding,
    };
    this.register(nic, path);
    const configurations =
      from.address === undefined
        ? from.ipConfigurations
        : [
            {
              name: 'ipconfig1',
              address: from.address,
              subnet: undefined,
              primary: true,
              publicIp: from.publicIp,
            },
          ];
    for (const [at, one] of configurations.entries()) {
      const here = from.address === undefined ? [...path, 'ipConfigurations', at] : [...path, 'address'];
      const inside = one.subnet === undefined ? subnet : this.findSubnet(group, one.subnet, [...here, 'subnet']);
      const type = 'Microsoft.Network/publicIPAddresses';
      const publicIp =
        one.publicIp === undefined ? undefined : this.resolve('publicIp', type, group, one.publicIp, here);
      const configuration: IpConfiguration = {
        id: `${nic.id}/ipConfigurations/${one.name}`,
        name: one.name,
        address: this.address(one.address, here),
        addressText: one.address,
        subnet: inside ?? subnet,
        nic,
        primary: one.primary || at === 0,
        ...(publicIp === undefined ? {} : { publicIp }),
      };
      ipConfigurations.push(configuration);
      this.own(configuration, configuration.subnet, here);
    }
    return nic;
  }

  private guestRule(rule: GroupFile['vms'][number]['firewall'][number], path: Path): GuestRule {
    const everywhere = ['0.0.0.0/0', '::/0'];
    const texts = rule.from.flatMap((text) => (text === '*' ? everywhere : [text]));
    return {
      access: rule.access,
      protocol: rule.protocol,
      ports: this.ports(rule.ports, [...path, 'ports']),
      sources: this.prefixes(texts, [...path, 'from']),
    };
  }

  private addEdges(group: Group, from: GroupFile, path: Path): void {
    for (const [at, one] of from.gateways.entries()) {
      const here = [...path, 'gateways', at];
      const vnet = this.resolve('vnet', 'Microsoft.Network/virtualNetworks', group, one.vnet, [...here, 'vnet']);
      if (vnet === undefined) continue;
      this.address(one.address, [...here, 'address']);
      const gateway: Gateway = {
        kind: 'gateway',
        id: this.idOf(group, 'Microsoft.Network/virtualNetworkGateways', one.name),
        ...common(group, one),
        vnet,
        type: one.type,
        addressText: one.address,
        connections: [],
      };
      this.register(gateway, here);
      complete(vnet).gateways = [...vnet.gateways, gateway];
    }
    for (const [at, one] of from.privateEndpoints.entries()) {
      const here = [...path, 'privateEndpoints', at];
      const subnet = this.findSubnet(group, one.subnet, [...here, 'subnet']);
      if (subnet === undefined) continue;
      const visibleIn = one.visibleIn?.flatMap(
        (reference, index) =>
          this.resolve('vnet', 'Microsoft.Network/virtualNetworks', group, reference, [...here, 'visibleIn', index]) ??
          [],
      );
      const endpoint: PrivateEndpoint = {
        kind: 'privateEndpoint',
        id: this.idOf(group, 'Microsoft.Network/privateEndpoints', one.name),
        ...common(group, one),
        subnet,
        address: this.address(one.address, [...here, 'address']),
        addressText: one.address,
        names: one.names,
        listeners: one.listens.map(listenerOf),
        visibleIn: visibleIn ?? [subnet.vnet],
      };
      this.register(endpoint, here);
      this.own(endpoint, subnet, [...here, 'address']);
      complete(subnet.vnet).privateEndpoints = [...subnet.vnet.privateEndpoints, endpoint];
    }
  }

  private joinGateways(group: Group, from: GroupFile, path: Path): void {
    for (const [at, one] of from.gateways.entries()) {
      const gateway = this.byId.get(
        this.idOf(group, 'Microsoft.Network/virtualNetworkGateways', one.name).toLowerCase(),
      );
      if (gateway?.kind !== 'gateway') continue;
      const connections = one.connections.map((connection, index): Connection => {
        const here = [...path, 'gateways', at, 'connections', index];
        const type = 'Microsoft.Network/virtualNetworkGateways';
        const remote =
          connection.remote === undefined
            ? undefined
            : this.resolve('gateway', type, group, connection.remote, [...here, 'remote']);
        return {
          name: connection.name,
          connected: connection.connected,
          bgp: connection.bgp,
          prefixes: this.prefixes(connection.prefixes, [...here, 'prefixes']),
          ...(remote === undefined ? {} : { remote }),
        };
      });
      complete(gateway).connections = connections;
    }
  }

  private host(from: TopologyFile['hosts'][number], path: Path): Host {
    return {
      names: from.names,
      addresses: from.addresses.map((text) => ({ text, address: this.address(text, [...path, 'addresses']) })),
      listeners: from.listens.map(listenerOf),
      answersPing: from.answersPing,
      ...(from.latency === undefined ? {} : { latency: latencyOf(from.latency) }),
    };
  }

  private principals(groups: readonly Group[]): readonly Principal[] {
    const everything: Grant = { actions: ['*'], notActions: [], scope: '' };
    const listed = this.file.principals.map((one, at): Principal => {
      const chance = seeded(hash(`${this.file.name}/${one.name}`));
      const grants = one.grants.map((grant, index): Grant => {
        const scope = this.scope(grant.scope, groups, ['principals', at, 'grants', index, 'scope']);
        return { actions: grant.actions, notActions: grant.notActions, scope };
      });
      const objectId = one.objectId ?? chance.guid();
      return { name: one.name, objectId, clientId: one.clientId ?? chance.guid(), grants };
    });
    if (listed.length > 0) return listed;
    const chance = seeded(hash(this.file.name));
    return [{ name: 'hopcheck', objectId: chance.guid(), clientId: chance.guid(), grants: [everything] }];
  }

  private scope(text: string, groups: readonly Group[], path: Path): string {
    if (text === '/') return '';
    if (text.startsWith('/')) return text.toLowerCase();
    const group = groups.find((one) => one.name.toLowerCase() === text.toLowerCase());
    if (group === undefined) this.complain(path, `no resource group "${text}"`);
    return group?.id.toLowerCase() ?? text;
  }

  private checkDefaultSource(name: string): void {
    const found = this.resources.some((one) => one.kind === 'vm' && one.name.toLowerCase() === name.toLowerCase());
    if (!found) this.complain(['defaultSource'], `no VM "${name}"`);
  }
}

/** While it is being built, a resource may still get what points back at it. */
function complete<T extends object>(resource: T): Writable<T> {
  return resource;
}

function isKind<K extends AnyResource['kind']>(
  resource: AnyResource | Subnet,
  kind: K,
): resource is Extract<AnyResource, { kind: K }> {
  return resource.kind === kind;
}

function common(
  group: Group,
  from: {
    readonly name: string;
    readonly region?: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  },
) {
  return { name: from.name, group, region: from.region ?? group.region, tags: from.tags };
}

function listenerOf(from: { port: number; protocol: 'Tcp' | 'Udp'; http?: number | undefined }): Listener {
  const { port, protocol, http } = from;
  return { port, protocol, ...(http === undefined ? {} : { httpStatus: http }) };
}

function latencyOf(from: { min: number; avg: number; max: number; lossPercent: number; steady: boolean }): Latency {
  return { minMs: from.min, avgMs: from.avg, maxMs: from.max, lossPercent: from.lossPercent, steady: from.steady };
}

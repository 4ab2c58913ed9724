import { hash, seeded } from '../chance.ts';
import { common, type GroupFile, listenerOf, type Path, type Site } from './site.ts';
import type { Group, GuestRule, IpConfiguration, Machine, NetworkInterface } from './topology.ts';

export function addMachines(site: Site, group: Group, from: GroupFile, path: Path): void {
  for (const [at, one] of from.vms.entries()) {
    const here = [...path, 'vms', at];
    const nics: NetworkInterface[] = [];
    const id = site.idOf(group, 'Microsoft.Compute/virtualMachines', one.name);
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
      guestRules: one.firewall.map((rule, index) => readGuestRule(site, rule, [...here, 'firewall', index])),
      forwards: one.forwards,
      ...(one.forwardsBy === undefined ? {} : { forwardsBy: one.forwardsBy }),
      answersFor: one.answersFor,
      stateful: one.stateful,
    };
    site.register(machine, here);
    for (const [index, nicFile] of one.nics.entries()) {
      const nic = addNic(site, group, machine, nicFile, index, one.nics.length, [...here, 'nics', index]);
      if (nic !== undefined) nics.push(nic);
    }
    if (one.forwardsBy !== undefined && !nics.some((nic) => nic.name === one.forwardsBy)) {
      site.complain([...here, 'forwardsBy'], `${one.name} has no NIC "${one.forwardsBy}"`);
    }
  }
}

function addNic(
  site: Site,
  group: Group,
  machine: Machine,
  from: GroupFile['vms'][number]['nics'][number],
  index: number,
  count: number,
  path: Path,
): NetworkInterface | undefined {
  const name = from.name ?? (index === 0 ? `${machine.name}-nic` : `${machine.name}-nic${index}`);
  const subnet = site.findSubnet(group, from.subnet, [...path, 'subnet']);
  if (subnet === undefined) return undefined;
  const nsgType = 'Microsoft.Network/networkSecurityGroups';
  const securityGroup =
    from.nsg === undefined ? undefined : site.resolve('securityGroup', nsgType, group, from.nsg, [...path, 'nsg']);
  const asgType = 'Microsoft.Network/applicationSecurityGroups';
  const asgs = from.asgs.flatMap(
    (one) => site.resolve('applicationSecurityGroup', asgType, group, one, [...path, 'asgs']) ?? [],
  );
  const ipConfigurations: IpConfiguration[] = [];
  const owner = from.group === undefined ? group : site.findGroup(group, from.group, [...path, 'group']);
  const nic: NetworkInterface = {
    kind: 'nic',
    id: site.idOf(owner, 'Microsoft.Network/networkInterfaces', name),
    ...common(owner, { name, region: machine.region, tags: {} }),
    machine,
    primary: from.primary || count === 1 || index === 0,
    ipConfigurations,
    ...(securityGroup === undefined ? {} : { securityGroup }),
    asgs,
    ipForwarding: from.ipForwarding,
  };
  site.register(nic, path);
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
    const inside = one.subnet === undefined ? subnet : site.findSubnet(group, one.subnet, [...here, 'subnet']);
    const type = 'Microsoft.Network/publicIPAddresses';
    const publicIp = one.publicIp === undefined ? undefined : site.resolve('publicIp', type, group, one.publicIp, here);
    const configuration: IpConfiguration = {
      id: `${nic.id}/ipConfigurations/${one.name}`,
      name: one.name,
      address: site.address(one.address, here),
      addressText: one.address,
      subnet: inside ?? subnet,
      nic,
      primary: one.primary || at === 0,
      ...(publicIp === undefined ? {} : { publicIp }),
    };
    ipConfigurations.push(configuration);
    site.own(configuration, configuration.subnet, here);
  }
  return nic;
}

function readGuestRule(site: Site, rule: GroupFile['vms'][number]['firewall'][number], path: Path): GuestRule {
  const everywhere = ['0.0.0.0/0', '::/0'];
  const texts = rule.from.flatMap((text) => (text === '*' ? everywhere : [text]));
  return {
    access: rule.access,
    protocol: rule.protocol,
    ports: site.ports(rule.ports, [...path, 'ports']),
    sources: site.prefixes(texts, [...path, 'from']),
  };
}

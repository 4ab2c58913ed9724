import { parsePrefix } from './address.ts';
import { isServiceTag, tagPrefixes } from './service-tags.ts';
import { common, type GroupFile, type Path, type Site } from './site.ts';
import type {
  ApplicationSecurityGroup,
  Group,
  Peer,
  PublicIp,
  RouteTable,
  SecurityGroup,
  SecurityRule,
  UserRoute,
  Watcher,
} from './topology.ts';

export function addRules(site: Site, group: Group, from: GroupFile, path: Path): void {
  for (const [at, one] of from.asgs.entries()) {
    const asg: ApplicationSecurityGroup = {
      kind: 'applicationSecurityGroup',
      id: site.idOf(group, 'Microsoft.Network/applicationSecurityGroups', one.name),
      ...common(group, one),
    };
    site.register(asg, [...path, 'asgs', at]);
  }
  for (const [at, one] of from.nsgs.entries()) {
    const here = [...path, 'nsgs', at];
    const rules = one.rules.map((rule, index) => readRule(site, group, rule, [...here, 'rules', index]));
    checkPriorities(site, rules, here);
    const nsg: SecurityGroup = {
      kind: 'securityGroup',
      id: site.idOf(group, 'Microsoft.Network/networkSecurityGroups', one.name),
      ...common(group, one),
      rules: rules.toSorted((left, right) => left.priority - right.priority),
    };
    site.register(nsg, here);
  }
  for (const [at, one] of from.routeTables.entries()) {
    const here = [...path, 'routeTables', at];
    const table: RouteTable = {
      kind: 'routeTable',
      id: site.idOf(group, 'Microsoft.Network/routeTables', one.name),
      ...common(group, one),
      propagateBgp: one.propagateBgp,
      routes: one.routes.map((route, index) => readRoute(site, route, [...here, 'routes', index])),
    };
    checkPrefixes(site, table.routes, here);
    site.register(table, here);
  }
  for (const [at, one] of from.publicIps.entries()) {
    const here = [...path, 'publicIps', at];
    const publicIp: PublicIp = {
      kind: 'publicIp',
      id: site.idOf(group, 'Microsoft.Network/publicIPAddresses', one.name),
      ...common(group, one),
      address: site.address(one.address, [...here, 'address']),
      addressText: one.address,
    };
    site.register(publicIp, here);
  }
  for (const [at, one] of from.watchers.entries()) {
    const watcher: Watcher = {
      kind: 'watcher',
      id: site.idOf(group, 'Microsoft.Network/networkWatchers', one.name),
      ...common(group, one),
    };
    site.register(watcher, [...path, 'watchers', at]);
  }
}

function readRule(
  site: Site,
  group: Group,
  rule: GroupFile['nsgs'][number]['rules'][number],
  path: Path,
): SecurityRule {
  return {
    name: rule.name,
    priority: rule.priority,
    direction: rule.direction,
    access: rule.access,
    protocol: rule.protocol,
    sources: rule.from.flatMap((text) => readPeer(site, group, text, [...path, 'from'])),
    sourcePorts: site.ports(rule.fromPorts, [...path, 'fromPorts']),
    destinations: rule.to.flatMap((text) => readPeer(site, group, text, [...path, 'to'])),
    ports: site.ports(rule.ports, [...path, 'ports']),
    isDefault: false,
    ...(rule.description === undefined ? {} : { description: rule.description }),
  };
}

function readPeer(site: Site, group: Group, text: string, path: Path): readonly Peer[] {
  if (text === '*') return [{ kind: 'any' }];
  if (text.startsWith('asg:')) {
    const reference = text.slice('asg:'.length);
    const type = 'Microsoft.Network/applicationSecurityGroups';
    const asg = site.resolve('applicationSecurityGroup', type, group, reference, path);
    return asg === undefined ? [] : [{ kind: 'asg', asg }];
  }
  const block = parsePrefix(text);
  if (block !== undefined) return [{ kind: 'prefix', prefix: block }];
  if (isServiceTag(text)) return [{ kind: 'tag', tag: text }];
  site.complain(path, `"${text}" is neither *, an address block, a service tag known here, nor asg:NAME`);
  return [];
}

function checkPriorities(site: Site, rules: readonly SecurityRule[], path: Path): void {
  const seen = new Set<string>();
  for (const [at, rule] of rules.entries()) {
    const key = `${rule.direction} ${rule.priority}`;
    if (seen.has(key))
      site.complain([...path, 'rules', at], `a second ${rule.direction} rule has priority ${rule.priority}`);
    seen.add(key);
  }
}

/** Azure takes each prefix once per table. */
function checkPrefixes(site: Site, routes: readonly UserRoute[], path: Path): void {
  const seen = new Set<string>();
  for (const [at, route] of routes.entries()) {
    const keys = route.prefixes.map((block) => `${block.version}:${block.bits}/${block.length}`);
    if (keys.some((key) => seen.has(key))) {
      site.complain([...path, 'routes', at], `${route.prefixText} has a route in this table already`);
    }
    for (const key of keys) seen.add(key);
  }
}

function readRoute(site: Site, route: GroupFile['routeTables'][number]['routes'][number], path: Path): UserRoute {
  const needsAddress = route.nextHop === 'VirtualAppliance';
  if (needsAddress !== (route.address !== undefined)) {
    site.complain(
      path,
      needsAddress ? 'a VirtualAppliance needs an address' : 'only a VirtualAppliance has an address',
    );
  }
  const prefixes = isServiceTag(route.prefix)
    ? tagPrefixes(route.prefix)
    : site.prefixes([route.prefix], [...path, 'prefix']);
  return {
    name: route.name,
    prefixes,
    prefixText: route.prefix,
    nextHop: route.nextHop,
    ...(route.address === undefined
      ? {}
      : { address: site.address(route.address, [...path, 'address']), addressText: route.address }),
  };
}

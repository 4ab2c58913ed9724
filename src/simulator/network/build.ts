import { hash, seeded } from '../chance.ts';
import { addressKey } from './address.ts';
import { addMachines } from './build-machines.ts';
import { addEdges, addNetworks, addPeerings, joinGateways } from './build-networks.ts';
import { addRules } from './build-rules.ts';
import { type GroupFile, latencyOf, listenerOf, type Path, Site } from './site.ts';
import type { Grant, Group, Host, Principal, Quotas, Subscription, Topology } from './topology.ts';
import { type LineOf, TopologyError, type TopologyFile } from './topology-file.ts';

/** ARM's token buckets as measured by others, per subscription and principal. */
const usualQuotas: Quotas = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  polls: { size: 3750, perSecond: 375 },
};

/** Turns the file into resources that point at each other; a reference to nothing is an error that names its line. */
export function buildTopology(file: TopologyFile, source: string, lineOf: LineOf): Topology {
  const site = new Site(lineOf);
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
  site.groups.push(...groups.map(({ group }) => group));
  for (const { group, file: from, path } of groups) addRules(site, group, from, path);
  for (const { group, file: from, path } of groups) addNetworks(site, group, from, path);
  for (const { group, file: from, path } of groups) addPeerings(site, group, from, path);
  for (const { group, file: from, path } of groups) addMachines(site, group, from, path);
  for (const { group, file: from, path } of groups) addEdges(site, group, from, path);
  for (const { group, file: from, path } of groups) joinGateways(site, group, from, path);
  const hosts = file.hosts.map((host, at) => readHost(site, host, ['hosts', at]));
  const principals = readPrincipals(
    site,
    file,
    groups.map(({ group }) => group),
  );
  if (file.defaultSource !== undefined) checkDefaultSource(site, file.defaultSource);
  if (site.problems.length > 0) throw new TopologyError(source, site.problems);
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
    resources: site.resources,
    hosts,
    brokenNames: file.brokenNames.map((one) => one.toLowerCase()),
    principals,
    links: file.links.map(({ between, latency }) => ({ between, latency: latencyOf(latency) })),
    byId: site.byId,
    owners: site.owners,
    hostsByAddress,
    hostsByName,
    faults: file.faults,
  };
}

function readHost(site: Site, from: TopologyFile['hosts'][number], path: Path): Host {
  return {
    names: from.names,
    addresses: from.addresses.map((text) => ({ text, address: site.address(text, [...path, 'addresses']) })),
    listeners: from.listens.map(listenerOf),
    answersPing: from.answersPing,
    ...(from.latency === undefined ? {} : { latency: latencyOf(from.latency) }),
  };
}

function readPrincipals(site: Site, file: TopologyFile, groups: readonly Group[]): readonly Principal[] {
  const everything: Grant = { actions: ['*'], notActions: [], scope: '' };
  const listed = file.principals.map((one, at): Principal => {
    const chance = seeded(hash(`principal/${one.name}`));
    const grants = one.grants.map((grant, index): Grant => {
      const scope = readScope(site, grant.scope, groups, ['principals', at, 'grants', index, 'scope']);
      return { actions: grant.actions, notActions: grant.notActions, scope };
    });
    const objectId = one.objectId ?? chance.guid();
    return { name: one.name, objectId, clientId: one.clientId ?? chance.guid(), grants };
  });
  if (listed.length > 0) return listed;
  const chance = seeded(hash('principal/hopcheck'));
  return [{ name: 'hopcheck', objectId: chance.guid(), clientId: chance.guid(), grants: [everything] }];
}

function readScope(site: Site, text: string, groups: readonly Group[], path: Path): string {
  if (text === '/') return '';
  if (text.startsWith('/')) return text.toLowerCase();
  const group = groups.find((one) => one.name.toLowerCase() === text.toLowerCase());
  if (group === undefined) site.complain(path, `no resource group "${text}"`);
  return group?.id.toLowerCase() ?? text;
}

function checkDefaultSource(site: Site, name: string): void {
  const found = site.resources.some((one) => one.kind === 'vm' && one.name.toLowerCase() === name.toLowerCase());
  if (!found) site.complain(['defaultSource'], `no VM "${name}"`);
}

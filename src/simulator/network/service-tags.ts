import { type Address, contains, containsAny, isPrivate, type Prefix, prefix } from './address.ts';
import type { VirtualNetwork } from './topology.ts';

/**
 * A few service tags with a few of their blocks, written down on 2026-11-20 from Azure's published ranges as remembered;
 * the real lists hold thousands and change weekly. Good enough to decide rules, not to configure a firewall.
 */
const table: Readonly<Record<string, readonly string[]>> = {
  storage: ['13.71.200.0/24', '20.60.0.0/16', '52.239.128.0/17'],
  'storage.westcentralus': ['13.71.200.0/24', '52.161.112.0/24'],
  sql: ['13.71.193.32/28', '40.78.0.0/17', '52.138.64.0/18'],
  azuremonitor: ['13.69.106.208/28', '20.42.65.64/26', '40.71.12.224/28'],
  azureactivedirectory: ['20.190.128.0/18', '40.126.0.0/18'],
  azurecloud: ['13.64.0.0/11', '20.33.0.0/16', '20.40.0.0/13', '20.60.0.0/16', '40.64.0.0/10', '52.128.0.0/9'],
  azurefrontdoor: ['13.107.246.0/24', '13.107.213.0/24'],
  'azurefrontdoor.frontend': ['13.107.246.0/24', '13.107.213.0/24'],
  keyvault: ['13.71.194.112/29', '20.36.40.0/23'],
};

const blocks = new Map<string, readonly Prefix[]>(
  Object.entries(table).map(([tag, texts]) => [tag, texts.map((text) => prefix(text))]),
);

const loadBalancer = prefix('168.63.129.16/32');
const special = ['virtualnetwork', 'internet', 'azureloadbalancer'];

/** Names come with or without `Microsoft.` (service endpoints have it, rules do not). */
function normalise(tag: string): string {
  return tag.toLowerCase().replace(/^microsoft\./, '');
}

export function isServiceTag(tag: string): boolean {
  const name = normalise(tag);
  return special.includes(name) || blocks.has(name);
}

/** The blocks of a tag that does not depend on the place; empty for `VirtualNetwork`, `Internet` and unknown ones. */
export function tagPrefixes(tag: string): readonly Prefix[] {
  return blocks.get(normalise(tag)) ?? [];
}

/**
 * What `VirtualNetwork` means as seen from one subnet: its network, networks peered with access, what the gateways lead to,
 * and the prefixes of its own user-defined routes that lead to an appliance or gateway (a default route among them
 * widens the tag to everything, as it does in Azure).
 */
function inVirtualNetwork(
  place: { readonly vnet: VirtualNetwork; readonly routePrefixes: readonly Prefix[] },
  address: Address,
): boolean {
  if (containsAny(place.vnet.prefixes, address)) return true;
  for (const peering of place.vnet.peerings) {
    if (peering.allowAccess && containsAny(peering.remote.prefixes, address)) return true;
    if (peering.useRemoteGateways && behindGateways(peering.remote, address)) return true;
  }
  return behindGateways(place.vnet, address) || containsAny(place.routePrefixes, address) || isHostAddress(address);
}

function isHostAddress(address: Address): boolean {
  return contains(loadBalancer, address);
}

function behindGateways(vnet: VirtualNetwork, address: Address): boolean {
  return vnet.gateways.some((gateway) =>
    gateway.connections.some((connection) => containsAny(connection.prefixes, address)),
  );
}

export function tagMatches(
  tag: string,
  place: { readonly vnet: VirtualNetwork; readonly routePrefixes: readonly Prefix[] },
  address: Address,
): boolean {
  switch (normalise(tag)) {
    case 'virtualnetwork':
      return inVirtualNetwork(place, address);
    case 'internet':
      return !isPrivate(address) && !inVirtualNetwork(place, address);
    case 'azureloadbalancer':
      return isHostAddress(address);
    default:
      return containsAny(tagPrefixes(tag), address);
  }
}

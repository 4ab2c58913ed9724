import { type Address, parseAddress } from './address.ts';
import type { Topology, VirtualNetwork } from './topology.ts';

export type Resolution =
  | { readonly kind: 'address'; readonly address: Address; readonly text: string }
  | { readonly kind: 'unknown' };

/**
 * What a machine of this network is told for a name: its private zones first, then the public answer. The names of
 * machines resolve within their own network, as Azure's own DNS does it.
 */
export function resolveName(topology: Topology, from: VirtualNetwork, name: string, version: 4 | 6): Resolution {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  const literal = parseAddress(wanted.replace(/^\[(.*)\]$/, '$1'));
  if (literal !== undefined) return { kind: 'address', address: literal, text: wanted };
  if (topology.brokenNames.includes(wanted)) return { kind: 'unknown' };
  for (const resource of topology.resources) {
    if (resource.kind === 'privateEndpoint' && resource.visibleIn.includes(from)) {
      if (resource.names.some((one) => one.toLowerCase() === wanted) && resource.address.version === version) {
        return { kind: 'address', address: resource.address, text: resource.addressText };
      }
    }
    if (resource.kind === 'vm' && resource.name.toLowerCase() === wanted) {
      for (const nic of resource.nics) {
        const own = nic.ipConfigurations.find((one) => one.subnet.vnet === from && one.address.version === version);
        if (own !== undefined) return { kind: 'address', address: own.address, text: own.addressText };
      }
    }
  }
  const host = topology.hostsByName.get(wanted);
  const found = host?.addresses.find(({ address }) => address.version === version);
  return found === undefined ? { kind: 'unknown' } : { kind: 'address', ...found };
}

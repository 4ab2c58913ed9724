import { type Address, addressKey, parseAddress } from './address.ts';
import { type ApplicationSecurityGroup, type IpConfiguration, isConfiguration, type Topology } from './topology.ts';

/** What a machine without a public address appears as outside; a documentation address. */
export const translatedAddress: Address = parseAddress('203.0.113.10') ?? { version: 4, bits: 0n };

const publicOwners = new WeakMap<Topology, ReadonlyMap<string, IpConfiguration>>();

/** The NIC configuration behind a public address of the estate. */
export function publicOwner(topology: Topology, address: Address): IpConfiguration | undefined {
  let owners = publicOwners.get(topology);
  if (owners === undefined) {
    const found = new Map<string, IpConfiguration>();
    for (const resource of topology.resources) {
      if (resource.kind !== 'nic') continue;
      for (const configuration of resource.ipConfigurations) {
        if (configuration.publicIp !== undefined) found.set(addressKey(configuration.publicIp.address), configuration);
      }
    }
    owners = found;
    publicOwners.set(topology, owners);
  }
  return owners.get(addressKey(address));
}

/** Whose addresses an application security group stands for. */
export function membersOf(topology: Topology): (asg: ApplicationSecurityGroup, address: Address) => boolean {
  return (asg, address) => {
    const key = addressKey(address);
    for (const owners of topology.owners.values()) {
      const owner = owners.get(key);
      if (owner !== undefined && isConfiguration(owner) && owner.nic.asgs.includes(asg)) return true;
    }
    return false;
  };
}

import type { Address, Prefix } from './address.ts';

/** The network as data: resources that point at each other, built once from a topology file and never changed. */

type Resource = {
  /** The ARM id in the file's spelling. */
  readonly id: string;
  readonly name: string;
  readonly group: Group;
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
};

export type Subscription = { readonly id: string; readonly name: string; readonly quotas: Quotas };

/** Token buckets of ARM's front door: `size` requests at once, `perSecond` more each (simulated) second. */
export type Quotas = { readonly reads: Bucket; readonly writes: Bucket; readonly polls: Bucket };
export type Bucket = { readonly size: number; readonly perSecond: number };

export type Group = {
  readonly kind: 'group';
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly subscription: Subscription;
  readonly tags: Readonly<Record<string, string>>;
};

export type Protocol = 'Tcp' | 'Udp' | 'Icmp' | 'Esp' | 'Ah';
export type Direction = 'Inbound' | 'Outbound';
export type Access = 'Allow' | 'Deny';
export type PortRange = { readonly from: number; readonly to: number };

/** What a rule's source or destination names: everything, a block, a service tag, or an application security group. */
export type Peer =
  | { readonly kind: 'any' }
  | { readonly kind: 'prefix'; readonly prefix: Prefix }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'asg'; readonly asg: ApplicationSecurityGroup };

export type SecurityRule = {
  readonly name: string;
  readonly priority: number;
  readonly direction: Direction;
  readonly access: Access;
  /** `*` is every protocol. */
  readonly protocol: Protocol | '*';
  readonly sources: readonly Peer[];
  readonly sourcePorts: readonly PortRange[];
  readonly destinations: readonly Peer[];
  readonly ports: readonly PortRange[];
  readonly isDefault: boolean;
  readonly description?: string;
};

export type SecurityGroup = Resource & {
  readonly kind: 'securityGroup';
  /** The file's rules, sorted by priority; the default rules stand in `nsg.ts`. */
  readonly rules: readonly SecurityRule[];
};

export type ApplicationSecurityGroup = Resource & { readonly kind: 'applicationSecurityGroup' };

export type NextHopType =
  | 'VirtualAppliance'
  | 'VnetLocal'
  | 'VNetPeering'
  | 'Internet'
  | 'VirtualNetworkGateway'
  | 'VirtualNetworkServiceEndpoint'
  | 'InterfaceEndpoint'
  | 'None';

export type UserRoute = {
  readonly name: string;
  /** Several where the file names a service tag. */
  readonly prefixes: readonly Prefix[];
  readonly prefixText: string;
  readonly nextHop: Exclude<NextHopType, 'VNetPeering' | 'VirtualNetworkServiceEndpoint' | 'InterfaceEndpoint'>;
  readonly address?: Address;
  readonly addressText?: string;
};

export type RouteTable = Resource & {
  readonly kind: 'routeTable';
  readonly routes: readonly UserRoute[];
  readonly propagateBgp: boolean;
};

export type Subnet = {
  readonly kind: 'subnet';
  readonly id: string;
  readonly name: string;
  readonly vnet: VirtualNetwork;
  readonly prefixes: readonly Prefix[];
  readonly securityGroup?: SecurityGroup;
  readonly routeTable?: RouteTable;
  /** Service tags such as `Microsoft.Storage`. */
  readonly serviceEndpoints: readonly string[];
};

export type Peering = {
  readonly id: string;
  readonly name: string;
  readonly remote: VirtualNetwork;
  readonly allowAccess: boolean;
  readonly allowForwarded: boolean;
  readonly allowGatewayTransit: boolean;
  readonly useRemoteGateways: boolean;
};

export type VirtualNetwork = Resource & {
  readonly kind: 'vnet';
  readonly prefixes: readonly Prefix[];
  readonly subnets: readonly Subnet[];
  readonly peerings: readonly Peering[];
  readonly gateways: readonly Gateway[];
  readonly privateEndpoints: readonly PrivateEndpoint[];
};

export type PublicIp = Resource & {
  readonly kind: 'publicIp';
  readonly address: Address;
  readonly addressText: string;
};

export type IpConfiguration = {
  readonly id: string;
  readonly name: string;
  readonly address: Address;
  readonly addressText: string;
  readonly subnet: Subnet;
  readonly nic: NetworkInterface;
  readonly primary: boolean;
  readonly publicIp?: PublicIp;
};

export type NetworkInterface = Resource & {
  readonly kind: 'nic';
  readonly machine?: Machine;
  readonly primary: boolean;
  /** At least one; the first primary one leads. */
  readonly ipConfigurations: readonly IpConfiguration[];
  readonly securityGroup?: SecurityGroup;
  readonly asgs: readonly ApplicationSecurityGroup[];
  readonly ipForwarding: boolean;
};

export type Power = 'running' | 'stopped' | 'deallocated' | 'starting' | 'stopping' | 'deallocating';

export type Listener = {
  readonly protocol: 'Tcp' | 'Udp';
  readonly port: number;
  /** What it answers to an HTTP request; absent = it speaks no HTTP. */
  readonly httpStatus?: number;
};

/** Guest firewall: the first rule that matches decides; nothing matches = accepted. */
export type GuestRule = {
  readonly access: Access;
  readonly protocol: 'Tcp' | 'Udp' | 'Icmp' | '*';
  readonly ports: readonly PortRange[];
  readonly sources: readonly Prefix[];
};

export type Machine = Resource & {
  readonly kind: 'vm';
  readonly vmId: string;
  readonly size: string;
  readonly os: 'Linux' | 'Windows';
  readonly power: Power;
  /** `stopped` = installed, but not answering. */
  readonly agent: 'ready' | 'missing' | 'stopped' | 'failed';
  readonly agentName: string;
  readonly nics: readonly NetworkInterface[];
  readonly listeners: readonly Listener[];
  readonly guestRules: readonly GuestRule[];
  /** Its operating system forwards packets that are not for itself. */
  readonly forwards: boolean;
  /** Leaves by this NIC, where the guest routes from one NIC to another. */
  readonly forwardsBy?: string;
  /** TCP ports that it answers itself in the target's place, as a firewall's proxy does. */
  readonly answersFor: readonly number[];
  /** A forwarder that keeps state drops replies to a handshake it has not seen. */
  readonly stateful: boolean;
};

export type Gateway = Resource & {
  readonly kind: 'gateway';
  readonly vnet: VirtualNetwork;
  readonly type: 'Vpn' | 'ExpressRoute';
  readonly addressText: string;
  readonly connections: readonly Connection[];
};

/** Where a gateway leads: a site outside Azure, or another network's gateway. */
export type Connection = {
  readonly name: string;
  readonly connected: boolean;
  readonly bgp: boolean;
  readonly prefixes: readonly Prefix[];
  readonly remote?: Gateway;
};

export type PrivateEndpoint = Resource & {
  readonly kind: 'privateEndpoint';
  readonly subnet: Subnet;
  readonly address: Address;
  readonly addressText: string;
  readonly names: readonly string[];
  readonly listeners: readonly Listener[];
  /** Networks whose private DNS zone answers with this address. */
  readonly visibleIn: readonly VirtualNetwork[];
};

/** Something outside the estate that has an address: a web site, a storage account, a server on premises. */
export type Host = {
  readonly names: readonly string[];
  readonly addresses: readonly { readonly address: Address; readonly text: string }[];
  readonly listeners: readonly Listener[];
  readonly answersPing: boolean;
  readonly latency?: Latency;
};

/** Milliseconds there and back; `lossPercent` of the probes get no answer. `steady` takes the numbers as they stand. */
export type Latency = {
  readonly minMs: number;
  readonly avgMs: number;
  readonly maxMs: number;
  readonly lossPercent: number;
  readonly steady: boolean;
};

export type Watcher = Resource & { readonly kind: 'watcher' };

export type Grant = {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly scope: string;
};
export type Principal = {
  readonly name: string;
  readonly objectId: string;
  readonly clientId: string;
  readonly grants: readonly Grant[];
};

export type LinkLatency = { readonly between: readonly [string, string]; readonly latency: Latency };

export type AnyResource =
  | SecurityGroup
  | ApplicationSecurityGroup
  | RouteTable
  | VirtualNetwork
  | PublicIp
  | NetworkInterface
  | Machine
  | Gateway
  | PrivateEndpoint
  | Watcher;

export type Topology = {
  readonly name: string;
  readonly title: string;
  readonly tenantId: string;
  /** An api-version: every answer has the shapes of its time, whatever is asked for. */
  readonly era?: string;
  readonly defaultSource?: string;
  readonly seed?: number;
  readonly subscriptions: readonly Subscription[];
  readonly groups: readonly Group[];
  readonly resources: readonly AnyResource[];
  readonly hosts: readonly Host[];
  readonly brokenNames: readonly string[];
  readonly principals: readonly Principal[];
  readonly links: readonly LinkLatency[];
  /** Resources and subnets by lower-case id. */
  readonly byId: ReadonlyMap<string, AnyResource | Subnet>;
  /** Per network id (lower case): address key -> the NIC's configuration or private endpoint that owns it. */
  readonly owners: ReadonlyMap<string, ReadonlyMap<string, IpConfiguration | PrivateEndpoint>>;
  readonly hostsByAddress: ReadonlyMap<string, Host>;
  readonly hostsByName: ReadonlyMap<string, Host>;
  readonly faults: readonly unknown[];
};

export function isConfiguration(owner: IpConfiguration | PrivateEndpoint): owner is IpConfiguration {
  return 'nic' in owner;
}

/** The configuration a NIC speaks with, of the IP version asked for. */
export function leadingConfiguration(nic: NetworkInterface, version: 4 | 6 = 4): IpConfiguration | undefined {
  const fitting = nic.ipConfigurations.filter((configuration) => configuration.address.version === version);
  return fitting.find((configuration) => configuration.primary) ?? fitting[0];
}

export function primaryNic(machine: Machine): NetworkInterface | undefined {
  return machine.nics.find((nic) => nic.primary) ?? machine.nics[0];
}

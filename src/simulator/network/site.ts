import { type Address, addressKey, contains, type Prefix, parseAddress, parsePrefix } from './address.ts';
import type {
  AnyResource,
  Group,
  IpConfiguration,
  Latency,
  Listener,
  PortRange,
  PrivateEndpoint,
  Subnet,
} from './topology.ts';
import type { LineOf, TopologyFile } from './topology-file.ts';

export type Path = readonly PropertyKey[];
export type GroupFile = TopologyFile['subscriptions'][number]['groups'][number];
type Writable<T> = { -readonly [key in keyof T]: T[key] };

const everyPort: readonly PortRange[] = [{ from: 0, to: 65535 }];

/** Where a topology is put together: what stands already, and what is wrong with the file. */
export class Site {
  readonly problems: string[] = [];
  readonly groups: Group[] = [];
  readonly resources: AnyResource[] = [];
  readonly byId = new Map<string, AnyResource | Subnet>();
  readonly owners = new Map<string, Map<string, IpConfiguration | PrivateEndpoint>>();
  private readonly lineOf: LineOf;

  constructor(lineOf: LineOf) {
    this.lineOf = lineOf;
  }

  complain(path: Path, text: string): void {
    this.problems.push(`${this.lineOf(path)}: ${path.map(String).join('.')}: ${text}`);
  }

  register(resource: AnyResource, path: Path): void {
    const key = resource.id.toLowerCase();
    if (this.byId.has(key))
      this.complain(path, `there is a second "${resource.name}" of this type in ${resource.group.name}`);
    this.byId.set(key, resource);
    this.resources.push(resource);
  }

  idOf(group: Group, type: string, name: string): string {
    return `${group.id}/providers/${type}/${name}`;
  }

  /** `name`, `group/name` or a full id. */
  resolve<K extends AnyResource['kind']>(
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

  prefix(text: string, path: Path): Prefix | undefined {
    const parsed = parsePrefix(text);
    if (parsed === undefined) this.complain(path, `"${text}" is not an address block such as 10.1.0.0/16`);
    return parsed;
  }

  prefixes(texts: readonly string[], path: Path): readonly Prefix[] {
    return texts.flatMap((text) => this.prefix(text, path) ?? []);
  }

  address(text: string, path: Path): Address {
    const parsed = parseAddress(text);
    if (parsed === undefined) this.complain(path, `"${text}" is not an IP address`);
    return parsed ?? { version: 4, bits: 0n };
  }

  ports(texts: readonly string[], path: Path): readonly PortRange[] {
    return texts.flatMap((text) => {
      if (text === '*') return everyPort;
      const [from = 0, to = from] = text.split('-').map(Number);
      if (from > to || to > 65535) this.complain(path, `"${text}" is not a port range`);
      return [{ from, to }];
    });
  }

  findGroup(near: Group, name: string, path: Path): Group {
    const found = this.groups.find(
      (one) => one.subscription === near.subscription && one.name.toLowerCase() === name.toLowerCase(),
    );
    if (found === undefined) this.complain(path, `no resource group "${name}" in this subscription`);
    return found ?? near;
  }

  findSubnet(group: Group, reference: string, path: Path): Subnet | undefined {
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

  own(owner: IpConfiguration | PrivateEndpoint, subnet: Subnet, path: Path): void {
    if (!subnet.prefixes.some((block) => contains(block, owner.address))) {
      this.complain(path, `${owner.addressText} is not inside the subnet ${subnet.name}`);
    }
    const map = this.owners.get(subnet.vnet.id.toLowerCase());
    const key = addressKey(owner.address);
    if (map?.has(key)) this.complain(path, `${owner.addressText} is taken by another resource of ${subnet.vnet.name}`);
    map?.set(key, owner);
  }
}

export function complete<T extends object>(resource: T): Writable<T> {
  return resource;
}

function isKind<K extends AnyResource['kind']>(
  resource: AnyResource | Subnet,
  kind: K,
): resource is Extract<AnyResource, { kind: K }> {
  return resource.kind === kind;
}

export function common(
  group: Group,
  from: {
    readonly name: string;
    readonly region?: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  },
) {
  return { name: from.name, group, region: from.region ?? group.region, tags: from.tags };
}

export function listenerOf(from: { port: number; protocol: 'Tcp' | 'Udp'; http?: number | undefined }): Listener {
  const { port, protocol, http } = from;
  return { port, protocol, ...(http === undefined ? {} : { httpStatus: http }) };
}

export function latencyOf(from: {
  min: number;
  avg: number;
  max: number;
  lossPercent: number;
  steady: boolean;
}): Latency {
  return { minMs: from.min, avgMs: from.avg, maxMs: from.max, lossPercent: from.lossPercent, steady: from.steady };
}

import { parseAddress } from '../../../src/simulator/network/address.ts';
import type { Hop } from '../../../src/simulator/network/path.ts';
import {
  type IpConfiguration,
  leadingConfiguration,
  type Machine,
  primaryNic,
  type Topology,
} from '../../../src/simulator/network/topology.ts';
import { type Trace, trace } from '../../../src/simulator/network/trace.ts';
import { parseTopology } from '../../../src/simulator/topologies.ts';

const subscription = '33333333-3333-4333-8333-333333333333';

/** A topology of one group, written as the inside of that group; `top` stands beside the subscriptions. */
export function lab(group: string, top = ''): Topology {
  const inside = group.replace(/^/gm, '        ');
  return parseTopology(
    `name: lab\n${top}\nsubscriptions:\n  - id: ${subscription}\n    groups:\n      - name: LabRG\n        region: westeurope\n${inside}\n`,
    'lab',
  );
}

export function machine(topology: Topology, name: string): Machine {
  const found = topology.resources.find((one) => one.kind === 'vm' && one.name === name);
  if (found?.kind !== 'vm') throw new Error(`no machine ${name}`);
  return found;
}

export function standing(topology: Topology, name: string, version: 4 | 6 = 4): IpConfiguration {
  const nic = primaryNic(machine(topology, name));
  const found = nic === undefined ? undefined : leadingConfiguration(nic, version);
  if (found === undefined) throw new Error(`${name} has no IPv${version} address`);
  return found;
}

export function address(text: string) {
  const found = parseAddress(text);
  if (found === undefined) throw new Error(`${text} is no address`);
  return found;
}

/** `to` is a machine's name or an address. */
export function walk(
  topology: Topology,
  from: string,
  to: string,
  port = 1433,
  protocol: 'Tcp' | 'Icmp' = 'Tcp',
): Trace {
  const named = topology.resources.some((one) => one.kind === 'vm' && one.name === to);
  const destination = named ? standing(topology, to).address : address(to);
  const version = destination.version;
  return trace(topology, { source: standing(topology, from, version), protocol, destination, port });
}

/** `10.1.1.4`, and in brackets why the packet stops there. */
export function draw(hops: readonly Hop[]): string {
  return hops
    .map(
      (hop) =>
        `${hop.addressText}${hop.stops.length === 0 ? '' : ` [${hop.stops.map(({ kind }) => kind).join(', ')}]`}`,
    )
    .join(' > ');
}

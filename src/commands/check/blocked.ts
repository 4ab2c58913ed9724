import type { Estate } from '../../azure/inventory.ts';
import { addressesOf } from '../../core/check.ts';
import type { Direction } from '../../diagnosis/witness.ts';
import { printEndpoint } from '../../language/path-request.ts';
import type { Services, Turn } from '../command.ts';
import { shortName, visibleTo } from '../names.ts';
import type { CheckAnswer } from './outcome.ts';

/** The machine whose rules deny a check, with the other side of the packet, as far as this person may ask `flow` about them. */
export function blockedAt(
  { question, diagnosis }: CheckAnswer,
  estate: Estate,
  turn: Turn,
  services: Services,
): CheckAnswer['blockedAt'] {
  const [finding] = diagnosis.findings;
  if (finding?.code !== 'NSG_DENY_IN' && finding?.code !== 'NSG_DENY_OUT') return undefined;
  if (question.port === undefined || question.protocol === 'Icmp') return undefined;
  const direction: Direction = finding.code === 'NSG_DENY_IN' ? 'Inbound' : 'Outbound';
  const visible = visibleTo(turn, services, estate, 'flow');
  const { source, destination } = question;
  const hop = finding.hop === undefined ? undefined : diagnosis.path[finding.hop];
  const owner = hop?.address === undefined ? undefined : visible.findByAddress(hop.address);
  const machine = visible.machineOf(finding.resourceId ?? hop?.resourceId ?? '') ?? owner;
  if (!machine || !addressesOf(machine).some(isIpv4)) return undefined;
  // `flow` asks at the first interface: at an appliance with several, that may be another one than the packet met.
  const isAppliance = ![source, destination.kind === 'vm' ? destination.machine : source].some(
    ({ resourceId }) => resourceId.toLowerCase() === machine.resourceId.toLowerCase(),
  );
  if (isAppliance && machine.nics.length > 1) return undefined;
  const other = direction === 'Inbound' ? source : destination.kind === 'vm' ? destination.machine : undefined;
  const address =
    other === undefined
      ? destination.kind === 'address'
        ? destination.address
        : diagnosis.path.at(-1)?.address
      : addressesOf(other).find(isIpv4);
  if (!address || !isIpv4(address)) return undefined;
  const isEnd = other !== undefined && visible.machineOf(other.resourceId) !== undefined;
  return {
    machine: shortName(machine, visible),
    direction,
    other: isEnd && other ? shortName(other, visible) : { kind: 'address', address },
  };
}

const isIpv4 = (address: string): boolean => !address.includes(':');

/** The question to `flow` about the place that blocks. */
export function flowSentence({ blockedAt: blocked, question }: CheckAnswer): string | undefined {
  if (!blocked || question.port === undefined) return undefined;
  const { machine, other, direction } = blocked;
  const [from, to] = direction === 'Inbound' ? [other, machine] : [machine, other];
  return `flow from ${printEndpoint(from)} to ${printEndpoint(to)} port ${question.port} tcp ${direction.toLowerCase()}`;
}

import { containsAny } from './address.ts';
import type { Flow } from './nsg.ts';
import type { Stand, Stop } from './path.ts';
import type { Listener, Machine } from './topology.ts';

type Arrival = { readonly stops: readonly Stop[]; readonly listener?: Listener };

/** What the end of the path does with the packet: the reasons against it, and who listens. */
export function accept(stand: Stand, flow: Flow): Arrival {
  switch (stand.kind) {
    case 'nic': {
      const { machine } = stand.configuration.nic;
      if (machine === undefined) return { stops: [{ kind: 'noAnswer' }] };
      if (machine.power !== 'running') return { stops: [{ kind: 'notRunning', machine }] };
      const heard = listen(machine.listeners, flow);
      return guestAccepts(machine, flow)
        ? heard
        : { ...heard, stops: [{ kind: 'guestFirewall', machine }, ...heard.stops] };
    }
    case 'endpoint':
      return listen(stand.endpoint.listeners, flow);
    case 'host':
      if (flow.protocol === 'Icmp') return { stops: stand.host.answersPing ? [] : [{ kind: 'noAnswer' }] };
      return listen(stand.host.listeners, flow);
    default:
      return { stops: [] };
  }
}

function listen(listeners: readonly Listener[], flow: Flow): Arrival {
  if (flow.protocol === 'Icmp') return { stops: [] };
  const listener = listeners.find((one) => one.port === flow.destinationPort && one.protocol === flow.protocol);
  return listener === undefined ? { stops: [{ kind: 'noListener' }] } : { stops: [], listener };
}

function guestAccepts(machine: Machine, flow: Flow): boolean {
  for (const rule of machine.guestRules) {
    const isProtocol = rule.protocol === '*' || rule.protocol === flow.protocol;
    const isPort =
      flow.protocol === 'Icmp' ||
      rule.ports.some((range) => flow.destinationPort >= range.from && flow.destinationPort <= range.to);
    if (isProtocol && isPort && containsAny(rule.sources, flow.source)) return rule.access === 'Allow';
  }
  return true;
}

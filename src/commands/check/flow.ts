import type { Estate } from '../../azure/inventory.ts';
import { addressesOf, type Machine, type Question } from '../../core/check.ts';
import type { Preflight, ProbeAnswer, Testimonies } from '../../diagnosis/witness.ts';
import type { Flow } from './azure.ts';

/** Both ends as addresses of one family, where they are known. */
export function flowOf(question: Question, known?: string): Flow | undefined {
  const { source, destination, ipVersion } = question;
  const addresses =
    destination.kind === 'vm'
      ? addressesOf(destination.machine)
      : destination.kind === 'address'
        ? [destination.address]
        : known
          ? [known]
          : [];
  const to = ipVersion ? addresses.find((address) => isIpv6(address) === (ipVersion === 'IPv6')) : addresses[0];
  const from = to === undefined ? undefined : addressesOf(source).find((address) => isIpv6(address) === isIpv6(to));
  return from && to ? { from, to, question } : undefined;
}

const isIpv6 = (address: string): boolean => address.includes(':');

export function destinationOf({ destination }: Question, estate: Estate, address: string): Machine | undefined {
  return destination.kind === 'vm' ? destination.machine : estate.findByAddress(address);
}

/** The address that a probe came to. */
export function lastAddress({ hops }: ProbeAnswer): string | undefined {
  return hops.find((hop) => hop.nextHopIds.length === 0)?.address;
}

/** A host that was reached needs no further witness, unless a proxy on the way may have answered for it. */
export function isWorthAsking({ port }: Question, { probes }: ProbeAnswer): boolean {
  return probes.sent === 0 || probes.failed > 0 || port === 80 || port === 443;
}

/** Whether the source can send a probe at all. A state that Azure did not tell is no reason not to try. */
export function canProbe({ source }: Preflight): boolean {
  return (
    (source.power === undefined || source.power === 'unknown' || source.power === 'running') &&
    source.agent !== 'missing'
  );
}

/** Whether anybody but the probe has said something that a verdict can stand on. */
export function saysAnything({ preflight, nsg, nextHop }: Testimonies): boolean {
  const hindered = preflight?.state === 'answered' && !canProbe(preflight.answer);
  return hindered || [...nsg, ...nextHop].some((testimony) => testimony.state === 'answered');
}

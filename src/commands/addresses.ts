import { addressesOf, type Machine } from '../core/check.ts';
import type { Problem } from '../core/errors.ts';

export const isIpv6 = (address: string): boolean => address.includes(':');

/** The machine's first address of the family of another one; without another, its first of all. */
export function addressBeside(machine: Machine, other?: string): string | undefined {
  const addresses = addressesOf(machine);
  return other === undefined ? addresses[0] : addresses.find((address) => isIpv6(address) === isIpv6(other));
}

/** A machine whose interfaces could not be read, or have no address of that family. */
export function withoutAddress({ name }: Machine): Problem {
  return { code: 'ADDRESS_UNKNOWN', facts: { name } };
}

import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

export type Prefix = { readonly text: string; readonly address: Address; readonly bits: number };

/** What a destination's text stands for, after every spelling that some resolver would accept has been undone. */
export type Point =
  | {
      readonly kind: 'address';
      readonly address: Address;
      /** IPv4 addresses inside an IPv6 one (NAT64, 6to4, SIIT, IPv4-compatible). */
      readonly inside: readonly Address[];
      /** A spelling that programs read differently, such as `127.1`, `0x7f.0.0.1`, `010.0.0.1`. */
      readonly odd: boolean;
    }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unreadable' };

export function readPoint(text: string): Point {
  const bare = text.trim().replace(/^\[(.*)\]$/, '$1');
  if (bare.includes(':')) return readIPv6(bare);
  if (bare === '' || /[\s/?#@\\]/.test(bare)) return { kind: 'unreadable' };
  const host = hostOf(bare);
  if (host === undefined) return { kind: 'unreadable' };
  // URL has undone octal, hexadecimal, short and full-width forms; what it made an address is one.
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) {
    return { kind: 'address', address: ipaddr.IPv4.parse(host), inside: [], odd: host !== bare };
  }
  return { kind: 'name', name: host };
}

/** The host as a URL reads it, in lower case, without the dot of the root. */
function hostOf(text: string): string | undefined {
  if (!URL.canParse(`http://${text}/`)) return undefined;
  const host = new URL(`http://${text}/`).hostname.replace(/\.$/, '');
  return host === '' || host.endsWith('.') ? undefined : host;
}

function readIPv6(text: string): Point {
  const bare = text.replace(/%.*$/s, '');
  if (!ipaddr.IPv6.isValid(bare)) return { kind: 'unreadable' };
  const address = ipaddr.IPv6.parse(bare);
  if (address.isIPv4MappedAddress()) {
    return { kind: 'address', address: address.toIPv4Address(), inside: [], odd: false };
  }
  return { kind: 'address', address, inside: insideOf(address), odd: bare !== text };
}

const carriers: readonly { readonly prefix: [Address, number]; readonly at: number }[] = [
  { prefix: ipaddr.parseCIDR('64:ff9b::/96'), at: 12 },
  { prefix: ipaddr.parseCIDR('::ffff:0:0:0/96'), at: 12 },
  { prefix: ipaddr.parseCIDR('::/96'), at: 12 },
  { prefix: ipaddr.parseCIDR('2002::/16'), at: 2 },
];

function insideOf(address: Address): readonly Address[] {
  if (address.range() === 'loopback' || address.range() === 'unspecified') return [];
  const bytes = address.toByteArray();
  return carriers
    .filter(({ prefix }) => address.match(prefix))
    .map(({ at }) => ipaddr.fromByteArray(bytes.slice(at, at + 4)));
}

/** A prefix or a single address in its plain spelling. `why` says what is wrong with any other text. */
export function readPrefix(text: string): { readonly prefix: Prefix } | { readonly why: string } {
  const [base = '', length, ...more] = text.split('/');
  const point = readPoint(base);
  if (point.kind !== 'address' || more.length > 0) return { why: `"${text}" is not an address or a prefix` };
  if (point.odd) return { why: `"${text}" is an unusual spelling; write ${point.address.toString()}` };
  const { address } = point;
  const widest = address.kind() === 'ipv4' ? 32 : 128;
  if (base.includes(':') && widest === 32)
    return { why: `"${text}" is an IPv4 address in IPv6 form; write it as IPv4` };
  if (length === undefined) return { prefix: { text: `${address.toString()}/${widest}`, address, bits: widest } };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!(bits <= widest)) return { why: `"${text}" has no length from 0 to ${widest} after the slash` };
  const network = networkOf(address, bits);
  if (network.toString() !== address.toString()) {
    return { why: `"${text}" has bits set behind its prefix; write ${network.toString()}/${bits}` };
  }
  return { prefix: { text: `${address.toString()}/${bits}`, address, bits } };
}

function networkOf(address: Address, bits: number): Address {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes);
}

export function contains(prefix: Prefix, address: Address): boolean {
  return prefix.address.kind() === address.kind() && address.match([prefix.address, prefix.bits]);
}

/** Whether the internet routes it: not private, shared, multicast, documentation, carrying another address or the like. */
export function isPublic(point: Extract<Point, { kind: 'address' }>): boolean {
  return point.inside.length === 0 && point.address.range() === 'unicast';
}

const forbiddenRanges: readonly { readonly name: string; readonly prefixes: readonly Prefix[] }[] = [
  { name: 'loopback', prefixes: ['127.0.0.0/8', '::1/128'] },
  { name: 'link-local', prefixes: ['169.254.0.0/16', 'fe80::/10'] },
  { name: 'Azure platform', prefixes: ['168.63.129.16/32'] },
  { name: 'unspecified', prefixes: ['0.0.0.0/8', '::/128'] },
].map(({ name, prefixes }) => ({
  name,
  prefixes: prefixes.map((text) => {
    const [address, bits] = ipaddr.parseCIDR(text);
    return { text, address, bits };
  }),
}));

const localNames =
  /^(?:(?:.+\.)?localhost|localhost\.localdomain|localhost[46](?:\.localdomain[46])?|ip6-(?:localhost|loopback))$/;

/**
 * The built-in refusal that this destination meets. Only a rule that lists a prefix inside the refused range lifts it: a wide
 * prefix such as 0.0.0.0/0 does not mean the metadata endpoint.
 */
export function refusedAlways(point: Point, listed: readonly Prefix[]): string | undefined {
  if (point.kind === 'unreadable') return 'never: a destination that cannot be read';
  if (point.kind === 'name') return localNames.test(point.name) ? 'never: loopback (localhost)' : undefined;
  for (const address of [point.address, ...point.inside]) {
    const met = forbiddenRangeOf(address);
    if (!met) continue;
    const named = listed.some((prefix) => contains(prefix, address) && prefix.bits >= met.prefix.bits);
    if (!named) return `never: ${met.name} (${met.prefix.text})`;
  }
  return point.odd ? 'never: an address in an unusual spelling' : undefined;
}

function forbiddenRangeOf(address: Address) {
  for (const { name, prefixes } of forbiddenRanges) {
    const prefix = prefixes.find((each) => contains(each, address));
    if (prefix) return { name, prefix };
  }
  return undefined;
}

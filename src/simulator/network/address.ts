import ipaddr from 'ipaddr.js';

/** An IPv4 or IPv6 address as a number, so that a prefix match is a shift and a comparison. */
export type Address = { readonly version: 4 | 6; readonly bits: bigint };

/** An address block; `text` keeps the spelling of whoever wrote it. */
export type Prefix = { readonly version: 4 | 6; readonly bits: bigint; readonly length: number; readonly text: string };

/** Undefined for anything that is not exactly one address. */
export function parseAddress(text: string): Address | undefined {
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(text);
  if (!isV4 && !ipaddr.IPv6.isValid(text)) return undefined;
  const bytes = (isV4 ? ipaddr.IPv4.parse(text) : ipaddr.IPv6.parse(text)).toByteArray();
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  return { version: isV4 ? 4 : 6, bits };
}

/** `10.1.0.0/16`, or a lone address as a block of one. Host bits are ignored, as Azure ignores them in rules. */
export function parsePrefix(text: string): Prefix | undefined {
  const [base = '', lengthText] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || text.split('/').length > 2) return undefined;
  const width = address.version === 4 ? 32 : 128;
  if (lengthText !== undefined && !/^\d{1,3}$/.test(lengthText)) return undefined;
  const length = lengthText === undefined ? width : Number(lengthText);
  if (length > width) return undefined;
  const shift = BigInt(width - length);
  return { version: address.version, bits: (address.bits >> shift) << shift, length, text };
}

/** For prefixes written in the source, where a wrong one is a mistake of the programmer. */
export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(`"${text}" is not an address block`);
  return parsed;
}

export function contains(block: Prefix, address: Address): boolean {
  if (block.version !== address.version) return false;
  const shift = BigInt((block.version === 4 ? 32 : 128) - block.length);
  return block.bits >> shift === address.bits >> shift;
}

export function containsAny(blocks: readonly Prefix[], address: Address): boolean {
  for (const block of blocks) if (contains(block, address)) return true;
  return false;
}

/** True where every address of `inner` lies in `outer`. */
export function covers(outer: Prefix, inner: Prefix): boolean {
  return inner.length >= outer.length && contains(outer, { version: inner.version, bits: inner.bits });
}

export function sameAddress(one: Address, other: Address): boolean {
  return one.version === other.version && one.bits === other.bits;
}

export function formatAddress(address: Address): string {
  const width = address.version === 4 ? 4 : 16;
  const bytes = Array.from({ length: width }, (_, at) =>
    Number((address.bits >> BigInt(8 * (width - 1 - at))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** A key for maps: two spellings of one address have the same. */
export function addressKey(address: Address): string {
  return `${address.version}:${address.bits.toString(36)}`;
}

const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(prefix);
const hostBlocks = ['169.254.0.0/16', '127.0.0.0/8', '168.63.129.16/32', 'fe80::/10', '::1/128'].map(prefix);

/** Not part of the public internet: private ranges, link-local, and the host's own addresses. */
export function isPrivate(address: Address): boolean {
  return containsAny(privateBlocks, address) || containsAny(hostBlocks, address);
}

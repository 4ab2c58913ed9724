import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Question } from '../core/check.ts';

/** The parts by which two questions are told apart, as an index of the store holds them. */
type Parts = readonly [source: string, kind: string, destination: string, port: number, ...more: string[]];

/** An index takes no more of a text. */
const mostBytes = 1000;

/** The same for all that is the same question to Azure, whoever asks and however it was typed. */
export function questionKey(question: Question): string {
  const { source, destination, port, protocol, protocolAsked, ipVersion, validStatusCodes = [] } = question;
  const parts: Parts = [
    source.resourceId.toLowerCase(),
    destination.kind,
    placeOf(destination),
    port ?? 0,
    protocolAsked || protocol === 'Icmp' ? protocol : '',
    ipVersion ?? '',
    [...validStatusCodes].sort((a, b) => a - b).join(),
  ];
  const key = JSON.stringify(parts);
  return Buffer.byteLength(key) <= mostBytes ? key : createHash('sha256').update(key).digest('base64url');
}

function placeOf(destination: Question['destination']): string {
  switch (destination.kind) {
    case 'vm':
      return destination.machine.resourceId.toLowerCase();
    case 'address':
      return normalised(destination.address);
    case 'host':
      return destination.host.toLowerCase();
    case 'url':
      return destination.url;
  }
}

/** An IPv6 address can be written in many ways. */
function normalised(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address.toLowerCase();
}

/** What can be told from a key without the answer behind it; undefined for one that was too long to be kept readable. */
export function readQuestionKey(
  key: string,
): { readonly source: string; readonly destination: string; readonly port: number } | undefined {
  if (!key.startsWith('[')) return undefined;
  const [source, , destination, port] = JSON.parse(key) as Parts;
  return { source, destination, port };
}

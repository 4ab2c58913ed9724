import ipaddr from 'ipaddr.js';
import type { Target, VmName } from '../core/check.ts';
import { type Reading, read } from '../core/errors.ts';
import { hasInvisible } from './characters.ts';
import { portOfService, readPort } from './ports.ts';
import { notUnderstood } from './reasons.ts';

/** All virtual machines that carry a tag, as typed: `tier=web`. */
export type Tag = { readonly kind: 'tag'; readonly key: string; readonly value: string };

export type Endpoint = Target | Tag;

/** One end of a path, with the port that was typed on it (`db0:1433`, `redis://db0`). A URL keeps its port to itself. */
export type Place = { readonly endpoint: Endpoint; readonly port?: number };

export type PlaceHints = {
  /** The person wrote `vm` before it: never a host name. */
  readonly vm?: boolean;
  /** It stood in quotes: a colon may belong to a tag's value. */
  readonly quoted?: boolean;
};

const longestPlace = 4096;

export function readPlace(text: string, hints: PlaceHints = {}): Reading<Place> {
  if (text.length > longestPlace || hasInvisible(text)) return notUnderstood(text);
  if (text.includes('://')) return readLink(text);
  if (/^\/?subscriptions\/[^/]*\//i.test(text)) return withPort(text, readResourceId);
  if (text.includes('=')) return readTag(text, hints);
  if (text.startsWith('[')) return readBracketed(text);
  if (isIpv6(text)) return read({ endpoint: addressOf(text) });
  return withPort(text, (name) => readName(name, hints));
}

export function isVmName(text: string): boolean {
  return /^[A-Za-z0-9](?:[\w.-]{0,62}\w)?$/.test(text);
}

export function isGroupName(text: string): boolean {
  return /^[-\w.()]{1,90}$/.test(text) && !text.endsWith('.');
}

function withPort(text: string, readRest: (rest: string) => Reading<Endpoint>): Reading<Place> {
  const colon = text.lastIndexOf(':');
  const rest = readRest(colon < 0 ? text : text.slice(0, colon));
  if (!rest.ok) return colon < 0 ? rest : notUnderstood(text);
  if (colon < 0) return read({ endpoint: rest.value });
  if (colon === text.length - 1) return notUnderstood(text);
  const port = readPort(text.slice(colon + 1));
  return port.ok ? read({ endpoint: rest.value, port: port.value }) : port;
}

function readName(text: string, hints: PlaceHints): Reading<Endpoint> {
  const slash = text.indexOf('/');
  if (slash >= 0) {
    const group = text.slice(0, slash);
    const name = text.slice(slash + 1);
    if (!isGroupName(group) || !isVmName(name)) return notUnderstood(text);
    // "bing.com/search" is a page to one person and a VM in a group to another.
    if (group.includes('.') && !hints.vm) return notUnderstood(text, 'HOST_OR_GROUP');
    return read({ kind: 'vm', name, group });
  }
  if (!hints.vm) {
    if (isIpv4(text)) return read(addressOf(text));
    if (text.includes('.'))
      return isHostName(text) ? read({ kind: 'host', host: text.toLowerCase() }) : notUnderstood(text);
    if (/^\d+$/.test(text) && !hints.quoted) return notUnderstood(text);
  }
  return isVmName(text) ? read({ kind: 'vm', name: text }) : notUnderstood(text);
}

/** Adds the group of `app0 in ContosoRG`, or of `app0 in ContosoRG:1433`, to a machine that has none. */
export function placeInGroup(place: Place, group: string, text: string): Reading<Place> {
  const { endpoint } = place;
  if (endpoint.kind !== 'vm' || endpoint.group !== undefined || !isVmName(endpoint.name)) return notUnderstood(text);
  const [name = '', port, ...more] = group.split(':');
  if (!isGroupName(name) || more.length > 0 || (port !== undefined && place.port !== undefined))
    return notUnderstood(text);
  const machine = { kind: 'vm', name: endpoint.name, group: name } as const;
  if (port === undefined) return read({ ...place, endpoint: machine });
  const found = readPort(port);
  return found.ok ? read({ endpoint: machine, port: found.value }) : found;
}

function readTag(text: string, hints: PlaceHints): Reading<Place> {
  const equals = text.indexOf('=');
  const key = text.slice(0, equals);
  let value = text.slice(equals + 1);
  let port: number | undefined;
  const colon = value.lastIndexOf(':');
  if (!hints.quoted && colon >= 0) {
    const found = readPort(value.slice(colon + 1));
    if (!found.ok) return found;
    port = found.value;
    value = value.slice(0, colon);
    if (value.includes(':')) return notUnderstood(text);
  }
  if (!isTagText(key) || !isTagText(value)) return notUnderstood(text);
  return read({ endpoint: { kind: 'tag', key, value }, ...(port === undefined ? {} : { port }) });
}

function isTagText(text: string): boolean {
  return (
    text.length <= 256 &&
    /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.:@+\-/ ]*$/u.test(text) &&
    !text.endsWith(' ') &&
    !text.includes('://') &&
    !hasInvisible(text)
  );
}

function isIpv4(text: string): boolean {
  // ipaddr.js throws inside for everything else, which costs more than all the rest of the reading.
  return /^\d[\d.]{5,13}\d$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text) && !/(?:^|\.)0\d/.test(text);
}

function isIpv6(text: string): boolean {
  return text.length <= 45 && /^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$/i.test(text) && ipaddr.IPv6.isValid(text);
}

/** The address in its one canonical spelling; an IPv4 address in IPv6 dress is the IPv4 address. */
function addressOf(text: string): Endpoint {
  return { kind: 'address', address: ipaddr.process(text).toString() };
}

function readBracketed(text: string): Reading<Place> {
  const close = text.indexOf(']');
  const inner = text.slice(1, close);
  const rest = text.slice(close + 1);
  if (close < 0 || !isIpv6(inner)) return notUnderstood(text);
  if (rest === '') return read({ endpoint: addressOf(inner) });
  if (!/^:./.test(rest)) return notUnderstood(text);
  const port = readPort(rest);
  return port.ok ? read({ endpoint: addressOf(inner), port: port.value }) : port;
}

function isHostName(text: string): boolean {
  if (text.length > 253) return false;
  const labels = text.split('.');
  const last = labels.at(-1) ?? '';
  return labels.length > 1 && !/^(?:\d+|0x[0-9a-f]*)$/i.test(last) && labels.every(isHostLabel);
}

function isHostLabel(label: string): boolean {
  return label.length <= 63 && /^[a-z0-9_]/i.test(label) && /[a-z0-9_]$/i.test(label) && /^[\w-]+$/.test(label);
}

const portalHosts = new Set([
  'portal.azure.com',
  'ms.portal.azure.com',
  'preview.portal.azure.com',
  'portal.azure.us',
  'portal.azure.cn',
]);

function readLink(text: string): Reading<Place> {
  if (!URL.canParse(text)) return notUnderstood(text);
  const url = new URL(text);
  if (url.username || url.password) return notUnderstood(`${url.protocol}//…@${url.host}`, 'URL_CREDENTIALS');
  if (portalHosts.has(url.hostname)) {
    const inner = decode(`${url.pathname}${url.search}${url.hash}`);
    const id =
      /\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/virtualMachines\/[^/?#]+/i.exec(
        inner,
      );
    if (id) {
      const machine = readResourceId(id[0]);
      return machine.ok ? read({ endpoint: machine.value }) : machine;
    }
    if (/\/subscriptions\//i.test(inner)) return notUnderstood(text, 'NOT_A_VM_ID');
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return readWebAddress(text, url);
  const scheme = url.protocol.slice(0, -1);
  const schemePort = portOfService(scheme);
  if (schemePort === undefined && scheme !== 'tcp') return notUnderstood(text);
  const host = readPlace(url.hostname);
  if (!host.ok || host.value.endpoint.kind === 'tag') return notUnderstood(text);
  const port = url.port ? readPort(url.port) : undefined;
  if (port && !port.ok) return port;
  const known = port?.value ?? schemePort;
  return read({ endpoint: host.value.endpoint, ...(known === undefined ? {} : { port: known }) });
}

/** Rebuilt from its parsed parts, so that nobody later reads another host in it than is judged here. */
function readWebAddress(text: string, url: URL): Reading<Place> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : 80;
  if (port < 1 || !(isIpv6(host) || (host.length <= 253 && /^\w[\w.-]*$/.test(host)))) return notUnderstood(text);
  const endsAtHost =
    url.pathname === '/' && url.search === '' && !/^[^?#]*[/\\](?:[?#]|$)/.test(text.slice(text.indexOf('://') + 3));
  const path = endsAtHost ? '' : `${url.pathname}${url.search}`.replaceAll('[', '%5B').replaceAll(']', '%5D');
  return read({ endpoint: { kind: 'url', url: `${url.protocol}//${url.host}${path}`, host, port } });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `/subscriptions/<guid>/resourceGroups/<group>/providers/Microsoft.Compute/virtualMachines/<name>`, each segment checked. */
function readResourceId(text: string): Reading<VmName> {
  const segments = text.replace(/^\//, '').split('/');
  const [subscriptions, subscription, groups, group, providers, namespace, type, name] = segments;
  const isShape =
    segments.length === 8 &&
    [subscriptions, groups, providers, namespace, type].join('/').toLowerCase() ===
      'subscriptions/resourcegroups/providers/microsoft.compute/virtualmachines';
  if (!isShape || !subscription || !group || !name) return notUnderstood(text, 'NOT_A_VM_ID');
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subscription) || !isGroupName(group) || !isVmName(name))
    return notUnderstood(text);
  const resourceId = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
  return read({ kind: 'vm', name, group, resourceId });
}

import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import type { Target, VmName } from '../../src/core/check.ts';
import type { Tag } from '../../src/language/endpoints.ts';
import { englishKeywords } from '../../src/language/keywords.ts';
import type { PathRequest } from '../../src/language/path-request.ts';
import { services } from '../../src/language/ports.ts';

const from = (characters: string) => fc.constantFrom(...characters);
const alphanumeric = from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
const text = (unit: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.string({ unit, minLength, maxLength });

/** Names as ARM allows them, with a liking for those that are also words of the grammar. */
export const vmName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('app0', 'db0', 'web-1', 'Database0', 'a') },
  { weight: 2, arbitrary: fc.constantFrom(...englishKeywords.filter((word) => /^[a-z0-9]+$/.test(word))) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...Object.keys(services),
      '80',
      '10.1.4.4',
      'a.b',
      'group',
      'all',
      'source',
      'none',
      '5m',
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(alphanumeric, text(fc.oneof(alphanumeric, from('_.-')), 0, 62), fc.oneof(alphanumeric, fc.constant('_')))
      .map((parts) => parts.join('')),
  },
);

export const groupName = fc.oneof(
  fc.constantFrom(
    'ContosoRG',
    'my.rg',
    'rg',
    'group',
    'in',
    'tcp',
    'port',
    'subscriptions',
    '(x)',
    '-',
    '--from',
    'a..b',
  ),
  fc
    .tuple(text(fc.oneof(alphanumeric, from('_.-()')), 0, 89), fc.oneof(alphanumeric, from('_-()')))
    .map((parts) => parts.join('')),
);

export const vm: fc.Arbitrary<VmName> = fc.oneof(
  vmName.map((name) => ({ kind: 'vm' as const, name })),
  fc.tuple(groupName, vmName).map(([group, name]) => ({ kind: 'vm' as const, name, group })),
  fc.tuple(fc.uuid(), groupName, vmName).map(([id, group, name]) => ({
    kind: 'vm' as const,
    name,
    group,
    resourceId: `/subscriptions/${id}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
  })),
);

export const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((typed) => ({
  kind: 'address' as const,
  address: ipaddr.process(typed).toString(),
}));

const host = fc.domain().map((name) => ({ kind: 'host' as const, host: name.toLowerCase() }));

const url = fc
  .webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true, withFragments: false, size: 'small' })
  .filter((typed) => URL.canParse(typed))
  .map((typed) => {
    const parsed = new URL(typed);
    return {
      kind: 'url' as const,
      url: `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search}`
        .replaceAll('[', '%5B')
        .replaceAll(']', '%5D'),
      host: parsed.hostname,
      port: parsed.port ? Number(parsed.port) : parsed.protocol === 'https:' ? 443 : 80,
    };
  })
  .filter((target) => target.port > 0);

const tagText = fc.oneof(
  fc.constantFrom('tier', 'web', 'env', 'port', 'from', 'a:b', 'web shop', '层', '前端', 'x-1', 'owner/team', 'a@b'),
  text(fc.oneof(alphanumeric, from('_.:@+-/')), 1, 40).filter((each) => /^\w/.test(each) && !each.includes('://')),
);

export const tag: fc.Arbitrary<Tag> = fc
  .tuple(tagText, tagText)
  .map(([key, value]) => ({ kind: 'tag' as const, key, value }));

export const port = fc.integer({ min: 1, max: 65_535 });
const ports = fc.uniqueArray(port, { maxLength: 4 });
const codes = fc.uniqueArray(fc.integer({ min: 100, max: 599 }), { minLength: 1, maxLength: 3 });

const few = <T>(each: fc.Arbitrary<T>, key: (value: T) => string) =>
  fc.uniqueArray(each, { maxLength: 3, selector: (value) => key(value).toLowerCase() });

const keyOfVm = (name: VmName) =>
  name.resourceId ?? (name.group === undefined ? name.name : `${name.group}/${name.name}`);
const keyOfTarget = (target: Target) => (target.kind === 'vm' ? keyOfVm(target) : JSON.stringify(target));
const keyOfTag = ({ key, value }: Tag) => `${key}=${value}`;

export const target: fc.Arbitrary<Target> = fc.oneof(vm, address, host, url);

/** Requests that do not contradict themselves: no port with ICMP, a URL's own port, one IP version. */
export const pathRequest: fc.Arbitrary<PathRequest> = fc
  .record({
    sources: few(vm, keyOfVm),
    destinations: few(target, keyOfTarget),
    sourceTags: few(tag, keyOfTag),
    destinationTags: few(tag, keyOfTag),
    ports,
    protocol: fc.constantFrom(undefined, undefined, 'Tcp' as const, 'Http' as const, 'Https' as const, 'Icmp' as const),
    ipVersion: fc.constantFrom(undefined, undefined, 'IPv4' as const, 'IPv6' as const),
    validStatusCodes: fc.option(codes, { nil: undefined, freq: 3 }),
  })
  .map(({ sources, destinations, sourceTags, destinationTags, ports: said, protocol, ipVersion, validStatusCodes }) => {
    const urls = destinations.filter((each) => each.kind === 'url');
    const first = urls[0];
    const isOneUrl = urls.every((each) => each.port === first?.port);
    const kept = destinations.filter(
      (each) =>
        (each.kind !== 'address' || !ipVersion || (ipVersion === 'IPv6') === each.address.includes(':')) &&
        (each.kind !== 'url' ||
          (protocol !== 'Icmp' &&
            (!(protocol === 'Http' || protocol === 'Https') || each.url.startsWith(`${protocol.toLowerCase()}:`)))),
    );
    return {
      sources,
      destinations: kept,
      ...(sourceTags.length > 0 ? { sourceTags } : {}),
      ...(destinationTags.length > 0 ? { destinationTags } : {}),
      ports: protocol === 'Icmp' ? [] : first ? (isOneUrl && said.length > 0 ? [first.port] : []) : said,
      ...(protocol ? { protocol } : {}),
      ...(ipVersion ? { ipVersion } : {}),
      ...(validStatusCodes && protocol !== 'Icmp' && protocol !== 'Tcp' ? { validStatusCodes } : {}),
    };
  });

/** Text that people and their clients produce, whole and broken: sentences, markup, odd Unicode, binary. */
const fragments = fc.constantFrom(
  ...[
    'check ',
    'from ',
    ' to ',
    'vm ',
    'port ',
    'ports ',
    ' on ',
    ' over ',
    'ipv6',
    'icmp',
    'tcp',
    'https',
    'expecting ',
    'every ',
  ],
  ...[
    'app0',
    'db0',
    'ContosoRG',
    ' in ',
    '10.1.4.4',
    ':80',
    '80,443',
    ' 443',
    '[fd00::1]:443',
    'fd00::1',
    'bing.com',
    'tier=web',
  ],
  ...[
    'https://bing.com/a?b=c&lt;d',
    'redis://db0',
    'tcp:foo.example,1433',
    '->',
    '→',
    '—',
    '--',
    '-',
    '=>',
    ',',
    '、',
    '，',
    '？',
    '。',
  ],
  ...[
    '检查',
    '从',
    '到',
    '端口',
    '能访问',
    '吗',
    '下一跳',
    '每5分钟',
    '直到可达',
    '使用',
    '作为源',
    '　',
    '\u00a0',
    '\u200b',
    '\u202e',
    '\ufeff',
  ],
  ...[
    '<at>hopcheck</at>',
    '<a href="https://x.example/">x</a>',
    '<',
    '>',
    '&nbsp;',
    '&#8203;',
    '&',
    '"',
    "'",
    '`',
    '\\',
    '“',
    '”',
    '[',
    '](',
    ')',
    '<at>',
  ],
  ...[
    'connect ETIMEDOUT 10.1.4.4:1433',
    'Failed to connect to ',
    'dial tcp ',
    'refused',
    'port=443',
    'flow ',
    'next hop ',
    'rules ',
    'use ',
    'stop 3',
  ],
  ...[
    '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v',
    ' ',
  ],
);

export const anyMessage = fc.oneof(
  { weight: 5, arbitrary: fc.array(fragments, { maxLength: 14 }).map((parts) => parts.join('')) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
);

import { describe, expect, test } from 'vitest';
import { readPoint, readPrefix, refusedAlways } from '../../src/policy/address.ts';
import { decide } from '../../src/policy/decide.ts';
import { everyone, readGrants } from '../../src/policy/grants.ts';
import { channel, onCall } from './people.ts';

const loopback = 'never: loopback (127.0.0.0/8)';
const loopback6 = 'never: loopback (::1/128)';
const linkLocal = 'never: link-local (169.254.0.0/16)';
const linkLocal6 = 'never: link-local (fe80::/10)';
const platform = 'never: Azure platform (168.63.129.16/32)';
const unspecified = 'never: unspecified (0.0.0.0/8)';
const localhost = 'never: loopback (localhost)';
const odd = 'never: an address in an unusual spelling';
const unreadable = 'never: a destination that cannot be read';

const hostile: readonly (readonly [text: string, rule: string])[] = [
  ['127.0.0.1', loopback],
  ['127.255.255.255', loopback],
  ['127.1', loopback],
  ['127.0.1', loopback],
  ['0x7f.0.0.1', loopback],
  ['0x7f000001', loopback],
  ['0X7F.1', loopback],
  ['2130706433', loopback],
  ['017700000001', loopback],
  ['0177.0.0.1', loopback],
  ['0177.0x0.0.01', loopback],
  ['127.0.0.1.', loopback],
  [' 127.0.0.1 ', loopback],
  ['127。0。0。1', loopback],
  ['１２７.0.0.1', loopback],
  ['①②⑦.0.0.1', loopback],
  ['%31%32%37.0.0.1', loopback],
  ['::1', loopback6],
  ['[::1]', loopback6],
  ['0:0:0:0:0:0:0:1', loopback6],
  ['0000:0000:0000:0000:0000:0000:0000:0001', loopback6],
  ['::0:1', loopback6],
  ['::1%lo', loopback6],
  ['::ffff:127.0.0.1', loopback],
  ['[::ffff:127.0.0.1]', loopback],
  ['::FFFF:7F00:1', loopback],
  ['0:0:0:0:0:ffff:7f00:0001', loopback],
  ['::127.0.0.1', loopback],
  ['::7f00:1', loopback],
  ['::ffff:0:127.0.0.1', loopback],
  ['64:ff9b::127.0.0.1', loopback],
  ['64:ff9b::7f00:1', loopback],
  ['2002:7f00:1::', loopback],
  ['2002:7f00:0001:1:2:3:4:5', loopback],
  ['localhost', localhost],
  ['LocalHost', localhost],
  ['localhost.', localhost],
  ['ｌｏｃａｌｈｏｓｔ', localhost],
  ['%6cocalhost', localhost],
  ['a.b.localhost', localhost],
  ['localhost.localdomain', localhost],
  ['localhost6.localdomain6', localhost],
  ['ip6-localhost', localhost],
  ['ip6-loopback', localhost],
  ['169.254.169.254', linkLocal],
  ['169.254.0.0', linkLocal],
  ['169.254.255.255', linkLocal],
  ['169.254.43518', linkLocal],
  ['2852039166', linkLocal],
  ['0xa9fea9fe', linkLocal],
  ['0251.0376.0251.0376', linkLocal],
  ['::ffff:169.254.169.254', linkLocal],
  ['::ffff:a9fe:a9fe', linkLocal],
  ['64:ff9b::a9fe:a9fe', linkLocal],
  ['2002:a9fe:a9fe::1', linkLocal],
  ['fe80::1', linkLocal6],
  ['FE80::1%eth0', linkLocal6],
  ['febf:ffff::1', linkLocal6],
  ['168.63.129.16', platform],
  ['168.63.33040', platform],
  ['0xa83f8110', platform],
  ['::ffff:168.63.129.16', platform],
  ['0.0.0.0', unspecified],
  ['0', unspecified],
  ['0.0.0.1', unspecified],
  ['00', unspecified],
  ['0x0', unspecified],
  ['::', 'never: unspecified (::/128)'],
  ['::ffff:0.0.0.0', unspecified],
  ['010.1.4.4', odd],
  ['10.1.1028', odd],
  ['0x0a.1.4.4', odd],
  ['167837700', odd],
  ['2001:4860::1%eth0', odd],
  ['', unreadable],
  [' ', unreadable],
  ['.', unreadable],
  ['..', unreadable],
  ['256.1.1.1', unreadable],
  ['08.1.1.1', unreadable],
  ['127.0.0.1%00', unreadable],
  ['127.0.0.1:80', unreadable],
  ['::ffff:127.1', unreadable],
  ['::g', unreadable],
  ['user@127.0.0.1', unreadable],
  ['bing.com#@127.0.0.1', unreadable],
  ['bing.com/../127.0.0.1', unreadable],
  ['bing.com\\@127.0.0.1', unreadable],
  ['bing.com?127.0.0.1', unreadable],
  ['a b', unreadable],
  ['a\tb', unreadable],
  ['127.0.0.1\n', loopback],
  ['localhost..', unreadable],
];

describe('the built-in refusals', () => {
  const open = everyone('local mode');
  test.each(hostile)('%j meets "%s" even where everything is granted', (text, rule) => {
    for (const destination of [
      { address: text },
      { host: text },
      { host: 'bing.com', address: text },
      { address: '13.107.21.200', host: text },
    ]) {
      for (const inVnet of [false, true]) {
        const subject = { command: 'check', machines: [], destination: { ...destination, inVnet }, ports: [80] };
        expect(decide(open, onCall, channel, subject)).toMatchObject({ allowed: false, reason: 'destination', rule });
      }
    }
  });

  const harmless = [
    '10.1.4.4',
    '13.107.21.200',
    '128.0.0.1',
    '126.255.255.255',
    '169.253.255.255',
    '169.255.0.0',
    '168.63.129.15',
    '168.63.129.17',
    '1.0.0.0',
    '::2:0:0:1',
    '::ffff:10.1.4.4',
    'fec0::1',
    '2606:4700::1111',
    'bing.com',
    'localhost.example',
    'notlocalhost',
    '127.0.0.1.example',
    'xn--bcher-kva.example',
    'shop_1.example',
  ];
  test.each(harmless)('%j meets none of them', (text) => {
    const subject = { command: 'check', machines: [], destination: { host: text, inVnet: false }, ports: [] };
    expect(decide(open, onCall, channel, subject)).toMatchObject({ allowed: true });
  });
});

describe('a rule that names a refused prefix', () => {
  const listed = (...texts: readonly string[]) =>
    texts.flatMap((text) => {
      const reading = readPrefix(text);
      return 'prefix' in reading ? [reading.prefix] : [];
    });
  test.each([
    ['169.254.169.254', ['169.254.169.254'], undefined],
    ['169.254.169.254', ['169.254.0.0/16'], undefined],
    ['::ffff:169.254.169.254', ['169.254.169.254/32'], undefined],
    ['169.254.169.254', ['169.254.169.253'], linkLocal],
    ['169.254.169.254', ['169.0.0.0/8'], linkLocal],
    ['169.254.169.254', ['0.0.0.0/0'], linkLocal],
    ['169.254.169.254', ['::/0'], linkLocal],
    ['127.0.0.1', ['0.0.0.0/0', '126.0.0.0/7'], loopback],
    ['127.0.0.1', ['127.0.0.1'], undefined],
    ['127.1', ['127.0.0.1'], odd],
    ['::1', ['::/0'], loopback6],
    ['::1', ['::1'], undefined],
    ['0.0.0.0', ['0.0.0.0/0'], unspecified],
    ['0.0.0.0', ['0.0.0.0/8'], undefined],
    ['fe80::1', ['fe80::/10'], undefined],
    ['fe80::1%1', ['fe80::/10'], odd],
    ['64:ff9b::7f00:1', ['64:ff9b::/96'], loopback],
    ['168.63.129.16', ['168.63.129.16'], undefined],
    ['localhost', ['127.0.0.0/8'], localhost],
  ] as const)('%s with %j: %s', (text, prefixes, rule) => {
    expect(refusedAlways(readPoint(text), listed(...prefixes))).toBe(rule);
  });

  test('lifts the refusal for that rule alone', () => {
    const reading = readGrants(
      `
tenants: [t]
rules:
  - { name: metadata, who: [on-call], where: anywhere, commands: [check], machines: none, destinations: { addresses: [169.254.169.254], ports: [80] } }
  - { name: the rest, who: anyone, where: anywhere, commands: all, machines: all, destinations: { vnets: true, internet: true, ports: any } }
`,
      'grants.yaml',
    );
    if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
    const subject = (port: number) => ({
      command: 'check',
      machines: [],
      destination: { address: '169.254.169.254', inVnet: false },
      ports: [port],
    });
    expect(decide(reading.grants, onCall, channel, subject(80))).toMatchObject({ allowed: true, rule: 'metadata' });
    expect(decide(reading.grants, onCall, channel, subject(81))).toMatchObject({ rule: 'metadata', reason: 'port' });
    const other = { ...onCall, objectId: 'other', id: 'other' };
    expect(decide(reading.grants, other, channel, subject(80))).toEqual({
      allowed: false,
      rule: linkLocal,
      reason: 'destination',
      toGrant: { address: '169.254.169.254/32' },
    });
  });
});

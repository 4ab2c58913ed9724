import { describe, expect, it } from 'vitest';
import { type Place, type PlaceHints, readPlace } from '../../src/language/endpoints.ts';

const id =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/ContosoRG/providers/Microsoft.Compute/virtualMachines/db0';
const machine = { kind: 'vm', name: 'db0', group: 'ContosoRG', resourceId: id } as const;
const vm = (name: string, group?: string) => ({ kind: 'vm' as const, name, ...(group === undefined ? {} : { group }) });
const address = (text: string) => ({ kind: 'address' as const, address: text });
const host = (name: string) => ({ kind: 'host' as const, host: name });
const url = (text: string, name: string, port: number) => ({ kind: 'url' as const, url: text, host: name, port });
const tag = (key: string, value: string) => ({ kind: 'tag' as const, key, value });
const portal = 'https://portal.azure.com/#@contoso.onmicrosoft.com/resource';

const read: readonly (readonly [typed: string, place: Place, hints?: PlaceHints])[] = [
  ['db0', { endpoint: vm('db0') }],
  ['Database_0-x', { endpoint: vm('Database_0-x') }],
  ['db0:1433', { endpoint: vm('db0'), port: 1433 }],
  ['db0:https', { endpoint: vm('db0'), port: 443 }],
  ['ContosoRG/db0', { endpoint: vm('db0', 'ContosoRG') }],
  ['rg_(1)-x/db0:80', { endpoint: vm('db0', 'rg_(1)-x'), port: 80 }],
  ['my.rg/db0', { endpoint: vm('db0', 'my.rg') }, { vm: true }],
  ['a.b', { endpoint: vm('a.b') }, { vm: true }],
  ['10.1.4.4', { endpoint: vm('10.1.4.4') }, { vm: true }],
  ['80', { endpoint: vm('80') }, { vm: true }],
  ['80', { endpoint: vm('80') }, { quoted: true }],
  ['10.1.4.4', { endpoint: address('10.1.4.4') }],
  ['10.1.4.4:80', { endpoint: address('10.1.4.4'), port: 80 }],
  ['fd00::1', { endpoint: address('fd00::1') }],
  ['FD00:0:0::1', { endpoint: address('fd00::1') }],
  ['::', { endpoint: address('::') }],
  ['[fd00::1]', { endpoint: address('fd00::1') }],
  ['[fd00::1]:443', { endpoint: address('fd00::1'), port: 443 }],
  ['::ffff:10.1.4.4', { endpoint: address('10.1.4.4') }],
  ['[::ffff:127.0.0.1]:80', { endpoint: address('127.0.0.1'), port: 80 }],
  ['fd00::1:443', { endpoint: address('fd00::1:443') }],
  ['bing.com', { endpoint: host('bing.com') }],
  ['Foo.Database.Windows.NET:1433', { endpoint: host('foo.database.windows.net'), port: 1433 }],
  ['_sip._tcp.example', { endpoint: host('_sip._tcp.example') }],
  ['1.2.3.4.example', { endpoint: host('1.2.3.4.example') }],
  ['https://bing.com', { endpoint: url('https://bing.com', 'bing.com', 443) }],
  ['https://bing.com/', { endpoint: url('https://bing.com/', 'bing.com', 443) }],
  ['http://bing.com:8080/a?b=c#d', { endpoint: url('http://bing.com:8080/a?b=c', 'bing.com', 8080) }],
  ['HTTPS://BING.com:443', { endpoint: url('https://bing.com', 'bing.com', 443) }],
  ['https://bing.com?', { endpoint: url('https://bing.com', 'bing.com', 443) }],
  ['https://bing.com/#x', { endpoint: url('https://bing.com/', 'bing.com', 443) }],
  ['https://a.example\\@b.example/', { endpoint: url('https://a.example/@b.example/', 'a.example', 443) }],
  ['http://0x7f.1/', { endpoint: url('http://127.0.0.1/', '127.0.0.1', 80) }],
  ['http://[::1]:81/', { endpoint: url('http://[::1]:81/', '::1', 81) }],
  ['https://例子.example/', { endpoint: url('https://xn--fsqu00a.example/', 'xn--fsqu00a.example', 443) }],
  ['https://portal.azure.com', { endpoint: url('https://portal.azure.com', 'portal.azure.com', 443) }],
  ['redis://db0', { endpoint: vm('db0'), port: 6379 }],
  ['rediss://cache.example:6380/0', { endpoint: host('cache.example'), port: 6380 }],
  ['tcp://10.1.4.4:80', { endpoint: address('10.1.4.4'), port: 80 }],
  ['tcp://db0', { endpoint: vm('db0') }],
  ['ldaps://dc0.example', { endpoint: host('dc0.example'), port: 636 }],
  [id, { endpoint: machine }],
  [`${id}:1433`, { endpoint: machine, port: 1433 }],
  [id.slice(1), { endpoint: machine }],
  [
    id.toLowerCase(),
    { endpoint: { ...machine, group: 'contosorg', resourceId: id.replace('ContosoRG', 'contosorg') } },
  ],
  [`${portal}${id}`, { endpoint: machine }],
  [`${portal}${id}/overview`, { endpoint: machine }],
  [`https://portal.azure.us/#@x${id}/networking`, { endpoint: machine }],
  [`https://portal.azure.cn/#resource${id}`, { endpoint: machine }],
  [`https://portal.azure.com/#view/x/id/${encodeURIComponent(id)}`, { endpoint: machine }],
  ['tier=web', { endpoint: tag('tier', 'web') }],
  ['tier=web:80', { endpoint: tag('tier', 'web'), port: 80 }],
  ['tier=web:80', { endpoint: tag('tier', 'web:80') }, { quoted: true }],
  ['cost center=a b', { endpoint: tag('cost center', 'a b') }, { quoted: true }],
  ['层=前端', { endpoint: tag('层', '前端') }],
];

describe('a place', () => {
  it.each(read.map(([typed, place, hints = {}]) => ({ typed, place, hints })))(
    '$typed $hints',
    ({ typed, place, hints }) => {
      expect(readPlace(typed, hints)).toEqual({ ok: true, value: place });
    },
  );
});

const refused: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['', { text: '' }],
  ['.', { text: '.' }],
  ['..', { text: '..' }],
  ['-db0', { text: '-db0' }],
  ['db0-', { text: 'db0-' }],
  ['db 0', { text: 'db 0' }],
  ['db$0', { text: 'db$0' }],
  ['a'.repeat(65), { text: 'a'.repeat(65) }],
  ['80', { text: '80' }],
  ['db0:', { text: 'db0:' }],
  [':80', { text: ':80' }],
  ['10.1.4', { text: '10.1.4' }],
  ['10.1.4.256', { text: '10.1.4.256' }],
  ['010.1.4.4', { text: '010.1.4.4' }],
  ['0x7f.1', { text: '0x7f.1' }],
  ['1.2.3.4.5', { text: '1.2.3.4.5' }],
  ['10.0.0.0/8', { text: '10.0.0.0/8', why: 'HOST_OR_GROUP' }],
  ['fe80::1%eth0', { text: 'fe80::1%eth0' }],
  ['[fd00::1', { text: '[fd00::1' }],
  ['[db0]:80', { text: '[db0]:80' }],
  ['[fd00::1]80', { text: '[fd00::1]80' }],
  ['bing..com', { text: 'bing..com' }],
  ['-a.com', { text: '-a.com' }],
  ['bing.com/search', { text: 'bing.com/search', why: 'HOST_OR_GROUP' }],
  ['rg./db0', { text: 'rg./db0' }],
  ['../db0', { text: '../db0' }],
  ['a/b/c', { text: 'a/b/c' }],
  ['rg/..', { text: 'rg/..' }],
  ['/db0', { text: '/db0' }],
  ['https://', { text: 'https://' }],
  ['https://a b/', { text: 'https://a b/' }],
  ['ftp2://db0', { text: 'ftp2://db0' }],
  ['javascript://db0', { text: 'javascript://db0' }],
  ['file:///etc/passwd', { text: 'file:///etc/passwd' }],
  ['https://user:secret@bing.com/', { text: 'https://…@bing.com', why: 'URL_CREDENTIALS' }],
  ['redis://:secret@db0', { text: 'redis://…@db0', why: 'URL_CREDENTIALS' }],
  ['app\u200b0', { text: 'app<U+200B>0', why: 'INVISIBLE' }],
  ['app\u202e0', { text: 'app<U+202E>0', why: 'INVISIBLE' }],
  ['app\u00ad0', { text: 'app<U+00AD>0', why: 'INVISIBLE' }],
  ['app\u00000', { text: 'app<U+0000>0', why: 'INVISIBLE' }],
  ['app\ud8000', { text: 'app<U+D800>0', why: 'INVISIBLE' }],
  ['https://bing\u200b.com/', { text: 'https://bing<U+200B>.com/', why: 'INVISIBLE' }],
  ['аpp0', { text: 'аpp0' }],
  [
    '/subscriptions/not-a-guid/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v',
    {
      text: '/subscriptions/not-a-guid/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v',
    },
  ],
  [id.replace('ContosoRG', '..'), { text: id.replace('ContosoRG', '..') }],
  [`${id}/extensions/x`, { text: `${id}/extensions/x`, why: 'NOT_A_VM_ID' }],
  [id.replace('virtualMachines', 'disks'), { text: id.replace('virtualMachines', 'disks'), why: 'NOT_A_VM_ID' }],
  [
    `${portal}/subscriptions/x/resourceGroups/y/overview`,
    {
      text: `${portal}/subscriptions/x/resourceGroups/y/overview`,
      why: 'NOT_A_VM_ID',
    },
  ],
  ['tier=', { text: 'tier=' }],
  ['=web', { text: '=web' }],
  ['tier=a=b', { text: 'tier=a=b' }],
  ['tier=<b>', { text: 'tier=<b>' }],
];

describe('not a place', () => {
  it.each(refused)('%s', (typed, facts) => {
    const reading = readPlace(typed);
    expect(reading.ok).toBe(false);
    if (!reading.ok) expect(reading.problem).toEqual({ code: 'NOT_UNDERSTOOD', facts });
  });

  it('is quoted only as far as a person reads', () => {
    const reading = readPlace('x'.repeat(5000));
    expect(reading.ok ? '' : String(reading.problem.facts.text).length).toBe(301);
  });

  it.each(['db0:0', 'db0:65536', 'db0:99999999999', '10.1.4.4:1e3', '[fd00::1]:x1', 'db0:0x50'])(
    'port of %s',
    (typed) => {
      const reading = readPlace(typed);
      expect(reading.ok ? 'read' : reading.problem.code).toBe('PORT_INVALID');
    },
  );
});

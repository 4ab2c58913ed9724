import { describe, expect, test } from 'vitest';
import type { Conversation, Requester } from '../../src/core/chat.ts';
import type { Machine } from '../../src/core/check.ts';
import { type Denied, decide, isOperator, mayRun, maySee, rulesFor } from '../../src/policy/decide.ts';
import { everyone, type Grants, nobody, readGrants } from '../../src/policy/grants.ts';
import type { Destination, Subject } from '../../src/policy/subject.ts';
import { channel, groupChat, machine, networkTeam, onCall, otherChannel, personal, stranger } from './people.ts';

const grants = read(`
tenants: [T, guest-tenant]
operators: [NETWORK-TEAM]
rules:
  - name: on-call, shop
    who: [ON-CALL]
    where: { channels: [19:OPS@thread.tacv2] }
    commands: [Check, vms]
    machines: [{ subscription: SUB-1, group: ShopRG }]
    destinations: { vnets: true, ports: [80, 443, 8000-8100] }
  - name: on-call, web tier
    who: [on-call]
    where: { personal: true }
    commands: [check]
    machines: [{ tags: { Tier: web } }]
    destinations: { addresses: [10.9.0.0/16, 2001:db8:9::/48], hosts: ["*.shop.example", shop.example], ports: any }
  - name: anyone, group chat
    tenants: [t]
    who: anyone
    where: { chats: [19:chat@thread.v2] }
    commands: [check, vms]
    machines: all
    destinations: { internet: true, ports: [443] }
  - name: team lists
    who: anyone
    where: { teams: [19:team@thread.tacv2] }
    commands: [history]
    machines: none
  - name: network team
    who: [network-team]
    where: anywhere
    commands: all
    machines: all
    destinations: { vnets: true, internet: true, ports: any }
`);

const web = machine('web0', 'shoprg', { tags: { tier: 'web' } });
const db = machine('db0', 'SHOPRG', { subscriptionId: 'Sub-1' });
const app = machine('app0', 'ContosoRG');
const otherShop = machine('web0', 'ShopRG', { subscriptionId: 'sub-2' });
const upperTag = machine('web9', 'x', { tags: { TIER: 'Web' } });

const vnet: Destination = { address: '10.1.4.4', inVnet: true };
const internet: Destination = { address: '13.107.21.200', inVnet: false };
const host = (name: string, inVnet = false): Destination => ({ host: name, inVnet });
const address = (text: string, inVnet = false): Destination => ({ address: text, inVnet });

type Row = readonly [
  who: Requester,
  where: Conversation,
  command: string,
  machines: readonly Machine[],
  destination: Destination | undefined,
  ports: readonly number[],
  answer: 'yes' | Denied['reason'],
  rule: string,
];

const none = undefined;
const guest = { ...groupChat, tenantId: 'GUEST-tenant' };

const rows: readonly Row[] = [
  // who and where
  [onCall, channel, 'check', [web, db], vnet, [80], 'yes', 'on-call, shop'],
  [{ id: 'ON-call' }, channel, 'check', [web], vnet, [80], 'yes', 'on-call, shop'],
  [
    onCall,
    { ...channel, id: '19:x', channelId: '19:OPS@THREAD.tacv2' },
    'check',
    [web],
    vnet,
    [80],
    'yes',
    'on-call, shop',
  ],
  [onCall, otherChannel, 'check', [web], vnet, [80], 'command', 'team lists'],
  [onCall, personal, 'check', [db], vnet, [80], 'scope', 'on-call, web tier'],
  [stranger, channel, 'check', [web], vnet, [80], 'command', 'team lists'],
  [stranger, { ...channel, teamId: 'other' }, 'check', [web], vnet, [80], 'command', 'deny by default'],
  [stranger, personal, 'check', [web], vnet, [80], 'command', 'deny by default'],
  [{ id: '29:x', name: 'on-call' }, channel, 'check', [web], vnet, [80], 'command', 'team lists'],
  // tenants
  [networkTeam, { ...channel, tenantId: 'else' }, 'check', [app], vnet, [80], 'tenant', 'tenants'],
  [networkTeam, { id: 'a:1', kind: 'personal', reference: {} }, 'help', [], none, [], 'tenant', 'tenants'],
  [stranger, groupChat, 'check', [app], internet, [443], 'yes', 'anyone, group chat'],
  [stranger, guest, 'check', [app], internet, [443], 'command', 'deny by default'],
  // commands
  [onCall, channel, 'CHECK', [web], vnet, [80], 'yes', 'on-call, shop'],
  [onCall, channel, 'vms', [], none, [], 'yes', 'on-call, shop'],
  [onCall, channel, 'history', [], none, [], 'yes', 'team lists'],
  [onCall, channel, 'capture', [web], none, [], 'command', 'on-call, shop'],
  [stranger, personal, 'help', [], none, [], 'yes', 'built-in: help, whoami and why need no grant'],
  [stranger, personal, 'WhoAmI', [], none, [], 'yes', 'built-in: help, whoami and why need no grant'],
  [stranger, personal, 'why', [], none, [], 'yes', 'built-in: help, whoami and why need no grant'],
  [stranger, personal, 'sign-out', [], none, [], 'yes', 'built-in: sign out needs no grant'],
  [stranger, personal, 'help', [web], none, [], 'command', 'deny by default'],
  // a name that the probe has resolved
  [
    onCall,
    personal,
    'check',
    [web],
    { host: 'a.shop.example', resolved: '10.1.2.3', inVnet: false },
    [22],
    'yes',
    'on-call, web tier',
  ],
  [
    onCall,
    personal,
    'check',
    [web, app],
    { host: 'a.shop.example', resolved: '10.1.2.3', inVnet: true },
    [22],
    'scope',
    'on-call, web tier',
  ],
  [
    onCall,
    personal,
    'check',
    [web],
    { host: 'a.shop.example', resolved: '169.254.169.254', inVnet: false },
    [80],
    'destination',
    'never: link-local (169.254.0.0/16)',
  ],
  [
    onCall,
    personal,
    'check',
    [web],
    { host: 'a.shop.example', resolved: '168.63.129.16', inVnet: false },
    [80],
    'destination',
    'never: Azure platform (168.63.129.16/32)',
  ],
  [
    stranger,
    groupChat,
    'check',
    [app],
    { host: 'bing.com', resolved: '13.107.21.200', inVnet: false },
    [443],
    'yes',
    'anyone, group chat',
  ],
  [
    stranger,
    groupChat,
    'check',
    [app],
    { host: 'bing.com', resolved: '10.1.4.4', inVnet: false },
    [443],
    'destination',
    'anyone, group chat',
  ],
  [
    stranger,
    groupChat,
    'check',
    [app],
    { host: 'bing.com', resolved: '127.0.0.1', inVnet: false },
    [443],
    'destination',
    'never: loopback (127.0.0.0/8)',
  ],
  [
    networkTeam,
    channel,
    'check',
    [app, db],
    { host: 'db.internal.example', resolved: '10.1.4.4', inVnet: true },
    [1433],
    'yes',
    'network team',
  ],
  // scopes
  [onCall, channel, 'check', [web, app], vnet, [80], 'scope', 'on-call, shop'],
  [onCall, channel, 'check', [otherShop], vnet, [80], 'scope', 'on-call, shop'],
  [onCall, channel, 'check', [otherShop, web], vnet, [80], 'scope', 'on-call, shop'],
  [onCall, channel, 'history', [web], none, [], 'scope', 'team lists'],
  [onCall, personal, 'check', [web], address('10.9.1.1'), [22], 'yes', 'on-call, web tier'],
  [onCall, personal, 'check', [otherShop], address('10.9.1.1'), [22], 'scope', 'on-call, web tier'],
  [onCall, personal, 'check', [upperTag], address('10.9.1.1'), [22], 'scope', 'on-call, web tier'],
  [
    onCall,
    personal,
    'check',
    [{ ...upperTag, tags: { TIER: 'web' } }],
    address('10.9.1.1'),
    [],
    'yes',
    'on-call, web tier',
  ],
  // destinations
  [onCall, channel, 'check', [web], internet, [80], 'destination', 'on-call, shop'],
  [onCall, channel, 'check', [web], host('shop.example'), [80], 'destination', 'on-call, shop'],
  [onCall, channel, 'check', [web], host('db.internal', true), [80], 'yes', 'on-call, shop'],
  [onCall, channel, 'check', [web, db], { inVnet: true }, [80], 'yes', 'on-call, shop'],
  [onCall, channel, 'check', [web], { inVnet: false }, [80], 'destination', 'on-call, shop'],
  [onCall, channel, 'check', [web], address('192.168.1.1'), [80], 'destination', 'on-call, shop'],
  [onCall, personal, 'check', [web], address('10.10.0.1'), [1], 'destination', 'on-call, web tier'],
  [onCall, personal, 'check', [web], vnet, [1], 'destination', 'on-call, web tier'],
  [onCall, personal, 'check', [web], { inVnet: true }, [1], 'destination', 'on-call, web tier'],
  [onCall, personal, 'check', [web], address('2001:DB8:9::1'), [1], 'yes', 'on-call, web tier'],
  [onCall, personal, 'check', [web], address('::ffff:10.9.0.1'), [1], 'yes', 'on-call, web tier'],
  [onCall, personal, 'check', [web], address('2001:db8:a::1'), [1], 'destination', 'on-call, web tier'],
  [onCall, personal, 'check', [web], host('SHOP.example.'), [1], 'yes', 'on-call, web tier'],
  [onCall, personal, 'check', [web], host('a.b.shop.example'), [1], 'yes', 'on-call, web tier'],
  [onCall, personal, 'check', [web], host('evilshop.example'), [1], 'destination', 'on-call, web tier'],
  [onCall, personal, 'check', [web], host('shop.example.evil'), [1], 'destination', 'on-call, web tier'],
  [
    onCall,
    personal,
    'check',
    [web],
    { host: 'shop.example', address: '10.9.0.1', inVnet: false },
    [1],
    'yes',
    'on-call, web tier',
  ],
  [
    onCall,
    personal,
    'check',
    [web],
    { host: 'shop.example', address: '10.1.0.1', inVnet: false },
    [1],
    'destination',
    'on-call, web tier',
  ],
  [networkTeam, personal, 'check', [web], host('10.9.0.1'), [1], 'destination', 'network team'],
  [networkTeam, personal, 'check', [web], address('10.9.0.1', true), [1], 'yes', 'network team'],
  [networkTeam, personal, 'check', [web], address('100.64.0.1'), [1], 'destination', 'network team'],
  [networkTeam, personal, 'check', [web], address('224.0.0.1'), [1], 'destination', 'network team'],
  [networkTeam, personal, 'check', [web], address('fd00::1'), [1], 'destination', 'network team'],
  [networkTeam, personal, 'check', [web], address('64:ff9b::808:808'), [1], 'destination', 'network team'],
  [networkTeam, personal, 'check', [web], address('2606:4700::1111'), [1], 'yes', 'network team'],
  [networkTeam, personal, 'check', [web], host('anything.example'), [1], 'yes', 'network team'],
  [
    networkTeam,
    personal,
    'check',
    [web],
    address('169.254.169.254'),
    [80],
    'destination',
    'never: link-local (169.254.0.0/16)',
  ],
  // ports
  [onCall, channel, 'check', [web], vnet, [8000], 'yes', 'on-call, shop'],
  [onCall, channel, 'check', [web], vnet, [8100], 'yes', 'on-call, shop'],
  [onCall, channel, 'check', [web], vnet, [8101], 'port', 'on-call, shop'],
  [onCall, channel, 'check', [web], vnet, [80, 22, 443], 'port', 'on-call, shop'],
  [onCall, channel, 'check', [web], vnet, [], 'yes', 'on-call, shop'],
  [onCall, channel, 'history', [], none, [80], 'port', 'team lists'],
  // the rule that came nearest speaks, and parts of several rules do not add up
  [onCall, groupChat, 'check', [web], internet, [80], 'port', 'anyone, group chat'],
  [onCall, groupChat, 'check', [web], vnet, [80], 'destination', 'anyone, group chat'],
];

describe('decide', () => {
  test.each(rows.map((row, index) => [index, ...row] as const))(
    'row %i',
    (_, who, where, command, machines, destination, ports, answer, rule) => {
      const subject: Subject = { command, machines, ports, ...(destination && { destination }) };
      const decision = decide(grants, who, where, subject);
      expect([decision.allowed ? 'yes' : decision.reason, decision.rule]).toEqual([answer, rule]);
    },
  );

  const toGrant = (who: Requester, where: Conversation, subject: Subject) => {
    const decision = decide(grants, who, where, subject);
    return decision.allowed ? 'allowed' : decision.toGrant;
  };
  test('a denial says what an operator would add', () => {
    const check = { command: 'check', machines: [web], destination: vnet, ports: [80] };
    expect(toGrant(networkTeam, { ...channel, tenantId: 'else' }, check)).toEqual({ tenant: 'else' });
    expect(toGrant(stranger, { ...otherChannel, teamId: 'other' }, check)).toEqual({
      person: 'stranger',
      channel: '19:all@thread.tacv2',
      command: 'check',
    });
    const { channelId: _, teamId: __, ...bare } = channel;
    expect(toGrant({ id: '29:z' }, bare, check)).toEqual({
      person: '29:z',
      channel: '19:ops@thread.tacv2',
      command: 'check',
    });
    expect(toGrant(stranger, personal, check)).toEqual({ person: 'stranger', chat: 'a:1', command: 'check' });
    expect(toGrant(onCall, channel, { ...check, command: 'capture' })).toEqual({ command: 'capture' });
    expect(toGrant(onCall, channel, { ...check, machines: [web, app, otherShop, app] })).toEqual({
      machines: 'sub-1/ContosoRG, sub-2/ShopRG',
    });
    expect(toGrant(onCall, channel, { ...check, destination: internet })).toEqual({ address: '13.107.21.200/32' });
    expect(toGrant(onCall, channel, { ...check, destination: host('Bing.com') })).toEqual({ host: 'bing.com' });
    expect(toGrant(onCall, personal, { ...check, destination: { inVnet: true } })).toEqual({ vnets: 'true' });
    expect(toGrant(onCall, channel, { ...check, ports: [80, 22, 21] })).toEqual({ ports: '22, 21' });
    expect(toGrant(networkTeam, channel, { ...check, destination: host('localhost') })).toEqual({});
  });

  test('an allowed decision carries the limits of its rule', () => {
    const limited = read(`
tenants: [t]
rates: { person: { perMinute: 3 }, channel: { inFlight: 2 } }
rules:
  - { name: a, who: [on-call], where: anywhere, commands: [vms], machines: none, rates: { person: { inFlight: 1 } } }
  - { name: b, who: anyone, where: anywhere, commands: [vms], machines: none }
`);
    const subject = { command: 'vms', machines: [], ports: [] };
    expect(decide(limited, onCall, channel, subject)).toEqual({
      allowed: true,
      rule: 'a',
      limits: {
        person: { perMinute: 3, inFlight: 1 },
        channel: { perMinute: 30, inFlight: 2 },
        subscription: { perMinute: 60, inFlight: 50 },
      },
    });
    expect(decide(limited, stranger, channel, subject)).toMatchObject({
      limits: { person: { perMinute: 3, inFlight: 5 } },
    });
  });
});

describe('without a file', () => {
  const check = { command: 'check', machines: [web], destination: internet, ports: [80] };
  const { tenantId: _, ...elsewhere } = personal;
  test('everyone may do everything in local mode', () => {
    const open = everyone('local mode');
    for (const destination of [
      internet,
      vnet,
      address('192.168.1.1'),
      address('fd00::1'),
      host('x.example'),
      { inVnet: true },
    ]) {
      expect(decide(open, stranger, elsewhere, { ...check, destination })).toEqual({
        allowed: true,
        rule: 'local mode',
        limits: { person: {}, channel: {}, subscription: {} },
      });
    }
    expect(mayRun(open, stranger, elsewhere, 'capture')).toBe(true);
    expect(maySee(open, stranger, elsewhere, app, 'check')).toBe(true);
    expect(isOperator(open, stranger)).toBe(true);
  });
  test('nobody may do anything but ask for help', () => {
    const closed = nobody('no grants file');
    expect(decide(closed, networkTeam, channel, check)).toMatchObject({
      allowed: false,
      rule: 'no grants file',
      reason: 'command',
    });
    expect(mayRun(closed, networkTeam, channel, 'check')).toBe(false);
    expect(mayRun(closed, networkTeam, channel, 'help')).toBe(true);
    expect(maySee(closed, networkTeam, channel, app)).toBe(false);
    expect(isOperator(closed, networkTeam)).toBe(false);
  });
});

test('the rules that speak of a person at a place, whatever they grant', () => {
  const names = (who: Requester, where: Conversation) => rulesFor(grants, who, where).map(({ name }) => name);
  expect(names(onCall, channel)).toEqual(['on-call, shop', 'team lists']);
  expect(names(stranger, personal)).toEqual([]);
  expect(names(networkTeam, { ...channel, tenantId: 'else' })).toEqual([]);
});

describe('menus and pick lists', () => {
  test.each([
    [onCall, channel, 'check', true],
    [onCall, channel, 'CHECK', true],
    [onCall, channel, 'history', true],
    [onCall, channel, 'capture', false],
    [onCall, otherChannel, 'check', false],
    [onCall, personal, 'vms', false],
    [stranger, personal, 'help', true],
    [networkTeam, groupChat, 'capture', true],
    [networkTeam, { ...groupChat, tenantId: 'else' }, 'help', false],
  ] as const)('mayRun %#', (who, where, command, expected) => {
    expect(mayRun(grants, who, where, command)).toBe(expected);
  });
  test.each([
    [onCall, channel, web, undefined, true],
    [onCall, channel, web, 'check', true],
    [onCall, channel, web, 'history', false],
    [onCall, channel, app, undefined, false],
    [onCall, personal, web, undefined, true],
    [onCall, personal, db, undefined, false],
    [stranger, groupChat, app, 'vms', true],
    [stranger, guest, app, 'vms', false],
    [networkTeam, { ...groupChat, tenantId: 'else' }, app, undefined, false],
  ] as const)('maySee %#', (who, where, one, command, expected) => {
    expect(maySee(grants, who, where, one, command)).toBe(expected);
  });
  test('operators are those the file names, in any case', () => {
    expect(isOperator(grants, networkTeam)).toBe(true);
    expect(isOperator(grants, onCall)).toBe(false);
  });
});

function read(text: string): Grants {
  const reading = readGrants(text, 'grants.yaml');
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.grants;
}

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGrants } from '../../src/policy/grants.ts';

const commands = ['check', 'vms', 'history', 'help'];
const rule = (line: string) =>
  `tenants: [t]\nrules:\n  - name: n\n    who: anyone\n    where: anywhere\n    commands: all\n    machines: all\n    ${line}\n`;
const port = 'a port is a number from 1 to 65535, or a range such as 8000-8100';

/** Every row: the text, and all that is wrong with it as line:column message. */
const wrong: readonly (readonly [title: string, text: string, ...problems: readonly string[]])[] = [
  ['an empty file', '', '1:1 give tenants and rules'],
  ['a list', '- a', '1:1 give tenants and rules'],
  [
    'nothing in it',
    '{}',
    '1:1 "tenants" is missing: give a list of ids',
    '1:1 "rules" is missing: give a list of rules',
  ],
  [
    'broken YAML',
    'tenants: [',
    '1:11 Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['a key twice', 'tenants: [t]\nrules: []\ntenants: [u]', '3:1 Map keys must be unique'],
  ['a second document', 'tenants: [t]\nrules: []\n---\nrules: []', '3:1 a second document begins here; grants are one'],
  ['an alias to nothing', 'tenants: *t\nrules: []', '1:10 there is no &t before this *t'],
  ['an alias that grows', 'tenants: &a [t]\nrules: &b [*a]\nrates: *b', '3:8 an anchor may not hold an alias'],
  [
    'a tag that makes objects',
    'tenants: !!js/function [t]\nrules: []',
    '1:10 Unresolved tag: tag:yaml.org,2002:js/function',
  ],
  [
    'a key that libraries drop',
    rule('machines: [{ subscription: s, tags: { __proto__: x, a: b } }]').replace('    machines: all\n', ''),
    '7:43 "__proto__" is not a key',
  ],
  ['no tenant', 'tenants: []\nrules: []', '1:10 "tenants": name at least one tenant'],
  ['an unknown key', 'tenants: [t]\nrulez: []\nrules: []', '2:1 "rulez" is not known here; did you mean "rules"?'],
  [
    'a far key',
    rule('xyz: 1'),
    '8:5 "xyz" is not known here; known are name, tenants, who, where, commands, machines, destinations, rates',
  ],
  [
    'an unknown key of a place',
    rule('').replace('anywhere', '{ channel: [x], teams: [y] }'),
    '5:14 "channel" is not known here; did you mean "channels"?',
  ],
  [
    'an unknown key of a machine',
    rule('').replace('machines: all', 'machines:\n      - subscription: s\n        tag: { a: b }'),
    '9:9 "tag" is not known here; did you mean "tags"?',
  ],
  [
    'an unknown key of a destination',
    rule('destinations: { ports: any, vnet: true }'),
    '8:33 "vnet" is not known here; did you mean "vnets"?',
  ],
  [
    'an unknown key of rates',
    rule('rates: { person: { perMinutes: 1 }, team: {} }'),
    '8:24 "perMinutes" is not known here; did you mean "perMinute"?',
    '8:41 "team" is not known here; known are person, channel, subscription',
  ],
  [
    'an unknown command',
    rule('').replace('commands: all', 'commands: [check, histroy]'),
    '6:23 "histroy" is not a command; did you mean "history"?',
  ],
  [
    'a far command',
    rule('').replace('commands: all', 'commands: [capture]'),
    '6:16 "capture" is not a command; commands are check, vms, history, help',
  ],
  ['a foreign tenant', rule('tenants: [u]'), '8:15 "u" is not among the file\'s tenants'],
  [
    'a name twice',
    `${rule('')}  - { name: N, who: anyone, where: anywhere, commands: all, machines: all }`,
    '9:13 "N" is already the name of rule 1',
  ],
  [
    'the name of a built-in rule',
    rule('').replace('name: n', 'name: "Never: loopback"'),
    '3:11 "name": this name is one of the built-in rules',
  ],
  ['a name over two lines', rule('').replace('name: n', 'name: "a\\nb"'), '3:11 "name": a name has 1 to 80 characters'],
  ['a bare rule', 'tenants: [t]\nrules: [5]', '2:9 give name, who, where, commands and machines'],
  [
    'an empty rule',
    'tenants: [t]\nrules:\n  - {}',
    '3:5 "name" is missing: give the name that decisions will mention',
    '3:5 "who" is missing: write anyone, or a list of ids',
    '3:5 "where" is missing: write anywhere, or name personal, teams, channels or chats',
    '3:5 "commands" is missing: write all, or a list of commands',
    '3:5 "machines" is missing: write all, none, or a list of subscriptions, groups and tags',
  ],
  [
    'people by address',
    rule('').replace('anyone', '[a@contoso.com]'),
    '4:11 people are granted by their object id, not by name or address',
  ],
  ['people by name', rule('').replace('anyone', '[On Call]'), '4:11 is not an id: ids have no spaces'],
  ['a number for an id', rule('').replace('anyone', '[12]'), '4:11 an id is text: put it in quotes'],
  ['one id for a list', rule('').replace('anyone', 'someone'), '4:10 "who": write anyone, or a list of ids'],
  ['nobody', rule('').replace('anyone', '[]'), '4:10 "who": the list is empty; name at least one'],
  [
    'operators by address',
    'tenants: [t]\noperators: [a@b]\nrules: []',
    '2:13 people are granted by their object id, not by name or address',
  ],
  [
    'no place',
    rule('').replace('anywhere', '{ teams: [] }'),
    '5:12 "where": names no place; write where: anywhere where every place is meant',
  ],
  [
    'no machine',
    rule('').replace('machines: all', 'machines: [{}]'),
    '7:16 names nothing; write machines: all where every machine is meant',
  ],
  [
    'empty tags',
    rule('').replace('machines: all', 'machines: [{ subscription: s, tags: {} }]'),
    '7:16 names nothing; write machines: all where every machine is meant',
  ],
  [
    'a group alone',
    rule('').replace('machines: all', 'machines: [{ group: g }]'),
    '7:16 a group needs its subscription: names repeat across subscriptions',
  ],
  [
    'a tag that is a number',
    rule('').replace('machines: all', 'machines: [{ tags: { a: 1 } }]'),
    '7:29 "a": a tag value is text: put it in quotes',
  ],
  [
    'destinations without ports',
    rule('destinations: { vnets: true }'),
    '8:19 "ports" is missing: write any, or a list of ports and ranges',
  ],
  ['yes for true', rule('destinations: { internet: yes, ports: any }'), '8:31 "internet": write true or false'],
  [
    'ports',
    rule('destinations: { ports: [0, 80, 65536, 9-3, 1-70000, x, 1.5] }'),
    `8:29 ${port}`,
    `8:36 ${port}`,
    '8:43 a range goes from the lower port to the higher, within 1 to 65535',
    '8:48 a range goes from the lower port to the higher, within 1 to 65535',
    `8:57 ${port}`,
    `8:60 ${port}`,
  ],
  ['no ports', rule('destinations: { ports: [] }'), '8:28 "ports": the list is empty; name at least one'],
  [
    'addresses',
    rule(
      'destinations: { ports: any, addresses: [10.0.0.1/8, "127.1", 300.1.1.1, "::ffff:1.2.3.4", 5, 1.2.3.4/33, 1.2.3.4/, "fe80::1%1", 1.2.3.4/8/9] }',
    ),
    '8:45 "10.0.0.1/8" has bits set behind its prefix; write 10.0.0.0/8',
    '8:57 "127.1" is an unusual spelling; write 127.0.0.1',
    '8:66 "300.1.1.1" is not an address or a prefix',
    '8:77 "::ffff:1.2.3.4" is an IPv4 address in IPv6 form; write it as IPv4',
    '8:95 a prefix is text, such as 10.1.0.0/16',
    '8:98 "1.2.3.4/33" has no length from 0 to 32 after the slash',
    '8:110 "1.2.3.4/" has no length from 0 to 32 after the slash',
    '8:120 "fe80::1%1" is an unusual spelling; write fe80::1',
    '8:133 "1.2.3.4/8/9" is not an address or a prefix',
  ],
  [
    'hosts',
    rule('destinations: { ports: any, hosts: ["*.com", "*", a b, 1.2.3.4, "x/y", "*.*.a.b"] }'),
    '8:41 "*.com" is not a host name, or *. and a name with a dot',
    '8:50 "*" is not a host name, or *. and a name with a dot',
    '8:55 "a b" is not a host name, or *. and a name with a dot',
    '8:60 "1.2.3.4" is an address: list it under addresses',
    '8:69 "x/y" is not a host name, or *. and a name with a dot',
    '8:76 "*.*.a.b" is not a host name, or *. and a name with a dot',
  ],
  [
    'a limit of nothing',
    rule('rates: { person: { perMinute: 0, inFlight: 1.5 } }'),
    '8:35 "perMinute": a limit is a whole number from 1',
    '8:48 "inFlight": a limit is a whole number from 1',
  ],
  [
    'several at once, in the order of the text',
    'rules: 5\ntenants: {}\noperator: [x]',
    '1:8 "rules": give a list of rules',
    '2:10 "tenants": give a list of ids',
    '3:1 "operator" is not known here; did you mean "operators"?',
  ],
];

describe('a wrong file', () => {
  test.each(wrong)('%s', (_, text, ...problems) => {
    const reading = readGrants(text, 'grants.yaml', commands);
    expect(
      reading.ok ? [] : reading.problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
    ).toEqual(problems);
  });

  test('anything at all is read or refused with places inside the text, and never throws', () => {
    const pieces = fc.constantFrom(
      'tenants',
      'rules',
      'who',
      'machines',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a ',
      '*a',
      '!!set ',
      '? ',
      '|',
      '>',
      '#',
      '\t',
      '__proto__',
      'null',
      '~',
      '1e9',
      '---',
      '%',
      '\u0000',
      '\ud800',
      '🦊',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (content) => {
        const reading = readGrants(content, 'f');
        const lines = content.split('\n').length;
        if (!reading.ok) {
          expect(reading.problems.length).toBeGreaterThan(0);
          for (const { line, column } of reading.problems) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines);
            expect(column).toBeGreaterThanOrEqual(1);
          }
        }
      }),
      { numRuns: process.env.SOAK ? 100_000 : 2_000 },
    );
  }, 300_000);
});

describe('a right file', () => {
  test('an anchor names a list once', () => {
    const text = `tenants: [t]
rules:
  - { name: a, who: &crew [P1, p2], where: anywhere, commands: all, machines: none }
  - { name: b, who: *crew, where: anywhere, commands: all, machines: none }`;
    const reading = readGrants(text, 'f');
    expect(reading.ok && reading.grants.rules.map(({ who }) => who)).toEqual([
      new Set(['p1', 'p2']),
      new Set(['p1', 'p2']),
    ]);
  });

  test('the sample is one', () => {
    const sample = readFileSync(new URL('../../docs/grants.sample.yaml', import.meta.url), 'utf8');
    const reading = readGrants(sample, 'docs/grants.sample.yaml');
    expect(reading.ok ? reading.grants.rules.map(({ name }) => name) : reading.problems).toEqual([
      'On-call checks the shop',
      'Network team asks everything',
    ]);
  });

  test('so is the one that docs/grants.md explains', () => {
    const page = readFileSync(new URL('../../docs/grants.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
    expect(examples).toHaveLength(1);
    for (const text of examples) expect(readGrants(text, 'docs/grants.md', commands)).toMatchObject({ ok: true });
  });
});

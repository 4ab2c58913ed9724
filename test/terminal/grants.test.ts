import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runGrants } from '../../src/terminal/grants.ts';
import { channel, people, personalConversationId } from '../../src/web/people.ts';

const sample = fileURLToPath(new URL('../../docs/grants.sample.yaml', import.meta.url));
const [onCall, networkTeam] = people.map(({ objectId }) => objectId);
const subscription = '00000000-0000-0000-0000-000000000000';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hopcheck-grants-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...argv: readonly (string | undefined)[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = runGrants(argv.map(String), { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { exit, out, err };
}

const write = (text: string) => {
  const file = join(folder, 'grants.yaml');
  writeFileSync(file, text);
  return file;
};

describe('explain, over the sample that the demo runs with', () => {
  const shop = ['--subscription', subscription, '--group', 'shopRG'];
  const contoso = ['--subscription', subscription, '--group', 'ContosoRG'];
  const shopRule = 'On-call checks the shop';
  const allRule = 'Network team asks everything';
  const rows: readonly (readonly [
    who: string | undefined,
    where: readonly string[],
    what: string,
    exit: number,
    rule: string,
    more: string,
  ])[] = [
    [onCall, shop, 'check from app to vm db0 port 1433', 0, shopRule, '10 and 5 per person'],
    [onCall, shop, 'can app reach db0 on 80', 0, shopRule, ''],
    [onCall, shop, '检查 从 app 到 db0 端口 80', 0, shopRule, ''],
    [onCall, shop, 'check from app to db0 port 3389', 1, shopRule, 'ports 3389'],
    [onCall, shop, 'check from app to 10.2.1.4 port 80', 1, shopRule, 'address 10.2.1.4/32'],
    [onCall, [...shop, '--in-vnet'], 'check from app to 10.2.1.4 port 80', 0, shopRule, ''],
    [onCall, shop, 'check from app to https://bing.com', 1, shopRule, 'host bing.com'],
    [onCall, shop, 'flow from app to 10.1.4.4:80', 1, shopRule, 'address 10.1.4.4/32'],
    [onCall, shop, 'next hop from app to 13.107.21.200', 1, shopRule, 'address 13.107.21.200/32'],
    [onCall, shop, 'watch app to db0 port 1433 every 5m', 0, shopRule, ''],
    [onCall, shop, 'rules app', 0, shopRule, ''],
    [onCall, contoso, 'check from app0 to vm db0 port 80', 1, shopRule, `machines ${subscription}/ContosoRG`],
    [
      onCall,
      [...shop, '--group', 'ContosoRG'],
      'check from app to db0 port 80',
      1,
      shopRule,
      `machines ${subscription}/ContosoRG`,
    ],
    [onCall, [], 'vms', 0, shopRule, ''],
    [onCall, [], 'help', 0, 'built-in: help, whoami and why need no grant', ''],
    [networkTeam, contoso, 'check from app0 to https://bing.com', 0, allRule, ''],
    [networkTeam, [], 'watch app0 to db0 port 1433 every 5m', 0, allRule, ''],
    [
      networkTeam,
      [],
      'check from app0 to 169.254.169.254 port 80',
      1,
      'never: link-local (169.254.0.0/16)',
      'address 169.254.169.254/32',
    ],
    [
      networkTeam,
      [],
      'check from app0 to localhost.localdomain port 80',
      1,
      'never: loopback (localhost)',
      'No rule can grant this.',
    ],
    [
      '29:somebody',
      shop,
      'check from app to vm db0 port 1433',
      1,
      'deny by default',
      `person 29:somebody, channel ${channel.id}, command check`,
    ],
  ];
  test.each(rows)('%s %j: %s', (who, where, what, exit, rule, more) => {
    const answer = run('explain', '--file', sample, '--who', who, '--where', channel.id, ...where, '--what', what);
    expect(answer.exit).toBe(exit);
    expect(answer.out.join('\n')).toContain(rule);
    expect(answer.out.join('\n')).toContain(more);
  });

  test('each destination is a question of its own, and all have to be granted', () => {
    const answer = run(
      'explain',
      '--file',
      sample,
      '--who',
      onCall,
      '--where',
      channel.id,
      ...shop,
      '--what',
      'check from app to db0, 13.107.21.200 port 80',
    );
    expect(answer).toEqual({
      exit: 1,
      err: [],
      out: [
        'check · destination db0',
        `Yes: the rule “${shopRule}” allows it.`,
        'A minute and at once: 10 and 5 per person, 30 and 20 per channel, 60 and 50 per subscription.',
        'check · destination 13.107.21.200',
        `No: the rule “${shopRule}” decides. The destination is not granted.`,
        'To grant it, an operator adds: address 13.107.21.200/32.',
      ],
    });
  });

  test('a machine that is nowhere is granted by "machines: all" alone, and the answer says what is missing', () => {
    const answer = run(
      'explain',
      '--file',
      sample,
      '--who',
      onCall,
      '--where',
      channel.id,
      '--what',
      'check from app to db0 port 80',
    );
    expect(answer).toMatchObject({
      exit: 1,
      err: ['Names are not looked up here: say where the machines are with --subscription, --group and --tag.'],
    });
  });

  test('speaks Chinese, and of a personal chat', () => {
    const place = personalConversationId('on-call');
    const answer = run(
      'explain',
      '--file',
      sample,
      '--who',
      'x',
      '--where',
      place,
      '--kind',
      'personal',
      '--what',
      'vms',
      '--language',
      'zh',
    );
    expect(answer.out).toEqual([
      '不允许：deny by default。此人在此处未获授予该命令。',
      `如需授权，请管理员添加：person x, chat ${place}, command vms。`,
    ]);
  });
});

describe('explain, by place and tag', () => {
  const text = `
tenants: [t1, t2]
rules:
  - { name: team, who: anyone, where: { teams: [T] }, commands: [vms], machines: none }
  - { name: chat, who: anyone, where: { chats: [C] }, tenants: [t2], commands: [vms], machines: none }
  - { name: web, who: [p], where: anywhere, commands: [check], machines: [{ tags: { tier: web=1 } }], destinations: { internet: true, ports: any } }
`;
  test.each([
    [['--where', 'x', '--team', 't', '--tenant', 'T1', '--what', 'vms'], 0, 'team'],
    [['--where', 'c', '--kind', 'groupChat', '--tenant', 't2', '--what', 'vms'], 0, 'chat'],
    [['--where', 'c', '--kind', 'groupChat', '--tenant', 't1', '--what', 'vms'], 1, 'command vms'],
    [['--where', 'x', '--tenant', 't3', '--what', 'vms'], 1, 'tenant t3'],
    [['--where', 'x', '--tenant', 't1', '--tag', 'Tier=web=1', '--what', 'check from a to bing.com port 80'], 0, 'web'],
    [['--where', 'x', '--tenant', 't1', '--tag', 'tier=web', '--what', 'check from a to bing.com port 80'], 1, 'web'],
  ] as const)('%j', (argv, exit, said) => {
    const answer = run('explain', '--file', write(text), '--who', 'p', ...argv);
    expect(answer.exit).toBe(exit);
    expect(answer.out.join('\n')).toContain(said);
  });
  test('asks for the tenant where the file serves several', () => {
    const file = write(text);
    expect(run('explain', '--file', file, '--who', 'p', '--where', 'x', '--what', 'vms')).toEqual({
      exit: 64,
      out: [],
      err: [`${file} serves several tenants: name one with --tenant.`],
    });
  });
});

describe('wrong usage and bad files', () => {
  const whole = ['explain', '--file', sample, '--who', 'a', '--where', 'b', '--what', 'vms'];
  test.each([
    [[]],
    [['validate']],
    [['audit', '--file', sample]],
    [['validate', 'again', '--file', sample]],
    [['validate', '--file', sample, '--language', 'fr']],
    [['explain', '--file', sample, '--where', 'b', '--what', 'vms']],
    [['explain', '--file', sample, '--who', 'a', '--what', 'vms']],
    [['explain', '--file', sample, '--who', 'a', '--where', 'b']],
    [[...whole, '--kind', 'team']],
    [[...whole, '--tag', 'web']],
    [[...whole, '--tag', '=web']],
    [[...whole, '--colour']],
  ])('%j shows the usage', (argv) => {
    const answer = run(...argv);
    expect(answer).toMatchObject({ exit: 64, out: [] });
    expect(answer.err.join('\n')).toMatch(/^Usage:/);
  });
  test('a sentence that is not understood is quoted', () => {
    const answer = run(...whole.with(-1, 'chek from a to b port 1'));
    expect(answer.exit).toBe(64);
    expect(answer.err.join('\n')).toContain('“chek” is not a command.');
  });
  test('validate names every problem by its place', () => {
    const file = write(
      'tenants: [t]\nrules:\n  - { name: a, who: anyone, where: anywhere, commands: [chek], machines: all, x: 1 }\n',
    );
    expect(run('validate', '--file', file)).toEqual({
      exit: 65,
      out: [],
      err: [
        `${file}:3:57: "chek" is not a command; did you mean "check"?`,
        `${file}:3:79: "x" is not known here; known are name, tenants, who, where, commands, machines, destinations, rates`,
      ],
    });
    expect(run(...whole.with(2, file)).exit).toBe(65);
  });
  test('validate counts the rules of a right one; a missing one is a bad file', () => {
    expect(run('validate', '--file', sample)).toEqual({
      exit: 0,
      out: [`${sample}: 2 rules, nothing wrong.`],
      err: [],
    });
    const gone = join(folder, 'gone.yaml');
    expect(run('validate', '--file', gone)).toEqual({ exit: 65, out: [], err: [`${gone}: cannot be read (ENOENT).`] });
  });
});

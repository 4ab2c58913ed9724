import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readGrants } from '../../src/policy/grants.ts';
import type { Message } from '../../src/web/conversations.ts';
import type { PersonId } from '../../src/web/people.ts';
import { type Booted, boot, buttonsOf, cardOf, pressOn, summaryOf, textsOf } from '../support/app.ts';

let booted: Booted;
beforeAll(async () => {
  booted = await boot();
});
afterAll(() => booted.stop());

const shown = (message: Message) => textsOf(cardOf(message)).join('\n').replaceAll('\u00a0', ' ');
const verbsOf = (message: Message) => [...new Set(buttonsOf(cardOf(message)).map(({ verb }) => verb))];

const press = (
  message: Message,
  verb: string,
  inputs: Record<string, string> = {},
  { on = booted, person }: { on?: Booted; person?: PersonId } = {},
) => pressOn(on, message, verb, inputs, person);

const next = (message: Message, wanted: RegExp, on = booted) =>
  on.chat.connector.waitFor(
    (other) => other.author === 'bot' && Number(other.id) > Number(message.id) && wanted.test(summaryOf(other)),
    15_000,
  );
const became = (message: Message, wanted: RegExp, on = booted) =>
  on.chat.connector.waitFor((other) => other.id === message.id && wanted.test(summaryOf(other)), 15_000);

const idOf = (group: string, name: string) =>
  `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;

describe('questions with one answer', () => {
  const rows: readonly (readonly [question: string, summary: RegExp, facts: readonly string[]])[] = [
    ['flow from app0 to 10.1.4.4:80', /^Denied: app0 → 10\.1\.4\.4:80, nsg-app\/DenyAllOutBound$/, ['65500', 'TCP']],
    [
      'flow from app0 to db0 port 80 inbound',
      /^Denied: 10\.2\.1\.4:\* → db0, nsg-db\/deny-80$/,
      ['310', 'securityRules/deny-80'],
    ],
    ['flow from app0 to db0:1433', /^Allowed: app0 → 10\.2\.3\.4:1433/, ['AllowVnetOutBound']],
    ['flow from 10.2.1.4 to db0 port 1433 udp', /^Denied|^Allowed/, ['UDP', 'db0']],
    ['flow from MultiTierApp0 to Database0 port 80', /^Allowed: MultiTierApp0 → 10\.1\.4\.4:80$/, []],
    ['next hop from MultiTierApp0 to 13.107.21.200', /dropped here/, ['appRoutes']],
    ['next hop from MultiTierApp0 to Database0', /go to 10\.1\.2\.4 next/, ['appRoutes', 'Database0 10.1.4.4']],
    ['next hop from app0 to db0', /virtual network/, ['10.2.1.4']],
    [
      'rules db0',
      /^Effective rules of db0$/,
      ['nsg-db Deny(310 deny-80)', 'nsg-db Allow(300 allow-sql)', 'on the NIC', 'TCP 80'],
    ],
    ['rules web0', /^Effective rules of web0$/, ['on the subnet', 'TCP 80, 443', 'VirtualNetwork → *']],
    ['rules Firewall0', /^Effective rules of Firewall0$/, ['No security group filters this machine']],
    ['vms', /^9 VMs$/, ['app0', 'Database0', 'ShopRG · westcentralus · running', 'stopped (deallocated)']],
    ['vms DB', /^1 VM matches “DB”$/, ['db0']],
    ['vms contoso', /^4 VMs match “contoso”$/, ['Firewall0']],
    ['vms nowhere', /^No VM matches “nowhere”$/, []],
    ['下一跳 从 app0 到 db0', /db0|virtual/, []],
  ];
  test.each(rows)('%s', async (question, summary, facts) => {
    const answer = await booted.ask(question);
    expect(summaryOf(answer)).toMatch(summary);
    const text = shown(answer);
    for (const fact of facts) expect(text).toContain(fact);
  });

  test('are acknowledged first, as the message that becomes the answer', async () => {
    const from = booted.chat.connector.requests().length;
    await booted.ask('rules db0');
    const methods = booted.chat.connector
      .requests()
      .slice(from)
      .map(({ method }) => method);
    expect(methods[0]).toBe('POST');
    expect(new Set(methods.slice(1))).toEqual(new Set(['PUT']));
  });

  test('can be run again', async () => {
    const answer = await booted.ask('next hop from app0 to db0');
    await press(answer, 'run-again');
    expect(summaryOf(await next(answer, /^Packets/))).toBe(summaryOf(answer));
  });
});

describe('what cannot be answered', () => {
  test.each([
    ['rules db9', /“db9” is not a machine/, 'rules db0'],
    ['flow from app9 to db0:80', /“app9” is not a machine/, 'flow from app0 to db0 port 80'],
    ['next hop from app0 to db0 in ContosoRG', /“ContosoRG\/db0” is not a machine/, 'next hop from app0 to db0'],
    ['check from app0 to web9 ports 80,443', /“web9” is not a machine/, 'check from app0 to web0 ports 80,443'],
    ['use ap0 as source', /“ap0” is not a machine/, 'use app0 as source'],
  ] as const)('%s comes with what may have been meant', async (question, says, instead) => {
    const refusal = await booted.ask(question);
    expect(shown(refusal)).toMatch(says);
    expect(buttonsOf(cardOf(refusal)).find(({ verb }) => verb === 'suggest-0')?.title).toBe(instead);
  });

  test.each([
    ['flow from app0 to bing.com:443', /bing\.com[\s\S]*names of hosts are not resolved here/],
    ['check from app0 to db0 port 80 udp', /“udp”[\s\S]*The command “flow” answers for UDP/],
    ['flow from 10.1.1.4 to 10.9.9.9:80 tcp', /10\.9\.9\.9/],
    ['flow from app0 to 10.9.9.9:80 inbound', /10\.9\.9\.9/],
    ['rules batch0', /batch0 is not running \(deallocated\)/],
    ['check from tier=nothing to db0 port 80', /tier=nothing/],
    ['next hop from app0 to db0 port 80', /80/],
  ] as const)('%s is refused with a reason', async (question, says) => {
    expect(shown(await booted.ask(question))).toMatch(says);
  });

  test.each([
    ['flow from app0 to 10.1.4.4:80', 'ipFlowVerify', 'networkWatchers/ipFlowVerify'],
    ['next hop from app0 to db0', 'nextHop', 'networkWatchers/nextHop'],
    ['rules app0', 'effectiveNetworkSecurityGroups', 'networkInterfaces/effectiveNetworkSecurityGroups'],
  ] as const)('%s refused by Azure names the missing action', async (question, on, what) => {
    const action = `Microsoft.Network/${what}/action`;
    const message = `The client 'x' with object id 'y' does not have authorization to perform action '${action}' over scope '/subscriptions/1' or the scope is invalid.`;
    booted.simulator.plant({ on, fault: { kind: 'error', status: 403, code: 'AuthorizationFailed', message } });
    const refusal = await booted.ask(question);
    expect(shown(refusal)).toContain(action);
    expect(verbsOf(refusal)).toEqual(['run-again']);
    expect(summaryOf(await booted.ask(question))).not.toBe(summaryOf(refusal));
  });

  test.each([
    ['flow from app0 to 10.1.4.4:80', 'ipFlowVerify'],
    ['next hop from app0 to db0', 'nextHop'],
    ['rules app0', 'effectiveNetworkSecurityGroups'],
  ] as const)('%s with an answer that makes no sense says so', async (question, on) => {
    booted.simulator.plant({ on, fault: { kind: 'body', json: { value: 7 } } });
    expect(summaryOf(await booted.ask(question))).toBe('Azure’s answer makes no sense to me.');
  });

  test('a walk that is refused leaves the rules', async () => {
    const fault = { kind: 'error', status: 403, code: 'AuthorizationFailed' } as const;
    booted.simulator.plant({ on: 'networkConfigurationDiagnostic', fault });
    const answer = await booted.ask('rules db0');
    expect(shown(answer)).toContain('deny-80');
    expect(shown(answer)).not.toContain('nsg-db Deny(310 deny-80)');
  });
});

describe('what is missing is asked on a form', () => {
  test('a port', async () => {
    const form = await booted.ask('flow from app0 to db0');
    expect(summaryOf(form)).toBe('Which port of db0 shall I check?');
    expect(await press(form, 'submit', { port: '99999' })).toMatchObject({ kind: 'card' });
    await press(form, 'submit', { port: '1433' });
    expect(summaryOf(await became(form, /^Allowed/))).toMatch(/^Allowed: app0/);
  });

  test('a machine, which has to be one of those offered', async () => {
    const form = await booted.ask('rules');
    expect(summaryOf(form)).toBe('Which machine do you mean?');
    await press(form, 'submit', { source: idOf('ShopRG', 'nobody') });
    expect(summaryOf(await became(form, /./))).toBe('Which machine do you mean?');
    await press(form, 'submit', { source: idOf('ShopRG', 'db0') });
    expect(summaryOf(await became(form, /^Effective/))).toBe('Effective rules of db0');
  });

  test('source and port together', async () => {
    const form = await booted.ask('check to db0');
    await press(form, 'submit', { source: idOf('ShopRG', 'app0'), port: '1433' });
    expect(summaryOf(await became(form, /^Reachable/))).toBe('Reachable: app0 → db0:1433');
  });
});

describe('the default source', () => {
  test('is set, said, used and forgotten', async () => {
    expect(summaryOf(await booted.ask('use none'))).toMatch(/^No source is set/);
    expect(summaryOf(await booted.ask('use web0 as source'))).toMatch(/web0 \(ShopRG, westcentralus\)/);
    expect(summaryOf(await booted.ask('source'))).toBe('Checks here that name no source start from web0.');
    expect(summaryOf(await booted.ask('check db0 port 1433'))).toMatch(/web0 → db0:1433/);
    expect(summaryOf(await booted.ask('next hop to db0'))).toMatch(/^Packets from web0/);
    await booted.ask('use none');
    expect(summaryOf(await booted.ask('check db0 port 1433'))).toBe('Which machine should the check start from?');
  });

  test('belongs to its conversation', async () => {
    await booted.ask('use web0 as source');
    expect(summaryOf(await booted.ask('use', { channel: true }))).toContain('app0');
    await booted.ask('use none');
  });
});

describe('again', () => {
  test('asks the last question once more, and says what is new since', async () => {
    const first = await booted.ask('check from app0 to db0 port 1433');
    expect(shown(first)).not.toContain('Since the last check');
    const second = await booted.ask('again');
    expect(summaryOf(second)).toBe('Reachable: app0 → db0:1433');
    expect(shown(second)).toContain('The same answer as then.');
  });

  test('names the rule that is new', async () => {
    const changing = await boot();
    try {
      const before = await changing.ask('check from app0 to db0 port 1433');
      expect(summaryOf(before)).toMatch(/^Reachable/);
      const network = readFileSync(new URL('../../src/simulator/topologies/contoso.yaml', import.meta.url), 'utf8');
      const rule = '- { name: deny-sql, priority: 290, direction: Inbound, access: Deny, protocol: Tcp, ports: 1433 }';
      changing.simulator.change(network.replace(/(- name: nsg-db\n\s+rules:\n)/, `$1              ${rule}\n`));
      await press(before, 'run-again', {}, { on: changing });
      const now = await next(before, /^Unreachable/, changing);
      expect(summaryOf(now)).toBe('Unreachable: app0 → db0:1433, denied by nsg-db/deny-sql');
      expect(shown(now)).toMatch(/Since the last check[\s\S]*New: .*deny-sql/);
      expect(shown(now)).toContain('Unreachable; it was Reachable.');
    } finally {
      await changing.stop();
    }
  });

  test('repeats questions of other commands too', async () => {
    await booted.ask('rules web0');
    expect(summaryOf(await booted.ask('again'))).toBe('Effective rules of web0');
  });
});

describe('cancel', () => {
  test('ends the waiting for what this person asked, and the card says by whom', async () => {
    const slow = await boot({}, { clockFactor: 1 });
    try {
      const said = await slow.chat.say({
        person: 'on-call',
        place: { kind: 'personal' },
        text: 'check from app0 to db0 port 80',
      });
      const running = await slow.chat.connector.waitFor(
        (message) => message.author === 'bot' && Number(message.id) > Number(said.message.id),
      );
      expect(summaryOf(running)).toMatch(/^Checking app0/);
      const answer = await slow.ask('cancel');
      expect(summaryOf(answer)).toBe('I no longer wait for one question of yours; its card says so.');
      const ended = await became(running, /Cancelled/, slow);
      expect(shown(ended)).toContain('Cancelled by On-call.');
      expect(verbsOf(ended)).toEqual(['run-again']);
      expect(summaryOf(await slow.ask('cancel'))).toBe('Nothing of yours is running here.');
      expect(slow.logged.filter(({ level }) => level === 'error')).toEqual([]);
    } finally {
      await slow.stop();
    }
  });

  test('leaves alone what others asked', async () => {
    const slow = await boot({}, { clockFactor: 1 });
    try {
      await slow.chat.say({ person: 'on-call', place: { kind: 'channel' }, text: '@hopcheck check db0 port 80' });
      await slow.chat.connector.waitFor((message) => message.author === 'bot' && /^Checking/.test(summaryOf(message)));
      const answer = await slow.ask('cancel', { channel: true, person: 'network-team' });
      expect(summaryOf(answer)).toBe('Nothing of yours is running here.');
    } finally {
      await slow.stop();
    }
  });
});

describe('many pairs at once', () => {
  test('are one card with a row for each pair and the ports that fail', async () => {
    const diagnosed = booted.asked('/networkConfigurationDiagnostic');
    const probed = booted.asked('/connectivityCheck');
    const matrix = await booted.ask('check from app0,web0 to db0 ports 80,1433');
    expect(summaryOf(matrix)).toMatch(/of 4 reachable/);
    const text = shown(matrix);
    expect(text).toContain('nsg-db/deny-80');
    expect(text).toMatch(/app0\n.*→.*\ndb0/);
    expect(text).toMatch(/web0\n.*→.*\ndb0/);
    expect(booted.asked('/connectivityCheck') - probed).toBe(4);
    // One for each machine, however many pairs and ports it is asked about.
    expect(booted.asked('/networkConfigurationDiagnostic') - diagnosed).toBe(3);
    expect(verbsOf(matrix)).toEqual(['run-again']);
  });

  test('by tag, with those of which no probe could be sent', async () => {
    const matrix = await booted.ask('check from tier=app to db0 port 1433');
    expect(summaryOf(matrix)).toMatch(/^1 of 3 reachable|^2 of 3 reachable/);
    expect(shown(matrix)).toContain('old0');
    expect(shown(matrix)).toContain('MultiTierApp0');
  });

  test('the odd one out is called out', async () => {
    const matrix = await booted.ask('check from app0 to web0, db0, Database0 port 443');
    expect(summaryOf(matrix)).toMatch(/only app0 → web0 gets through/);
  });

  test('more than 32 are asked about first', async () => {
    const ports = Array.from({ length: 33 }, (_, index) => 2000 + index).join(',');
    const probed = booted.asked('/connectivityCheck');
    const form = await booted.ask(`check from app0 to db0 ports ${ports}`);
    expect(summaryOf(form)).toBe('33 checks at once?');
    expect(booted.asked('/connectivityCheck')).toBe(probed);
    await press(form, 'submit');
    const matrix = await became(form, /of 33 reachable/);
    expect(booted.asked('/connectivityCheck') - probed).toBe(33);
    expect(shown(matrix)).toMatch(/2000–2032 +\nUnreachable · NO_LISTENER/);
  });

  test('more than 256 are not run', async () => {
    const ports = Array.from({ length: 257 }, (_, index) => 2000 + index).join(',');
    expect(summaryOf(await booted.ask(`check from app0 to db0 ports ${ports}`))).toBe(
      'That would be 257 checks at once.',
    );
  });
});

describe('buttons of a result', () => {
  test('ask the other direction, another port, and the rule that blocks', async () => {
    const answer = await booted.ask('check from app0 to db0 port 80');
    expect(verbsOf(answer)).toEqual(['run-again', 'watch', 'other-port', 'flow', 'raw']);

    await press(answer, 'other-port');
    const form = await next(answer, /./);
    await press(form, 'submit', { port: '1433' });
    const open = await became(form, /^Reachable/);
    expect(summaryOf(open)).toBe('Reachable: app0 → db0:1433');

    await press(open, 'swap');
    expect(summaryOf(await next(form, /db0 → app0:1433/))).toMatch(/db0 → app0:1433/);

    await press(answer, 'flow');
    expect(summaryOf(await next(form, /^Denied/))).toBe('Denied: 10.2.1.4:* → db0, nsg-db/deny-80');
  });

  test('lead on to a watch of the same question', async () => {
    const answer = await booted.ask('check from app0 to db0 port 80');
    await press(answer, 'watch');
    expect(summaryOf(await next(answer, /^Watch/))).toBe('Watch 1: Unreachable, app0 → db0:80');
    await booted.ask('stop');
  });

  test('the rule at an appliance is verified there', async () => {
    const answer = await booted.ask('check from MultiTierApp0 to Database0 port 80');
    await press(answer, 'flow');
    expect(summaryOf(await next(answer, /^Denied/))).toBe('Denied: Audit0 → 10.1.4.4:80, auNsg/Port80');
  });

  test('appear only where they work', async () => {
    expect(verbsOf(await booted.ask('check from MultiTierApp0 to https://bing.com'))).toEqual([
      'run-again',
      'watch',
      'raw',
    ]);
    expect(verbsOf(await booted.ask('check from app0 to db0 port 1433'))).toEqual([
      'run-again',
      'watch',
      'other-port',
      'swap',
      'raw',
    ]);
  });
});

describe('grants', () => {
  let guarded: Booted;
  beforeAll(async () => {
    const file = `
tenants: [local]
rules:
  - name: shop
    who: anyone
    where: anywhere
    commands: [check, flow, rules, vms, use]
    machines: [{ subscription: 00000000-0000-0000-0000-000000000000, group: ShopRG }]
    destinations: { vnets: true, internet: true, ports: any }
`;
    const reading = readGrants(file, 'grants.yaml');
    if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('\n'));
    guarded = await boot({}, { grants: { ...reading.grants, tenants: 'any' } });
  });
  afterAll(() => guarded.stop());

  test('what is not granted is not there: not in lists, nor in suggestions, nor behind an address', async () => {
    expect(summaryOf(await guarded.ask('vms'))).toBe('5 VMs');
    const unknown = await guarded.ask('rules Database1');
    expect(shown(unknown)).not.toContain('Database0');
    const known = await guarded.ask('rules Database0');
    expect(summaryOf(known)).toBe('“Database0” is not a machine you can check here.');
    expect(verbsOf(known)).toEqual(verbsOf(unknown));
    expect(summaryOf(await guarded.ask('flow from app0 to 10.1.4.4:80'))).toBe(
      '“10.1.4.4” is not a machine you can check here.',
    );
    expect(shown(await guarded.ask('check from app0 to 10.1.4.4 port 80'))).toContain('“10.1.4.4” is not a machine');
  });

  test('a command that is not granted is refused by its rule, and help counts it', async () => {
    const refusal = await guarded.ask('next hop from app0 to db0');
    expect(shown(refusal)).toContain('“next-hop” is not granted here');
    expect(shown(await guarded.ask('help'))).toMatch(/3 more commands need a grant|more commands need/);
  });

  test('what is granted works', async () => {
    expect(summaryOf(await guarded.ask('flow from app0 to db0:80 inbound'))).toMatch(/^Denied/);
    expect(summaryOf(await guarded.ask('use app0 as source'))).toMatch(/app0/);
  });
});

test('every command that is registered has its page of help', async () => {
  const all = shown(await booted.ask('help'));
  for (const usage of [
    'check [from',
    'again',
    'cancel',
    'flow from',
    'next hop from',
    'rules VM',
    'use VM',
    'vms [',
    'help [',
  ])
    expect(all).toContain(usage);
  for (const topic of ['flow', 'next hop', 'rules', 'vms', 'use', 'again', 'cancel'])
    expect(summaryOf(await booted.ask(`help ${topic}`))).toMatch(/^How to use/);
});

test('nothing was logged as an error', () => {
  expect(booted.logged.filter(({ level }) => level === 'error')).toEqual([]);
});

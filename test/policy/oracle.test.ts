import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Conversation, Requester } from '../../src/core/chat.ts';
import { decide, mayRun, maySee } from '../../src/policy/decide.ts';
import { type Grants, readGrants } from '../../src/policy/grants.ts';
import type { Subject } from '../../src/policy/subject.ts';
import { machine } from './people.ts';

/**
 * A second, naive implementation over the file as written: lists, strings of bits, one question after the other. It shares
 * nothing with the product, not even the address library.
 */

type Places = { personal?: boolean; teams?: string[]; channels?: string[]; chats?: string[] };
type ScopeText = { subscription?: string; group?: string; tags?: Record<string, string> };
type RuleText = {
  name: string;
  tenants?: string[];
  who: 'anyone' | string[];
  where: 'anywhere' | Places;
  commands: 'all' | string[];
  machines: 'all' | 'none' | ScopeText[];
  destinations?: {
    vnets?: boolean;
    internet?: boolean;
    addresses?: string[];
    hosts?: string[];
    ports: 'any' | (number | string)[];
  };
};
type FileText = { tenants: string[]; rules: RuleText[] };

const questionsPerFile = 20;
const files = (process.env.SOAK ? 100_000 : 10_000) / questionsPerFile;
const same = (a: string, b: string) => a.toUpperCase() === b.toUpperCase();
const within = (list: readonly string[] | undefined, value: string | undefined) =>
  value !== undefined && (list ?? []).some((each) => same(each, value));

function bitsOf(text: string): string {
  if (!text.includes(':'))
    return text
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].map((part) => Number.parseInt(part, 16).toString(2).padStart(16, '0')).join('');
}

function inPrefix(address: string, prefix: string): boolean {
  const [base = '', length] = prefix.split('/');
  const bits = bitsOf(address);
  const wanted = bitsOf(base);
  return bits.length === wanted.length && bits.startsWith(wanted.slice(0, Number(length ?? wanted.length)));
}

const never = ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', '168.63.129.16/32', '0.0.0.0/8', '::/128'];
const neverName: Record<string, string> = {
  '127.0.0.0/8': 'loopback',
  '::1/128': 'loopback',
  '169.254.0.0/16': 'link-local',
  'fe80::/10': 'link-local',
  '168.63.129.16/32': 'Azure platform',
  '0.0.0.0/8': 'unspecified',
  '::/128': 'unspecified',
};
const notPublic = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

function oracle(file: FileText, who: Requester, where: Conversation, subject: Subject): string {
  if (!within(file.tenants, where.tenantId)) return 'no tenant: tenants';
  if (!subject.machines.length && !subject.destination) {
    const command = subject.command.toLowerCase();
    if (['help', 'whoami', 'why'].includes(command)) return 'yes: built-in: help, whoami and why need no grant';
    if (command === 'sign-out') return 'yes: built-in: sign out needs no grant';
  }
  let best = -1;
  let verdict = 'no command: deny by default';
  const order = ['command', 'scope', 'destination', 'port'];
  for (const rule of file.rules) {
    if (rule.tenants && !within(rule.tenants, where.tenantId)) continue;
    if (rule.who !== 'anyone' && !within(rule.who, who.id) && !within(rule.who, who.objectId)) continue;
    if (!placeFits(rule.where, where)) continue;
    const [reason, by] = judge(rule, subject);
    if (reason === 'yes') return `yes: ${rule.name}`;
    if (order.indexOf(reason) > best) {
      best = order.indexOf(reason);
      verdict = `no ${reason}: ${by}`;
    }
  }
  return verdict;
}

function placeFits(places: RuleText['where'], where: Conversation): boolean {
  if (places === 'anywhere') return true;
  if (where.kind === 'channel') return within(places.teams, where.teamId) || within(places.channels, where.channelId);
  if (where.kind === 'personal' && places.personal === true) return true;
  return within(places.chats, where.id);
}

function judge(rule: RuleText, subject: Subject): readonly [reason: string, by: string] {
  if (rule.commands !== 'all' && !within(rule.commands, subject.command)) return ['command', rule.name];
  for (const each of subject.machines) {
    if (rule.machines === 'all') break;
    const scopes = rule.machines === 'none' ? [] : rule.machines;
    const fits = scopes.filter((scope) => {
      if (scope.subscription !== undefined && !same(scope.subscription, each.subscriptionId)) return false;
      if (scope.group !== undefined && !same(scope.group, each.group)) return false;
      for (const [key, value] of Object.entries(scope.tags ?? {})) {
        if (!Object.entries(each.tags).some(([name, held]) => same(name, key) && held === value)) return false;
      }
      return true;
    });
    if (fits.length === 0) return ['scope', rule.name];
  }
  const to = subject.destination;
  if (to) {
    const listed = rule.destinations?.addresses ?? [];
    if (to.address !== undefined) {
      for (const range of never) {
        if (!inPrefix(to.address, range)) continue;
        const excuse = listed.filter(
          (prefix) =>
            to.address !== undefined &&
            inPrefix(to.address, prefix) &&
            inPrefix(prefix.split('/')[0] ?? '', range) &&
            lengthOf(prefix) >= lengthOf(range),
        );
        if (excuse.length === 0) return ['destination', `never: ${neverName[range]} (${range})`];
      }
    }
    if (to.host === 'localhost') return ['destination', 'never: loopback (localhost)'];
    const byVnet = to.inVnet && rule.destinations?.vnets === true;
    const internet = rule.destinations?.internet === true;
    if (to.address === undefined && to.host === undefined && !byVnet) return ['destination', rule.name];
    if (to.address !== undefined && !byVnet) {
      const address = to.address;
      const open = internet && !to.inVnet && ![...notPublic, ...never].some((range) => inPrefix(address, range));
      if (!open && !listed.some((prefix) => inPrefix(address, prefix))) return ['destination', rule.name];
    }
    if (to.host !== undefined && !byVnet && !internet) {
      const name = to.host.toLowerCase();
      const hit = (rule.destinations?.hosts ?? []).some((each) =>
        each.startsWith('*')
          ? name.length > each.length - 1 && name.endsWith(each.slice(1).toLowerCase())
          : same(each, name),
      );
      if (!hit) return ['destination', rule.name];
    }
  }
  for (const port of subject.ports) {
    const ports = rule.destinations?.ports ?? [];
    if (ports === 'any') continue;
    const open = ports.some((each) => {
      const [low = '', high = low] = String(each).split('-');
      return port >= Number(low) && port <= Number(high);
    });
    if (!open) return ['port', rule.name];
  }
  return ['yes', rule.name];
}

const lengthOf = (prefix: string) => Number(prefix.split('/')[1] ?? (prefix.includes(':') ? 128 : 32));

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const some = (...values: readonly string[]) =>
  fc.uniqueArray(pick(...values), { minLength: 1, maxLength: 3, selector: (each) => each.toLowerCase() });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 4, arbitrary });
const tenantIds = ['t1', 'T2', 't3'] as const;
const peopleIds = ['p1', 'P2', 'p3', '29:x'] as const;
const commandNames = ['check', 'vms', 'help', 'next-hop', 'sign-out'] as const;
const prefixes = [
  '10.1.0.0/16',
  '10.1.4.4',
  '0.0.0.0/0',
  '169.254.0.0/16',
  '169.254.169.254',
  '127.0.0.0/30',
  '126.0.0.0/7',
  '::/0',
  '::1',
  'fd00::/8',
  '8.8.8.0/24',
  '168.63.129.16',
  '2001:4860::/32',
];
const addresses = [
  '10.1.4.4',
  '10.1.9.9',
  '10.2.0.1',
  '192.168.7.7',
  '8.8.8.8',
  '9.9.9.9',
  '169.254.169.254',
  '169.254.1.1',
  '127.0.0.1',
  '127.0.0.9',
  '168.63.129.16',
  '0.0.0.0',
  '::',
  '::1',
  'fe80::9',
  'fd00::1',
  '2001:4860::8888',
  '2606:4700::1111',
  '100.64.3.3',
  '172.16.0.1',
  '172.32.0.1',
];

const scope = fc
  .record({
    subscription: optional(pick('s1', 'S2')),
    group: optional(pick('g1', 'G2')),
    tags: optional(pick({ tier: 'web' }, { TIER: 'db', env: 'prod' }, { env: 'Prod' })),
  })
  .filter(
    ({ subscription, group, tags }) =>
      (group === undefined || subscription !== undefined) && (subscription ?? tags) !== undefined,
  );

const rule = fc.record({
  tenants: rarely(some('t1')),
  who: fc.oneof(fc.constant('anyone' as const), some(...peopleIds)),
  where: fc.oneof(
    fc.constant('anywhere' as const),
    fc
      .record({
        personal: optional(fc.boolean()),
        teams: optional(some('team1')),
        channels: optional(some('c1', 'C2')),
        chats: optional(some('a1', 'G1')),
      })
      .filter(
        ({ personal, teams, channels, chats }) => personal === true || (teams ?? channels ?? chats) !== undefined,
      ),
  ),
  commands: fc.oneof(fc.constant('all' as const), some(...commandNames)),
  machines: fc.oneof(
    fc.constant('all' as const),
    fc.constant('none' as const),
    fc.array(scope, { minLength: 1, maxLength: 3 }),
  ),
  destinations: mostly(
    fc.record({
      vnets: optional(fc.boolean()),
      internet: optional(fc.boolean()),
      addresses: optional(fc.array(pick(...prefixes), { maxLength: 3 })),
      hosts: optional(fc.array(pick('shop.example', '*.shop.example', '*.A.shop.EXAMPLE'), { maxLength: 2 })),
      ports: fc.oneof(
        fc.constant('any' as const),
        fc.array(pick<number | string>(80, 443, '1-100', '8000-8100', 65535), { minLength: 1, maxLength: 3 }),
      ),
    }),
  ),
});

const file: fc.Arbitrary<FileText> = fc
  .tuple(fc.constantFrom(['t1', 't2'], ['T1']), fc.array(rule, { maxLength: 6, size: 'max' }))
  .map(([tenants, rules]) =>
    JSON.parse(JSON.stringify({ tenants, rules: rules.map((each, index) => ({ name: `rule ${index}`, ...each })) })),
  );

const who: fc.Arbitrary<Requester> = fc
  .tuple(pick(...peopleIds, 'nobody', '29:X'), optional(pick('P1', 'p2', 'nobody')))
  .map(([id, objectId]) => ({ id, ...(objectId && { objectId }) }));

const where: fc.Arbitrary<Conversation> = fc
  .tuple(
    pick(...tenantIds, ...Array.from({ length: 12 }, () => 'T1'), undefined),
    pick('personal' as const, 'channel' as const, 'groupChat' as const),
    pick('a1', 'g1', 'c1'),
    pick('c1', 'c2', 'c3'),
    optional(pick('TEAM1', 'team2')),
  )
  .map(([tenantId, kind, id, channelId, teamId]) => ({
    id,
    kind,
    reference: {},
    ...(tenantId !== undefined && { tenantId }),
    ...(kind === 'channel' && { channelId, ...(teamId && { teamId }) }),
  }));

const machines = fc.array(
  fc
    .tuple(
      pick('G1', 'g2', 'g3'),
      pick('s1', 's2'),
      pick<Record<string, string>>({}, { Tier: 'web' }, { tier: 'db', ENV: 'prod' }, { env: 'Prod' }),
    )
    .map(([group, subscriptionId, tags]) => machine('vm', group, { subscriptionId, tags })),
  { maxLength: 2 },
);

const subject: fc.Arbitrary<Subject> = fc
  .record({
    command: pick(...commandNames, 'CHECK', 'Why'),
    machines,
    destination: mostly(
      fc
        .record({
          address: optional(pick(...addresses)),
          host: optional(pick('shop.example', 'A.shop.Example', 'b.a.shop.example', 'other.test', 'localhost')),
          inVnet: fc.boolean(),
        })
        .map(({ address, host, inVnet }) => ({ inVnet, ...(address && { address }), ...(host && { host }) })),
    ),
    ports: fc.array(pick(80, 443, 22, 8050, 65535, 3389), { maxLength: 2 }),
  })
  .map(({ destination, ...rest }) => ({ ...rest, ...(destination && { destination }) }));

const questions = fc.array(fc.tuple(who, where, subject), { minLength: questionsPerFile, maxLength: questionsPerFile });

test('decides as the oracle does, for every grant, person, place and subject', () => {
  const answers = new Map<string, number>();
  fc.assert(
    fc.property(file, questions, (content, asked) => {
      const grants = read(content);
      for (const [person, place, what] of asked) {
        const decision = decide(grants, person, place, what);
        const answer = decision.allowed ? `yes: ${decision.rule}` : `no ${decision.reason}: ${decision.rule}`;
        expect(answer).toBe(oracle(content, person, place, what));
        const kind = decision.allowed ? 'yes' : decision.reason;
        answers.set(kind, (answers.get(kind) ?? 0) + 1);
      }
    }),
    { numRuns: files },
  );
  // A generator that never reaches an answer would prove nothing about it.
  for (const kind of ['yes', 'tenant', 'command', 'scope', 'destination', 'port']) {
    expect(answers.get(kind) ?? 0, kind).toBeGreaterThan((files * questionsPerFile) / 100);
  }
}, 300_000);

test('menus and pick lists show what could be allowed, and nothing else', () => {
  fc.assert(
    fc.property(file, questions, (content, asked) => {
      const grants = read(content);
      for (const [person, place, { command, machines: several }] of asked) {
        const bare = oracle(content, person, place, { command, machines: [], ports: [] });
        expect(mayRun(grants, person, place, command)).toBe(bare.startsWith('yes'));
        for (const each of several) {
          const seen = content.rules.some((one) => {
            const only = { ...content, rules: [{ ...one, commands: 'all' as const }] };
            return oracle(only, person, place, { command: 'any', machines: [each], ports: [] }).startsWith('yes');
          });
          expect(maySee(grants, person, place, each)).toBe(seen);
        }
      }
    }),
    { numRuns: files / 4 },
  );
}, 60_000);

test('granting more never takes anything away, and the order of rules never changes whether it is allowed', () => {
  fc.assert(
    fc.property(file, rule, questions, (content, extra, asked) => {
      const grants = read(content);
      const more = read({
        ...content,
        rules: [...content.rules, JSON.parse(JSON.stringify({ name: 'extra', ...extra, tenants: undefined }))],
      });
      const turned = read({ ...content, rules: content.rules.toReversed() });
      for (const [person, place, what] of asked) {
        const decision = decide(grants, person, place, what);
        if (decision.allowed) expect(decide(more, person, place, what)).toEqual(decision);
        const other = decide(turned, person, place, what);
        expect(other.allowed || other.reason).toBe(decision.allowed || decision.reason);
      }
    }),
    { numRuns: files / 4 },
  );
}, 60_000);

function read(content: FileText): Grants {
  const reading = readGrants(JSON.stringify(content), 'grants.yaml');
  if (!reading.ok) throw new Error(JSON.stringify([reading.problems, content]));
  return reading.grants;
}

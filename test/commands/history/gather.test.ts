import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Services } from '../../../src/commands/command.ts';
import { gather } from '../../../src/commands/history/gather.ts';
import type { HistoryRequest } from '../../../src/commands/history/request.ts';
import { questionKey } from '../../../src/commands/question-key.ts';
import { commands } from '../../../src/commands/registry.ts';
import type { Reply } from '../../../src/core/chat.ts';
import type { Machine, Question } from '../../../src/core/check.ts';
import type { Json } from '../../../src/core/json.ts';
import type { Diagnosis, Verdict } from '../../../src/diagnosis/verdict.ts';
import { openSqliteStore } from '../../../src/jobs/sqlite-store.ts';
import type { Store } from '../../../src/jobs/store.ts';
import { everyone, type Grants } from '../../../src/policy/grants.ts';
import { jobOf } from '../../jobs/job.ts';
import { createManualClock } from '../../support/clock.ts';
import { estateOf, machine } from '../estates.ts';

const app0 = machine('app0', '10.1.0.4');
const db0 = machine('db0', '10.1.4.4');
const db1 = machine('db1', '10.1.4.5', { group: 'OtherRG' });
const estate = estateOf(app0, db0, db1);
const all = everyone('test');
const room = { id: '19:room;messageid=1', kind: 'channel', tenantId: 't', reference: {} } as const;

let store: Store;
beforeEach(() => {
  store = openSqliteStore();
});
afterEach(() => store.close());

const to = (destination: Question['destination'], port = 1433): Question => ({
  source: app0,
  destination,
  port,
  protocol: 'Tcp',
  protocolAsked: false,
});
const toMachine = (target: Machine, port?: number) => to({ kind: 'vm', machine: target }, port);

const diagnosis = (verdict: Verdict, avgMs = 1): Diagnosis => ({
  verdict,
  findings: [],
  path: [],
  pathFrom: 'probe',
  witnesses: [],
  assumptions: [],
  final: true,
  probes: null,
  latency: { minMs: avgMs, avgMs, maxMs: avgMs },
});

let asked = 0;
async function answered(
  question: Question,
  verdict: Verdict = 'Reachable',
  conversationId = '19:room',
): Promise<string> {
  asked += 1;
  const id = `j${asked}`;
  const conversation = { id: conversationId, kind: 'channel' as const, reference: {} };
  await store.insert(jobOf(id, { state: 'running', createdAtMs: asked * 1000, conversation }));
  const outcome = { kind: 'diagnosed', answer: { question, diagnosis: diagnosis(verdict) } } as unknown as Json;
  await store.advance(id, 'running', 'delivered', { outcome, entry: { question: questionKey(question), verdict } });
  return id;
}

async function look(
  request: HistoryRequest = {},
  more: { readonly grants?: Grants; readonly rights?: 'reader'; readonly seen?: typeof estate } = {},
  page: Parameters<typeof gather>[5] = { most: 10 },
) {
  const { grants = all, rights, seen = estate } = more;
  const services: Pick<Services, 'store' | 'history' | 'grants' | 'rights'> = {
    store,
    history: store.history,
    grants: () => grants,
    ...(rights && { rights }),
  };
  const turn = { requester: { id: '29:one' }, conversation: room, locale: 'en' } as const;
  const read = (outcome: Json) => outcome as unknown as ReturnType<Parameters<typeof gather>[4]['read']>;
  return gather(request, turn, services as Services, seen, { read, admits: () => true }, page);
}
const idsOf = async (...args: Parameters<typeof look>) => (await look(...args)).entries.map(({ jobId }) => jobId);

test('the room’s answers, newest first, each with what is new since the one before it to the same question', async () => {
  const first = await answered(toMachine(db0), 'Reachable');
  const other = await answered(toMachine(db0, 80), 'Reachable');
  await answered(toMachine(db0), 'Degraded', '19:elsewhere');
  const second = await answered(toMachine(db0), 'Unreachable');
  const page = await look();
  expect(page.entries.map(({ jobId, verdict, changes }) => [jobId, verdict, changes?.map(({ kind }) => kind)])).toEqual(
    [
      [second, 'Unreachable', ['verdict']],
      [other, 'Reachable', undefined],
      [first, 'Reachable', undefined],
    ],
  );
  expect(page.isOne).toBe(false);
  expect(page.older).toBeUndefined();
});

test('in pages, without a gap and without a repeat', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 23; index += 1) ids.unshift(await answered(toMachine(db0)));
  const seen: string[] = [];
  let from: Awaited<ReturnType<typeof look>>['older'];
  do {
    const page = await look({}, {}, { most: 10, ...(from && { from }) });
    seen.push(...page.entries.map(({ jobId }) => jobId));
    from = page.older;
    expect(page.isOne).toBe(true);
  } while (from);
  expect(seen).toEqual(ids);
});

test.each<[string, HistoryRequest, readonly string[]]>([
  ['a machine at either end', { about: { kind: 'vm', name: 'DB0' } }, ['db0', 'db0:80']],
  ['a machine and a port', { about: { kind: 'vm', name: 'db0' }, port: 80 }, ['db0:80']],
  [
    'the source',
    { about: { kind: 'vm', name: 'app0', group: 'shoprg' } },
    ['db0', 'db0:80', 'db1', 'ip', 'host', 'url'],
  ],
  ['a machine of another group', { about: { kind: 'vm', name: 'db0', group: 'OtherRG' } }, []],
  ['an address, also a machine’s', { about: { kind: 'address', address: '10.1.4.5' } }, ['db1']],
  ['an address of nobody', { about: { kind: 'address', address: '203.0.113.9' } }, ['ip']],
  ['a host, also in a URL', { about: { kind: 'host', host: 'shop.example' } }, ['host', 'url']],
  ['a URL', { about: { kind: 'url', url: 'https://shop.example/a', host: 'shop.example', port: 443 } }, ['url']],
  ['a port', { port: 443 }, ['host', 'url']],
  ['a pair', { from: { kind: 'vm', name: 'app0' }, about: { kind: 'vm', name: 'db1' } }, ['db1']],
  ['a pair the other way round', { from: { kind: 'vm', name: 'db1' }, about: { kind: 'vm', name: 'app0' } }, []],
])('about %s', async (_, request, expected) => {
  const questions = {
    db0: toMachine(db0),
    'db0:80': toMachine(db0, 80),
    db1: toMachine(db1),
    ip: to({ kind: 'address', address: '203.0.113.9' }),
    host: to({ kind: 'host', host: 'shop.example' }, 443),
    url: to({ kind: 'url', url: 'https://shop.example/a', host: 'shop.example' }, 443),
  };
  const names = new Map<string, string>();
  for (const [name, question] of Object.entries(questions)) names.set(await answered(question), name);
  expect((await idsOf(request)).map((id) => names.get(id)).sort()).toEqual([...expected].sort());
});

test('machines that the reader may not see do not appear, not even behind an address', async () => {
  const [rule] = all.rules;
  if (!rule) throw new Error('everyone is a rule');
  const grants = { ...all, rules: [{ ...rule, machines: [{ group: 'shoprg', tags: [] }] }] };
  const known = await answered(toMachine(db0));
  await answered(toMachine(db1));
  await answered(to({ kind: 'address', address: '10.1.4.5' }));
  expect(await idsOf({}, { grants })).toEqual([known]);
  expect(await idsOf({}, { grants: { ...grants, rules: [{ ...rule, commands: new Set(['check']) }] } })).toEqual([]);
});

test('of a machine that is gone the grants decide as it was; a reader’s own rights must show it still', async () => {
  const gone = await answered(toMachine(db1));
  const seen = estateOf(app0, db0);
  expect(await idsOf({}, { seen })).toEqual([gone]);
  expect(await idsOf({}, { seen, rights: 'reader' })).toEqual([]);
});

test('the buttons lead to older pages, back to the newest, and export from where they stand', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 12; index += 1) ids.unshift(await answered(toMachine(db0, 1 + index)));
  const history = commands.find(({ name }) => name === 'history');
  const services = {
    store,
    history: store.history,
    grants: () => all,
    clock: createManualClock(),
    inventory: { held: estate, estate: async () => ({ ok: true, value: estate }) },
    arm: { simulated: true },
  } as unknown as Services;
  const turn = { requester: { id: '29:one' }, conversation: room, locale: 'en' } as const;
  const reading = history?.read([], 'en');
  const handling = reading?.ok ? await reading.value(turn, services) : undefined;
  if (handling?.kind !== 'job') throw new Error('a list is a job');
  const { request, first } = handling.job;
  const card = jobOf('h', { command: 'history', request, conversation: room });
  const buttonsOf = ({ data }: Reply) => data.buttons as readonly { readonly title: string; readonly verb: string }[];
  const press = async (reply: Reply, title: string): Promise<Reply> => {
    const verb = buttonsOf(reply).find((button) => button.title === title)?.verb ?? '';
    const rest = { jobId: 'h', nonce: card.nonce, inputs: {}, activityId: 'a' };
    const pressed = await history?.press?.({ ...turn, ...rest, verb }, card, services);
    if (pressed?.kind !== 'view') throw new Error(`${title} (${verb}) came to ${pressed?.kind}`);
    return pressed.reply;
  };
  const titles = (reply: Reply) => buttonsOf(reply).map(({ title }) => title);

  const newest = first({ jobId: 'h', nonce: card.nonce });
  expect(titles(newest)).toEqual(['Open 1', 'Open 2', 'Open 3', 'Older', 'JSON', 'CSV']);
  expect(JSON.stringify(await press(newest, 'JSON')).match(/\\"job\\":/g)).toHaveLength(12);
  const older = await press(newest, 'Older');
  expect(older.data.entries).toHaveLength(2);
  expect(titles(older)).toEqual(['Open 1', 'Open 2', 'Newest', 'JSON', 'CSV']);
  const csv = await press(older, 'CSV');
  expect(JSON.stringify(csv.data.lines)).toContain(`,${ids[10]}"`);
  expect(csv.data.lines).toHaveLength(3);
  expect(titles(csv)).toEqual(['Back to the list']);
  expect(titles(await press(older, 'Newest'))).toEqual(titles(newest));
});

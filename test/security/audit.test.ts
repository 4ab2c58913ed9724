import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { people, tenantId } from '../../src/web/people.ts';
import { buttonsOf, cardOf, summaryOf, textsOf } from '../support/app.ts';
import { bootOnDisk, grantsWith } from './support/ledger.ts';

let booted: Awaited<ReturnType<typeof bootOnDisk>>;
beforeAll(async () => {
  booted = await bootOnDisk(grantsWith('{}'));
  await booted.ask('help');
});
afterAll(() => booted.stop());

/** What was written since `before`, without who and where. */
async function since(before: number) {
  return (await booted.entries()).slice(before).map(({ who: _who, where: _where, ...rest }) => rest);
}
const count = async () => (await booted.entries()).length;

const onCall = people.find(({ id }) => id === 'on-call');

describe('what is written down', () => {
  test('a check: accepted with its rule before it runs, finished with its verdict and Azure’s request ids', async () => {
    const before = await count();
    const answer = await booted.ask('please CHECK app0 -> db0:80', { channel: true });
    expect(summaryOf(answer)).toMatch(/^Unreachable/);
    const written = (await booted.entries()).slice(before);
    expect(written.map(({ event }) => event)).toEqual(['accepted', 'finished']);
    expect(written[0]).toEqual({
      event: 'accepted',
      reference: written[1]?.reference,
      who: { id: onCall?.userId, objectId: onCall?.objectId },
      where: {
        id: expect.stringMatching(/^19:local-network@thread.tacv2;messageid=/),
        kind: 'channel',
        tenantId,
        teamId: '19:local-operations@thread.tacv2',
        channelId: '19:local-network@thread.tacv2',
      },
      command: 'check',
      understood: 'check from app0 to db0 port 80',
      decisions: [{ allowed: true, rule: 'On-call checks the shop' }],
    });
    expect(written[1]).toMatchObject({
      understood: 'check from app0 to db0 port 80',
      decisions: [{ allowed: true, rule: 'On-call checks the shop' }],
      outcome: 'Unreachable',
    });
    expect(written[1]?.requestIds?.length).toBeGreaterThan(3);
  });

  test('a refusal, with the rule that decided and what would grant it', async () => {
    const before = await count();
    const refused = await booted.ask('check from app0 to db0 port 22');
    expect(textsOf(cardOf(refused)).join(' ')).toContain('Rule: On-call checks the shop');
    expect(await since(before)).toMatchObject([
      {
        event: 'refused',
        understood: 'check from app0 to db0 port 22',
        outcome: 'DENIED',
        decisions: [{ allowed: false, rule: 'On-call checks the shop', reason: 'port', toGrant: { ports: '22' } }],
      },
    ]);
  });

  test('a machine outside the scope reads like one that is not there, and the audit knows better', async () => {
    const before = await count();
    const hidden = await booted.ask('check from MultiTierApp0 to db0 port 80');
    const absent = await booted.ask('check from nosuchvm to db0 port 80');
    const shape = (message: typeof hidden, name: string) =>
      textsOf(cardOf(message))
        .filter((text) => !/Reference|reference|took|\d+ ms|\{\{/.test(text))
        .join('|')
        .replaceAll(name, 'NAME');
    expect(shape(hidden, 'MultiTierApp0')).toBe(shape(absent, 'nosuchvm'));
    const finished = (await since(before)).filter(({ event }) => event === 'finished');
    expect(finished.map(({ outcome }) => outcome)).toEqual(['VM_NOT_FOUND', 'VM_NOT_FOUND']);
    expect(finished[0]?.decisions).toEqual([
      {
        allowed: false,
        rule: 'On-call checks the shop',
        reason: 'scope',
        toGrant: { machines: '00000000-0000-0000-0000-000000000000/ContosoRG' },
      },
    ]);
  });

  test('what was not understood, without its text; a link without what stands behind its path', async () => {
    const before = await count();
    await booted.ask('check from app0 to my secret is hunter2');
    await booted.ask('opensesame hunter2');
    await booted.ask('check from MultiTierApp0 to https://bing.com/a?sig=hunter2', { person: 'network-team' });
    const written = await since(before);
    expect(JSON.stringify(written)).not.toContain('hunter2');
    expect(written.map(({ event, outcome }) => [event, outcome].filter(Boolean).join(' '))).toEqual([
      'refused NOT_UNDERSTOOD',
      'refused UNKNOWN_COMMAND',
      'accepted',
      expect.stringMatching(/^finished/),
    ]);
    expect(written[2]?.understood).toBe('check from MultiTierApp0 to https://bing.com/a?…');
  });

  test('a button, and a message that arrives twice', async () => {
    const answer = await booted.ask('check from app0 to db0 port 80');
    const before = await count();
    const raw = buttonsOf(cardOf(answer)).find(({ verb }) => verb === 'raw');
    const { conversationId, id: messageId } = answer;
    const press = { kind: 'execute', verb: 'raw', title: 'Raw', data: raw?.data ?? {} } as const;
    await booted.chat.press({ person: 'on-call', conversationId, messageId, press });
    await booted.chat.press({
      person: 'on-call',
      conversationId,
      messageId,
      press: { ...press, data: { ...press.data, nonce: 'x' } },
    });
    expect(await since(before)).toMatchObject([
      { event: 'accepted', verb: 'raw', card: raw?.data.jobId, command: 'check' },
      { event: 'refused', verb: 'raw', card: raw?.data.jobId, outcome: 'CARD_OUTDATED' },
    ]);
  });

  test('a chain in which nothing is wrong', async () => {
    expect(await booted.flaws()).toEqual([]);
    expect((await booted.entries())[0]?.event).toBe('started');
  });
});

test('what cannot be written down is refused, and asks Azure nothing', async () => {
  const asked = booted.asked('/connectivityCheck');
  const other = new DatabaseSync(join(booted.folder, 'hopcheck.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  try {
    const refused = await booted.ask('check from app0 to db0 port 80');
    expect(summaryOf(refused)).toMatch(/^I did not take this on/);
  } finally {
    other.exec('ROLLBACK');
    other.close();
  }
  expect(booted.asked('/connectivityCheck')).toBe(asked);
  expect(summaryOf(await booted.ask('check from app0 to db0 port 80'))).toMatch(/^Unreachable/);
  expect(await booted.flaws()).toEqual([]);
});

test('each run of a watch, before it asks and with what it came to', async () => {
  const before = await count();
  await booted.ask('watch app0 to db0 port 1433 every 1m for 3m', { person: 'network-team' });
  const ended = async () => (await since(before)).filter(({ event }) => event === 'finished');
  await expect.poll(async () => (await ended()).length, { timeout: 10_000 }).toBeGreaterThan(1);
  const written = await since(before);
  const [first, second] = await ended();
  for (const run of [first, second]) {
    expect(run).toMatchObject({
      command: 'watch',
      outcome: 'Reachable',
      decisions: [{ allowed: true, rule: 'Network team asks everything' }],
    });
    const accepted = written.find(({ event, reference }) => event === 'accepted' && reference === run?.reference);
    expect(accepted?.understood).toMatch(/^watch from app0 to db0 port 1433/);
  }
  await booted.ask('stop all', { person: 'network-team' });
  expect(await since(before)).toContainEqual(expect.objectContaining({ event: 'accepted', understood: 'stop all' }));
  const open = async () => {
    const all = await since(before);
    const begun = all.filter(({ event, command }) => event === 'accepted' && command === 'watch');
    return begun.filter((run) => !all.some((each) => each.event === 'finished' && each.reference === run.reference));
  };
  await expect.poll(open, { timeout: 10_000 }).toEqual([]);
});

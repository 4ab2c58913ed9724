import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { people, tenantId } from '../../../src/web/people.ts';
import { grantsWith } from '../../security/support/ledger.ts';
import { type Booted, boot, cardOf, textsOf } from '../../support/app.ts';

const stranger = `
  - name: Anyone lists machines elsewhere
    who: anyone
    where: { chats: [19:elsewhere@thread.v2] }
    commands: [vms]
    machines: all`;

let booted: Booted;
beforeAll(async () => {
  booted = await boot({}, { grants: grantsWith('{ person: { perMinute: 200 } }', stranger) });
});
afterAll(() => booted.stop());

async function read(text: string, options: Parameters<Booted['ask']>[1] = {}) {
  const texts = textsOf(cardOf(await booted.ask(text, options)));
  return { texts, all: texts.join('\n'), reference: /[\w-]{22}/.exec(texts.join('\n'))?.[0] ?? '' };
}

const full = (texts: readonly string[]) => texts.filter((text) => !/\{\{DATE/.test(text));

describe('why', () => {
  test('nothing was refused yet', async () => {
    expect((await read('why')).all).toBe('Nothing of yours was refused here lately.');
  });

  test('a port, to whoever asked: the rule and what to add', async () => {
    const refused = await read('check from app0 to db0 port 22');
    expect(refused.all).toMatch(/“check” is not granted here.*Rule: On-call checks the shop.*ports 22/s);
    const { texts } = await read('why');
    expect(full(texts)).toEqual([
      'Why it was refused',
      'Not every port of the question is granted.',
      'What was asked',
      'check from app0 to db0 port 22',
      'The rule that decided',
      'On-call checks the shop',
      'To grant it, an operator adds',
      'ports 22',
      'Reference',
      refused.reference,
    ]);
  });

  test('a machine outside the scope reads like one that is not there, to its asker; an operator reads the rule', async () => {
    const hidden = await read('check from MultiTierApp0 to db0 port 80');
    const said = await read('why');
    const absent = await read('check from nosuchvm00000 to db0 port 80');
    const saidOfAbsent = await read('why');
    const plain = (text: string, reference: string) =>
      text
        .replaceAll(reference, 'REF')
        .replace(/MultiTierApp0|nosuchvm00000/g, 'NAME')
        .replace(/\{\{.*\}\}/g, '');
    expect(plain(said.all, hidden.reference)).toBe(plain(saidOfAbsent.all, absent.reference));
    expect(said.all).toContain(`why ${hidden.reference}`);
    expect(said.all).not.toMatch(/ContosoRG|rule/i);

    const operator = { person: 'network-team' } as const;
    const told = await read(`why ${hidden.reference}`, operator);
    expect(full(told.texts)).toEqual([
      'Why it was refused',
      'Not every machine of the question is granted.',
      'What was asked',
      'check from MultiTierApp0 to db0 port 80',
      'The rule that decided',
      'On-call checks the shop',
      'To grant it, an operator adds',
      'machines 00000000-0000-0000-0000-000000000000/ContosoRG',
      'Who asked',
      people[0]?.objectId,
      'Where',
      'a:local-on-call',
      'Reference',
      hidden.reference,
    ]);
    expect((await read(`why ${absent.reference}`, operator)).all).toContain(
      'No rule refused it: hopcheck sees no machine of that name.',
    );
  });

  test('what is always refused says that nothing can grant it', async () => {
    const refused = await read('check from app0 to http://localhost/', { person: 'network-team' });
    expect(refused.all).toMatch(/never: loopback.*No rule can grant this/s);
    expect((await read('why', { person: 'network-team' })).all).toMatch(/never: loopback.*No rule can grant this/s);
  });

  test('by reference only for operators, and for one’s own here', async () => {
    const theirs = await read('check from app0 to http://localhost/', { person: 'network-team' });
    const other = await read(`why ${theirs.reference}`);
    expect(other.all).toBe('No refusal goes by this reference that you may read about.');
    expect((await read('why 0000000000000000000000')).all).toBe(other.all);
    const own = await read('check from app0 to db0 port 22');
    expect((await read(`why ${own.reference}`)).all).toContain('ports 22');
    expect((await read(`why ${own.reference}`, { channel: true })).all).toBe(other.all);
  });

  test('a command, in Chinese', async () => {
    const refused = await read('下一跳 从 app0 到 db0', { locale: 'zh-CN' });
    expect(refused.all).toContain('next-hop');
    expect((await read('为什么', { locale: 'zh-CN' })).all).toMatch(
      /此人在此处未获授予该命令。.*On-call checks the shop/s,
    );
  });
});

describe('whoami', () => {
  test('shows the ids to grant things by, the rules that hold here, and what is left', async () => {
    const { texts } = await read('who am I?', { channel: true });
    expect(texts).toEqual([
      'You, and this place',
      'Your id, to be granted things by',
      people[0]?.objectId,
      'Your id in this channel of Bot Framework',
      people[0]?.userId,
      'This channel',
      '19:local-network@thread.tacv2',
      'Its team',
      '19:local-operations@thread.tacv2',
      'Tenant',
      tenantId,
      'Operator',
      'no',
      'Rules that speak of you here',
      'On-call checks the shop',
      'What is left of your checks, by rule',
      expect.stringMatching(/^On-call checks the shop: \d+ of 200 this minute · 5 of 5 at once$/),
      'Limits of the conversation and of a subscription hold as well.',
    ]);
    expect((await read('whoami', { person: 'network-team' })).all).toContain('yes: “why” shows you the full reason');
  });

  test('help lists both', async () => {
    expect((await read('help')).all).toMatch(/why \[REFERENCE\].*whoami/s);
  });
});

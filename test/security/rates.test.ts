import { afterEach, describe, expect, test } from 'vitest';
import { type Booted, boot, buttonsOf, cardOf, summaryOf, textsOf } from '../support/app.ts';
import { grantsWith } from './support/ledger.ts';

let booted: Booted;
afterEach(() => booted.stop());
const start = async (rates: string, factor = 200) => {
  booted = await boot({ HOPCHECK_SPEED: '1000' }, { grants: grantsWith(rates), clockFactor: factor });
};
const shown = async (text: string, options: Parameters<Booted['ask']>[1] = {}) =>
  textsOf(cardOf(await booted.ask(text, options))).join('\n');

describe('limits a minute', () => {
  test('the next one is told when to ask again, and nothing is asked of Azure; help, vms and views cost nothing', async () => {
    await start('{ person: { perMinute: 2 } }', 5);
    await booted.ask('check from app0 to db0 port 80');
    const second = await booted.ask('flow from app0 to 10.2.3.4:80');
    const asked = booted.asked('/connectivityCheck');
    const over = await shown('check from app0 to db0 port 1433');
    expect(over).toMatch(
      /You may ask for 2 checks a minute\.\n?Rule: On-call checks the shop\.\n?Ask again in \d+ seconds?\./,
    );
    expect(over).toMatch(/reference|Reference/);
    expect(booted.asked('/connectivityCheck')).toBe(asked);
    expect(await shown('vms')).toContain('app0');
    expect(await shown('help')).toContain('check');
    const again = buttonsOf(cardOf(second)).find(({ verb }) => verb === 'run-again');
    if (!again) throw new Error('no button');
    const press = () =>
      booted.chat.press({
        person: 'on-call',
        conversationId: second.conversationId,
        messageId: second.id,
        press: { kind: 'execute', verb: again.verb, title: again.title, data: again.data },
      });
    expect(JSON.stringify(await press())).toContain('You may ask for 2 checks a minute.');
    // The button was not used up by that.
    expect(JSON.stringify(await press())).toContain('You may ask for 2 checks a minute.');
    // Somebody else has a limit of their own.
    expect(await shown('check from app0 to db0 port 80', { person: 'network-team' })).toContain('Unreachable');
  });

  test('a matrix counts each of its cells, and one that never fits says so', async () => {
    await start('{ person: { perMinute: 3 } }', 5);
    expect(await shown('check from app0 to db0 ports 80,1433')).toContain('1433');
    expect(await shown('check from app0 to db0 ports 80,1433')).toMatch(/3 checks a minute/);
    expect(summaryOf(await booted.ask('check from app0 to db0 port 80'))).toMatch(/^Unreachable/);
    const never = await shown('check from app0,web0 to db0 ports 80,1433');
    expect(never).toMatch(/Ask for fewer at once/);
  });

  test('a channel and a subscription have theirs', async () => {
    await start('{ channel: { perMinute: 1 } }', 5);
    await booted.ask('check from app0 to db0 port 80', { channel: true });
    expect(await shown('check from app0 to db0 port 443', { channel: true, person: 'network-team' })).toMatch(
      /This conversation may ask for one check a minute/,
    );
    expect(await shown('check from app0 to db0 port 80')).toContain('Unreachable');
    await booted.stop();
    await start('{ subscription: { perMinute: 1 } }', 5);
    await booted.ask('check from app0 to db0 port 80');
    expect(await shown('检查 从 app0 到 db0 端口 443', { person: 'network-team', locale: 'zh-CN' })).toMatch(
      /此订阅每分钟最多可检查 1 次/,
    );
  });
});

test('what runs at once is limited until one of them has its answer', async () => {
  await start('{ person: { inFlight: 1 } }', 10);
  const say = (text: string) => booted.chat.say({ person: 'on-call', place: { kind: 'personal' }, text });
  await say('check from app0 to db0 port 80');
  await say('check from app0 to db0 port 1433');
  const over = await booted.chat.connector.waitFor((message) => /running as may run at once/.test(summaryOf(message)));
  expect(textsOf(cardOf(over)).join('\n')).toMatch(/As many checks of yours.*\(1\).*\n.*\n?.*“cancel” ends your own/s);
  await say('cancel');
  await booted.chat.connector.waitFor((message) => /no longer waits?|ended|cancel/i.test(summaryOf(message)));
  await say('check from app0 to db0 port 1433');
  await booted.chat.connector.waitFor((message) => /^Reachable.*1433/.test(summaryOf(message)));
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Booted, boot, buttonsOf, cardOf, summaryOf, textsOf } from '../../support/app.ts';

/** A firewall with an interface for each side, and one for its administrators that lets nothing through. */
let booted: Booted;
beforeAll(async () => {
  booted = await boot({ HOPCHECK_TOPOLOGY: new URL('two-legs.yaml', import.meta.url).pathname }, { clockFactor: 60 });
});
afterAll(() => booted.stop());

describe('an appliance with several interfaces is asked where the packet meets it', () => {
  test.each([
    [
      'what passes is not blamed on an interface beside the way',
      'check from app0 to db0 port 1433',
      'Reachable: app0 → db0:1433',
      'NSG_ALLOW',
    ],
    [
      'the rule where it comes in',
      'check from app0 to db0 port 82',
      'Unreachable: app0 → db0:82, denied by nsg-in/deny-82',
      'fw0-in',
    ],
    [
      'the rule where it goes out',
      'check from app0 to db0 port 81',
      'Unreachable: app0 → db0:81, denied by nsg-out/deny-81',
      'nsg-out',
    ],
  ])('%s', async (_what, question, summary, fact) => {
    const answer = await booted.ask(question);
    expect(summaryOf(answer)).toBe(summary);
    const text = textsOf(cardOf(answer)).join('\n');
    expect(text).toContain(fact);
    expect(text).not.toContain('nsg-admin');
    expect(buttonsOf(cardOf(answer)).map(({ verb }) => verb)).not.toContain('flow');
  });

  test('its rules are those of all of them', async () => {
    const text = textsOf(cardOf(await booted.ask('rules fw0'))).join('\n');
    for (const group of ['nsg-admin', 'nsg-in', 'nsg-out']) expect(text).toContain(group);
  });
});

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commands } from '../../src/commands/registry.ts';
import { openGrants } from '../../src/grants-file.ts';
import { readGrants } from '../../src/policy/grants.ts';
import { commandNames } from '../../src/terminal/command-line.ts';
import { people } from '../../src/web/people.ts';
import { type Booted, boot, cardOf, configOf, summaryOf, textsOf } from '../support/app.ts';

const Settings = z.object({
  people: z.array(z.object({ id: z.string() })),
  examples: z.record(z.string(), z.array(z.string())),
});

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const open = (environment: Readonly<Record<string, string>>) => {
  const reading = openGrants(configOf(environment), log);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const grants = reading.file.current();
  reading.file.close();
  return grants;
};

test('a grants file may list every command, and no other', () => {
  const registered = commands.map(({ name }) => name);
  expect(registered.filter((name) => !commandNames.includes(name))).toEqual([]);
  const text = readFileSync(new URL('../../docs/grants.sample.yaml', import.meta.url), 'utf8');
  expect(readGrants(text, 'sample', registered)).toMatchObject({ ok: true });
});

describe('the demo', () => {
  test('runs with the sample on its own network, and with everything granted on another', () => {
    expect(open({}).rules.map(({ name }) => name)).toEqual(['On-call checks the shop', 'Network team asks everything']);
    expect(open({ HOPCHECK_TOPOLOGY: 'hub-and-spoke' }).operators).toBe('anyone');
    expect(open({ HOPCHECK_ARM_ENDPOINT: 'https://127.0.0.1:1' }).operators).toBe('anyone');
  });

  let booted: Booted;
  beforeAll(async () => {
    booted = await boot({}, { grants: open({}) });
  });
  afterAll(() => booted.stop());

  test.each(['en-US', 'zh-CN'])(
    'what its page offers works for who is preselected, and shows a refusal, in %s',
    async (locale) => {
      const settings = Settings.parse(await (await fetch(`${booted.app.url}/chat/settings`)).json());
      const [first = '', second = '', third = '', fourth = ''] = settings.examples[locale] ?? [];
      expect(settings.people[0]?.id).toBe(people[0]?.id);
      expect(summaryOf(await booted.ask(first, { locale }))).toMatch(/^(Unreachable|不可达)/);
      expect(summaryOf(await booted.ask(second, { locale }))).toMatch(/MultiTierApp0/);
      expect(textsOf(cardOf(await booted.ask(third, { locale }))).join()).toMatch(/why |为什么 /);
      expect(textsOf(cardOf(await booted.ask(fourth, { locale }))).join()).toContain(people[0]?.objectId);
      expect(summaryOf(await booted.ask(second, { locale, person: 'network-team' }))).toMatch(/^(Unreachable|不可达)/);
    },
  );

  test('the channel’s default source is one that both may check', async () => {
    for (const { id: person } of people) {
      const answer = await booted.ask('check vm db0 port 1433', { person, channel: true });
      expect(summaryOf(answer)).toMatch(/^Reachable: app0/);
    }
  });
});

import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { en, type MessageKey, zh } from '../../src/language/catalogue.ts';
import { readCommand } from '../../src/language/commands.ts';
import { isMessageKey, say } from '../../src/language/say.ts';
import { words } from '../../src/language/words.ts';
import { commands } from './spoken.ts';
import { table } from './table.ts';

const keys = Object.keys(en).filter(isMessageKey);

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

/** The names that a message is filled with, those inside its plurals and choices too. */
function slotsOf(elements: readonly Element[]): readonly string[] {
  const names = new Set<string>();
  for (const element of elements) {
    const isText = element.type === 0 || element.type === 7;
    if (!isText && 'value' in element) names.add(element.value);
    if ('options' in element)
      for (const { value } of Object.values(element.options)) for (const name of slotsOf(value)) names.add(name);
  }
  return [...names].sort();
}

describe('the catalogues', () => {
  it('say the same things in both languages', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(keys)('%s', (key: MessageKey) => {
    const [english, chinese] = [new IntlMessageFormat(en[key], 'en'), new IntlMessageFormat(zh[key], 'zh-Hans')];
    expect(slotsOf(chinese.getAst())).toEqual(slotsOf(english.getAst()));
  });
});

describe('each command', () => {
  it.each(table)('$name says what it does', ({ name }) => {
    for (const part of ['summary', 'usage', 'example.1'])
      expect(isMessageKey(`command.${name}.${part}`), part).toBe(true);
  });

  it.each(keys.filter((key) => /^command\..*\.example\.\d$/.test(key)))('%s works as it is', (key) => {
    const name = key.split('.')[1] ?? '';
    for (const locale of ['en', 'zh'] as const) {
      const found = readCommand(words(say(locale, key)), table);
      expect(found.ok && found.value.command).toBe(name);
      expect(found.ok && commands[name]?.read(found.value.rest).ok).toBe(true);
    }
    // The two languages ask for the same.
    const [english, chinese] = [say('en', key), say('zh', key)].map((text) => readCommand(words(text), table));
    if (english?.ok && chinese?.ok && name !== 'help')
      expect(commands[name]?.read(chinese.value.rest)).toEqual(commands[name]?.read(english.value.rest));
  });
});

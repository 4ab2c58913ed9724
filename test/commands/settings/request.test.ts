import { describe, expect, it } from 'vitest';
import {
  printSettings,
  readSettings,
  type SettingsRequest,
  settingsWords,
} from '../../../src/commands/settings/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';

function read(typed: string) {
  const found = readCommand(words(typed), [settingsWords]);
  if (!found.ok) throw new Error(`not the command: ${typed}`);
  return readSettings(found.value.rest);
}

const sentences: readonly (readonly [typed: string, request: SettingsRequest])[] = [
  ['settings', {}],
  ['Settings?', {}],
  ['settings answers', {}],
  ['settings answers thread', { answers: 'thread' }],
  ['settings answers in the channel', { answers: 'channel' }],
  ['settings replies: channel', { answers: 'channel' }],
  ['settings language en', { language: 'en' }],
  ['settings language = Chinese', { language: 'zh' }],
  ['settings language auto', { language: 'auto' }],
  ['设置', {}],
  ['设置语言中文', { language: 'zh' }],
  ['设置 语言 为 英文', { language: 'en' }],
  ['设置回答在频道', { answers: 'channel' }],
  ['会话设置 回答 线程', { answers: 'thread' }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });

  it.each(sentences)('%s reads back as it is printed', (_, request) => {
    for (const locale of ['en', 'zh'] as const) {
      expect(read(printSettings(request, locale))).toEqual({ ok: true, value: request });
    }
  });
});

describe('a refusal', () => {
  it.each([
    ['settings colour blue', 'colour'],
    ['settings answers everywhere', 'everywhere'],
    ['settings answers constructor', 'constructor'],
    ['settings language fr', 'fr'],
    ['settings language en please now', 'please now'],
  ])('%s', (typed, text) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts: { text } });
    expect(reading.ok ? '' : reading.problem.example).toBe('settings language zh');
  });
});

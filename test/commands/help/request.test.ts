import { describe, expect, it } from 'vitest';
import { type HelpRequest, readHelp } from '../../../src/commands/help/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('help');
  return readHelp(found.value.rest);
}

const sentences: readonly (readonly [typed: string, request: HelpRequest])[] = [
  ['help', {}],
  ['help check', { topic: 'check' }],
  ['help Next Hop', { topic: 'next hop' }],
  ['hi', {}],
  ['hello!', {}],
  ['帮助', {}],
  ['帮助 检查', { topic: '检查' }],
  ['帮助检查', { topic: '检查' }],
  ['你好', {}],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  [`help ${'x'.repeat(101)}`, { text: 'x'.repeat(101) }],
  ['help che\u200bck', { text: 'che<U+200B>ck', why: 'INVISIBLE' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

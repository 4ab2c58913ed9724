import { describe, expect, it } from 'vitest';
import { type AgainRequest, readAgain } from '../../../src/commands/again/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('again');
  return readAgain(found.value.rest);
}

const sentences: readonly (readonly [typed: string, request: AgainRequest])[] = [
  ['again', {}],
  ['again please', {}],
  ['再来一次', {}],
  ['重新检查', {}],
  ['请再查一次', {}],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['again port 443', { text: 'port 443' }],
  ['再来一次app0', { text: 'app0' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

import { describe, expect, it } from 'vitest';
import { type CancelRequest, readCancel } from '../../../src/commands/cancel/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('cancel');
  return readCancel(found.value.rest);
}

const sentences: readonly (readonly [typed: string, request: CancelRequest])[] = [
  ['cancel', {}],
  ['cancel, please', {}],
  ['取消', {}],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['cancel the last one', { text: 'the last one' }],
  ['取消订阅', { text: '订阅' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

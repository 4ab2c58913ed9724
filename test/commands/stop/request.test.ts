import { describe, expect, it } from 'vitest';
import { readStop, type StopRequest } from '../../../src/commands/stop/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('stop');
  return readStop(found.value.rest);
}

const sentences: readonly (readonly [typed: string, request: StopRequest])[] = [
  ['stop', {}],
  ['stop 3', { watch: 3 }],
  ['stop #3', { watch: 3 }],
  ['stop watch 3', { watch: 3 }],
  ['stop all', { watch: 'all' }],
  ['unwatch 12', { watch: 12 }],
  ['停止 3', { watch: 3 }],
  ['停止3', { watch: 3 }],
  ['停止监视3', { watch: 3 }],
  ['停止全部', { watch: 'all' }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['stop 0', { text: '0' }],
  ['stop -1', { text: '-1' }],
  ['stop 3 4', { text: '3 4' }],
  ['stop db0', { text: 'db0' }],
  ['stop 99999999999', { text: '99999999999' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

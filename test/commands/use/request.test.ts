import { describe, expect, it } from 'vitest';
import { readUse, type UseRequest } from '../../../src/commands/use/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('use');
  return readUse(found.value.rest);
}

const vm = (name: string, group?: string) => ({ kind: 'vm' as const, name, ...(group === undefined ? {} : { group }) });

const sentences: readonly (readonly [typed: string, request: UseRequest])[] = [
  ['use', {}],
  ['use app0', { machine: vm('app0') }],
  ['use app0 as source', { machine: vm('app0') }],
  ['use vm app0 in ContosoRG as the default source', { machine: vm('app0', 'ContosoRG') }],
  ['use none', { forget: true }],
  ['source none', { forget: true }],
  ['use "none" as source', { machine: vm('none') }],
  ['use vm none', { machine: vm('none') }],
  ['使用 无', { forget: true }],
  ['source app0', { machine: vm('app0') }],
  ['use "as" as source', { machine: vm('as') }],
  ['使用 app0 作为源', { machine: vm('app0') }],
  ['使用app0作为默认源', { machine: vm('app0') }],
  ['默认源 app0', { machine: vm('app0') }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['use app0 as destination', { text: 'as destination' }],
  ['use app0,app1 as source', { text: 'app0, app1', why: 'ONE_ONLY' }],
  ['use 10.1.4.4 as source', { text: '10.1.4.4', why: 'SOURCE_NOT_VM' }],
  ['use bing.com as source', { text: 'bing.com', why: 'SOURCE_NOT_VM' }],
  ['使用app0检查db0', { text: 'app0 检查 db0' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

import { describe, expect, it } from 'vitest';
import { readVms, type VmsRequest } from '../../../src/commands/vms/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('vms');
  return readVms(found.value.rest);
}

const sentences: readonly (readonly [typed: string, request: VmsRequest])[] = [
  ['vms', {}],
  ['vms db', { text: 'db' }],
  ['vms in ContosoRG', { text: 'ContosoRG' }],
  ['vms "in"', { text: 'in' }],
  ['vms db west', { text: 'db west' }],
  ['虚拟机列表', {}],
  ['虚拟机列表 db', { text: 'db' }],
  ['列出虚拟机db', { text: 'db' }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['vms db\u200b0', { text: 'db<U+200B>0', why: 'INVISIBLE' }],
  [`vms ${'x'.repeat(101)}`, { text: 'x'.repeat(101) }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

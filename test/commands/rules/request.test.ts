import { describe, expect, it } from 'vitest';
import { type RulesRequest, readRules } from '../../../src/commands/rules/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('rules');
  return readRules(found.value.rest);
}

const vm = (name: string, group?: string) => ({ kind: 'vm' as const, name, ...(group === undefined ? {} : { group }) });

const sentences: readonly (readonly [typed: string, request: RulesRequest])[] = [
  ['rules', {}],
  ['rules app0', { machine: vm('app0') }],
  ['rules vm app0', { machine: vm('app0') }],
  ['rules for app0', { machine: vm('app0') }],
  ['rules on app0 in ContosoRG', { machine: vm('app0', 'ContosoRG') }],
  ['rules of ContosoRG/app0', { machine: vm('app0', 'ContosoRG') }],
  ['rules vm a.b', { machine: vm('a.b') }],
  ['规则 app0', { machine: vm('app0') }],
  ['有效规则app0', { machine: vm('app0') }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['rules app0 app1', { text: 'app0 app1' }],
  ['rules app0,app1', { text: 'app0, app1', why: 'ONE_ONLY' }],
  ['rules 10.1.4.4', { text: '10.1.4.4', why: 'SOURCE_NOT_VM' }],
  ['rules app0:80', { text: 'app0:80', why: 'SOURCE_PORT' }],
  ['rules app0 port 80', { text: 'port 80' }],
  ['rules app0 inbound', { text: 'inbound' }],
  ['rules from app0 to db0', { text: 'app0', why: 'ONE_ONLY' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

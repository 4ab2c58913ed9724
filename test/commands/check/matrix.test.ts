import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOf, resultFor, targetOf, type Want } from '../../../src/commands/check/azure.ts';
import { rowsOf } from '../../../src/commands/check/matrix.ts';
import type { Question } from '../../../src/core/check.ts';
import { machine } from '../estates.ts';

const app0 = machine('app0', '10.2.1.4');
const db0 = machine('db0', '10.2.3.4');
const oldDb0 = machine('db0', '10.9.3.4', { group: 'OldRG' });
const fw0 = machine('fw0', '', {
  nics: [
    { id: '/nics/in', addresses: ['10.2.8.4'] },
    { id: '/nics/out', addresses: ['10.2.9.4'] },
  ],
});

const to = (destination: Question['destination'], port?: number): Question => ({
  source: app0,
  destination,
  ...(port !== undefined && { port }),
  protocol: port === undefined ? 'Icmp' : 'Tcp',
  protocolAsked: port === undefined,
});
const vm = (target: typeof db0): Question['destination'] => ({ kind: 'vm', machine: target });

describe('the rows of a matrix', () => {
  test('are the pairs, with a cell for each port, waiting until they are answered', () => {
    const questions = [to(vm(db0), 80), to(vm(db0), 443), to({ kind: 'address', address: '10.0.0.9' }, 80)];
    expect(rowsOf(questions, [{ port: 80, state: 'Reachable' }])).toEqual([
      {
        from: 'app0',
        to: 'db0',
        cells: [
          { port: 80, state: 'Reachable' },
          { port: 443, state: 'pending' },
        ],
      },
      { from: 'app0', to: '10.0.0.9', cells: [{ port: 80, state: 'pending' }] },
    ]);
  });

  test('tell machines of one name apart by their groups, and ICMP has no port', () => {
    const rows = rowsOf([to(vm(db0)), to(vm(oldDb0))], []);
    expect(rows).toEqual([
      { from: 'app0', to: 'ShopRG/db0', cells: [{ state: 'pending' }] },
      { from: 'app0', to: 'OldRG/db0', cells: [{ state: 'pending' }] },
    ]);
  });

  test('lose no question, whatever was asked', () => {
    const question = fc
      .tuple(fc.constantFrom(db0, oldDb0, fw0), fc.constantFrom(app0, db0), fc.option(fc.integer({ min: 1, max: 9 })))
      .map(([target, source, port]) => ({ ...to(vm(target), port ?? undefined), source }));
    fc.assert(
      fc.property(fc.array(question, { maxLength: 40 }), (questions) => {
        expect(rowsOf(questions, []).flatMap((row) => row.cells)).toHaveLength(questions.length);
      }),
    );
  });
});

describe('one diagnosis for many questions', () => {
  const want = (port: number, direction: Want['direction'] = 'Outbound', other = '10.2.3.4'): Want => ({
    stand: { machine: app0, address: '10.2.1.4' },
    direction,
    flow: { from: '10.2.1.4', to: other, question: to(vm(db0), port) },
  });
  const result = (port: number, destination: string, access: string) => ({
    profile: { direction: 'Outbound', protocol: 'Tcp', source: '10.2.1.4', destination, destinationPort: String(port) },
    networkSecurityGroupResult: { securityRuleAccessResult: access },
  });

  test('gives each its own part, by what Azure repeats of the question', () => {
    const body = {
      results: [result(80, '10.2.3.4', 'Deny'), result(443, '10.2.3.4', 'Allow'), result(80, '10.9.3.4', 'Allow')],
    };
    expect(resultFor(want(80), body)).toEqual({ results: [body.results[0]] });
    expect(resultFor(want(443), body)).toEqual({ results: [body.results[1]] });
    expect(resultFor(want(80, 'Outbound', '10.9.3.4'), body)).toEqual({ results: [body.results[2]] });
    expect(resultFor(want(22), body)).toEqual({ results: [] });
  });

  test('a single result is taken as it is, and so is what makes no sense', () => {
    const one = { results: [{ networkSecurityGroupResult: { securityRuleAccessResult: 'Deny' } }] };
    expect(resultFor(want(80), one)).toBe(one);
    expect(resultFor(want(80), 'nonsense')).toBe('nonsense');
  });

  test('is asked of the machine, and of one interface where it has several', () => {
    expect(targetOf(want(80))).toBe(app0.resourceId);
    expect(targetOf({ ...want(80), stand: { machine: fw0, address: '10.2.9.4' } })).toBe('/nics/out');
    expect(keyOf(want(80))).not.toBe(keyOf(want(81)));
    expect(keyOf(want(80))).not.toBe(keyOf(want(80, 'Inbound')));
    expect(keyOf(want(80))).toBe(keyOf({ ...want(80) }));
  });
});

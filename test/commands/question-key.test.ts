import { expect, test } from 'vitest';
import { questionKey, readQuestionKey } from '../../src/commands/question-key.ts';
import type { Question } from '../../src/core/check.ts';
import { machine } from './estates.ts';

const source = machine('app0', '10.1.0.4');
const base: Question = {
  source,
  destination: { kind: 'vm', machine: machine('db0', '10.1.4.4') },
  port: 1433,
  protocol: 'Tcp',
  protocolAsked: false,
};
const to = (destination: Question['destination'], more: Partial<Question> = {}): Question => ({
  ...base,
  ...more,
  destination,
});

test.each<[string, Question, Question]>([
  ['names in another case', base, to({ kind: 'vm', machine: machine('DB0', '10.1.4.4') })],
  [
    'another way to write an address',
    to({ kind: 'address', address: 'FD00:0::1' }),
    to({ kind: 'address', address: 'fd00::1' }),
  ],
  ['a host in another case', to({ kind: 'host', host: 'Shop.example' }), to({ kind: 'host', host: 'shop.example' })],
  [
    'status codes in another order',
    { ...base, validStatusCodes: [204, 200] },
    { ...base, validStatusCodes: [200, 204] },
  ],
  ['a machine that has moved', base, { ...base, source: { ...source, nics: [], tags: { tier: 'web' } } }],
])('%s is the same question', (_, one, other) => {
  expect(questionKey(one)).toBe(questionKey(other));
});

test('whatever Azure is asked differently is another question', () => {
  const questions: readonly Question[] = [
    base,
    { ...base, port: 80 },
    { ...base, source: machine('app1', '10.1.0.5') },
    { ...base, source: machine('app0', '10.1.0.4', { group: 'OtherRG' }) },
    { ...base, protocol: 'Http', protocolAsked: true },
    { ...base, protocolAsked: true },
    { source, destination: base.destination, protocol: 'Icmp', protocolAsked: true },
    { ...base, ipVersion: 'IPv6' },
    { ...base, validStatusCodes: [200] },
    to({ kind: 'address', address: '10.1.4.4' }),
    to({ kind: 'host', host: '10.1.4.4' }),
    to({ kind: 'url', url: 'https://shop.example/a', host: 'shop.example' }),
    to({ kind: 'url', url: 'https://shop.example/A', host: 'shop.example' }),
  ];
  expect(new Set(questions.map(questionKey)).size).toBe(questions.length);
});

test('tells its ends and its port, unless it is too long for an index', () => {
  expect(readQuestionKey(questionKey(base))).toEqual({
    source: source.resourceId.toLowerCase(),
    destination: machine('db0', '').resourceId.toLowerCase(),
    port: 1433,
  });
  const long = (end: string) =>
    to({ kind: 'url', url: `https://shop.example/${'é'.repeat(2000)}${end}`, host: 'shop.example' });
  expect(Buffer.byteLength(questionKey(long('a')))).toBeLessThan(1200);
  expect(questionKey(long('a'))).not.toBe(questionKey(long('b')));
  expect(readQuestionKey(questionKey(long('a')))).toBeUndefined();
});

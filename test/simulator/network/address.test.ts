import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressKey,
  contains,
  covers,
  formatAddress,
  isPrivate,
  parseAddress,
  parsePrefix,
  prefix,
} from '../../../src/simulator/network/address.ts';

describe('is no address', () => {
  test.each(['', '10.1', '10.1.1.256', '10.1.1.1/24', '010.1.1.1', 'app0', '1.2.3.4.5', '::1::', ' 10.1.1.1'])(
    '%j',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );
});

describe('is no block', () => {
  test.each(['', '10.1.0.0/33', '10.1.0.0/x', '10.1.0.0/-1', '10.1.0.0/8/8', 'fd00::/129', 'app0/24'])('%j', (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  });
});

test.each([
  ['10.1.0.0/16', '10.1.255.255', true],
  ['10.1.0.0/16', '10.2.0.0', false],
  ['10.1.2.3/16', '10.1.9.9', true],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['0.0.0.0/0', '::1', false],
  ['10.1.1.4', '10.1.1.4', true],
  ['10.1.1.4', '10.1.1.5', false],
  ['fd00:110::/48', 'fd00:110:0:ffff::1', true],
  ['fd00:110::/48', 'fd00:111::1', false],
])('%s holds %s: %s', (block, text, held) => {
  const address = parseAddress(text);
  expect(address !== undefined && contains(prefix(block), address)).toBe(held);
});

test.each([
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.1.0.0/16', '10.0.0.0/8', false],
  ['10.1.0.0/16', '10.1.0.0/16', true],
  ['10.1.0.0/16', '10.2.0.0/24', false],
])('%s covers %s: %s', (outer, inner, expected) => {
  expect(covers(prefix(outer), prefix(inner))).toBe(expected);
});

test.each([
  ['10.9.9.9', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['100.64.0.1', true],
  ['169.254.169.254', true],
  ['168.63.129.16', true],
  ['8.8.8.8', false],
  ['fd00::1', true],
  ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', false],
])('%s is private: %s', (text, expected) => {
  const address = parseAddress(text);
  expect(address !== undefined && isPrivate(address)).toBe(expected);
});

test('reading what was written gives the same, and a block holds what shares its first bits', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (text, other, length) => {
      const address = parseAddress(text);
      const second = parseAddress(other);
      if (address === undefined || second === undefined) throw new Error('not parsed');
      expect(formatAddress(address)).toBe(text);
      const bits = (one: string) =>
        one
          .split('.')
          .map((part) => Number(part).toString(2).padStart(8, '0'))
          .join('')
          .slice(0, length);
      expect(contains(prefix(`${text}/${length}`), second)).toBe(bits(text) === bits(other));
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const address = parseAddress(text);
      if (address === undefined) throw new Error(`${text} not parsed`);
      const again = parseAddress(formatAddress(address));
      expect(again && addressKey(again)).toBe(addressKey(address));
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KnownActivity } from '../../src/teams/front-door.ts';
import { readSignInSignal } from '../../src/teams/sign-in-signal.ts';

const invoke = (name: unknown, value: unknown): KnownActivity => ({
  type: 'invoke',
  channelId: 'msteams',
  serviceUrl: 'https://smba.trafficmanager.net/amer/',
  conversation: { id: 'a:1' },
  from: { id: '29:1' },
  recipient: { id: '28:1' },
  name,
  value,
});

const exchange = { id: '1', connectionName: 'c', token: 't' };

describe('what a client says about a sign-in', () => {
  const cases: readonly (readonly [what: string, name: string, value: unknown, signal: object | undefined])[] = [
    ['a token', 'signin/tokenExchange', exchange, { kind: 'exchange', id: '1', connection: 'c', token: 't' }],
    ['a token too long', 'signin/tokenExchange', { ...exchange, token: 'x'.repeat(16_385) }, undefined],
    ['a token that is none', 'signin/tokenExchange', { ...exchange, token: ['t'] }, undefined],
    ['no exchange id', 'signin/tokenExchange', { ...exchange, id: undefined }, undefined],
    ['nothing', 'signin/tokenExchange', undefined, undefined],
    ['a code', 'signin/verifyState', { state: '123456' }, { kind: 'code', code: '123456' }],
    ['that it was given up', 'signin/verifyState', { state: 'CancelledByUser' }, { kind: 'cancelled' }],
    ['an empty code', 'signin/verifyState', { state: '' }, undefined],
    ['a failure', 'signin/failure', { code: 'tokenmissing' }, { kind: 'failed', code: 'tokenmissing' }],
    ['a failure in words', 'signin/failure', { code: 'a b\nc' }, { kind: 'failed', code: 'unnamed' }],
    ['a failure without a code', 'signin/failure', null, { kind: 'failed', code: 'unnamed' }],
    ['something else', 'adaptiveCard/action', exchange, undefined],
  ];
  test.each(cases)('is read: %s', (_what, name, value, signal) => {
    expect(readSignInSignal(invoke(name, value))).toEqual(signal);
  });

  test('is read in an invoke alone', () => {
    expect(readSignInSignal({ ...invoke('signin/verifyState', { state: '1' }), type: 'message' })).toBeUndefined();
  });

  test('never makes it throw, whatever it holds', () => {
    const names = fc.constantFrom('signin/tokenExchange', 'signin/verifyState', 'signin/failure');
    fc.assert(
      fc.property(names, fc.anything({ withNullPrototype: true, withObjectString: true }), (name, value) => {
        readSignInSignal(invoke(name, value));
      }),
      { numRuns: 300 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import { readRetryAfter } from '../../src/azure/exchange.ts';
import { readFailure } from '../../src/azure/failure.ts';
import { readResourceId } from '../../src/azure/ids.ts';

const envelope = (code: string, message: string, details: readonly object[] = []) =>
  JSON.stringify({ error: { code, message, details } });

describe('a refusal of Azure', () => {
  const rows: readonly (readonly [status: number, body: string, expected: object])[] = [
    [401, envelope('InvalidAuthenticationToken', 'The access token is invalid.'), { code: 'AZURE_UNAUTHORIZED' }],
    [
      403,
      envelope(
        'AuthorizationFailed',
        "The client 'a' with object id 'b' does not have authorization to perform action 'Microsoft.Network/networkWatchers/nextHop/action' over scope '/subscriptions/1/resourceGroups/g' or the scope is invalid.",
      ),
      {
        code: 'AZURE_FORBIDDEN',
        missingAction: 'Microsoft.Network/networkWatchers/nextHop/action',
        scope: '/subscriptions/1/resourceGroups/g',
      },
    ],
    [404, envelope('ResourceNotFound', 'gone'), { code: 'AZURE_NOT_FOUND', azureCode: 'ResourceNotFound' }],
    [409, envelope('Conflict', 'busy'), { code: 'AZURE_CONFLICT' }],
    [429, envelope('TooManyRequests', 'slow down'), { code: 'AZURE_THROTTLED' }],
    [
      429,
      envelope('RetryableError', 'A retryable error occurred.', [
        {
          code: 'RetryableErrorDueToAnotherOperation',
          message: 'Operation X (1) is updating resource /r. The call can be retried in 11 seconds.',
        },
      ]),
      { code: 'AZURE_BUSY', retryAfterMs: 11_000, message: expect.stringContaining('Operation X') },
    ],
    [400, envelope('BadRequest', 'no'), { code: 'AZURE_REJECTED', message: 'no' }],
    [503, envelope('ServerTimeout', 'The request timed out.'), { code: 'AZURE_FAILED', status: 503 }],
    [502, '<html>Bad gateway</html>', { code: 'AZURE_FAILED', status: 502 }],
    [500, '', { code: 'AZURE_FAILED' }],
    [418, '{"error":"teapot"}', { code: 'AZURE_REJECTED' }],
    [302, '', { code: 'AZURE_MALFORMED' }],
    [500, envelope('x', `a\u0000b\u001b[31m${'é'.repeat(2000)}`), { message: expect.not.stringMatching(/\p{Cc}/u) }],
  ];
  test.each(rows)('%i %s', (status, body, expected) => {
    const failure = readFailure({ status, body });
    expect(failure).toMatchObject(expected);
    expect(failure.message?.length ?? 0).toBeLessThanOrEqual(500);
  });

  test('Retry-After of the answer wins over the sentence', () => {
    const body = envelope('RetryableError', 'The call can be retried in 11 seconds.');
    expect(readFailure({ status: 429, body, retryAfterMs: 3000 })).toMatchObject({ retryAfterMs: 3000 });
  });
});

describe('Retry-After', () => {
  const date = 'Mon, 23 Nov 2026 10:00:00 GMT';
  const rows: readonly (readonly [value: string | undefined, ms: number | undefined])[] = [
    [undefined, undefined],
    ['0', 0],
    ['10', 10_000],
    ['3600', 3_600_000],
    [' 7 ', 7000],
    ['abc', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['1.5', undefined],
    ['', undefined],
    ['Mon, 23 Nov 2026 10:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ];
  test.each(rows)('%j is %j ms', (value, ms) => {
    expect(readRetryAfter(value, date)).toBe(ms);
  });
  test('a date without the server’s own clock says nothing', () => {
    expect(readRetryAfter('Mon, 23 Nov 2026 10:00:30 GMT', undefined)).toBeUndefined();
  });
});

describe('resource ids', () => {
  test.each([
    [
      '/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/vm',
      ['Microsoft.Compute/virtualMachines', ['vm']],
    ],
    ['/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/P/a/b/c/d/', ['P/a/c', ['b', 'd']]],
  ] as const)('%s', (id, [type, names]) => {
    expect(readResourceId(id)).toEqual({ subscriptionId: 'S', group: 'G', type, names });
  });
  test.each(['', '/', '/subscriptions/S', '/subscriptions/S/resourceGroups/G/providers/P/a', 'Internet', undefined])(
    '%j is none',
    (id) => {
      expect(readResourceId(id)).toBeUndefined();
    },
  );
});

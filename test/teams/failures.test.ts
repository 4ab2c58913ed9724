import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Planted } from '../../src/simulator/faults.ts';
import type { Message } from '../../src/web/conversations.ts';
import { type Booted, boot, cardOf, summaryOf, textsOf } from '../support/app.ts';

let booted: Booted;
beforeAll(async () => {
  booted = await boot({ HOPCHECK_DEADLINE_S: '300' });
});
afterAll(() => booted.stop());
beforeEach(() => booted.simulator.clearFaults());

const shown = (message: Message) => textsOf(cardOf(message)).join('\n');
/** Another address each time: an operation that never ends would hold the next question of the same kind. */
let asked = 0;
const nextQuestion = () => {
  asked += 1;
  return `check from app0 to 10.2.9.${asked} port 443`;
};

/** Everything that Azure is asked beside the probe is refused, so that the probe's own failure is what is left to say. */
function muteOthers() {
  for (const on of ['networkConfigurationDiagnostic', 'nextHop']) {
    booted.simulator.plant({ on, times: 'always', fault: { kind: 'error', status: 403, code: 'AuthorizationFailed' } });
  }
}

describe('Azure fails, and the card says what happened, why, and what to do', () => {
  const forbidden =
    "The client 'x' with object id 'y' does not have authorization to perform action 'Microsoft.Network/networkWatchers/connectivityCheck/action' over scope '/subscriptions/1' or the scope is invalid.";
  const rows: readonly (readonly [what: string, on: string, fault: Planted['fault'], says: RegExp])[] = [
    [
      '401',
      'connectivityCheck',
      { kind: 'error', status: 401, code: 'InvalidAuthenticationToken' },
      /does not accept the identity I ask with/,
    ],
    [
      '403 names the action',
      'connectivityCheck',
      { kind: 'error', status: 403, code: 'AuthorizationFailed', message: forbidden },
      /connectivityCheck\/action/,
    ],
    [
      '404',
      'connectivityCheck',
      { kind: 'error', status: 404, code: 'ResourceNotFound', message: 'gone' },
      /does not know/,
    ],
    [
      '400',
      'connectivityCheck',
      { kind: 'error', status: 400, code: 'BadRequest', message: 'no such port' },
      /no such port/,
    ],
    [
      '409',
      'connectivityCheck',
      { kind: 'error', status: 409, code: 'Conflict', message: 'being updated' },
      /changing this resource/,
    ],
    [
      '429 without Retry-After',
      'connectivityCheck',
      { kind: 'error', status: 429, code: 'TooManyRequests' },
      /fewer requests/,
    ],
    [
      '429 for an hour',
      'connectivityCheck',
      { kind: 'error', status: 429, code: 'TooManyRequests', retryAfter: 3600 },
      /3,?600 seconds/,
    ],
    [
      '500 on the question',
      'connectivityCheck',
      { kind: 'error', status: 500, code: 'InternalServerError', message: 'An error occurred.' },
      /Azure failed \(500\)/,
    ],
    ['a reset on the question', 'connectivityCheck', { kind: 'reset' }, /could not reach Azure/],
    ['no Location', 'connectivityCheck', { kind: 'noLocation' }, /makes no sense/],
    ['a Location elsewhere', 'connectivityCheck', { kind: 'foreignLocation', host: 'evil.example' }, /another host/],
    ['an endless operation', 'connectivityCheck', { kind: 'endless' }, /no result in time/],
    [
      'HTML in place of a result',
      'operationResults',
      { kind: 'body', text: '<html>proxy</html>', contentType: 'text/html' },
      /makes no sense/,
    ],
    ['null in place of a result', 'operationResults', { kind: 'body', json: null }, /makes no sense/],
    ['an empty list in place of a result', 'operationResults', { kind: 'body', json: [] }, /makes no sense/],
    ['half a result', 'operationResults', { kind: 'halfJson' }, /makes no sense|no result/],
  ];
  test.each(rows)('%s', async (_what, on, fault, says) => {
    muteOthers();
    booted.simulator.plant({ on, times: 'always', fault });
    const answer = await booted.ask(nextQuestion());
    expect(shown(answer)).toMatch(says);
    expect(shown(answer)).not.toMatch(/undefined|\bat .*\.ts:\d|\$\{/);
  });

  test('the body of a stranger never got the token', () => {
    const line = JSON.stringify(booted.logged);
    expect(line).not.toMatch(/eyJ/);
  });
});

describe('what passes is waited out', () => {
  const rows: readonly (readonly [what: string, on: string, fault: Planted['fault'], times: number])[] = [
    [
      '429 that says when',
      'connectivityCheck',
      { kind: 'error', status: 429, code: 'TooManyRequests', retryAfter: 1 },
      1,
    ],
    ['another operation holds the machine', 'connectivityCheck', { kind: 'busy', seconds: 11, retryAfter: 11 }, 1],
    ['503 in the middle of polling', 'operationResults', { kind: 'serverTimeout' }, 1],
    [
      '500 for longer than the SDK repeats',
      'operationResults',
      { kind: 'error', status: 500, code: 'InternalServerError', retryAfter: 1 },
      6,
    ],
    ['a cut connection while polling', 'operationResults', { kind: 'reset' }, 1],
    ['a result at once', 'connectivityCheck', { kind: 'immediate' }, 1],
    ['no Retry-After', 'connectivityCheck', { kind: 'noRetryAfter' }, 1],
  ];
  test.each(rows)('%s', async (_what, on, fault, times) => {
    booted.simulator.plant({ on, times, fault });
    const answer = await booted.ask('check from app0 to db0 port 1433');
    expect(summaryOf(answer)).toBe('Reachable: app0 → db0:1433');
  });

  test('a question that cannot be asked twice is not asked twice', async () => {
    muteOthers();
    const before = booted.asked('/connectivityCheck');
    booted.simulator.plant({
      on: 'connectivityCheck',
      fault: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
    });
    await booted.ask(nextQuestion());
    expect(booted.asked('/connectivityCheck') - before).toBe(1);
  });
});

describe('a witness fails, and the others still answer', () => {
  test.each(['networkConfigurationDiagnostic', 'nextHop'])('%s refused', async (on) => {
    booted.simulator.plant({ on, times: 'always', fault: { kind: 'error', status: 403, code: 'AuthorizationFailed' } });
    const answer = await booted.ask('check from app0 to db0 port 80');
    expect(summaryOf(answer)).toMatch(/^Unreachable: app0 → db0:80, denied by nsg-db\/deny-80/);
    expect(shown(answer)).toMatch(/AZURE_FORBIDDEN/);
  });

  test('the probe refused, and the rules still name the denial', async () => {
    booted.simulator.plant({
      on: 'connectivityCheck',
      times: 'always',
      fault: { kind: 'error', status: 403, code: 'AuthorizationFailed' },
    });
    const answer = await booted.ask('check from app0 to db0 port 80');
    expect(shown(answer)).toMatch(/deny-80/);
  });

  test('a region without a watcher', async () => {
    const alone = await boot({ HOPCHECK_TOPOLOGY: new URL('../fixtures/no-watcher.yaml', import.meta.url).pathname });
    try {
      expect(shown(await alone.ask('check from app0 to db0 port 80'))).toMatch(/network watcher/i);
    } finally {
      await alone.stop();
    }
  });
});

describe('the channel fails', () => {
  test('an acknowledgement that is throttled comes after all, once', async () => {
    booted.chat.connector.plant({ on: 'create', answer: { kind: 'status', status: 429, retryAfterS: 1 } });
    const answer = await booted.ask('check from app0 to db0 port 1433');
    expect(summaryOf(answer)).toBe('Reachable: app0 → db0:1433');
  });

  test('a create that fails with 500 is not repeated: the answer comes as a new message', async () => {
    const posts = () => booted.chat.connector.requests().filter(({ method }) => method === 'POST').length;
    const before = posts();
    booted.chat.connector.plant({ on: 'create', answer: { kind: 'status', status: 500 } });
    await booted.ask('check from app0 to db0 port 1433');
    expect(posts() - before).toBe(2);
  });

  test('an update that fails is repeated', async () => {
    booted.chat.connector.plant({ on: 'update', times: 2, answer: { kind: 'status', status: 502 } });
    const answer = await booted.ask('check from app0 to db0 port 1433');
    expect(summaryOf(answer)).toBe('Reachable: app0 → db0:1433');
  });
});

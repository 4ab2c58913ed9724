import { scopeOf } from './access.ts';
import { ArmError } from './arm-error.ts';
import type { Answer } from './exchange.ts';
import type { Fault } from './faults.ts';

/** Faults that answer in the operation's place; the work is not done then. */
export function answerInstead(
  faults: readonly Fault[],
  asked: {
    readonly operation: string;
    readonly host: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly retryAfterS: number;
    /** Milliseconds since the epoch. */
    readonly at: number;
  },
): Answer | undefined {
  const { operation, retryAfterS, at } = asked;
  for (const fault of faults) {
    switch (fault.kind) {
      case 'error': {
        const { status, code = 'PlantedFault', message = 'A fault planted on purpose.', retryAfter } = fault;
        const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
        return { status, headers, body: { error: { code, message, details: [] } } };
      }
      case 'serverTimeout': {
        const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
        const subscription = /^\/subscriptions\/([^/]+)/i.exec(asked.path)?.[1] ?? '';
        const message = `The request timed out. Diagnostic information: timestamp '${stamp}', subscription id '${subscription}', tracking id '00000000-0000-4000-8000-000000000000', request correlation id '00000000-0000-4000-8000-000000000000'.`;
        return {
          status: 503,
          headers: { 'x-ms-failure-cause': 'gateway' },
          body: { error: { code: 'ServerTimeout', message } },
        };
      }
      case 'busy': {
        const error = new ArmError(429, 'RetryableError', 'A retryable error occurred.', {
          details: [
            {
              code: 'RetryableErrorDueToAnotherOperation',
              message: `Operation ${operation} (00000000-0000-4000-8000-000000000000) is updating resource ${scopeOf(asked.path)}. The call can be retried in ${fault.seconds} seconds.`,
            },
          ],
          headers: fault.retryAfter === undefined ? {} : { 'Retry-After': String(fault.retryAfter) },
        });
        return error.answer();
      }
      case 'moreClaims': {
        const claims = Buffer.from('{"access_token":{"acrs":{"essential":true,"value":"p1"}}}').toString('base64');
        const challenge = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${claims}"`;
        const error = { code: 'InteractionRequired', message: 'Stronger authentication is required.' };
        return { status: 401, headers: { 'WWW-Authenticate': challenge }, body: { error } };
      }
      case 'reset':
        if (fault.before) return { status: 503 };
        break;
      case 'body':
        return { status: fault.status, ...(fault.json === undefined ? {} : { body: fault.json }) };
      case 'endless':
        if (operation === 'operationResults') {
          const headers = {
            Location: `https://${asked.host}${asked.path}?${asked.query}`,
            'Retry-After': String(retryAfterS),
          };
          return { status: 202, headers, body: null };
        }
        break;
      default:
        break;
    }
  }
  return undefined;
}

/** Faults that change an answer that was worked out. */
export function reshape(answer: Answer, faults: readonly Fault[]): Answer {
  let headers: Record<string, string> = { ...answer.headers };
  let { status } = answer;
  for (const fault of faults) {
    const { Location: location, ...others } = headers;
    if (fault.kind === 'foreignLocation' && location !== undefined) {
      const url = new URL(location);
      url.port = '';
      url.host = fault.host;
      headers = { ...others, Location: url.href };
    }
    if (fault.kind === 'noLocation') headers = others;
    if (fault.kind === 'noRetryAfter') delete headers['Retry-After'];
    if (fault.kind === 'html') status = fault.status;
  }
  return { ...answer, status, headers };
}

import { isAllowed } from './access.ts';
import { ArmError, invented, notAuthorized, subscriptionNotFound } from './arm-error.ts';
import { type Chance, seeded } from './chance.ts';
import { type Answer, findSubscription, isLongRunning, type Json, type Operation, type World } from './exchange.ts';
import { type Fault, type Faults, openFaults } from './faults.ts';
import { type LimitKind, openLimits } from './limits.ts';
import type { Principal, Topology } from './network/topology.ts';
import { type OperationStore, openOperations } from './operations.ts';
import { catalogue } from './resources/catalogue.ts';
import { metadataEndpoints, publish } from './resources/metadata.ts';
import { openRouter } from './router.ts';
import type { Bearer, TokenOffice } from './token.ts';
import { checkVersion, missingVersion } from './versions.ts';

/** A request as the wire brought it. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly host: string;
  readonly authorization: string | undefined;
  /** Absent where there was none; `unreadable` where it was no JSON. */
  readonly body:
    | { readonly kind: 'none' }
    | { readonly kind: 'json'; readonly value: Json }
    | { readonly kind: 'unreadable' };
};

/** What to send, by which operation, and which planted faults to play on the wire. */
export type Reply = {
  readonly answer: Answer;
  readonly operation: string;
  readonly principal?: Principal;
  readonly faults: readonly Fault[];
};

export type ResourceManager = {
  handle(asked: Asked): Promise<Reply>;
  readonly faults: Faults;
  readonly operations: OperationStore;
};

const pollPath =
  '/subscriptions/{subscription}/providers/Microsoft.Network/locations/{region}/operationResults/{operation}';

/** Answered by the server itself; here only so that the router knows it. */
const operationResults: Operation = {
  name: 'operationResults',
  method: 'GET',
  path: pollPath,
  answer: () => {
    throw new Error('polls are answered by the resource manager');
  },
};

/** The Resource Manager: checks a request as ARM's front door does, hands it to its operation, keeps what runs long. */
export function openResourceManager(options: {
  readonly topology: Topology;
  readonly office: TokenOffice;
  readonly now: () => number;
  readonly speed: number;
  readonly seed: number;
  readonly pageSize: number;
}): ResourceManager {
  const { topology, office, now, speed } = options;
  const chance: Chance = seeded(options.seed);
  const operations = openOperations(now, speed, chance);
  const faults = openFaults(topology.faults);
  const limits = openLimits(now, speed);
  const route = openRouter([...catalogue, operationResults, metadataEndpoints]);

  const authenticate = async (asked: Asked, skewMs: number): Promise<Principal> => {
    const bearer = await office.verify(asked.authorization, skewMs);
    if (bearer.kind === 'refused') throw unauthorized(bearer, topology.tenantId);
    return bearer.principal;
  };

  const charge = (kind: LimitKind, subscription: string, principal: Principal): Readonly<Record<string, string>> => {
    const quotas = (findSubscription(topology, subscription) ?? topology.subscriptions[0])?.quotas;
    if (quotas === undefined) return {};
    const left = limits.take(kind, quotas, subscription, principal.objectId);
    const name = kind === 'polls' ? 'global-reads' : kind;
    return { [`x-ms-ratelimit-remaining-subscription-${name}`]: String(left) };
  };

  const poll = (asked: Asked, id: string, principal: Principal): Answer => {
    const operation = operations.find(id);
    if (operation === undefined) {
      throw invented(404, 'OperationNotFound', `No operation ${id}: it never was, or its result has expired.`);
    }
    operations.checkSignature(operation, asked.query);
    if (operation.principalId !== principal.objectId) {
      throw invented(403, 'AuthorizationFailed', `Operation ${id} belongs to another client.`);
    }
    return report(operation.id, asked.host);
  };

  const report = (id: string, host: string, started = false): Answer => {
    const operation = operations.find(id);
    if (operation === undefined) throw new Error(`operation ${id} is gone`);
    const headers = {
      Location: operations.locate(operation, host),
      'Azure-AsyncNotification': 'Enabled',
      'x-ms-request-id': operation.id,
    };
    if (started || operations.isHeld(id) || now() < operation.doneAt) {
      return { status: 202, headers: { ...headers, 'Retry-After': String(operations.retryAfterS) }, body: null };
    }
    const done = operation.result();
    return { ...done, headers: { ...headers, ...done.headers } };
  };

  const work = async (asked: Asked, drawn: readonly Fault[]): Promise<{ answer: Answer; principal?: Principal }> => {
    const match = route(asked.method, asked.path);
    if (match.kind === 'found' && match.operation === metadataEndpoints) return { answer: publish(asked) };
    const skew = drawn.find((fault) => fault.kind === 'clockSkew');
    const principal = await authenticate(asked, (skew?.seconds ?? 0) * 1000);
    const apiVersion = asked.query.get('api-version');
    if (apiVersion === null || apiVersion === '') throw missingVersion();
    checkVersion(asked.path, apiVersion);
    if (match.kind === 'unknown') throw unknownRoute(asked, match.nearest);
    if (asked.body.kind === 'unreadable') {
      throw new ArmError(
        400,
        'InvalidRequestContent',
        'The request content was invalid and could not be deserialized.',
      );
    }
    const { operation, names } = match;
    const { subscription = '' } = names;
    if ('subscription' in names && findSubscription(topology, subscription) === undefined) {
      throw subscriptionNotFound(subscription);
    }
    const kind: LimitKind = operation === operationResults ? 'polls' : operation.method === 'POST' ? 'writes' : 'reads';
    const limited = charge(kind, subscription, principal);
    if (operation === operationResults) {
      const answer = poll(asked, names.operation ?? '', principal);
      return { answer: withHeaders(answer, limited), principal };
    }
    if (operation.action !== undefined && !isAllowed(principal, operation.action, scopeOf(asked.path))) {
      throw notAuthorized(principal, operation.action, scopeOf(asked.path));
    }
    const world = worldFor(principal, topology.era ?? apiVersion);
    const body = asked.body.kind === 'json' ? asked.body.value : undefined;
    const { method, path, query, host } = asked;
    const given = operation.answer({ method, path, query, apiVersion, host, names, body, principal }, world);
    if (!isLongRunning(given)) return { answer: withHeaders(given, limited), principal };
    const started = operations.start({
      ...given,
      name: operation.name,
      subscription,
      apiVersion,
      principalId: principal.objectId,
    });
    if (drawn.some((fault) => fault.kind === 'endless')) operations.hold(started.id);
    const accepted = report(started.id, asked.host, true);
    const immediate = drawn.some((fault) => fault.kind === 'immediate');
    const answer = immediate ? { ...started.result(), headers: accepted.headers ?? {} } : accepted;
    return { answer: withHeaders(answer, limited), principal };
  };

  const worldFor = (principal: Principal | undefined, shapes: string): World => ({
    topology,
    now,
    chance: seeded(chance.between(0, 0xffffffff)),
    pageSize: options.pageSize,
    shapes,
    may: (action, scope) => principal !== undefined && isAllowed(principal, action, scope),
  });

  return {
    faults,
    operations,
    handle: async (asked) => {
      const match = route(asked.method, asked.path);
      const operation = match.kind === 'found' ? match.operation.name : 'unknown';
      const drawn = faults.draw(operation, asked.path);
      try {
        const early = refusalOf(drawn, operation, asked, operations.retryAfterS, now());
        if (early !== undefined) return { answer: early, operation, faults: drawn };
        const { answer, principal } = await work(asked, drawn);
        return { answer, operation, faults: drawn, ...(principal === undefined ? {} : { principal }) };
      } catch (error) {
        if (error instanceof ArmError) return { answer: error.answer(), operation, faults: drawn };
        throw error;
      }
    },
  };
}

function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...headers, ...answer.headers } };
}

/** The resource (or scope) that a path acts on: without the action at its end. */
function scopeOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const provider = parts.map((part) => part.toLowerCase()).lastIndexOf('providers');
  if (provider === -1) return `/${parts.join('/')}`;
  const after = parts.length - provider - 2;
  if (after <= 1) return `/${parts.slice(0, provider).join('/')}`;
  return `/${parts.slice(0, provider + 2 + after - (after % 2)).join('/')}`;
}

function unauthorized(bearer: Extract<Bearer, { kind: 'refused' }>, tenantId: string): ArmError {
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/${tenantId}", error="invalid_token", error_description="The access token is ${bearer.reason}."`;
  const headers = { 'WWW-Authenticate': challenge, 'x-ms-failure-cause': 'gateway' };
  switch (bearer.reason) {
    case 'missing':
      return new ArmError(
        401,
        'AuthenticationFailed',
        "Authentication failed. The 'Authorization' header is missing.",
        { headers },
      );
    case 'expired':
      return new ArmError(
        401,
        'ExpiredAuthenticationToken',
        'The access token expiry UTC time is earlier than current UTC time.',
        { headers },
      );
    case 'invalid':
      return new ArmError(401, 'InvalidAuthenticationToken', 'The access token is invalid.', { headers });
  }
}

function unknownRoute(asked: Asked, nearest: readonly string[]): ArmError {
  return new ArmError(
    404,
    'InvalidResourceType',
    `The simulator does not know ${asked.method} ${asked.path}. What it knows and comes nearest: ${nearest.join('; ')}.`,
    { details: [{ code: 'InventedBySimulator', message: 'ARM says this in other words, and knows more operations.' }] },
  );
}

/** Faults that answer in the operation's place; the work is not done then. */
function refusalOf(
  faults: readonly Fault[],
  operation: string,
  asked: Asked,
  retryAfterS: number,
  at: number,
): Answer | undefined {
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

import { isAllowed, scopeOf } from './access.ts';
import { ArmError, invented, notAuthorized, subscriptionNotFound, unauthorized, unknownRoute } from './arm-error.ts';
import { type Chance, seeded } from './chance.ts';
import { type Answer, findSubscription, isLongRunning, type Json, type Operation, type World } from './exchange.ts';
import { answerInstead } from './fault-answers.ts';
import { type Fault, type Faults, openFaults } from './faults.ts';
import { type LimitKind, openLimits } from './limits.ts';
import type { Principal } from './network/topology.ts';
import { type OperationStore, openOperations } from './operations.ts';
import { catalogue } from './resources/catalogue.ts';
import { metadataEndpoints, publish } from './resources/metadata.ts';
import { openRouter } from './router.ts';
import type { Stage } from './stage.ts';
import type { TokenOffice } from './token.ts';
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
  readonly stage: Stage;
  readonly office: TokenOffice;
  readonly now: () => number;
  readonly speed: number;
  readonly seed: number;
  readonly pageSize: number;
}): ResourceManager {
  const { stage, office, now, speed } = options;
  const chance: Chance = seeded(options.seed);
  const operations = openOperations(now, speed, chance);
  const faults = openFaults(stage.topology.faults);
  const limits = openLimits(now, speed);
  const route = openRouter([...catalogue, operationResults, metadataEndpoints]);

  const authenticate = async (asked: Asked, skewMs: number): Promise<Principal> => {
    const bearer = await office.verify(asked.authorization, skewMs);
    if (bearer.kind === 'refused') throw unauthorized(bearer.reason, stage.topology.tenantId);
    return bearer.principal;
  };

  const charge = (kind: LimitKind, subscription: string, principal: Principal): Readonly<Record<string, string>> => {
    const { topology } = stage;
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
    if (match.kind === 'unknown') throw unknownRoute(asked.method, asked.path, match.nearest);
    if (asked.body.kind === 'unreadable') {
      throw new ArmError(
        400,
        'InvalidRequestContent',
        'The request content was invalid and could not be deserialized.',
      );
    }
    const { topology } = stage;
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
    topology: stage.topology,
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
        const { host, path, query } = asked;
        const early = answerInstead(drawn, {
          operation,
          host,
          path,
          query,
          retryAfterS: operations.retryAfterS,
          at: now(),
        });
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

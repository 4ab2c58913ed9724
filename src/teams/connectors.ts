import type { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { ClaimsIdentity, type ConnectorClient } from 'botframework-connector';
import { z } from 'zod';
import { isWatching } from '../core/telemetry.ts';
import { watchConnectorCall } from './watched-connector.ts';

/** The SDK's clients for speaking, one for each service URL. */
export type Connectors = (serviceUrl: string) => Promise<ConnectorClient>;

export type ConnectorsOptions = {
  readonly authentication: ConfigurationBotFrameworkAuthentication;
  /** Empty in local mode. */
  readonly appId: string;
  readonly timeoutMs?: number;
};

/** The caller has looked at the service URL. */
export function createConnectors({ authentication, appId, timeoutMs = 10_000 }: ConnectorsOptions): Connectors {
  const factory = authentication.createConnectorFactory(
    new ClaimsIdentity([
      { type: 'aud', value: appId },
      { type: 'appid', value: appId },
    ]),
  );
  const made = new Map<string, Promise<ConnectorClient>>();
  return (serviceUrl) => {
    const existing = made.get(serviceUrl);
    if (existing) return existing;
    const fresh = factory.create(serviceUrl).then((client) => {
      hardenClient(client, new URL(serviceUrl).origin, timeoutMs, isWatching() ? watchConnectorCall : undefined);
      return client;
    });
    made.set(serviceUrl, fresh);
    fresh.catch(() => made.delete(serviceUrl));
    return fresh;
  };
}

type Request = { readonly url: string; readonly method: string; abortSignal?: AbortSignal };
type Send = (request: Request) => Promise<unknown>;
type Pipeline = {
  removePolicy(options: { readonly name: string }): unknown;
  addPolicy(policy: { readonly name: string; sendRequest(request: Request, next: Send): Promise<unknown> }): unknown;
};

/** Looks on while a request is sent. */
type Watch = (request: Request, send: () => Promise<unknown>) => Promise<unknown>;

const HasPipeline = z.object({
  client: z.object({
    pipeline: z.custom<Pipeline>((value) => typeof value === 'object' && value !== null && 'addPolicy' in value),
  }),
});

/**
 * The SDK repeats a POST after a 5xx or a reset, which shows people the card twice, follows redirects with its token, and has
 * no time-out. Its options for that have no effect, so the pipeline inside the client is changed.
 */
export function hardenClient(client: object, origin: string, timeoutMs: number, watch?: Watch) {
  const { pipeline } = HasPipeline.parse({ client: Reflect.get(client, 'client') }).client;
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  pipeline.removePolicy({ name: 'redirectPolicy' });
  pipeline.addPolicy({
    name: 'hopcheckGuard',
    sendRequest(request, next) {
      if (new URL(request.url).origin !== origin) throw new Error('the request leaves its service');
      // The client's own time-out ends with the headers; this one covers a body that never comes.
      request.abortSignal = AbortSignal.timeout(timeoutMs);
      return watch ? watch(request, () => next(request)) : next(request);
    },
  });
}

import type { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { ClaimsIdentity, type ConnectorClient } from 'botframework-connector';
import { z } from 'zod';
import type { BotIdentity } from './bot-identity.ts';

/** The SDK's clients for speaking, one for each service URL. */
export type Connectors = (serviceUrl: string) => Promise<ConnectorClient>;

const timeoutMs = 10_000;

export function createConnectors(
  authentication: ConfigurationBotFrameworkAuthentication,
  bot: BotIdentity | undefined,
): Connectors {
  const factory = authentication.createConnectorFactory(
    new ClaimsIdentity([
      { type: 'aud', value: bot?.appId ?? '' },
      { type: 'appid', value: bot?.appId ?? '' },
    ]),
  );
  const made = new Map<string, Promise<ConnectorClient>>();
  return (serviceUrl) => {
    const existing = made.get(serviceUrl);
    if (existing) return existing;
    const fresh = factory.create(serviceUrl).then((client) => {
      harden(client);
      return client;
    });
    made.set(serviceUrl, fresh);
    fresh.catch(() => made.delete(serviceUrl));
    return fresh;
  };
}

type Send = (request: { timeout: number }) => Promise<unknown>;
type Pipeline = {
  removePolicy(options: { readonly name: string }): unknown;
  addPolicy(policy: {
    readonly name: string;
    sendRequest(request: { timeout: number }, next: Send): Promise<unknown>;
  }): unknown;
};

const HasPipeline = z.object({
  client: z.object({
    pipeline: z.custom<Pipeline>((value) => typeof value === 'object' && value !== null && 'addPolicy' in value),
  }),
});

/**
 * The SDK repeats a POST after a 5xx or a reset, which shows people the card twice, follows redirects with its token, and has
 * no time-out. Its options for that have no effect, so the pipeline inside the client is changed.
 */
function harden(client: ConnectorClient) {
  const { pipeline } = HasPipeline.parse({ client: Reflect.get(client, 'client') }).client;
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  pipeline.removePolicy({ name: 'redirectPolicy' });
  pipeline.addPolicy({
    name: 'hopcheckTimeout',
    sendRequest(request, next) {
      request.timeout = timeoutMs;
      return next(request);
    },
  });
}

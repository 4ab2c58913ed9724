import type { AccessToken, TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  OnBehalfOfCredential,
} from '@azure/identity';

/** What proves to Entra that a process is the bot, the best first. */
export type BotProof =
  /** The bot's app id is the client id of a managed identity of this machine. */
  | { readonly kind: 'managed identity' }
  /** A managed identity that the registration names in a federated credential. */
  | { readonly kind: 'federated'; readonly clientId: string }
  /** A PEM file with the certificate and its private key. */
  | { readonly kind: 'certificate'; readonly path: string }
  | { readonly kind: 'secret'; readonly secret: string };

export type BotApplication = {
  readonly appId: string;
  /** The tenant that issues the bot's tokens. */
  readonly tenantId: string;
  readonly proof: BotProof;
  /** Without a trailing slash. */
  readonly authority: string;
  /** Audience of the assertion of a federated credential; each cloud has its own. */
  readonly exchangeAudience: string;
  /** An authority certificate (PEM) to trust for the token endpoint, where it is not a public one. */
  readonly ca?: string;
  /** For one request of the token endpoint; 5 s. */
  readonly timeoutMs?: number;
};

/**
 * Tokens for speaking to the connector. The SDK's own factories are left aside: those for certificates and federated
 * credentials know the public cloud only, the federated one keeps its first assertion and stops a day later, and the one
 * for managed identities tries other credentials of the environment first.
 */
export function createBotCredential(application: BotApplication): TokenCredential {
  const { appId, tenantId, proof } = application;
  const options = optionsOf(application);
  switch (proof.kind) {
    case 'managed identity':
      return new ManagedIdentityCredential({ clientId: appId });
    case 'federated':
      return new ClientAssertionCredential(tenantId, appId, assertionOf(application, proof), options);
    case 'certificate':
      return new ClientCertificateCredential(tenantId, appId, { certificatePath: proof.path }, options);
    case 'secret':
      return new ClientSecretCredential(tenantId, appId, proof.secret, options);
  }
}

/**
 * Exchanges a token that a person has for the bot for one for `scope`, with that person's rights. `tenantId` is the person's
 * directory. A managed identity is no application that could be asked on behalf of.
 */
export function createUserExchange(
  application: BotApplication,
  scope: string,
): (userAssertionToken: string, tenantId: string) => Promise<AccessToken> {
  const { appId: clientId, proof } = application;
  return (userAssertionToken, tenantId) => {
    const common = { ...optionsOf(application), tenantId, clientId, userAssertionToken };
    switch (proof.kind) {
      case 'managed identity':
        throw new Error('a managed identity cannot exchange a person’s token');
      case 'federated': {
        const getAssertion = assertionOf(application, proof);
        return new OnBehalfOfCredential({ ...common, getAssertion }).getToken(scope);
      }
      case 'certificate':
        return new OnBehalfOfCredential({ ...common, certificatePath: proof.path }).getToken(scope);
      case 'secret':
        return new OnBehalfOfCredential({ ...common, clientSecret: proof.secret }).getToken(scope);
    }
  };
}

function optionsOf({ authority, ca, timeoutMs = 5000 }: BotApplication) {
  return {
    authorityHost: authority,
    // The authority is one of our constants: asking the public cloud whether it exists adds nothing.
    disableInstanceDiscovery: true,
    // Whoever speaks tries again by its own rules; a person waits.
    retryOptions: { maxRetries: 1, retryDelayInMs: 200 },
    additionalPolicies: [{ policy: guard(authority, timeoutMs, ca), position: 'perCall' as const }],
  };
}

function assertionOf({ exchangeAudience }: BotApplication, proof: BotProof & { readonly kind: 'federated' }) {
  const identity = new ManagedIdentityCredential({ clientId: proof.clientId });
  return async () => {
    const { token }: AccessToken = await identity.getToken(`${exchangeAudience}/.default`);
    return token;
  };
}

/** The proof goes to the authority's host alone, and never waits for ever. */
function guard(authority: string, timeoutMs: number, ca: string | undefined): PipelinePolicy {
  const { origin } = new URL(authority);
  return {
    name: 'hopcheckBotProof',
    sendRequest: (request, next) => {
      if (new URL(request.url).origin !== origin) throw new Error('the token endpoint is not on the authority');
      // The client's own time-out ends with the headers; this one covers a body that never comes.
      request.abortSignal = AbortSignal.timeout(timeoutMs);
      if (ca) request.tlsSettings = { ca };
      return next(request);
    },
  };
}

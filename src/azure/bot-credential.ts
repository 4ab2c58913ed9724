import type { AccessToken, TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
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
  const { appId, tenantId, proof, authority, ca, timeoutMs = 5000 } = application;
  const options = {
    authorityHost: authority,
    // The authority is one of our constants: asking the public cloud whether it exists adds nothing.
    disableInstanceDiscovery: true,
    // Whoever speaks tries again by its own rules; a person waits.
    retryOptions: { maxRetries: 1, retryDelayInMs: 200 },
    additionalPolicies: [{ policy: guard(authority, timeoutMs, ca), position: 'perCall' as const }],
  };
  switch (proof.kind) {
    case 'managed identity':
      return new ManagedIdentityCredential({ clientId: appId });
    case 'federated': {
      const identity = new ManagedIdentityCredential({ clientId: proof.clientId });
      const assertion = async () => {
        const { token }: AccessToken = await identity.getToken(`${application.exchangeAudience}/.default`);
        return token;
      };
      return new ClientAssertionCredential(tenantId, appId, assertion, options);
    }
    case 'certificate':
      return new ClientCertificateCredential(tenantId, appId, { certificatePath: proof.path }, options);
    case 'secret':
      return new ClientSecretCredential(tenantId, appId, proof.secret, options);
  }
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

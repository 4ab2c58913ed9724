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
};

const timeoutMs = 10_000;

/**
 * Tokens for speaking to the connector. The SDK's own factories are left aside: those for certificates and federated
 * credentials know the public cloud only, the federated one keeps its first assertion and stops a day later, and the one
 * for managed identities tries other credentials of the environment first.
 */
export function createBotCredential(application: BotApplication): TokenCredential {
  const { appId, tenantId, proof, authority, ca } = application;
  const options = {
    authorityHost: authority,
    // The authority is one of our constants: asking the public cloud whether it exists adds nothing.
    disableInstanceDiscovery: true,
    additionalPolicies: [{ policy: guard(authority, ca), position: 'perCall' as const }],
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
function guard(authority: string, ca: string | undefined): PipelinePolicy {
  const { origin } = new URL(authority);
  return {
    name: 'hopcheckBotProof',
    sendRequest: (request, next) => {
      if (new URL(request.url).origin !== origin) throw new Error('the token endpoint is not on the authority');
      request.timeout = timeoutMs;
      if (ca) request.tlsSettings = { ca };
      return next(request);
    },
  };
}

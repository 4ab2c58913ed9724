import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential } from '@azure/identity';
import type { Cloud } from './cloud.ts';

/** The identity that Azure's own variables describe: managed identity, federated credential, certificate, secret or a developer's login. */
export function createCredential(cloud: Cloud): TokenCredential {
  return new DefaultAzureCredential({ authorityHost: cloud.authority });
}

import { type Answer, type JsonObject, type Operation, ok } from '../exchange.ts';
import { missingVersion } from '../versions.ts';

/** The one path that needs no token, and so no operation like the others: `publish` answers it. */
export const metadataEndpoints: Operation = {
  name: 'metadata.endpoints',
  method: 'GET',
  path: '/metadata/endpoints',
  answer: () => {
    throw new Error('the resource manager publishes its metadata itself');
  },
};

/** How a client that only knows this endpoint learns where to sign in and for what. */
export function publish(asked: { readonly host: string; readonly query: URLSearchParams }): Answer {
  const apiVersion = asked.query.get('api-version') ?? '';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(apiVersion)) throw missingVersion();
  const own = `https://${asked.host}`;
  const audience = 'https://management.azure.com/';
  const authentication = { loginEndpoint: 'https://login.microsoftonline.com', audiences: [audience, own] };
  if (apiVersion < '2019-01-01') {
    const graphEndpoint = 'https://graph.windows.net/';
    return ok({ galleryEndpoint: own, graphEndpoint, portalEndpoint: 'https://portal.azure.com/', authentication });
  }
  const cloud: JsonObject = {
    name: 'HopcheckSimulator',
    portal: 'https://portal.azure.com',
    authentication: { ...authentication, tenant: 'common', identityProvider: 'AAD' },
    graphAudience: 'https://graph.windows.net/',
    graph: 'https://graph.windows.net/',
    gallery: own,
    resourceManager: `${own}/`,
    suffixes: { storage: 'core.windows.net', keyVaultDns: 'vault.azure.net' },
  };
  return ok(apiVersion < '2022-01-01' ? [cloud] : cloud);
}

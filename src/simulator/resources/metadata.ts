import { badRequest } from '../arm-error.ts';
import type { JsonObject, Operation } from '../exchange.ts';
import { ok } from '../exchange.ts';

/** How a client that only knows this endpoint learns where to sign in and for what; the one path that needs no token. */
export const metadataEndpoints: Operation = {
  name: 'metadata.endpoints',
  method: 'GET',
  path: '/metadata/endpoints',
  answer: (request) => {
    const { apiVersion } = request;
    if (!/^\d{4}-\d{2}-\d{2}$/.test(apiVersion))
      throw badRequest('api-version is missing', 'MissingApiVersionParameter');
    const own = `https://${request.host}`;
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
  },
};

import { z } from 'zod';

/** What differs between Azure's clouds. `resourceManager` and `portal` carry no trailing slash. */
export type Cloud = {
  readonly name: string;
  readonly resourceManager: string;
  /** Token audience of Azure Resource Manager. */
  readonly audience: string;
  readonly authority: string;
  readonly portal: string;
};

export const cloudNames = ['AzureCloud', 'AzureUSGovernment', 'AzureChinaCloud'] as const;
export type CloudName = (typeof cloudNames)[number];

export const clouds: Readonly<Record<CloudName, Cloud>> = {
  AzureCloud: {
    name: 'AzureCloud',
    resourceManager: 'https://management.azure.com',
    audience: 'https://management.azure.com',
    authority: 'https://login.microsoftonline.com',
    portal: 'https://portal.azure.com',
  },
  AzureUSGovernment: {
    name: 'AzureUSGovernment',
    resourceManager: 'https://management.usgovcloudapi.net',
    audience: 'https://management.usgovcloudapi.net',
    authority: 'https://login.microsoftonline.us',
    portal: 'https://portal.azure.us',
  },
  AzureChinaCloud: {
    name: 'AzureChinaCloud',
    resourceManager: 'https://management.chinacloudapi.cn',
    audience: 'https://management.chinacloudapi.cn',
    authority: 'https://login.chinacloudapi.cn',
    portal: 'https://portal.azure.cn',
  },
};

const Metadata = z.object({
  name: z.string().optional(),
  portal: z.string().optional(),
  authentication: z.object({ loginEndpoint: z.string(), audiences: z.array(z.string()).min(1) }),
});

/**
 * Learns another Resource Manager's authority and audience from its `/metadata/endpoints`, as sovereign clouds and
 * Azure Stack Hub publish it. Settings given by hand win, and with both of them nothing is fetched.
 */
export async function discoverCloud(
  endpoint: string,
  by: { readonly audience?: string; readonly authority?: string; readonly signal?: AbortSignal },
): Promise<Cloud> {
  const resourceManager = endpoint.replace(/\/+$/, '');
  const known = Object.values(clouds).find((cloud) => cloud.resourceManager === resourceManager);
  if (known) return { ...known, audience: by.audience ?? known.audience, authority: by.authority ?? known.authority };
  const own = { name: 'custom', resourceManager, portal: clouds.AzureCloud.portal };
  if (by.audience && by.authority) return { ...own, audience: by.audience, authority: by.authority };
  const response = await fetch(`${resourceManager}/metadata/endpoints?api-version=2019-10-01`, {
    redirect: 'error',
    signal: by.signal ?? AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${resourceManager}/metadata/endpoints answered ${response.status}`);
  const body: unknown = await response.json();
  const first = z.union([z.array(Metadata).min(1), Metadata]).parse(body);
  const metadata = Array.isArray(first) ? first[0] : first;
  if (!metadata) throw new Error(`${resourceManager}/metadata/endpoints names no endpoint`);
  return {
    ...own,
    name: metadata.name ?? own.name,
    portal: (metadata.portal ?? own.portal).replace(/\/+$/, ''),
    audience: by.audience ?? metadata.authentication.audiences[0] ?? resourceManager,
    authority: (by.authority ?? metadata.authentication.loginEndpoint).replace(/\/+$/, ''),
  };
}

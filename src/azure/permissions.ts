import { createDefaultHttpClient, createPipelineRequest } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { type Arm, ask } from './arm.ts';
import type { Answer } from './failure.ts';

const network = 'Microsoft.Network';

/** What is done on the group of a region's network watcher; mostly `NetworkWatcherRG`. */
export const watcherActions = [
  `${network}/networkWatchers/read`,
  `${network}/networkWatchers/connectivityCheck/action`,
  `${network}/networkWatchers/ipFlowVerify/action`,
  `${network}/networkWatchers/nextHop/action`,
  `${network}/networkWatchers/networkConfigurationDiagnostic/action`,
  `${network}/networkWatchers/securityGroupView/action`,
  `${network}/locations/operations/read`,
  `${network}/locations/operationResults/read`,
] as const;

/** What is done on the groups of machines and of their network interfaces. */
export const machineActions = [
  'Microsoft.Compute/virtualMachines/read',
  'Microsoft.Compute/virtualMachines/extensions/read',
  'Microsoft.Compute/virtualMachines/instanceView/read',
  `${network}/networkInterfaces/read`,
  `${network}/networkInterfaces/effectiveNetworkSecurityGroups/action`,
  `${network}/networkSecurityGroups/read`,
  `${network}/routeTables/read`,
  `${network}/virtualNetworks/read`,
  `${network}/publicIPAddresses/read`,
  'Microsoft.Resources/subscriptions/resourceGroups/read',
] as const;

const Permission = z.object({ actions: z.array(z.string()), notActions: z.array(z.string()).default([]) });
const Page = z.object({ value: z.array(Permission), nextLink: z.string().nullish() });

export type Permission = z.infer<typeof Permission>;

const apiVersion = '2022-04-01';

/** What the identity may do in a resource group, role by role. `group` is its id. */
export async function readPermissions(arm: Arm, group: string): Promise<Answer<readonly Permission[]>> {
  const all: Permission[] = [];
  let url: string | undefined = `${group}/providers/Microsoft.Authorization/permissions?api-version=${apiVersion}`;
  while (url) {
    const page = await get(arm, url);
    if (!page.ok) return page;
    const parsed = Page.safeParse(page.value.body);
    if (!parsed.success)
      return { ok: false, failure: { code: 'AZURE_MALFORMED', message: 'not a list of permissions' } };
    all.push(...parsed.data.value);
    url = parsed.data.nextLink ?? undefined;
  }
  return { ok: true, value: all };
}

/** Roles add up; a role's notActions take away from that role alone. */
export function covers(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => matches(pattern, action)) && !notActions.some((pattern) => matches(pattern, action)),
  );
}

/** An action pattern of Azure's roles: `*` stands for any run of characters, and case does not count. */
export function matches(pattern: string, action: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(action);
}

/** Asks Resource Manager something that every identity may ask. `serverMs` is its own clock's word, whatever it answered. */
export async function greet(arm: Arm): Promise<{ readonly answer: Answer<unknown>; readonly serverMs?: number }> {
  let date: string | undefined;
  const answer = await get(arm, '/subscriptions?api-version=2022-12-01', (header) => {
    date = header;
  });
  // Without a token nothing was asked, and a clock that is off may be why there is none.
  if (date === undefined && !arm.simulated) date = await dateOf(arm.cloud.resourceManager);
  const serverMs = Date.parse(date ?? '');
  return { answer, ...(Number.isFinite(serverMs) && { serverMs }) };
}

async function dateOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5000) });
    return response.headers.get('date') ?? undefined;
  } catch {
    return undefined;
  }
}

/** A GET that no client of the SDK has, through the same pipeline as all the others. */
async function get(
  arm: Arm,
  pathOrUrl: string,
  dated: (date: string | undefined) => void = () => {},
): Promise<Answer<{ readonly body: unknown }>> {
  return ask(async () => {
    const url = new URL(pathOrUrl, arm.cloud.resourceManager).href;
    const response = await arm.subscriptions.pipeline.sendRequest(
      createDefaultHttpClient(),
      createPipelineRequest({ url, method: 'GET' }),
    );
    dated(response.headers.get('date'));
    if (response.status >= 300) throw new Error(`status ${response.status}`);
    return { body: JSON.parse(response.bodyAsText ?? '') };
  });
}

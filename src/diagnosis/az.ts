import type { FindingCode } from './findings.ts';

/**
 * Commands that show what a finding speaks of, most exact first: the first one whose blanks can all be filled is taken.
 * Options as of azure-cli 2.71.
 */
const rules = [
  'az network nsg rule show --subscription {nsgSubscription} --resource-group {nsgGroup} --nsg-name {nsgName} --name {userRule}',
  'az network nsg show --ids {nsgId} --query defaultSecurityRules',
  'az network nic list-effective-nsg --ids {nicId}',
  'az vm show --ids {vmId} --query networkProfile.networkInterfaces',
] as const;

const routes = [
  'az network route-table show --ids {tableId}',
  'az network nic show-effective-route-table --ids {nicId}',
  'az network watcher show-next-hop --subscription {vmSubscription} --resource-group {vmGroup} --vm {vmName} --source-ip {fromIp} --dest-ip {toIp}',
  'az vm show --ids {vmId} --query networkProfile.networkInterfaces',
] as const;

const machine = [
  'az vm get-instance-view --ids {vmId} --query instanceView.statuses',
  'az network nic show --ids {nicId} --query virtualMachine.id',
] as const;

const agent = ['az vm extension list --ids {vmId}'] as const;

const resource = ['az resource show --ids {id}'] as const;

const health = [
  'az rest --method get --url {id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current?api-version=2022-10-01',
];

export const shows: Readonly<Partial<Record<FindingCode, readonly string[]>>> = {
  WITNESSES_DISAGREE: [...rules, ...routes],
  VM_STOPPED: machine,
  VM_NOT_READY: machine,
  NO_WATCHER: ['az network watcher list --subscription {vmSubscription}'],
  AGENT_MISSING: agent,
  AGENT_STOPPED: agent,
  PROBE_UNSUPPORTED: agent,
  NSG_DENY_OUT: rules,
  NSG_DENY_IN: rules,
  NSG_ALLOW: rules,
  NSG_NONE: [
    'az network nic list-effective-nsg --ids {nicId}',
    'az vm show --ids {vmId} --query networkProfile.networkInterfaces',
  ],
  ALLOW_RULE_BLAMED: rules,
  ROUTE_NONE: routes,
  ROUTE_LOOP: routes,
  RETURN_ROUTE_NONE: routes,
  ROUTE_USER_DEFINED: routes,
  ROUTE_MISSING: routes,
  ASYMMETRIC_ROUTE: routes,
  BGP_ROUTES_OFF: routes,
  NEXT_HOP: routes,
  NO_CAUSE_REPORTED: routes,
  DESTINATION_UNREACHABLE: routes,
  NETWORK_ERROR: routes,
  IP_FORWARDING_OFF: ['az network nic show --ids {nicId} --query enableIPForwarding', ...resource],
  PEERING_NO_ACCESS: routes,
  PEERING_UNKNOWN: routes,
  GATEWAY_TRANSIT_OFF: resource,
  REMOTE_GATEWAYS_OFF: resource,
  GATEWAY_NOT_READY: resource,
  CONNECTION_DOWN: resource,
  UNEXPECTED_GATEWAY: resource,
  RESOURCE_UNHEALTHY: health,
  BACKEND_DOWN: resource,
  MULTIPLE_NICS: ['az vm show --ids {vmId} --query networkProfile.networkInterfaces', ...resource],
  CPU_HIGH: ['az monitor metrics list --resource {vmId} --metrics "Percentage CPU"'],
  MEMORY_HIGH: ['az monitor metrics list --resource {vmId} --metrics "Available Memory Bytes"'],
};

/** Commands that set right what was found, where one command can. They are shown, never run. */
export const fixes: Readonly<Partial<Record<FindingCode, readonly string[]>>> = {
  VM_STOPPED: ['az vm start --ids {vmId}'],
  NO_WATCHER: [
    'az network watcher configure --subscription {vmSubscription} --resource-group NetworkWatcherRG --locations {region} --enabled true',
  ],
  AGENT_MISSING: [
    'az vm extension set --subscription {vmSubscription} --resource-group {vmGroup} --vm-name {vmName} --publisher Microsoft.Azure.NetworkWatcher --name NetworkWatcherAgent{os}',
  ],
  IP_FORWARDING_OFF: ['az network nic update --ids {nicId} --ip-forwarding true'],
};

/** The first command that can be filled in whole; undefined where none can. */
export function fillCommand(
  templates: readonly string[] | undefined,
  values: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return templates?.map((template) => fill(template, values)).find((command) => command !== undefined);
}

function fill(template: string, values: Readonly<Record<string, string | undefined>>): string | undefined {
  let complete = true;
  const command = template.replace(/\{(\w+)\}/g, (_, blank: string) => {
    const value = quote(Object.hasOwn(values, blank) ? values[blank] : undefined);
    if (value === undefined) complete = false;
    return value ?? '';
  });
  return complete ? command : undefined;
}

/**
 * A command is there to be pasted into a shell, and names in it come from outside: what no Azure name holds is refused, and
 * parentheses, which resource groups may hold, are quoted.
 */
function quote(value: string | undefined): string | undefined {
  if (value === undefined || !/^[\w./:()-]+$/.test(value) || value.startsWith('-')) return undefined;
  return /[()]/.test(value) ? `'${value}'` : value;
}

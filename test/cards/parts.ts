import type { Machine } from '../../src/core/check.ts';
import type { Finding, PathHop } from '../../src/diagnosis/verdict.ts';

export const subscriptionId = '00000000-0000-0000-0000-000000000000';
export const group = `/subscriptions/${subscriptionId}/resourceGroups/ContosoRG/providers`;
export const nsg = (name: string) => `${group}/Microsoft.Network/networkSecurityGroups/${name}`;
export const nic = (name: string) => `${group}/Microsoft.Network/networkInterfaces/${name}/ipConfigurations/ipconfig1`;

export function machine(name: string, address: string, more: Partial<Machine> = {}): Machine {
  return {
    name,
    resourceId: `${group}/Microsoft.Compute/virtualMachines/${name}`,
    group: 'ContosoRG',
    subscriptionId,
    region: 'westcentralus',
    nics: [{ id: `${group}/Microsoft.Network/networkInterfaces/${name}-nic`, addresses: [address] }],
    tags: {},
    ...more,
  };
}

export function hop(type: string, name: string, address?: string, more: Partial<PathHop> = {}): PathHop {
  return { type, name, ...(address ? { address } : {}), issues: [], brokenAfter: false, ...more };
}

export const deniedAtDestination: Finding = {
  code: 'NSG_DENY_IN',
  severity: 'error',
  witness: 'nsg',
  facts: { at: 'db0', traffic: 'TCP 10.1.1.4 → 10.1.4.4:80' },
  rule: {
    name: 'deny-80',
    reportedAs: 'UserRule_deny-80',
    securityGroupId: nsg('nsg-db'),
    priority: 310,
    direction: 'Inbound',
  },
  resourceId: machine('db0', '').resourceId,
};

export const ids = { jobId: '3f9c2a7be1d04b58', nonce: 'q7Lx2mVb9RtZ' };
export const onCall = { id: '29:on-call', name: 'On-call' };

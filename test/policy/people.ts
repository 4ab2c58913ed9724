import type { Conversation, Requester } from '../../src/core/chat.ts';
import type { Machine } from '../../src/core/check.ts';

export const onCall: Requester = { id: '29:a', objectId: 'on-call' };
export const networkTeam: Requester = { id: '29:b', objectId: 'network-team' };
export const stranger: Requester = { id: '29:c', objectId: 'stranger' };

export const channel: Conversation = {
  id: '19:ops@thread.tacv2;messageid=1700000000000',
  kind: 'channel',
  tenantId: 'T',
  teamId: '19:team@thread.tacv2',
  channelId: '19:ops@thread.tacv2',
  reference: {},
};
export const otherChannel: Conversation = { ...channel, id: '19:all@thread.tacv2', channelId: '19:all@thread.tacv2' };
export const personal: Conversation = { id: 'a:1', kind: 'personal', tenantId: 't', reference: {} };
export const groupChat: Conversation = { id: '19:chat@thread.v2', kind: 'groupChat', tenantId: 't', reference: {} };

export function machine(name: string, group: string, more: Partial<Machine> = {}): Machine {
  const subscriptionId = more.subscriptionId ?? 'sub-1';
  return {
    name,
    resourceId: `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
    group,
    subscriptionId,
    region: 'westeurope',
    nics: [{ id: `${group}/${name}-nic`, addresses: ['10.1.4.4'] }],
    tags: {},
    ...more,
  };
}

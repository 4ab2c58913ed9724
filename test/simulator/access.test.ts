import { expect, test } from 'vitest';
import { isAllowed } from '../../src/simulator/access.ts';
import type { Grant } from '../../src/simulator/network/topology.ts';

const scope = '/subscriptions/s/resourceGroups/ShopRG/providers/Microsoft.Compute/virtualMachines/db0';
const may = (grants: readonly Partial<Grant>[], action: string, at = scope) =>
  isAllowed(
    {
      name: 'p',
      objectId: '',
      clientId: '',
      grants: grants.map((one) => ({ actions: [], notActions: [], scope: '', ...one })),
    },
    action,
    at,
  );

const read = 'Microsoft.Compute/virtualMachines/read';

test.each([
  ['everything', [{ actions: ['*'] }], read, true],
  ['the action itself, in other letters', [{ actions: ['microsoft.compute/VIRTUALMACHINES/Read'] }], read, true],
  ['all reading', [{ actions: ['*/read'] }], read, true],
  [
    'all reading does not start anything',
    [{ actions: ['*/read'] }],
    'Microsoft.Network/networkWatchers/nextHop/action',
    false,
  ],
  ['a namespace', [{ actions: ['Microsoft.Compute/*'] }], read, true],
  ['another namespace', [{ actions: ['Microsoft.Network/*'] }], read, false],
  ['a dot is a dot', [{ actions: ['MicrosoftXCompute/*'] }], read, false],
  ['what is taken away', [{ actions: ['*'], notActions: ['*/read'] }], read, false],
  [
    'what is taken away from one grant but given by another',
    [{ actions: ['*'], notActions: ['*/read'] }, { actions: [read] }],
    read,
    true,
  ],
  ['the group', [{ actions: ['*'], scope: '/subscriptions/s/resourcegroups/shoprg' }], read, true],
  [
    'a group whose name begins the same',
    [{ actions: ['*'], scope: '/subscriptions/s/resourcegroups/shop' }],
    read,
    false,
  ],
  ['another group', [{ actions: ['*'], scope: '/subscriptions/s/resourcegroups/contosorg' }], read, false],
  ['nothing', [], read, false],
] as const)('%s', (_why, grants, action, allowed) => {
  expect(may(grants, action)).toBe(allowed);
});

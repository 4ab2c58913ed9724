import { groupNotFound } from '../arm-error.ts';
import { findGroup, type Operation } from '../exchange.ts';
import { page } from './listing.ts';

/** What the asker may do in a group: one entry for each grant that reaches it. */
export const permissions: Operation = {
  name: 'permissions.listForResourceGroup',
  method: 'GET',
  path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Authorization/permissions',
  action: 'Microsoft.Authorization/permissions/read',
  answer: (request, world) => {
    const { subscription = '', group = '' } = request.names;
    const owner = findGroup(world.topology, subscription, group);
    if (owner === undefined) throw groupNotFound(group);
    const reaching = request.principal.grants.filter(({ scope }) =>
      `${owner.id}/`.toLowerCase().startsWith(`${scope}/`),
    );
    return page(
      request,
      world,
      reaching.map(({ actions, notActions }) => ({
        actions: [...actions],
        notActions: [...notActions],
        dataActions: [],
        notDataActions: [],
      })),
    );
  },
};

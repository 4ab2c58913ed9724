import { groupNotFound, subscriptionNotFound } from '../arm-error.ts';
import { findGroup, findSubscription, type JsonObject, type Operation, ok, type World } from '../exchange.ts';
import type { Group, Subscription } from '../network/topology.ts';
import { page } from './listing.ts';

const describeSubscription = (one: Subscription, world: World): JsonObject => ({
  id: `/subscriptions/${one.id}`,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId: one.id,
  tenantId: world.topology.tenantId,
  displayName: one.name,
  state: 'Enabled',
  subscriptionPolicies: {
    locationPlacementId: 'Public_2014-09-01',
    quotaId: 'PayAsYouGo_2014-09-01',
    spendingLimit: 'Off',
  },
});

const describeGroup = (group: Group): JsonObject => ({
  id: group.id,
  name: group.name,
  type: 'Microsoft.Resources/resourceGroups',
  location: group.region,
  ...(Object.keys(group.tags).length === 0 ? {} : { tags: group.tags }),
  properties: { provisioningState: 'Succeeded' },
});

const groupsRead = 'Microsoft.Resources/subscriptions/resourceGroups/read';

export const subscriptions: readonly Operation[] = [
  {
    name: 'tenants.list',
    method: 'GET',
    path: '/tenants',
    answer: (request, world) => {
      const { tenantId } = world.topology;
      const tenant = { id: `/tenants/${tenantId}`, tenantId, countryCode: 'US', displayName: 'Simulated tenant' };
      return page(request, world, [{ ...tenant, tenantCategory: 'Home', defaultDomain: 'simulated.example' }]);
    },
  },
  {
    name: 'subscriptions.list',
    method: 'GET',
    path: '/subscriptions',
    answer: (request, world) => {
      const visible = world.topology.subscriptions.filter((one) => seesAny(one, world));
      return page(
        request,
        world,
        visible.map((one) => describeSubscription(one, world)),
      );
    },
  },
  {
    name: 'subscriptions.get',
    method: 'GET',
    path: '/subscriptions/{subscription}',
    action: 'Microsoft.Resources/subscriptions/read',
    answer: (request, world) => {
      const { subscription = '' } = request.names;
      const found = findSubscription(world.topology, subscription);
      if (found === undefined) throw subscriptionNotFound(subscription);
      return ok(describeSubscription(found, world));
    },
  },
  {
    name: 'resourceGroups.list',
    method: 'GET',
    path: '/subscriptions/{subscription}/resourceGroups',
    action: groupsRead,
    answer: (request, world) => {
      const { subscription = '' } = request.names;
      const groups = world.topology.groups.filter(
        (one) => one.subscription.id.toLowerCase() === subscription.toLowerCase(),
      );
      return page(request, world, groups.map(describeGroup));
    },
  },
  {
    name: 'resourceGroups.get',
    method: 'GET',
    path: '/subscriptions/{subscription}/resourceGroups/{group}',
    action: groupsRead,
    answer: (request, world) => {
      const { subscription = '', group = '' } = request.names;
      const found = findGroup(world.topology, subscription, group);
      if (found === undefined) throw groupNotFound(group);
      return ok(describeGroup(found));
    },
  },
];

/** A subscription shows up for whoever has a grant on it or on anything inside it. */
function seesAny(one: Subscription, world: World): boolean {
  const id = `/subscriptions/${one.id}`;
  if (world.may('Microsoft.Resources/subscriptions/read', id)) return true;
  return world.topology.groups.some((group) => group.subscription === one && world.may(groupsRead, group.id));
}

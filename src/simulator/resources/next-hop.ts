import { z } from 'zod';
import { badRequest } from '../arm-error.ts';
import { type JsonObject, type Operation, ok } from '../exchange.ts';
import { parseAddress } from '../network/address.ts';
import { type Route, routesOf, selectRoute } from '../network/routes.ts';
import { readBody } from './body.ts';
import { findTarget, findWatcher, pickNic } from './target.ts';

const parameters = z.looseObject({
  targetResourceId: z.string(),
  sourceIPAddress: z.string(),
  destinationIPAddress: z.string(),
  targetNicResourceId: z.string().optional(),
});

/** Since some time before 2023 the network's own routes are called VirtualNetwork, which the specification does not know. */
function typeName(route: Route, shapes: string): string {
  if (route.nextHop === 'VnetLocal') return shapes >= '2022-01-01' ? 'VirtualNetwork' : 'VnetLocal';
  return route.nextHop === 'VNetPeering' ? 'VirtualNetworkPeering' : route.nextHop;
}

function describeNextHop(route: Route | undefined, shapes: string): JsonObject {
  if (route === undefined) return { nextHopType: 'None', routeTableId: 'System Route' };
  return {
    nextHopType: typeName(route, shapes),
    ...(route.addressText === undefined ? {} : { nextHopIpAddress: route.addressText }),
    routeTableId: route.origin === 'User' ? (route.routeTable?.id ?? '') : 'System Route',
  };
}

export const nextHop: Operation = {
  name: 'nextHop',
  method: 'POST',
  path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/networkWatchers/{watcher}/nextHop',
  action: 'Microsoft.Network/networkWatchers/nextHop/action',
  answer: (request, world) => {
    const watcher = findWatcher(request, world);
    const body = readBody(parameters, request.body);
    const target = findTarget(body.targetResourceId, world);
    const source = parseAddress(body.sourceIPAddress);
    const destination = parseAddress(body.destinationIPAddress);
    if (source === undefined) throw badRequest(`"${body.sourceIPAddress}" is not an IP address.`);
    if (destination === undefined) throw badRequest(`"${body.destinationIPAddress}" is not an IP address.`);
    const nics =
      target.kind === 'vm' && (body.targetNicResourceId ?? '') === ''
        ? target.nics
        : [pickNic(target, body.targetNicResourceId, world)];
    const configuration = nics
      .flatMap((nic) => nic.ipConfigurations)
      .find((one) => one.address.version === source.version && one.address.bits === source.bits);
    if (configuration === undefined) {
      throw badRequest(`${body.sourceIPAddress} is no address of ${target.name}.`, 'SourceIPAddressNotFound');
    }
    const route = selectRoute(routesOf(configuration.subnet), destination);
    return {
      region: watcher.region,
      seconds: world.chance.between(6, 10),
      result: () => ok(describeNextHop(route, world.shapes)),
    };
  },
};

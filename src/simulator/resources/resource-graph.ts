import { z } from 'zod';
import { ArmError } from '../arm-error.ts';
import { type Json, type JsonObject, type Operation, ok, type World } from '../exchange.ts';
import type { AnyResource } from '../network/topology.ts';
import { readBody } from './body.ts';
import { describeMachine } from './virtual-machines.ts';

const parameters = z.looseObject({
  query: z.string(),
  subscriptions: z.array(z.string()).optional(),
  options: z
    .looseObject({
      $top: z.number().int().min(1).max(1000).optional(),
      $skipToken: z.string().optional(),
      resultFormat: z.string().optional(),
    })
    .optional(),
});

const types: Readonly<Record<AnyResource['kind'], string>> = {
  vm: 'microsoft.compute/virtualmachines',
  nic: 'microsoft.network/networkinterfaces',
  securityGroup: 'microsoft.network/networksecuritygroups',
  applicationSecurityGroup: 'microsoft.network/applicationsecuritygroups',
  routeTable: 'microsoft.network/routetables',
  vnet: 'microsoft.network/virtualnetworks',
  publicIp: 'microsoft.network/publicipaddresses',
  gateway: 'microsoft.network/virtualnetworkgateways',
  privateEndpoint: 'microsoft.network/privateendpoints',
  watcher: 'microsoft.network/networkwatchers',
};

const shape =
  /^resources\s*\|\s*where\s+type\s*=~\s*'([^']+)'\s*(?:\|\s*project\s+([\w\s,]+?)\s*)?(?:\|\s*order\s+by\s+(?:id|name)\s+asc\s*)?$/i;

/** What this graph understands, said in every refusal. */
const understood = "resources | where type =~ 'TYPE' [| project FIELD, ...] [| order by id asc]";

function describe(resource: AnyResource): Readonly<Record<string, Json | undefined>> {
  const body: JsonObject = resource.kind === 'vm' ? describeMachine(resource, false) : {};
  return {
    id: resource.id,
    name: resource.name,
    type: types[resource.kind],
    tenantId: undefined,
    location: resource.region,
    resourceGroup: resource.group.name.toLowerCase(),
    subscriptionId: resource.group.subscription.id,
    tags: resource.tags,
    properties: body.properties ?? {},
  };
}

/** Resource Graph lists only what the caller may read, and never refuses for a right that is missing. */
function visible(world: World, wanted: string, subscriptions: readonly string[] | undefined): readonly AnyResource[] {
  const only = subscriptions?.map((one) => one.toLowerCase());
  return world.topology.resources.filter(
    (one) =>
      types[one.kind] === wanted.toLowerCase() &&
      (only === undefined || only.includes(one.group.subscription.id.toLowerCase())) &&
      world.may(`${types[one.kind]}/read`, one.id),
  );
}

export const resourceGraph: Operation = {
  name: 'resourceGraph.resources',
  method: 'POST',
  path: '/providers/Microsoft.ResourceGraph/resources',
  answer: (request, world) => {
    const body = readBody(parameters, request.body);
    const parts = shape.exec(body.query.replaceAll(/\s+/g, ' ').trim());
    if (parts === null) {
      throw new ArmError(
        400,
        'BadRequest',
        'Please provide below info when asking for support: the query is not supported.',
        {
          details: [
            {
              code: 'InvalidQuery',
              message:
                'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
            },
            { code: 'InventedBySimulator', message: `This graph understands only: ${understood}` },
          ],
        },
      );
    }
    const [, type = '', projection] = parts;
    const fields = projection?.split(',').map((field) => field.trim());
    const rows = visible(world, type, body.subscriptions).toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const from = Math.max(0, Number(body.options?.$skipToken ?? 0) || 0);
    const top = body.options?.$top ?? 1000;
    const data = rows.slice(from, from + top).map((row) => {
      const whole = describe(row);
      const named =
        fields === undefined ? Object.entries(whole) : fields.map((field) => [field, whole[field] ?? null] as const);
      return Object.fromEntries(named);
    });
    const next = from + top;
    return ok({
      totalRecords: rows.length,
      count: data.length,
      data,
      facets: [],
      resultTruncated: next < rows.length ? 'true' : 'false',
      ...(next < rows.length ? { $skipToken: String(next) } : {}),
    });
  },
};

import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Answer, Json } from './exchange.ts';
import { faultRequest, scheduleRequest } from './faults.ts';
import { explain } from './network/explain.ts';
import { resolveName } from './network/names.ts';
import { type IpConfiguration, leadingConfiguration, primaryNic, type Topology } from './network/topology.ts';
import { TopologyError } from './network/topology-file.ts';
import { trace } from './network/trace.ts';
import type { Asked, ResourceManager } from './resource-manager.ts';
import type { Stage } from './stage.ts';
import { loadTopology, parseTopology } from './topologies.ts';

const usage =
  'GET /_control, GET /_control/trace?from=VM&to=VM|ADDRESS|NAME&port=N&protocol=Tcp|Icmp, POST /_control/topology, POST or DELETE /_control/faults, POST or DELETE /_control/schedule';

const refuse = (status: number, message: string): Answer => ({ status, body: { error: { code: 'Control', message } } });

/**
 * The operator's side door: plants faults and reads what happened. Loopback only, and never for a web page: a request
 * with an Origin is refused, and so is a body that is not declared as JSON.
 */
export function control(
  asked: {
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly request: IncomingMessage;
    readonly body: Asked['body'];
  },
  manager: ResourceManager,
  stage: Stage,
): Answer {
  const { topology } = stage;
  const { method, path, request, body } = asked;
  const from = request.socket.remoteAddress ?? '';
  if (!/^(127\.|::1$|::ffff:127\.)/.test(from)) return refuse(403, 'the control endpoint answers on loopback only');
  if (request.headers.origin !== undefined) return refuse(403, 'the control endpoint does not answer web pages');
  const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
  if (method === 'POST' && !isJson) return refuse(415, 'send application/json');
  const given: Json = body.kind === 'json' ? body.value : null;
  switch (`${method} ${path}`) {
    case 'GET /_control':
      return {
        status: 200,
        body: {
          topology: topology.name,
          operations: manager.operations.size,
          pendingFaults: manager.faults.pending,
          happened: manager.faults.happened,
        },
      };
    case 'GET /_control/trace':
      return traceAnswer(asked.query, topology);
    case 'POST /_control/topology':
      return changeTopology(given, stage, manager);
    case 'POST /_control/faults': {
      const parsed = faultRequest.safeParse(given);
      if (!parsed.success) return refuse(400, z.prettifyError(parsed.error));
      manager.faults.plant(parsed.data.faults);
      return { status: 200, body: { pendingFaults: manager.faults.pending } };
    }
    case 'DELETE /_control/faults':
      manager.faults.clear();
      return { status: 200, body: { pendingFaults: 0 } };
    case 'POST /_control/schedule': {
      const parsed = scheduleRequest.safeParse(given);
      if (!parsed.success) return refuse(400, z.prettifyError(parsed.error));
      manager.faults.schedule(parsed.data);
      return { status: 200, body: parsed.data };
    }
    case 'DELETE /_control/schedule':
      manager.faults.schedule(undefined);
      return { status: 200, body: {} };
    default:
      return refuse(404, `${method} ${path} is not known; there is ${usage}`);
  }
}

const topologyRequest = z.union([z.strictObject({ name: z.string() }), z.strictObject({ yaml: z.string() })]);

/** Another network from now on: a shipped one, a file read again, or a text. What runs already keeps its answer. */
function changeTopology(given: Json, stage: Stage, manager: ResourceManager): Answer {
  const parsed = topologyRequest.safeParse(given);
  if (!parsed.success) return refuse(400, z.prettifyError(parsed.error));
  try {
    const { data } = parsed;
    stage.change('yaml' in data ? parseTopology(data.yaml, 'the topology sent') : loadTopology(data.name));
    manager.faults.plantAll(stage.topology.faults);
    return { status: 200, body: { topology: stage.topology.name } };
  } catch (error) {
    if (error instanceof TopologyError) return refuse(400, error.message);
    throw error;
  }
}

function standingOf(topology: Topology, name: string): IpConfiguration | undefined {
  const found = topology.resources.find((one) => one.kind === 'vm' && one.name.toLowerCase() === name.toLowerCase());
  const nic = found?.kind === 'vm' ? primaryNic(found) : undefined;
  return nic === undefined ? undefined : leadingConfiguration(nic);
}

/** How the network itself decides, with the reason at each hop: what no real Azure would tell. */
function traceAnswer(query: URLSearchParams, topology: Topology): Answer {
  const from = query.get('from') ?? '';
  const to = query.get('to') ?? '';
  const source = standingOf(topology, from);
  if (source === undefined) return refuse(404, `no VM "${from}" to trace from`);
  const named = standingOf(topology, to)?.address;
  const resolved = named === undefined ? resolveName(topology, source.subnet.vnet, to, 4) : undefined;
  const destination = resolved?.kind === 'address' ? resolved.address : named;
  if (destination === undefined) return refuse(404, `"${to}" is no VM, address or known name`);
  const isIcmp = query.get('protocol')?.toLowerCase() === 'icmp';
  const port = isIcmp ? 0 : Number(query.get('port') ?? 443);
  if (!Number.isInteger(port) || port < 0 || port > 65535) return refuse(400, `"${query.get('port')}" is no port`);
  const body = explain(trace(topology, { source, protocol: isIcmp ? 'Icmp' : 'Tcp', destination, port }));
  return { status: 200, body };
}

import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

/** The topology file as written: names and texts; `build.ts` turns it into resources that point at each other. */

const name = z.string().min(1).max(80);
const oneOrMany = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1)]).transform((value) => (Array.isArray(value) ? value : [value]));
const tags = z.record(z.string(), z.string()).default({});
const portText = z.union([z.int().min(0).max(65535), z.string().regex(/^(\*|\d{1,5}(-\d{1,5})?)$/)]).transform(String);

const latency = z.strictObject({
  min: z.number().min(0),
  avg: z.number().min(0),
  max: z.number().min(0),
  lossPercent: z.number().min(0).max(100).default(0),
  /** Take the numbers as they stand, without variation. */
  steady: z.boolean().default(false),
});

const listener = z.union([
  z
    .int()
    .min(1)
    .max(65535)
    .transform((port) => ({ port, protocol: 'Tcp' as const, http: undefined })),
  z.strictObject({
    port: z.int().min(1).max(65535),
    protocol: z.enum(['Tcp', 'Udp']).default('Tcp'),
    http: z.int().min(100).max(599).optional(),
  }),
]);

const securityRule = z.strictObject({
  name,
  priority: z.int().min(100).max(4096),
  direction: z.enum(['Inbound', 'Outbound']),
  access: z.enum(['Allow', 'Deny']),
  protocol: z.enum(['Tcp', 'Udp', 'Icmp', 'Esp', 'Ah', '*']).default('*'),
  from: oneOrMany(z.string()).prefault('*'),
  fromPorts: oneOrMany(portText).prefault('*'),
  to: oneOrMany(z.string()).prefault('*'),
  ports: oneOrMany(portText).prefault('*'),
  description: z.string().optional(),
});

const route = z.strictObject({
  name,
  prefix: z.string(),
  nextHop: z.enum(['VirtualAppliance', 'VnetLocal', 'Internet', 'VirtualNetworkGateway', 'None']),
  address: z.string().optional(),
});

const subnet = z.strictObject({
  name,
  prefix: oneOrMany(z.string()),
  nsg: z.string().optional(),
  routeTable: z.string().optional(),
  serviceEndpoints: z.array(z.string()).default([]),
});

const peering = z.strictObject({
  name: name.optional(),
  to: z.string(),
  allowAccess: z.boolean().default(true),
  allowForwarded: z.boolean().default(false),
  allowGatewayTransit: z.boolean().default(false),
  useRemoteGateways: z.boolean().default(false),
});

const region = name.optional();

const vnet = z.strictObject({
  name,
  region,
  tags,
  prefixes: oneOrMany(z.string()),
  subnets: z.array(subnet).default([]),
  peerings: z.array(peering).default([]),
});

const ipConfiguration = z.strictObject({
  name: name.default('ipconfig1'),
  address: z.string(),
  subnet: z.string().optional(),
  publicIp: z.string().optional(),
  primary: z.boolean().default(false),
});

const nic = z
  .strictObject({
    name: name.optional(),
    /** The machine's own resource group when absent. */
    group: name.optional(),
    subnet: z.string(),
    address: z.string().optional(),
    publicIp: z.string().optional(),
    ipConfigurations: z.array(ipConfiguration).default([]),
    nsg: z.string().optional(),
    asgs: z.array(z.string()).default([]),
    ipForwarding: z.boolean().default(false),
    primary: z.boolean().default(false),
  })
  .refine((one) => (one.address === undefined) !== (one.ipConfigurations.length === 0), {
    error: 'give either "address" or "ipConfigurations"',
  });

const guestRule = z.strictObject({
  access: z.enum(['Allow', 'Deny']),
  protocol: z.enum(['Tcp', 'Udp', 'Icmp', '*']).default('*'),
  ports: oneOrMany(portText).prefault('*'),
  from: oneOrMany(z.string()).prefault('*'),
});

const machine = z.strictObject({
  name,
  region,
  tags,
  size: z.string().default('Standard_D2s_v5'),
  os: z.enum(['Linux', 'Windows']).default('Linux'),
  power: z.enum(['running', 'stopped', 'deallocated', 'starting', 'stopping', 'deallocating']).default('running'),
  agent: z.enum(['ready', 'missing', 'stopped', 'failed']).default('ready'),
  agentName: name.default('AzureNetworkWatcherExtension'),
  nics: z.array(nic).min(1),
  listens: z.array(listener).default([]),
  firewall: z.array(guestRule).default([]),
  forwards: z.boolean().default(false),
  forwardsBy: z.string().optional(),
  answersFor: z.array(z.int().min(1).max(65535)).default([]),
  stateful: z.boolean().default(false),
});

const gateway = z.strictObject({
  name,
  region,
  tags,
  vnet: z.string(),
  type: z.enum(['Vpn', 'ExpressRoute']).default('Vpn'),
  address: z.string(),
  connections: z
    .array(
      z.strictObject({
        name,
        connected: z.boolean().default(true),
        bgp: z.boolean().default(false),
        prefixes: oneOrMany(z.string()),
        remote: z.string().optional(),
      }),
    )
    .default([]),
});

const privateEndpoint = z.strictObject({
  name,
  region,
  tags,
  subnet: z.string(),
  address: z.string(),
  names: oneOrMany(z.string()),
  listens: z.array(listener).default([]),
  /** Networks linked to the private DNS zone; its own when absent. */
  visibleIn: z.array(z.string()).optional(),
});

const plain = z.strictObject({ name, region, tags });

const group = z.strictObject({
  name,
  region: name,
  tags,
  vnets: z.array(vnet).default([]),
  nsgs: z.array(z.strictObject({ name, region, tags, rules: z.array(securityRule).default([]) })).default([]),
  asgs: z.array(plain).default([]),
  routeTables: z
    .array(
      z.strictObject({
        name,
        region,
        tags,
        propagateBgp: z.boolean().default(true),
        routes: z.array(route).default([]),
      }),
    )
    .default([]),
  publicIps: z.array(z.strictObject({ name, region, tags, address: z.string() })).default([]),
  gateways: z.array(gateway).default([]),
  privateEndpoints: z.array(privateEndpoint).default([]),
  watchers: z.array(plain).default([]),
  vms: z.array(machine).default([]),
});

const bucket = z.strictObject({ size: z.int().min(1), perSecond: z.number().min(0) });

const subscription = z.strictObject({
  id: z.string().regex(/^[\w-]+$/),
  name: z.string().default('Simulated subscription'),
  quotas: z.strictObject({ reads: bucket.optional(), writes: bucket.optional(), polls: bucket.optional() }).default({}),
  groups: z.array(group).default([]),
});

const principal = z.strictObject({
  name,
  objectId: z.guid().optional(),
  clientId: z.guid().optional(),
  grants: z.array(
    z.strictObject({
      actions: oneOrMany(z.string()),
      notActions: z.array(z.string()).default([]),
      /** `/`, `/subscriptions/...`, or a group's name. */
      scope: z.string().default('/'),
    }),
  ),
});

const host = z.strictObject({
  names: z.array(z.string()).default([]),
  addresses: oneOrMany(z.string()),
  listens: z.array(listener).default([]),
  answersPing: z.boolean().default(false),
  latency: latency.optional(),
});

const expectation = z.strictObject({
  command: z.string(),
  verdict: z.enum(['Reachable', 'Degraded', 'Unreachable', 'Inconsistent', 'Undetermined']),
  findings: z.array(z.string()).default([]),
});

export const topologyFile = z.strictObject({
  name,
  title: z.string().default(''),
  tenant: z.guid().default('11111111-1111-1111-1111-111111111111'),
  era: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional(),
  defaultSource: z.string().optional(),
  seed: z.int().min(0).optional(),
  subscriptions: z.array(subscription).min(1),
  hosts: z.array(host).default([]),
  brokenNames: z.array(z.string()).default([]),
  principals: z.array(principal).default([]),
  links: z.array(z.strictObject({ between: z.tuple([z.string(), z.string()]), latency })).default([]),
  faults: z.array(z.unknown()).default([]),
  expect: z.array(expectation).default([]),
});

export type TopologyFile = z.output<typeof topologyFile>;
export type Expectation = { readonly command: string; readonly verdict: string; readonly findings: readonly string[] };

/** Thrown for a file that cannot be used: every problem at once, each with its line. */
export class TopologyError extends Error {
  readonly problems: readonly string[];
  constructor(source: string, problems: readonly string[]) {
    super(`${source} is not a usable topology:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'TopologyError';
    this.problems = problems;
  }
}

/** Finds the line of a path such as `['subscriptions', 0, 'groups']`. */
export type LineOf = (path: readonly PropertyKey[]) => string;

/** Reads the text, or throws a TopologyError that names each wrong line. */
export function readTopologyFile(
  text: string,
  source: string,
): { readonly file: TopologyFile; readonly lineOf: LineOf } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new TopologyError(
      source,
      document.errors.map((error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`),
    );
  }
  const lineOf: LineOf = (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
        return `line ${lines.linePos(Number(node.range[0])).line}`;
      }
    }
    return 'line 1';
  };
  const parsed = topologyFile.safeParse(document.toJS());
  if (!parsed.success) {
    throw new TopologyError(
      source,
      parsed.error.issues.map((issue) => {
        const extra = issue.code === 'unrecognized_keys' ? [issue.keys[0] ?? ''] : [];
        return `${lineOf([...issue.path, ...extra])}: ${issue.path.join('.') || 'the file'}: ${issue.message}`;
      }),
    );
  }
  return { file: parsed.data, lineOf };
}

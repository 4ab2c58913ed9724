import { addressesOf, type Question } from '../core/check.ts';
import { draw, type Walk, walk } from './path.ts';
import { resourceName, sameResource } from './resource-id.ts';
import type { PathHop } from './verdict.ts';
import type {
  Direction,
  Hop,
  NextHopAnswer,
  NsgAnswer,
  Preflight,
  ProbeAnswer,
  RuleFound,
  Testimonies,
  Testimony,
} from './witness.ts';

/** What is known at one moment, laid out on one path, so that witnesses can be compared place by place. */
export type Scene = {
  readonly question: Question;
  /** What is asked to pass, e.g. `TCP 80`; the same in every language. */
  readonly traffic: string;
  readonly before: Walk['before'];
  readonly hops: readonly Hop[];
  readonly path: readonly PathHop[];
  readonly pathFrom: 'probe' | 'configuration';
  /** The destination's place in `path`; absent where the path does not come that far. */
  readonly end: number | undefined;
  readonly probe: ProbeAnswer | undefined;
  readonly preflight: Preflight | undefined;
  readonly nsg: readonly NsgAnswer[];
  readonly nextHop: readonly NextHopAnswer[];
  readonly rules: readonly RuleFound[];
};

export type Side = 'source' | 'between' | 'destination';

export function setScene(testimonies: Testimonies, question: Question): Scene {
  const probe = answerOf(testimonies.probe);
  const nextHop = testimonies.nextHop.flatMap((each) => answerOf(each) ?? []);
  const nsg = testimonies.nsg.flatMap((each) => answerOf(each) ?? []);
  const observed = probe !== undefined && probe.hops.length > 0;
  const route = walk(observed ? probe.hops : sketch(question, nsg, nextHop));
  const path = draw(route);
  return {
    question,
    traffic: trafficOf(question),
    before: route.before,
    hops: route.hops,
    path,
    pathFrom: observed ? 'probe' : 'configuration',
    end: endOf(path, question),
    probe,
    preflight: answerOf(testimonies.preflight),
    nsg,
    nextHop,
    rules: testimonies.rules,
  };
}

/** `passed` = some or all probes came through; `failed` = all that were sent failed; `none` = none was sent, or it is not known yet. */
export type Outcome = 'passed' | 'failed' | 'none';

export function outcomeOf(probe: ProbeAnswer | undefined): Outcome {
  if (!probe || probe.probes.sent === 0) return 'none';
  return probe.probes.failed >= probe.probes.sent ? 'failed' : 'passed';
}

export function answerOf<T>(testimony: Testimony<T> | undefined): T | undefined {
  return testimony?.state === 'answered' ? testimony.answer : undefined;
}

function trafficOf({ protocol, port }: Question): string {
  return port === undefined ? protocol.toUpperCase() : `${protocol.toUpperCase()} ${port}`;
}

/** A path may end early: what forwards for others is the destination only where it bears the destination's id or address. */
function endOf(path: readonly PathHop[], { destination }: Question): number | undefined {
  const last = path.at(-1);
  if (!last || path.length < 2) return undefined;
  const forwards = isAppliance(last.type) || /gateway/i.test(last.type);
  if (!forwards) return path.length - 1;
  const ids =
    destination.kind === 'vm' ? [destination.machine.resourceId, ...destination.machine.nics.map(({ id }) => id)] : [];
  const addresses =
    destination.kind === 'vm'
      ? addressesOf(destination.machine)
      : destination.kind === 'address'
        ? [destination.address]
        : [];
  const meant =
    ids.some((id) => sameResource(id, last.resourceId)) ||
    (last.address !== undefined && addresses.includes(last.address));
  return meant ? path.length - 1 : undefined;
}

/** The way as far as names and next hops tell it: source, the appliances that are named, destination. */
function sketch(question: Question, nsg: readonly NsgAnswer[], nextHop: readonly NextHopAnswer[]): readonly Hop[] {
  const { source, destination } = question;
  const appliances = nextHop.filter((each) => each.place === 'appliance');
  const ids: string[] = [];
  for (const { place, resourceId } of [...appliances, ...nsg]) {
    if (place === 'appliance' && !ids.some((id) => sameResource(id, resourceId))) ids.push(resourceId);
  }
  const towards = [nextHop.find((each) => each.place === 'source'), ...appliances];
  const addresses = towards.flatMap((each) => (each && isAppliance(each.type) && each.address ? each.address : []));
  const between = Array.from({ length: Math.max(ids.length, addresses.length) }, (_, place) =>
    sketchHop('VirtualAppliance', addresses[place], ids[place]),
  );
  const end =
    destination.kind === 'vm'
      ? sketchHop('VirtualMachine', addressesOf(destination.machine)[0], destination.machine.resourceId)
      : sketchHop('Destination', destination.kind === 'address' ? destination.address : destination.host, undefined);
  const hops = [sketchHop('Source', addressesOf(source)[0], source.resourceId), ...between, end];
  return hops.map((hop, place) => ({
    ...hop,
    id: String(place),
    nextHopIds: place + 1 < hops.length ? [String(place + 1)] : [],
  }));
}

function sketchHop(
  type: string,
  address: string | undefined,
  resourceId: string | undefined,
): Omit<Hop, 'id' | 'nextHopIds'> {
  return { type, ...(address ? { address } : {}), ...(resourceId ? { resourceId } : {}), links: [], issues: [] };
}

export function isAppliance(type: string): boolean {
  return type.toLowerCase() === 'virtualappliance';
}

/** The appliances that the path shows on the way to the destination. */
export function appliancesBetween(scene: Scene): readonly PathHop[] {
  return scene.path.filter((hop, index) => index > 0 && index !== scene.end && isAppliance(hop.type));
}

export function sideOf(scene: Scene, hop: number): Side {
  return hop === 0 ? 'source' : hop === scene.end ? 'destination' : 'between';
}

/** Where on the path a configuration witness stands; undefined for an appliance that the path does not show. */
export function hopOf(scene: Scene, place: NsgAnswer['place'], resourceId: string): number | undefined {
  if (scene.path.length === 0) return undefined;
  if (place === 'source') return 0;
  if (place === 'destination') return scene.end;
  const index = scene.path.findIndex((hop) => sameResource(hop.resourceId, resourceId));
  return index < 0 ? undefined : index;
}

/** What the NSG diagnosis says about one hop and direction, where it was asked about just that. */
export function nsgAt(scene: Scene, hop: number, direction: Direction): NsgAnswer | undefined {
  return scene.nsg.find(
    (answer) =>
      answer.direction === direction && hopOf(scene, answer.place, answer.resourceId) === hop && isOnTheWay(answer),
  );
}

/** A security group keeps state, so what counts is the way out of the source, into the destination, and both at an appliance. */
export function isOnTheWay({ place, direction }: NsgAnswer): boolean {
  return place === 'appliance' || direction === (place === 'source' ? 'Outbound' : 'Inbound');
}

/** Next hop towards the destination, from one hop. */
export function nextHopAt(scene: Scene, hop: number): NextHopAnswer | undefined {
  return scene.nextHop.find(
    (each) => each.place !== 'destination' && hopOf(scene, each.place, each.resourceId) === hop,
  );
}

/** A hop as people call it: the machine's name where the question gave one, with the address. */
export function nameHop(scene: Scene, hop: number): string {
  const shown = scene.path[hop];
  if (!shown) return '?';
  const side = sideOf(scene, hop);
  const { source, destination } = scene.question;
  const known =
    side === 'source'
      ? source.name
      : side === 'destination' && destination.kind === 'vm'
        ? destination.machine.name
        : shown.name;
  return shown.address && shown.address !== known ? `${known} (${shown.address})` : known;
}

export function namePlace(scene: Scene, place: NsgAnswer['place'], resourceId: string): string {
  const hop = hopOf(scene, place, resourceId);
  if (hop !== undefined) return nameHop(scene, hop);
  const { source, destination } = scene.question;
  if (place === 'source') return source.name;
  return place === 'destination' && destination.kind === 'vm' ? destination.machine.name : resourceName(resourceId);
}

/** The two addresses and the machine to ask about routes, for the commands that a finding shows. */
export function wayFacts(scene: Scene, way: 'there' | 'back' = 'there'): Readonly<Record<string, string>> {
  const { source, destination } = scene.question;
  const here = scene.path[0]?.address ?? addressesOf(source)[0];
  const there =
    scene.path.at(-1)?.address ?? (destination.kind === 'vm' ? addressesOf(destination.machine)[0] : undefined);
  const [fromIp, toIp] = way === 'there' ? [here, there] : [there, here];
  const vmId =
    way === 'there' ? source.resourceId : destination.kind === 'vm' ? destination.machine.resourceId : undefined;
  return { ...(fromIp ? { fromIp } : {}), ...(toIp ? { toIp } : {}), ...(vmId ? { vmId } : {}) };
}

export function nameDestination({ destination }: Question): string {
  if (destination.kind === 'vm') return destination.machine.name;
  return destination.kind === 'address' ? destination.address : destination.host;
}

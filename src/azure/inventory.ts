import type { VirtualMachine } from '@azure/arm-compute';
import type { NetworkInterface, NetworkWatcher } from '@azure/arm-network';
import { addressesOf, type Machine, type VmName } from '../core/check.ts';
import type { Clock } from '../core/clock.ts';
import { createLexicon, type Lexicon } from '../language/suggest.ts';
import { type Arm, ask, collect } from './arm.ts';
import type { Answer, Failure } from './failure.ts';
import { readResourceId } from './ids.ts';

/** What a name turned out to be. */
export type Found =
  | { readonly kind: 'one'; readonly machine: Machine }
  | { readonly kind: 'several'; readonly machines: readonly Machine[] }
  | { readonly kind: 'none' };

/** A picture of what the identity can see, at one moment. */
export type Estate = {
  readonly machines: readonly Machine[];
  readonly isEmpty: boolean;
  readonly subscriptionIds: readonly string[];
  find(name: VmName): Found;
  /** Names that a misspelt one may have meant, nearest first; only those that `accepts` lets through. */
  near(name: string, accepts?: (other: string) => boolean): readonly string[];
  /** The machine that has this private address, if exactly one of the estate has it. */
  findByAddress(address: string): Machine | undefined;
  /** Every machine that has this private address: networks that do not know each other may use the same ones. */
  ownersOf(address: string): readonly Machine[];
  machineOf(resourceId: string): Machine | undefined;
  /** The network watcher of a region: found by its location, never by its name. */
  watcherOf(subscriptionId: string, region: string): string | undefined;
};

export type Inventory = {
  /** The estate at hand, without asking Azure. */
  readonly held: Estate | undefined;
  /** The estate, read at most `freshMs` ago; single flight. */
  estate(): Promise<Answer<Estate>>;
  /** Looks a name up; one that is not there is looked for once more in a fresh picture. */
  find(name: VmName): Promise<Answer<Found>>;
};

export type InventoryOptions = {
  readonly arm: Arm;
  readonly clock: Clock;
  /** Only these; all the identity sees when empty. */
  readonly subscriptions: readonly string[];
  readonly freshMs?: number;
  /** Called for each subscription that could not be read while others could. */
  readonly skipped: (subscriptionId: string, failure: Failure) => void;
};

/** A miss makes a new picture, but not more often than this: a stream of typing errors must not become a stream of ARM lists. */
const missGraceMs = 5_000;

export function createInventory(options: InventoryOptions): Inventory {
  const { clock } = options;
  const freshMs = options.freshMs ?? 10 * 60_000;
  let held: { readonly estate: Estate; readonly atMs: number } | undefined;
  let underWay: Promise<Answer<Estate>> | undefined;

  const refresh = () => {
    underWay ??= load(options)
      .then((answer) => {
        if (answer.ok) held = { estate: answer.value, atMs: clock.now() };
        return answer;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
  const estate = async (youngerThanMs = freshMs): Promise<Answer<Estate>> =>
    held && clock.now() - held.atMs < youngerThanMs ? { ok: true, value: held.estate } : refresh();

  return {
    get held() {
      return held && clock.now() - held.atMs < freshMs ? held.estate : undefined;
    },
    estate: () => estate(),
    async find(name) {
      const before = await estate();
      if (!before.ok) return before;
      const found = before.value.find(name);
      if (found.kind !== 'none') return { ok: true, value: found };
      const after = await estate(missGraceMs);
      return after.ok ? { ok: true, value: after.value.find(name) } : after;
    },
  };
}

async function load({ arm, subscriptions, skipped }: InventoryOptions): Promise<Answer<Estate>> {
  const listed = await listSubscriptions(arm, subscriptions);
  if (!listed.ok) return listed;
  const parts = await Promise.all(listed.value.map(async (id) => ({ id, answer: await loadSubscription(arm, id) })));
  const read = parts.flatMap(({ answer }) => (answer.ok ? [answer.value] : []));
  for (const { id, answer } of parts) {
    if (answer.ok) continue;
    if (read.length === 0) return answer;
    skipped(id, answer.failure);
  }
  return {
    ok: true,
    value: createEstate(
      read.flatMap((part) => part.machines),
      read.flatMap((part) => part.watchers),
      listed.value,
    ),
  };
}

async function listSubscriptions(arm: Arm, only: readonly string[]): Promise<Answer<readonly string[]>> {
  if (only.length > 0) return { ok: true, value: only };
  const answer = await ask(() => collect(arm.subscriptions.subscriptions.list()));
  if (!answer.ok) return answer;
  const usable = answer.value.filter(
    (subscription) => subscription.state !== 'Disabled' && subscription.state !== 'Deleted',
  );
  return { ok: true, value: usable.flatMap((subscription) => subscription.subscriptionId ?? []) };
}

type Watcher = { readonly id: string; readonly subscriptionId: string; readonly region: string };

async function loadSubscription(
  arm: Arm,
  id: string,
): Promise<Answer<{ readonly machines: readonly Machine[]; readonly watchers: readonly Watcher[] }>> {
  const [machines, nics, watchers] = await Promise.all([
    ask(() => collect(arm.compute(id).virtualMachines.listAll())),
    ask(() => collect(arm.network(id).networkInterfaces.listAll())),
    ask(() => collect(arm.network(id).networkWatchers.listAll())),
  ]);
  if (!machines.ok) return machines;
  if (!watchers.ok) return watchers;
  const addresses = addressesByNic(nics.ok ? nics.value : []);
  return {
    ok: true,
    value: {
      machines: machines.value.flatMap((vm) => machineFrom(vm, addresses) ?? []),
      watchers: watchers.value.flatMap((watcher) => watcherFrom(watcher, id) ?? []),
    },
  };
}

function addressesByNic(nics: readonly NetworkInterface[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    nics.flatMap((nic) => {
      if (!nic.id) return [];
      const configurations = [...(nic.ipConfigurations ?? [])].sort(
        (a, b) => Number(b.primary ?? false) - Number(a.primary ?? false),
      );
      return [[nic.id.toLowerCase(), configurations.flatMap((configuration) => configuration.privateIPAddress ?? [])]];
    }),
  );
}

function machineFrom(vm: VirtualMachine, addresses: ReadonlyMap<string, readonly string[]>): Machine | undefined {
  const id = readResourceId(vm.id);
  if (!id || !vm.id || !vm.name || !vm.location) return undefined;
  const references = [...(vm.networkProfile?.networkInterfaces ?? [])].sort(
    (a, b) => Number(b.primary ?? false) - Number(a.primary ?? false),
  );
  const nicIds = references.flatMap((reference) => reference.id ?? []);
  return {
    name: vm.name,
    resourceId: vm.id,
    group: id.group,
    subscriptionId: id.subscriptionId,
    region: vm.location.toLowerCase().replaceAll(' ', ''),
    nics: nicIds.map((nicId) => ({ id: nicId, addresses: addresses.get(nicId.toLowerCase()) ?? [] })),
    tags: vm.tags ?? {},
  };
}

function watcherFrom(watcher: NetworkWatcher, subscriptionId: string): Watcher | undefined {
  if (!watcher.id || !watcher.location) return undefined;
  return { id: watcher.id, subscriptionId, region: watcher.location.toLowerCase().replaceAll(' ', '') };
}

/** Indexes the estate: a look-up costs the same among 100,000 machines as among ten. */
export function createEstate(
  machines: readonly Machine[],
  watchers: readonly Watcher[],
  subscriptionIds: readonly string[],
): Estate {
  const byName = index(machines, ({ name }) => [name.toLowerCase()]);
  const byAddress = index(machines, addressesOf);
  let lexicon: Lexicon | undefined;
  const byRegion = new Map(
    watchers.map((watcher) => [`${watcher.subscriptionId}/${watcher.region}`.toLowerCase(), watcher.id]),
  );
  const namesakesOf = (name: string) => byName(name.toLowerCase());
  const machineOf = (resourceId: string) => {
    const id = resourceId.toLowerCase();
    const name = id.slice(id.lastIndexOf('/') + 1);
    return namesakesOf(name).find((machine) => machine.resourceId.toLowerCase() === id);
  };
  return {
    machines,
    isEmpty: machines.length === 0,
    subscriptionIds,
    ownersOf: byAddress,
    near(name, accepts) {
      lexicon ??= createLexicon(distinctNames(machines));
      return lexicon.nearest(name, accepts);
    },
    find(name) {
      if (name.resourceId) {
        const machine = machineOf(name.resourceId);
        return machine ? { kind: 'one', machine } : { kind: 'none' };
      }
      const named = namesakesOf(name.name);
      const group = name.group?.toLowerCase();
      const matching = group === undefined ? named : named.filter((machine) => machine.group.toLowerCase() === group);
      const [first, second] = matching;
      if (!first) return { kind: 'none' };
      return second ? { kind: 'several', machines: matching } : { kind: 'one', machine: first };
    },
    findByAddress(address) {
      const owners = byAddress(address);
      return owners.length === 1 ? owners[0] : undefined;
    },
    machineOf,
    watcherOf: (subscriptionId, region) => byRegion.get(`${subscriptionId}/${region}`.toLowerCase()),
  };
}

/** The machines by each of their keys. Nearly every key belongs to one alone, which then needs no list around it. */
function index(
  machines: readonly Machine[],
  keysOf: (machine: Machine) => readonly string[],
): (key: string) => readonly Machine[] {
  const known = new Map<string, Machine | Machine[]>();
  for (const machine of machines) {
    for (const key of keysOf(machine)) {
      const others = known.get(key);
      if (Array.isArray(others)) others.push(machine);
      else known.set(key, others ? [others, machine] : machine);
    }
  }
  return (key) => {
    const found = known.get(key);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  };
}

/** One spelling of each: Azure's names have no case. */
function distinctNames(machines: readonly Machine[]): string[] {
  return [...new Map(machines.map(({ name }) => [name.toLowerCase(), name])).values()];
}

/** The part of an estate that somebody may know of: what is outside does not exist, not even as a suggestion. */
export function narrow(estate: Estate, visible: (machine: Machine) => boolean): Estate {
  let machines: readonly Machine[] | undefined;
  let isEmpty: boolean | undefined;
  const namesakes = (name: string) => {
    const found = estate.find({ kind: 'vm', name });
    return found.kind === 'none' ? [] : found.kind === 'one' ? [found.machine] : found.machines;
  };
  const seen = (machine: Machine | undefined) => (machine && visible(machine) ? machine : undefined);
  return {
    get machines() {
      machines ??= estate.machines.filter(visible);
      return machines;
    },
    // The first one found says it; to look at all of a hundred thousand costs each question more than all else.
    get isEmpty() {
      isEmpty ??= !estate.machines.some(visible);
      return isEmpty;
    },
    subscriptionIds: estate.subscriptionIds,
    find(name) {
      const found = estate.find(name);
      if (found.kind === 'none') return found;
      const [first, ...others] = (found.kind === 'one' ? [found.machine] : found.machines).filter(visible);
      if (!first) return { kind: 'none' };
      return others.length > 0 ? { kind: 'several', machines: [first, ...others] } : { kind: 'one', machine: first };
    },
    near: (name, accepts = () => true) =>
      estate.near(name, (other) => namesakes(other).some(visible) && accepts(other)),
    findByAddress: (address) => seen(estate.findByAddress(address)),
    ownersOf: (address) => estate.ownersOf(address).filter(visible),
    machineOf: (resourceId) => seen(estate.machineOf(resourceId)),
    watcherOf: estate.watcherOf,
  };
}

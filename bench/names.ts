import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEstate, narrow } from '../src/azure/inventory.ts';
import { findMachine } from '../src/commands/names.ts';
import type { Machine, VmName } from '../src/core/check.ts';
import { type Figure, percentile, under } from './figure.ts';

const count = 100_000;
const perGroup = 50;
const lookUps = 20_000;

const id = (at: number) => String(at).padStart(12, '0');

function machine(at: number): Machine {
  const group = `rg-${Math.floor(at / perGroup)}`;
  const subscriptionId = `00000000-0000-0000-0000-${id(Math.floor(at / 2000))}`;
  const name = `vm-${(at * 7919).toString(36)}-prod-${at % 97}`;
  const scope = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers`;
  return {
    name,
    resourceId: `${scope}/Microsoft.Compute/virtualMachines/${name}`,
    group,
    subscriptionId,
    region: at % 2 === 0 ? 'westeurope' : 'northeurope',
    nics: [
      {
        id: `${scope}/Microsoft.Network/networkInterfaces/nic-${name}`,
        addresses: [`10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`],
      },
    ],
    tags: {},
  };
}

/** Whatever a person who may see all of 100,000 machines asks for: by name, by address, and misspelt. */
export async function benchNames(): Promise<Figure[]> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const beforeBytes = process.memoryUsage().heapUsed;
  // As they come out of Azure's JSON: each text a piece of memory of its own.
  const machines: readonly Machine[] = Array.from({ length: count }, (_, at) =>
    JSON.parse(JSON.stringify(machine(at))),
  );
  const estate = createEstate(machines, [], []);
  const indexedMs = time(() => void createEstate(estate.machines, [], []));
  collect();
  const usedMb = (process.memoryUsage().heapUsed - beforeBytes) / 1024 / 1024;
  const visible = narrow(estate, () => true);
  const sentence = ({ name }: VmName) => `check ${name} port 80`;
  const find = (name: string) => findMachine({ kind: 'vm', name }, visible, sentence);
  const right = Array.from({ length: lookUps }, (_, round) => estate.machines[(round * 104_729) % count]?.name ?? '');
  for (const name of right) find(name);
  const found = right.map((name) =>
    time(() => {
      if (find(name).kind === 'none') throw new Error(`${name} was not found`);
    }),
  );
  const addresses = right.map((_, round) => `10.${round % 2}.${(round * 7) % 256}.${round % 256}`);
  const owned = addresses.map((address) => time(() => void estate.findByAddress(address)));
  const wrong = right.slice(0, 200).map((name) => `${name.slice(0, 4)}x${name.slice(5)}`);
  for (const name of wrong.slice(0, 10)) find(name);
  // The best of three: what the machine did beside it is not the word's fault.
  const suggested = wrong.map((name) => Math.min(...[1, 2, 3].map(() => time(() => void find(name)))));
  return [
    under(`a name among ${count} VMs, p99`, percentile(found, 0.99) * 1000, 'µs', 1000),
    under(`an address among ${count} VMs, p99`, percentile(owned, 0.99) * 1000, 'µs', 1000),
    under(`suggestions for a misspelt name among ${count} VMs, p50`, percentile(suggested, 0.5), 'ms', 20),
    under(`suggestions for a misspelt name among ${count} VMs, p99`, percentile(suggested, 0.99), 'ms', 20),
    under(`memory of ${count} VMs, their names and indexes`, usedMb, 'MB', 100),
    under(`indexes of ${count} VMs made anew`, indexedMs, 'ms', 1000),
  ];
}

function time(run: () => void): number {
  const startedMs = performance.now();
  run();
  return performance.now() - startedMs;
}

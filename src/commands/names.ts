import type { Answer } from '../azure/failure.ts';
import { type Estate, type Inventory, narrow } from '../azure/inventory.ts';
import { roomOf } from '../core/chat.ts';
import type { Machine, Target, VmName } from '../core/check.ts';
import type { Problem } from '../core/errors.ts';
import type { Tag } from '../language/endpoints.ts';
import { decide, maySee } from '../policy/decide.ts';
import type { Services, Turn } from './command.ts';
import { noteDecision } from './deliberation.ts';

/** The estate with each of the names looked up, freshly where it is not known. */
export async function lookUp(names: readonly VmName[], inventory: Inventory): Promise<Answer<Estate>> {
  for (const name of names) {
    const found = await inventory.find(name);
    if (!found.ok) return found;
  }
  return inventory.estate();
}

/** What of the estate this person may know of here, as far as one command is concerned. */
export function visibleTo(turn: Turn, { grants }: Services, estate: Estate, command: string): Estate {
  const { requester, conversation } = turn;
  const visible = narrow(estate, (machine) => maySee(grants(), requester, conversation, machine, command));
  const { subscriptionIds, near, findByAddress, ownersOf, machineOf, watcherOf } = visible;
  return {
    get machines() {
      return visible.machines;
    },
    get isEmpty() {
      return visible.isEmpty;
    },
    subscriptionIds,
    near,
    findByAddress,
    ownersOf,
    machineOf,
    watcherOf,
    find(name) {
      const found = visible.find(name);
      const hidden = found.kind === 'none' ? estate.find(name) : found;
      // Nobody is told, but the audit is to know why.
      if (found.kind === 'none' && hidden.kind !== 'none') {
        const machines = hidden.kind === 'one' ? [hidden.machine] : hidden.machines;
        const subject = { command, machines, ports: [] };
        noteDecision({ subject, decision: decide(grants(), requester, conversation, subject) });
      }
      return found;
    },
  };
}

const sourceKey = 'source';

/** The source that a conversation's questions start from when they name none. */
export async function defaultSource(turn: Turn, { store }: Services): Promise<VmName | undefined> {
  const name = await store.recall(roomOf(turn.conversation), sourceKey);
  return name === undefined || name === null ? undefined : (name as VmName);
}

export async function setDefaultSource(turn: Turn, { store }: Services, source: VmName | undefined): Promise<void> {
  await store.remember(roomOf(turn.conversation), sourceKey, source ?? null);
}

export type Named =
  | { readonly kind: 'one'; readonly machine: Machine }
  | { readonly kind: 'several'; readonly machines: readonly Machine[]; readonly problem: Problem }
  | { readonly kind: 'none'; readonly problem: Problem };

/**
 * What a name turned out to be. For one that is not there, `sentence` says the whole question with another machine in its place:
 * those become the suggestions.
 */
export function findMachine(name: VmName, estate: Estate, sentence: (other: VmName) => string): Named {
  const found = estate.find(name);
  if (found.kind === 'one') return found;
  if (found.kind === 'several') {
    const problem: Problem = { code: 'VM_AMBIGUOUS', facts: { name: name.name, count: found.machines.length } };
    return { kind: 'several', machines: found.machines, problem };
  }
  return {
    kind: 'none',
    problem: {
      code: 'VM_NOT_FOUND',
      facts: {
        name: name.group ? `${name.group}/${name.name}` : name.name,
        subscriptions: estate.subscriptionIds.length,
      },
      suggestions: [...new Set(similar(name, estate).map(sentence))].slice(0, 3),
    },
  };
}

/** Machines that a name may have meant; one that is right but for its group comes with the group where it is. */
function similar(name: VmName, estate: Estate): readonly VmName[] {
  return estate.near(name.name).flatMap((other): readonly VmName[] => {
    const found = estate.find({ kind: 'vm', name: other });
    if (found.kind === 'none') return [];
    return found.kind === 'one'
      ? [{ kind: 'vm', name: found.machine.name }]
      : found.machines.map((machine) => shortName(machine, estate));
  });
}

/** The machine as one would type it: no longer than it takes to tell it from the others. */
export function shortName(machine: Machine, estate: Estate): VmName {
  const { name, group, resourceId } = machine;
  const candidates: readonly VmName[] = [
    { kind: 'vm', name },
    { kind: 'vm', name, group },
  ];
  const unique = candidates.find((candidate) => estate.find(candidate).kind === 'one');
  return unique ?? { kind: 'vm', name, group, resourceId };
}

/** The machines that carry a tag. As in Azure, the key has no case and the value has. */
export function tagged(tag: Tag, estate: Estate): readonly Machine[] {
  const key = tag.key.toLowerCase();
  return estate.machines.filter(({ tags }) =>
    Object.entries(tags).some(([name, value]) => name.toLowerCase() === key && value === tag.value),
  );
}

/** Nothing can be asked where nothing is seen. */
export function nothingVisible({ isEmpty, subscriptionIds }: Estate): Problem | undefined {
  return !isEmpty ? undefined : { code: 'NO_VM_VISIBLE', facts: { subscriptions: subscriptionIds.length } };
}

export function targetText(target: Target | undefined): string {
  switch (target?.kind) {
    case 'vm':
      return target.group ? `${target.group}/${target.name}` : target.name;
    case 'address':
      return target.address;
    case 'host':
      return target.host;
    case 'url':
      return target.url;
    case undefined:
      return '';
  }
}

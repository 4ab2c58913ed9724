import type { Json } from '../core/json.ts';
import type { Job } from '../jobs/job.ts';
import type { Services } from './command.ts';

/**
 * Whether whoever these services are for may know of all these machines. Where answers rest on the bot's own rights the grants
 * have decided, and nothing is held against anybody here. Asks Azure where the reader's estate is not at hand.
 */
export async function mayRead(services: Services, resourceIds: Iterable<string>): Promise<boolean> {
  if (services.rights !== 'reader') return true;
  const ids = [...resourceIds];
  if (ids.length === 0) return true;
  const estate = await services.inventory.estate();
  return estate.ok && ids.every((id) => estate.value.machineOf(id) !== undefined);
}

const machineId = /\/providers\/Microsoft\.Compute\/virtualMachines\/[^/]+$/i;

/** The machines that a stored question was about: everything with interfaces, and not what was met on the way. */
export function machinesOf(job: Pick<Job, 'request' | 'outcome'>): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isList(value)) {
      for (const item of value) look(item);
      return;
    }
    const { resourceId, nics } = value;
    if (typeof resourceId === 'string' && nics !== undefined && machineId.test(resourceId)) {
      found.add(resourceId.toLowerCase());
      return;
    }
    for (const item of Object.values(value)) look(item);
  };
  look(job.request);
  look(job.outcome);
  return found;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

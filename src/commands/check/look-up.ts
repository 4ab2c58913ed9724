import type { Answer } from '../../azure/failure.ts';
import type { Estate, Inventory } from '../../azure/inventory.ts';
import type { CheckRequest } from './request.ts';
import { namesOf } from './resolve.ts';

/** The estate with each name of the request looked up, freshly where it is not known. */
export async function lookUp(request: CheckRequest, inventory: Inventory): Promise<Answer<Estate>> {
  for (const name of namesOf(request)) {
    const found = await inventory.find(name);
    if (!found.ok) return found;
  }
  return inventory.estate();
}

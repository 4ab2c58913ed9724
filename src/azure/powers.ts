import { type Arm, ask, collect } from './arm.ts';

/**
 * The power states of a subscription's machines, by resource id in lower case: the part after `PowerState/`. One listing (and a
 * page for every few hundred machines); empty where it is refused.
 */
export async function readPowers(
  arm: Arm,
  subscriptionId: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { virtualMachines } = arm.compute(subscriptionId);
  const listing = { statusOnly: 'true', ...(signal && { abortSignal: signal }) };
  const answer = await ask(() => collect(virtualMachines.listAll(listing)));
  return new Map(
    (answer.ok ? answer.value : []).flatMap(({ id, instanceView }) => {
      const codes = instanceView?.statuses?.flatMap((status) => status.code ?? []) ?? [];
      const power = codes.find((code) => /^PowerState\//i.test(code))?.slice('PowerState/'.length);
      return id && power ? [[id.toLowerCase(), power.toLowerCase()] as const] : [];
    }),
  );
}

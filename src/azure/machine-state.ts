import type { Machine } from '../core/check.ts';
import { type Arm, ask } from './arm.ts';
import type { Answer } from './failure.ts';
import { readResourceId } from './ids.ts';

/** A machine's state at this moment, from one GET with its instance view. */
export type MachineReading = {
  readonly resourceId: string;
  /** `running`, `stopped`, `deallocated`, `starting` …: the part after `PowerState/`. */
  readonly power?: string;
  readonly agent: 'ready' | 'missing' | 'failed';
  readonly os?: 'Linux' | 'Windows';
};

/**
 * Reads power and Network Watcher agent. The agent is known by publisher and type, since its instance may bear any name;
 * ARM leaves `resources` out for a machine without extensions.
 */
export async function readMachine(arm: Arm, machine: Machine, signal?: AbortSignal): Promise<Answer<MachineReading>> {
  const id = readResourceId(machine.resourceId);
  const [name] = id?.names ?? [];
  if (!id || !name) throw new Error(`not a virtual machine's id: ${machine.resourceId}`);
  const client = arm.compute(id.subscriptionId);
  const answer = await ask(() =>
    client.virtualMachines.get(id.group, name, { expand: 'instanceView', ...(signal && { abortSignal: signal }) }),
  );
  if (!answer.ok) return answer;
  const vm = answer.value;
  const codes = vm.instanceView?.statuses?.flatMap((status) => status.code ?? []) ?? [];
  const power = codes.find((code) => /^PowerState\//i.test(code))?.slice('PowerState/'.length);
  const os = vm.storageProfile?.osDisk?.osType;
  const agent = vm.resources?.find(
    (extension) =>
      extension.publisher?.toLowerCase() === 'microsoft.azure.networkwatcher' &&
      /^networkwatcheragent(linux|windows)$/i.test(extension.typePropertiesType ?? ''),
  );
  return {
    ok: true,
    value: {
      resourceId: machine.resourceId,
      ...(power && { power: power.toLowerCase() }),
      ...((os === 'Linux' || os === 'Windows') && { os }),
      agent: agent ? (agent.provisioningState === 'Failed' ? 'failed' : 'ready') : 'missing',
    },
  };
}

import { resourceNotFound } from '../arm-error.ts';
import type { JsonObject, Operation } from '../exchange.ts';
import { ok } from '../exchange.ts';
import type { Machine } from '../network/topology.ts';
import { findNamed, head, page, readings } from './listing.ts';

const type = 'Microsoft.Compute/virtualMachines';
const base = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}/{virtualMachine}`;

/** When everything in a simulated estate was made; a fixed day, so that answers do not depend on the clock. */
const madeAt = '2024-03-05T09:30:00+00:00';

const agentPublisher = 'Microsoft.Azure.NetworkWatcher';

function extensionsOf(machine: Machine): readonly JsonObject[] {
  if (machine.agent === 'missing') return [];
  return [
    {
      name: machine.agentName,
      id: `${machine.id}/extensions/${machine.agentName}`,
      type: `${type}/extensions`,
      location: machine.region,
      properties: {
        autoUpgradeMinorVersion: true,
        provisioningState: machine.agent === 'failed' ? 'Failed' : 'Succeeded',
        publisher: agentPublisher,
        type: `NetworkWatcherAgent${machine.os}`,
        typeHandlerVersion: '1.4',
      },
    },
  ];
}

const displayed = {
  running: 'VM running',
  stopped: 'VM stopped',
  deallocated: 'VM deallocated',
  starting: 'VM starting',
  stopping: 'VM stopping',
  deallocating: 'VM deallocating',
} satisfies Record<Machine['power'], string>;

/** A stopped agent still looks provisioned here: only a probe notices that it does not answer. */
export function instanceView(machine: Machine): JsonObject {
  const isOn = machine.power === 'running';
  const handlerType = `${agentPublisher}.NetworkWatcherAgent${machine.os}`;
  const ready = {
    code: 'ProvisioningState/succeeded',
    level: 'Info',
    displayStatus: 'Ready',
    message: 'Plugin enabled',
  };
  const failed = { code: 'ProvisioningState/failed/1', level: 'Error', displayStatus: 'Not Ready' };
  return {
    computerName: machine.name,
    osName: machine.os === 'Linux' ? 'ubuntu' : 'Windows Server 2022 Datacenter',
    ...(isOn
      ? {
          vmAgent: {
            vmAgentVersion: machine.os === 'Linux' ? '2.11.1.4' : '2.7.41491.1131',
            statuses: [
              {
                code: 'ProvisioningState/succeeded',
                level: 'Info',
                displayStatus: 'Ready',
                message: 'Guest Agent is running',
              },
            ],
          },
        }
      : {}),
    extensions:
      machine.agent === 'missing'
        ? []
        : [
            {
              name: machine.agentName,
              type: handlerType,
              typeHandlerVersion: '1.4.3320.1',
              statuses: [machine.agent === 'failed' ? failed : ready],
            },
          ],
    statuses: [
      { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded', time: madeAt },
      { code: `PowerState/${machine.power}`, level: 'Info', displayStatus: displayed[machine.power] },
    ],
  };
}

export function describeMachine(machine: Machine, withInstanceView: boolean): JsonObject {
  const extensions = extensionsOf(machine);
  const isLinux = machine.os === 'Linux';
  return {
    ...head(machine, type),
    ...(extensions.length === 0 ? {} : { resources: extensions }),
    properties: {
      vmId: machine.vmId,
      hardwareProfile: { vmSize: machine.size },
      provisioningState: 'Succeeded',
      storageProfile: {
        imageReference: isLinux
          ? { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' }
          : { publisher: 'MicrosoftWindowsServer', offer: 'WindowsServer', sku: '2022-datacenter', version: 'latest' },
        osDisk: {
          osType: machine.os,
          name: `${machine.name}_OsDisk`,
          createOption: 'FromImage',
          caching: 'ReadWrite',
          managedDisk: {
            storageAccountType: 'Premium_LRS',
            id: `${machine.group.id}/providers/Microsoft.Compute/disks/${machine.name}_OsDisk`,
          },
        },
        dataDisks: [],
      },
      osProfile: {
        computerName: machine.name,
        adminUsername: 'azureuser',
        ...(isLinux ? { linuxConfiguration: { disablePasswordAuthentication: true } } : { windowsConfiguration: {} }),
        allowExtensionOperations: true,
      },
      networkProfile: {
        networkInterfaces: machine.nics.map((nic) => ({ id: nic.id, properties: { primary: nic.primary } })),
      },
      timeCreated: madeAt,
      ...(withInstanceView ? { instanceView: instanceView(machine) } : {}),
    },
  };
}

export const virtualMachines: readonly Operation[] = [
  ...readings('vm', type, (machine, request) => {
    const wantsState =
      request.query.get('$expand')?.toLowerCase() === 'instanceview' ||
      request.query.get('statusOnly')?.toLowerCase() === 'true';
    return describeMachine(machine, wantsState);
  }),
  {
    name: 'virtualMachines.instanceView',
    method: 'GET',
    path: `${base}/instanceView`,
    action: `${type}/instanceView/read`,
    answer: (request, world) => ok(instanceView(findNamed('vm', type, request, world))),
  },
  {
    name: 'virtualMachineExtensions.list',
    method: 'GET',
    path: `${base}/extensions`,
    action: `${type}/extensions/read`,
    answer: (request, world) => page(request, world, extensionsOf(findNamed('vm', type, request, world))),
  },
  {
    name: 'virtualMachineExtensions.get',
    method: 'GET',
    path: `${base}/extensions/{extension}`,
    action: `${type}/extensions/read`,
    answer: (request, world) => {
      const machine = findNamed('vm', type, request, world);
      const { extension = '', group = '' } = request.names;
      const found = extensionsOf(machine).find((one) => String(one.name).toLowerCase() === extension.toLowerCase());
      if (found === undefined) throw resourceNotFound(`${type}/${machine.name}/extensions`, extension, group);
      return ok(found);
    },
  },
];

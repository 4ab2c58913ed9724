import { z } from 'zod';
import { type JsonObject, type Operation, ok } from '../exchange.ts';
import { defaultRules } from '../network/nsg.ts';
import type { NetworkInterface, SecurityGroup, SecurityRule, Topology } from '../network/topology.ts';
import { readBody } from './body.ts';
import { describeRule } from './networks.ts';
import { effectiveRule } from './rule-text.ts';
import { findTargetMachine, findWatcher } from './target.ts';

const parameters = z.looseObject({ targetResourceId: z.string() });

/** The service leaves the names out of the ids of default rules. */
const namelessGroup = '/subscriptions//resourceGroups//providers/Microsoft.Network/networkSecurityGroups/';

const effectiveName = (rule: SecurityRule) => `${rule.isDefault ? 'DefaultRule' : 'UserRule'}_${rule.name}`;

function association(id: string, group: SecurityGroup | undefined): JsonObject | undefined {
  if (group === undefined) return undefined;
  return { id, securityRules: group.rules.map((rule) => describeRule(rule, group.id)) };
}

function describe(nic: NetworkInterface, topology: Topology): JsonObject {
  const subnet = nic.ipConfigurations[0]?.subnet;
  const atNic = association(nic.id, nic.securityGroup);
  const atSubnet = subnet === undefined ? undefined : association(subnet.id, subnet.securityGroup);
  const groups = [subnet?.securityGroup, nic.securityGroup].filter((group) => group !== undefined);
  const rules = groups.length === 0 ? [] : [...groups.flatMap((group) => group.rules), ...defaultRules];
  return {
    id: nic.id,
    securityRuleAssociations: {
      ...(atNic === undefined ? {} : { networkInterfaceAssociation: atNic }),
      ...(atSubnet === undefined ? {} : { subnetAssociation: atSubnet }),
      defaultSecurityRules: defaultRules.map((rule) => describeRule(rule, namelessGroup)),
      effectiveSecurityRules: rules.map((rule) => effectiveRule(rule, effectiveName(rule), topology)),
    },
  };
}

export const securityGroupView: Operation = {
  name: 'securityGroupView',
  method: 'POST',
  path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/networkWatchers/{watcher}/securityGroupView',
  action: 'Microsoft.Network/networkWatchers/securityGroupView/action',
  answer: (request, world) => {
    const watcher = findWatcher(request, world);
    const machine = findTargetMachine(readBody(parameters, request.body).targetResourceId, world);
    return {
      region: watcher.region,
      seconds: world.chance.between(8, 12),
      result: () => ok({ networkInterfaces: machine.nics.map((nic) => describe(nic, world.topology)) }),
    };
  },
};

import { z } from 'zod';
import { badRequest } from '../arm-error.ts';
import { type Operation, ok } from '../exchange.ts';
import { parseAddress } from '../network/address.ts';
import { type FilterDecision, filter } from '../network/nsg.ts';
import { membersOf } from '../network/ownership.ts';
import { readBody } from './body.ts';
import { findTarget, findWatcher, pickNic } from './target.ts';

const portText = z.string().regex(/^(\*|\d{1,5})$/, 'a port or *');
const parameters = z.looseObject({
  targetResourceId: z.string(),
  direction: z.string().regex(/^(inbound|outbound)$/i, 'Inbound or Outbound'),
  protocol: z.string().regex(/^(tcp|udp)$/i, 'TCP or UDP'),
  localPort: portText,
  remotePort: portText,
  localIPAddress: z.string(),
  remoteIPAddress: z.string(),
  targetNicResourceId: z.string().optional(),
});

/** `securityRules/x` or `defaultSecurityRules/X`; a place without groups lets everything pass and names no rule. */
function ruleName(decision: FilterDecision): string {
  const rule = decision.decidedBy?.rule;
  if (rule === undefined) return '';
  return `${rule.isDefault ? 'defaultSecurityRules' : 'securityRules'}/${rule.name}`;
}

export const ipFlowVerify: Operation = {
  name: 'ipFlowVerify',
  method: 'POST',
  path: '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/networkWatchers/{watcher}/ipFlowVerify',
  action: 'Microsoft.Network/networkWatchers/ipFlowVerify/action',
  answer: (request, world) => {
    const watcher = findWatcher(request, world);
    const body = readBody(parameters, request.body);
    const target = findTarget(body.targetResourceId, world);
    const local = parseAddress(body.localIPAddress);
    const remote = parseAddress(body.remoteIPAddress);
    if (local === undefined) throw badRequest(`"${body.localIPAddress}" is not an IP address.`);
    if (remote === undefined) throw badRequest(`"${body.remoteIPAddress}" is not an IP address.`);
    const asked = pickNic(target, body.targetNicResourceId, world);
    const nics = target.kind === 'vm' && body.targetNicResourceId === undefined ? target.nics : [asked];
    const configuration = nics
      .flatMap((nic) => nic.ipConfigurations)
      .find((one) => one.address.version === local.version && one.address.bits === local.bits);
    if (configuration === undefined) {
      throw badRequest(`${body.localIPAddress} is no address of ${target.name}.`, 'LocalIPAddressNotFound');
    }
    const inbound = body.direction.toLowerCase() === 'inbound';
    const port = (text: string) => (text === '*' ? 0 : Number(text));
    const here = { address: local, port: port(body.localPort) };
    const there = { address: remote, port: port(body.remotePort) };
    const [from, to] = inbound ? [there, here] : [here, there];
    const decision = filter(
      configuration.nic,
      configuration.subnet,
      inbound ? 'Inbound' : 'Outbound',
      {
        protocol: body.protocol.toLowerCase() === 'udp' ? 'Udp' : 'Tcp',
        source: from.address,
        sourcePort: from.port,
        destination: to.address,
        destinationPort: to.port,
      },
      membersOf(world.topology),
    );
    return {
      region: watcher.region,
      seconds: world.chance.between(8, 12),
      result: () => ok({ access: decision.access, ruleName: ruleName(decision), ruleId: '' }),
    };
  },
};

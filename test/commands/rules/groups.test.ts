import { describe, expect, test } from 'vitest';
import { readGroups } from '../../../src/commands/rules/read-groups.ts';
import { packetsFor, readWalks } from '../../../src/commands/rules/walks.ts';

const id = (name: string) =>
  `/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/${name}`;
const rule = (name: string, priority: number, more: object = {}) => ({
  name: `securityRules/${name}`,
  protocol: 'Tcp',
  sourceAddressPrefixes: ['0.0.0.0/0', '0.0.0.0/0'],
  destinationAddressPrefix: '0.0.0.0/0',
  destinationPortRanges: ['80-80', '443-443', '8000-8010'],
  access: 'Allow',
  priority,
  direction: 'Inbound',
  ...more,
});
const body = {
  value: [
    {
      networkSecurityGroup: { id: id('nsg-nic') },
      association: { networkInterface: { id: '/nic' } },
      effectiveSecurityRules: [
        rule('later', 400, { access: 'Deny', protocol: 'All', destinationPortRanges: ['0-65535'] }),
        rule('web', 200),
        rule('DenyAllInBound', 65_500, { name: 'defaultSecurityRules/DenyAllInBound', access: 'Deny' }),
        rule('out', 100, {
          direction: 'Outbound',
          destinationAddressPrefixes: ['VirtualNetwork'],
          destinationPortRange: '22-22',
          destinationPortRanges: null,
        }),
        { name: 'securityRules/of-tomorrow' },
      ],
    },
    { networkSecurityGroup: { id: id('nsg-subnet') }, association: { subnet: { id: '/subnet' } } },
  ],
};

function groupsOf(from: typeof body) {
  const reading = readGroups(from);
  if (!reading.ok) throw new Error(reading.problem.code);
  return reading.value;
}

describe('effective rules', () => {
  test('are read as they are tried, in the shortest words for what they match', () => {
    const [nic, subnet] = groupsOf(body);
    expect(nic).toMatchObject({ securityGroupId: id('nsg-nic'), appliedTo: 'nic' });
    expect(nic?.rules.map(({ name, priority }) => `${priority} ${name}`)).toEqual([
      '200 web',
      '400 later',
      '65500 DenyAllInBound',
      '100 out',
    ]);
    expect(nic?.rules[0]).toMatchObject({
      source: '*',
      destination: '*',
      ports: '80, 443, 8000-8010',
      protocol: 'Tcp',
    });
    expect(nic?.rules[1]).toMatchObject({ ports: '*', protocol: '*' });
    expect(nic?.rules[3]).toMatchObject({ destination: 'VirtualNetwork', ports: '22' });
    expect(subnet).toEqual({ securityGroupId: id('nsg-subnet'), appliedTo: 'subnet', rules: [] });
  });

  test.each([[null], [{ value: 7 }], [{ value: [{}] }], ['text']])('of another shape are malformed: %j', (shape) => {
    expect(readGroups(shape)).toMatchObject({ ok: false, problem: { code: 'AZURE_MALFORMED' } });
  });

  test('none at all is an answer', () => {
    expect(readGroups({})).toEqual({ ok: true, value: [] });
  });
});

describe('the walk', () => {
  const groups = groupsOf(body);

  test('is of packets that own rules speak of; a tag that Azure may not take is passed over', () => {
    expect(packetsFor(groups, '10.1.1.4')).toEqual([
      { direction: 'Inbound', protocol: 'TCP', source: 'Internet', destination: '10.1.1.4', port: '80' },
    ]);
  });

  test('shows each group with the rule that decided there', () => {
    const packets = packetsFor(groups, '10.1.1.4');
    const result = {
      networkSecurityGroupResult: {
        securityRuleAccessResult: 'Allow',
        evaluatedNetworkSecurityGroups: [
          { networkSecurityGroupId: id('nsg-nic'), matchedRule: { ruleName: 'UserRule_web', action: 'Allow' } },
          { networkSecurityGroupId: id('unknown'), matchedRule: { ruleName: 'UserRule_x', action: 'Allow' } },
        ],
      },
    };
    expect(readWalks({ results: [result] }, packets, groups)).toEqual([
      {
        direction: 'Inbound',
        access: 'Allow',
        flow: 'TCP Internet → 10.1.1.4:80',
        steps: [{ securityGroupId: id('nsg-nic'), access: 'Allow', priority: 200, rule: 'web' }],
      },
    ]);
    expect(readWalks({ results: [] }, packets, groups)).toEqual([]);
    expect(readWalks('nonsense', packets, groups)).toEqual([]);
  });
});

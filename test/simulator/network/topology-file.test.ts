import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TopologyError } from '../../../src/simulator/network/topology-file.ts';
import { parseTopology } from '../../../src/simulator/topologies.ts';
import { walk } from '../support/lab.ts';

const good = `name: small
subscriptions:
  - id: 33333333-3333-4333-8333-333333333333
    groups:
      - name: LabRG
        region: westeurope
        nsgs:
          - name: nsg
            rules:
              - { name: one, priority: 100, direction: Inbound, access: Deny }
        routeTables:
          - name: rt
            routes:
              - { name: r, prefix: 10.2.0.0/16, nextHop: None }
        vnets:
          - name: vnet
            prefixes: 10.1.0.0/16
            subnets:
              - { name: app, prefix: 10.1.1.0/24, nsg: nsg, routeTable: rt }
        vms:
          - name: app0
            nics:
              - { subnet: vnet/app, address: 10.1.1.4 }
`;

function problems(text: string): readonly string[] {
  try {
    parseTopology(text, 'small');
    return [];
  } catch (error) {
    if (error instanceof TopologyError) return error.problems;
    throw error;
  }
}

/** The line on which the changed text stands. */
function changed(from: string, to: string): { readonly text: string; readonly line: number } {
  if (!good.includes(from)) throw new Error(`the example has no "${from}"`);
  const text = good.replace(from, to);
  const line = good.slice(0, good.indexOf(from)).split('\n').length;
  return { text, line };
}

test('the example is good', () => {
  expect(problems(good)).toEqual([]);
});

describe('a wrong file is refused with the line', () => {
  test.each([
    ['an unknown field', 'region: westeurope', 'regoin: westeurope', /regoin|region/],
    ['a wrong priority', 'priority: 100', 'priority: 99', /priority/],
    ['a wrong word', 'access: Deny', 'access: Refuse', /access/],
    ['no address block', 'prefix: 10.1.1.0/24', 'prefix: 10.1.1.0/33', /10\.1\.1\.0\/33/],
    ['a subnet outside its network', 'prefix: 10.1.1.0/24', 'prefix: 10.9.1.0/24', /not inside/],
    ['an unknown group', 'nsg: nsg,', 'nsg: nsg-2,', /nsg-2/],
    ['an unknown route table', 'routeTable: rt', 'routeTable: rt2', /rt2/],
    ['an unknown subnet', 'subnet: vnet/app', 'subnet: vnet/nope', /vnet\/nope/],
    ['an address outside the subnet', 'address: 10.1.1.4', 'address: 10.1.2.4', /not inside/],
    ['no address at all', 'address: 10.1.1.4', 'address: app0.example', /not an IP address/],
    ['a next hop without address', 'nextHop: None', 'nextHop: VirtualAppliance', /needs an address/],
    ['broken YAML', 'name: app0', 'name: "app0" x', /line/],
  ])('%s', (_why, from, to, says) => {
    const { text, line } = changed(from, to);
    const found = problems(text);
    expect(found.join('\n')).toMatch(says);
    const named = found.map((problem) => Number(/^line (\d+)/.exec(problem)?.[1]));
    expect(named).toContain(line);
  });

  test('every problem is named at once', () => {
    const text = good.replace('nsg: nsg,', 'nsg: gone,').replace('address: 10.1.1.4', 'address: 10.9.9.9');
    expect(problems(text)).toHaveLength(2);
  });

  test('two rules of one priority, two machines of one address, two routes of one prefix', () => {
    const rule = '              - { name: one, priority: 100, direction: Inbound, access: Deny }\n';
    const nic = '              - { subnet: vnet/app, address: 10.1.1.4 }\n';
    const route = '              - { name: r, prefix: 10.2.0.0/16, nextHop: None }\n';
    const text = good
      .replace(rule, rule + rule.replace('one', 'two'))
      .replace(nic, `${nic}${nic.replace('subnet', 'name: second, subnet')}`)
      .replace(route, route + route.replace('name: r', 'name: r2'));
    expect(problems(text).join('\n')).toMatch(/priority 100[\s\S]*taken|taken[\s\S]*priority 100/);
    expect(problems(text).join('\n')).toMatch(/has a route in this table already/);
  });

  test('a fault that does not exist', () => {
    const found = problems(
      `${good}faults:\n  - { on: connectivityCheck, fault: { kind: html } }\n  - { fault: { kind: fire } }\n`,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^line ${good.split('\n').length + 2}: faults\\.1`));
  });

  test('a name that is no shipped topology names those that are', async () => {
    const { loadTopology } = await import('../../../src/simulator/topologies.ts');
    expect(() => loadTopology('cotnoso')).toThrow(/contoso.*hub-and-spoke/);
  });
});

test('the file that the documentation shows is a good one, and answers as it says', () => {
  const page = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8');
  const shown = page.split('```yaml\n')[1]?.split('```')[0] ?? '';
  expect(problems(shown)).toEqual([]);
  expect(walk(parseTopology(shown, 'docs'), 'app0', 'db0', 1433).reached).toBe(true);
  expect(walk(parseTopology(shown, 'docs'), 'fw0', 'db0', 1433).reached).toBe(false);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explain } from '../../../src/simulator/network/explain.ts';
import { lab, walk } from '../support/lab.ts';

/** Networks of chance: four machines in four subnets, two of them forwarders, with routes and rules thrown in. */
const subnets = ['a', 'b', 'c', 'd'] as const;
const at = (index: number) => `10.10.${index + 1}.4`;
const prefixes = ['10.10.1.0/24', '10.10.2.0/24', '10.10.3.0/24', '10.10.4.0/24', '0.0.0.0/0', '10.10.0.0/16'];

const route = fc.tuple(
  fc.constantFrom(...prefixes),
  fc.constantFrom('None', 'VnetLocal', 'Internet', ...subnets.map((_, index) => at(index)), '10.10.9.9'),
);
const rule = fc.record({
  priority: fc.integer({ min: 100, max: 4096 }),
  direction: fc.constantFrom('Inbound', 'Outbound'),
  access: fc.constantFrom('Allow', 'Deny'),
  from: fc.constantFrom("'*'", ...prefixes),
});
const vm = fc.record({
  routes: fc.uniqueArray(route, { selector: ([prefix]) => prefix, maxLength: 3 }),
  rules: fc.uniqueArray(rule, { selector: ({ priority, direction }) => `${priority} ${direction}`, maxLength: 3 }),
  forwards: fc.boolean(),
  ipForwarding: fc.boolean(),
  stateful: fc.boolean(),
  power: fc.constantFrom('running', 'running', 'running', 'stopped'),
  listens: fc.boolean(),
});

function build(vms: readonly (typeof vm extends fc.Arbitrary<infer T> ? T : never)[]) {
  const list = (items: readonly string[]) => (items.length === 0 ? '[]' : `[${items.join(', ')}]`);
  const lines = vms.map((one, index) => {
    const routes = one.routes.map(([prefix, to], nth) => {
      const hop = to.startsWith('10.') ? `VirtualAppliance, address: ${to}` : to;
      return `{ name: r${nth}, prefix: ${prefix}, nextHop: ${hop} }`;
    });
    const rules = one.rules.map(
      ({ priority, direction, access, from }) =>
        `{ name: ${direction}-${priority}, priority: ${priority}, direction: ${direction}, access: ${access}, from: ${from} }`,
    );
    return { index, routes: list(routes), rules: list(rules), one };
  });
  return lab(`routeTables:
${lines.map(({ index, routes }) => `  - { name: rt-${index}, routes: ${routes} }`).join('\n')}
nsgs:
${lines.map(({ index, rules }) => `  - { name: nsg-${index}, rules: ${rules} }`).join('\n')}
vnets:
  - name: vnet
    prefixes: 10.10.0.0/16
    subnets:
${lines.map(({ index }) => `      - { name: s${index}, prefix: 10.10.${index + 1}.0/24, routeTable: rt-${index} }`).join('\n')}
vms:
${lines
  .map(
    ({ index, one }) =>
      `  - { name: vm${index}, power: ${one.power}, forwards: ${one.forwards}, stateful: ${one.stateful}, listens: ${one.listens ? '[443]' : '[]'}, nics: [{ subnet: vnet/s${index}, address: ${at(index)}, nsg: nsg-${index}, ipForwarding: ${one.ipForwarding} }] }`,
  )
  .join('\n')}`);
}

test('a walk ends, passes no appliance twice, and a packet that does not arrive has a reason', () => {
  fc.assert(
    fc.property(fc.tuple(vm, vm, vm, vm), fc.nat({ max: 3 }), fc.nat({ max: 3 }), (vms, from, to) => {
      const traced = walk(build(vms), `vm${from}`, `vm${to}`, 443);
      const stops = [...traced.hops, ...traced.back].flatMap((hop) => hop.stops);
      expect(traced.reached).toBe(stops.length === 0);
      for (const way of [traced.hops, traced.back]) {
        const passed = way.flatMap((hop) => (hop.stand.kind === 'nic' ? [hop.addressText] : []));
        expect(new Set(passed).size).toBe(passed.length);
      }
      const words = explain(traced);
      const said = [...words.there, ...words.back].flatMap((hop) => hop.reasons);
      if (!traced.reached) expect(said.some((reason) => /stops:|denied by/.test(reason))).toBe(true);
      if (traced.reached) expect(traced.hops.at(-1)?.addressText).toBe(at(to));
    }),
    { numRuns: 300 },
  );
});

import { matrixReply } from '../../src/commands/check/matrix-card.ts';
import { questionParts } from '../../src/commands/check/question.ts';
import { factsReply } from '../../src/commands/facts-card.ts';
import { flowReply } from '../../src/commands/flow/card.ts';
import { pageReply } from '../../src/commands/history/page.ts';
import { nextHopReply } from '../../src/commands/next-hop/card.ts';
import { rulesReply } from '../../src/commands/rules/card.ts';
import { vmsReply } from '../../src/commands/vms/card.ts';
import type { Locale, Reply } from '../../src/core/chat.ts';
import { say } from '../../src/language/say.ts';
import { deniedAtDestination, group, ids, machine, nsg, onCall, subscriptionId } from './parts.ts';

const effectiveRule = (
  name: string,
  priority: number,
  access: 'Allow' | 'Deny',
  ports: string,
  source = 'VirtualNetwork',
) => ({
  name,
  priority,
  direction: 'Inbound' as const,
  access,
  protocol: 'Tcp',
  source,
  destination: '*',
  ports,
});

/** Cards of the other commands, and of a check of many pairs. */
export function otherSamples(locale: Locale): Readonly<Record<string, Readonly<Record<string, Reply>>>> {
  const frame = {
    ...ids,
    locale,
    askedBy: onCall,
    at: '2026-11-20T14:02:11.480Z',
    azure: { subscriptionId, simulated: true, portal: 'https://portal.azure.com' },
  };
  const list = { ...ids, locale, simulated: true };
  const ok = (port: number) => ({ port, state: 'Reachable' as const });
  const denied = { port: 443, state: 'Unreachable' as const, cause: 'nsg-db/deny-443' };
  const app = machine('app0', '10.1.1.4');
  const flow = { machine: app, protocol: 'Tcp' as const, local: '10.1.1.4:*', remote: '10.1.4.4:80' };
  const names = ['app0', 'web0', 'db0', 'MultiTierApp0', 'Database0', 'jump-box-production-westeurope'];
  return {
    flow: {
      allowed: flowReply(
        {
          ...flow,
          direction: 'Outbound',
          access: 'Allow',
          rule: { name: 'AllowVnetOutBound', reportedAs: 'defaultSecurityRules/AllowVnetOutBound', priority: 65_000 },
        },
        frame,
      ),
      denied: flowReply(
        {
          machine: machine('db0', '10.1.4.4'),
          direction: 'Inbound',
          protocol: 'Tcp',
          local: '10.1.4.4:80',
          remote: '10.1.1.4:*',
          access: 'Deny',
          ...(deniedAtDestination.rule ? { rule: deniedAtDestination.rule } : {}),
        },
        frame,
      ),
    },
    'next-hop': {
      appliance: nextHopReply(
        {
          machine: app,
          from: '10.1.1.4',
          destination: '10.1.4.4',
          type: 'VirtualAppliance',
          address: '10.1.2.4',
          routeTableId: `${group}/Microsoft.Network/routeTables/app-routes`,
        },
        frame,
      ),
      none: nextHopReply(
        {
          machine: app,
          destination: '13.107.21.200',
          type: 'None',
          routeTableId: `${group}/Microsoft.Network/routeTables/app-routes`,
        },
        frame,
      ),
      internet: nextHopReply({ machine: app, destination: '13.107.21.200', type: 'Internet' }, frame),
    },
    rules: {
      walk: rulesReply(
        {
          machine: machine('db0', '10.1.4.4'),
          walks: [
            {
              direction: 'Inbound',
              flow: 'TCP 10.1.1.4 → 10.1.4.4:80',
              access: 'Deny',
              steps: [
                { securityGroupId: nsg('subnet-nsg'), access: 'Allow', priority: 200, rule: 'allow-web' },
                { securityGroupId: nsg('nic-nsg'), access: 'Deny', priority: 310, rule: 'deny-80' },
              ],
            },
          ],
          groups: [
            {
              securityGroupId: nsg('subnet-nsg'),
              appliedTo: 'subnet',
              rules: [
                effectiveRule('allow-web', 200, 'Allow', '80, 443'),
                effectiveRule('AllowVnetInBound', 65_000, 'Allow', '*'),
                effectiveRule('DenyAllInBound', 65_500, 'Deny', '*', '*'),
              ],
            },
            {
              securityGroupId: nsg('nic-nsg'),
              appliedTo: 'nic',
              rules: [
                effectiveRule('deny-80', 310, 'Deny', '80', '10.1.1.0/24'),
                ...Array.from({ length: 30 }, (_, index) =>
                  effectiveRule(`allow-service-${index}`, 400 + index, 'Allow', `${5000 + index}`),
                ),
              ],
            },
          ],
        },
        frame,
      ),
      none: rulesReply({ machine: app, walks: [], groups: [] }, frame),
    },
    vms: {
      page: vmsReply({
        ...list,
        machines: names.map((name) => machine(name, '10.0.0.4')),
        total: 14,
        page: 2,
        pages: 3,
      }),
      filtered: vmsReply({
        ...list,
        machines: [machine('db0', '10.1.4.4')],
        total: 1,
        filter: 'db',
        page: 1,
        pages: 1,
      }),
      none: vmsReply({ ...list, machines: [], total: 0, filter: 'mail', page: 1, pages: 1 }),
    },
    history: {
      some: pageReply({
        ...list,
        request: { about: { kind: 'vm', name: 'db0' } },
        parts: questionParts,
        page: {
          isOne: true,
          older: { createdAtMs: Date.parse('2026-11-20T10:02:11Z'), jobId: ids.jobId },
          entries: (['Unreachable', 'Reachable', 'Degraded', 'Undetermined', 'Inconsistent'] as const).map(
            (verdict, index) => ({
              jobId: ids.jobId,
              at: `2026-11-20T1${4 - index}:02:11Z`,
              verdict,
              question: {
                source: app,
                destination: { kind: 'vm', machine: machine('db0', '10.1.4.4') },
                port: 80,
                protocol: 'Tcp',
                protocolAsked: false,
              },
              askedBy: onCall.name,
              ...(index === 0
                ? { cause: deniedAtDestination, changes: [{ kind: 'verdict', from: 'Reachable', to: 'Unreachable' }] }
                : { avgMs: [2, 220, 3, 1.4][index - 1] ?? 1 }),
            }),
          ),
        },
      }),
      none: pageReply({ ...list, request: {}, parts: questionParts, page: { isOne: false, entries: [] } }),
    },
    facts: {
      whoami: factsReply({
        title: say(locale, 'whoami.title'),
        rows: [
          { label: say(locale, 'whoami.person'), values: ['00000000-0000-4000-8000-000000000001'] },
          { label: say(locale, 'whoami.place.channel'), values: ['19:local-network@thread.tacv2'] },
          { label: say(locale, 'whoami.rules'), values: ['On-call checks the shop', 'Everyone lists machines'] },
        ],
        notes: [say(locale, 'whoami.note')],
        locale,
      }),
      why: factsReply({
        title: say(locale, 'explain.title'),
        text: say(locale, 'policy.reason.scope'),
        rows: [
          { label: say(locale, 'explain.question'), values: ['check from app0 to db0 port 80'] },
          { label: say(locale, 'explain.rule'), values: ['On-call checks the shop'] },
          { label: say(locale, 'explain.toGrant'), values: [`machines ${subscriptionId}/ContosoRG`] },
          { label: say(locale, 'explain.reference'), values: ['3kTqVbWx0aRmZy8sLpQeNd'] },
        ],
        at: frame.at,
        locale,
      }),
    },
    matrix: {
      'one-fails': matrixReply(
        [
          { from: 'app0', to: 'db0', cells: [ok(80), ok(443), ok(1433)] },
          { from: 'app1', to: 'db0', cells: [ok(80), ok(443), ok(1433)] },
          { from: 'app2', to: 'db0', cells: [ok(80), denied, { ...denied, port: 1433 }] },
        ],
        frame,
      ),
      'one-port': matrixReply(
        ['app0', 'app1', 'app2', 'app3'].map((from) => ({ from, to: 'db0', cells: [ok(80), denied] })),
        frame,
      ),
      running: matrixReply(
        [
          { from: 'app0', to: 'db0', cells: [ok(80), { port: 443, state: 'pending' }] },
          {
            from: 'app0',
            to: 'web0',
            cells: [
              { port: 80, state: 'failed' },
              { port: 443, state: 'pending' },
            ],
          },
        ],
        frame,
      ),
      large: matrixReply(
        Array.from({ length: 32 }, (_, index) => ({
          from: `app${index}`,
          to: 'jump-box-production-westeurope',
          cells: [index % 3 === 0 ? denied : ok(443)],
        })),
        frame,
      ),
    },
  };
}

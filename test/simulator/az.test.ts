import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type AzureCli, hasAzureCli, openAzureCli } from '../support/azure-cli.ts';

/** A client nobody here wrote: Debian's azure-cli, by the recipe of docs/simulator.md. */
const present = hasAzureCli();
if (!present) console.warn('az.test.ts: no az on this machine; azure-cli is not tried');

describe.skipIf(!present)('azure-cli', { timeout: 120_000 }, () => {
  let simulator: Simulator;
  let cli: AzureCli;
  const az = (line: string) => cli.az(line);
  // biome-ignore lint/suspicious/noExplicitAny: az prints whatever the command prints
  const json = async (line: string): Promise<any> => JSON.parse(await az(`${line} -o json`));

  beforeAll(async () => {
    simulator = await startSimulator({ identityPort: 0, speed: 100, seed: 1 });
    cli = await openAzureCli(simulator);
  }, 120_000);
  afterAll(async () => {
    cli?.close();
    await simulator?.close();
  });

  test('lists the machines', async () => {
    const vms = await json('vm list');
    expect(vms.map((vm: { name: string }) => vm.name)).toEqual(
      expect.arrayContaining(['MultiTierApp0', 'app0', 'db0']),
    );
  });

  const source = 'network watcher test-connectivity --source-resource MultiTierApp0 -g ContosoRG';
  const destinations: readonly (readonly [destination: string, status: string, blame: string])[] = [
    [
      '--dest-resource Database0 --dest-port 80',
      'Unreachable',
      '10.1.3.4 Outbound NetworkSecurityRule UserRule_Port80',
    ],
    ['--dest-address https://bing.com --dest-port 443', 'Reachable', ''],
    ['--dest-address 13.107.21.200 --dest-port 80', 'Unreachable', '10.1.1.4 Outbound UserDefinedRoute User'],
    ['--dest-address https://build2017nwdiag360.blob.core.windows.net/ --dest-port 443', 'Reachable', ''],
  ];
  // Each start of az takes seconds; all four are for the long run.
  test.each(process.env.SOAK === undefined ? destinations.slice(0, 2) : destinations)(
    'test-connectivity %s',
    async (destination, status, blame) => {
      type Hop = { address: string; issues: { origin: string; type: string; context: { value: string }[] }[] };
      const answer: { connectionStatus: string; hops: Hop[]; avgLatencyInMs: number | null } = await json(
        `${source} ${destination}`,
      );
      const issues = answer.hops.flatMap((hop) =>
        hop.issues.map(
          (issue) => `${hop.address} ${issue.origin} ${issue.type} ${issue.context.map((one) => one.value).join()}`,
        ),
      );
      expect(answer.connectionStatus).toBe(status);
      expect(issues.join('; ')).toBe(blame);
      expect(answer.avgLatencyInMs).toBe(status === 'Reachable' ? 1 : null);
    },
  );

  test('test-ip-flow names the rule', async () => {
    const flow = 'network watcher test-ip-flow --vm db0 -g ShopRG --direction Inbound --protocol TCP';
    expect(await json(`${flow} --local 10.2.3.4:80 --remote 10.2.1.4:60000`)).toMatchObject({
      access: 'Deny',
      ruleName: 'securityRules/deny-80',
    });
  });

  test('show-next-hop names the appliance and the route table', async () => {
    const hop = await json(
      'network watcher show-next-hop --vm MultiTierApp0 -g ContosoRG --source-ip 10.1.1.4 --dest-ip 10.1.4.4',
    );
    expect(hop).toMatchObject({ nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.1.2.4' });
    expect(hop.routeTableId).toMatch(/\/routeTables\/appRoutes$/);
  });

  test('an unknown machine is refused in words that az passes on', async () => {
    await expect(az('vm show -n db7 -g ShopRG')).rejects.toThrow(/ResourceNotFound/);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/server.ts';
import { machineId, networkClient, startLeaping } from './support/wire.ts';

/** The four founding checks, asked through the unmodified client, against the answers the product was founded on. */
const folder = fileURLToPath(new URL('../../../shared/azure/seed/', import.meta.url));
const present = existsSync(folder);
if (!present) console.warn('seed.test.ts: ../shared/azure/seed is absent; its four comparisons are skipped');

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startLeaping();
});
afterAll(() => simulator.close());

const source = { resourceId: machineId('ContosoRG', 'MultiTierApp0') };
const database = { resourceId: machineId('ContosoRG', 'Database0'), port: 80 };
const questions = {
  'vm-to-vm-blocked-by-nsg': { source, destination: database },
  'vm-to-ip-blocked-by-route': { source, destination: { address: '13.107.21.200', port: 80 } },
  'vm-to-website-reachable': { source, destination: { address: 'https://bing.com' } },
  'vm-to-storage-reachable': { source, destination: { address: 'https://build2017nwdiag360.blob.core.windows.net/' } },
};

const check = (question: (typeof questions)[keyof typeof questions]) =>
  networkClient(simulator).networkWatchers.checkConnectivity(
    'NetworkWatcherRG',
    'NetworkWatcher_westcentralus',
    question,
  );

type Hop = { readonly id?: string; readonly nextHopIds?: readonly string[] };

/** Hop ids are random; what they say is the order. */
function withoutIds(answer: { readonly hops?: readonly Hop[] }): unknown {
  const order = new Map((answer.hops ?? []).map((hop, at) => [hop.id, at]));
  return {
    ...answer,
    hops: (answer.hops ?? []).map(({ id, nextHopIds, ...hop }) => ({
      ...hop,
      next: nextHopIds?.map((one) => order.get(one)),
    })),
  };
}

describe.skipIf(!present)('agrees with the recorded answer', () => {
  test.each(Object.entries(questions))('%s', async (name, question) => {
    const expected = JSON.parse(readFileSync(`${folder}${name}.response.json`, 'utf8'));
    const answer = JSON.parse(JSON.stringify(await check(question)));
    expect(withoutIds(answer)).toEqual(withoutIds(expected));
  });
});

test('the answer is computed: without the rule, the same question is answered otherwise', async () => {
  const { readFileSync: read, writeFileSync, mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const text = read(fileURLToPath(new URL('../../src/simulator/topologies/contoso.yaml', import.meta.url)), 'utf8');
  const place = mkdtempSync(`${tmpdir()}/hopcheck-`);
  const file = `${place}/open.yaml`;
  writeFileSync(
    file,
    text.replace('access: Deny, protocol: Tcp, ports: 80 }', 'access: Allow, protocol: Tcp, ports: 80 }'),
  );
  const open = await startLeaping({ topology: file });
  rmSync(place, { recursive: true });
  const answer = await networkClient(open).networkWatchers.checkConnectivity(
    'NetworkWatcherRG',
    'NetworkWatcher_westcentralus',
    questions['vm-to-vm-blocked-by-nsg'],
  );
  await open.close();
  expect(answer.connectionStatus).toBe('Reachable');
  expect(answer.hops?.flatMap((hop) => hop.issues ?? [])).toEqual([]);
  expect(answer.hops?.map((hop) => hop.address)).toEqual(['10.1.1.4', '10.1.2.4', '10.1.3.4', '10.1.4.4']);
});

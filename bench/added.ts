import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { openChannel, type Sent } from './channel.ts';
import { atLeast, type Figure, percentile, shown, under } from './figure.ts';
import { ArmCall } from './orders.ts';
import { end, startHopcheck } from './rates.ts';

/** Each check has a subscription and a region that no other one has, so that a request to Azure tells whose it is. */
const subscriptions = 20;
const regions = 40;
const asked = subscriptions * regions;
/** As many a second as end in one, with 500 between: a check of a reachable place takes Azure 30 to 50 s. */
const everyMs = 100;
const inFlight = 500;

const subscriptionId = (at: number) => `00000000-0000-0000-0000-${String(at).padStart(12, '0')}`;
const sourceOf = (n: number) => `vm-${n % subscriptions}-${Math.floor(n / subscriptions)}`;
const portOf = (n: number) => 10_000 + n;
const regionOf = (region: number) => `region${region}`;
const addressOf = (subscription: number, region: number, host: number) => `10.${subscription}.${region * 4}.${host}`;

/**
 * What hopcheck adds to Azure's own time: activity sent -> POST leaves for Azure, and Azure's last 200 -> the answer's PUT at the
 * connector, both on the clock of one machine. Azure, Teams with whoever asks, and hopcheck are processes of their own.
 */
export async function benchAdded(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-bench-'));
  writeFileSync(join(folder, 'crowd.yaml'), topology());
  const channel = await openChannel();
  const azure = await startAzure(join(folder, 'crowd.yaml'));
  const hopcheck = await startHopcheck(channel, { dataDir: join(folder, 'data'), azure: azure.azure });
  const askedAtMs: number[] = [];
  const sent: Sent[] = [];
  try {
    const startedMs = performance.now();
    const asking = Array.from({ length: asked }, async (_, n) => {
      await delay(n * everyMs);
      askedAtMs[n] = Date.now();
      const words = `check from ${sourceOf(n)} to ${addressOf(n % subscriptions, Math.floor(n / subscriptions), 5)} port ${portOf(n)}`;
      const { status } = await channel.say(hopcheck.port, n, words);
      if (status !== 200) throw new Error(`an activity was answered ${status}`);
    });
    await Promise.all(asking);
    const endMs = performance.now() + 120_000;
    const isAnswered = () => sent.filter(isFinal).length >= asked;
    for (sent.push(...channel.take()); !isAnswered() && performance.now() < endMs; sent.push(...channel.take())) {
      await delay(500);
    }
    const tookS = (performance.now() - startedMs) / 1000;
    const calls = await callsOf(hopcheck.process);
    const checks = askedAtMs.flatMap((atMs, n) => timesOf(n, atMs, calls, sent) ?? []);
    const crowded = checks.filter(({ askedMs }) => countAt(checks, askedMs) >= inFlight * 0.8);
    const added = crowded.map(({ beforeMs, afterMs }) => beforeMs + afterMs);
    return [
      atLeast(
        'checks in flight at the most',
        Math.max(...checks.map(({ postMs }) => countAt(checks, postMs))),
        '',
        inFlight,
      ),
      atLeast('of them measured, with 400 or more beside each', crowded.length, '', 100),
      under('activity -> POST leaves for Azure, p50', at(crowded, 'beforeMs', 0.5), 'ms', 50),
      under('activity -> POST leaves for Azure, p99', at(crowded, 'beforeMs', 0.99), 'ms', 200),
      under('Azure’s last 200 -> PUT of the answer, p50', at(crowded, 'afterMs', 0.5), 'ms', 50),
      under('Azure’s last 200 -> PUT of the answer, p99', at(crowded, 'afterMs', 0.99), 'ms', 200),
      under('added time of a check, p50', percentile(added, 0.5), 'ms', 50),
      under('added time of a check, p99', percentile(added, 0.99), 'ms', 200),
      shown(`of ${asked} checks, without a POST or an answer`, asked - checks.length, ''),
      shown('the whole run', tookS, 's'),
    ];
  } finally {
    await end(hopcheck);
    azure.close();
    await channel.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Times = {
  readonly askedMs: number;
  readonly postMs: number;
  readonly answeredMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
};

function at(checks: readonly Times[], part: 'beforeMs' | 'afterMs', share: number): number {
  return percentile(
    checks.map((check) => check[part]),
    share,
  );
}

const countAt = (checks: readonly Times[], ms: number) =>
  checks.filter(({ postMs, answeredMs }) => postMs <= ms && ms < answeredMs).length;

const isFinal = ({ method, summary }: Sent) => method === 'PUT' && !/^(?:Checking|Looking up)/.test(summary);

function timesOf(n: number, askedMs: number, calls: readonly ArmCall[], sent: readonly Sent[]): Times | undefined {
  const subscription = subscriptionId(n % subscriptions);
  const region = regionOf(Math.floor(n / subscriptions));
  const own = calls.filter(({ path }) => path.includes(subscription) && path.includes(`/${region}/`));
  const post = calls.find(
    ({ path }) => path.includes(subscription) && path.endsWith(`/nw-${region}/connectivityCheck`),
  );
  const put = sent.find((one) => isFinal(one) && one.summary.includes(String(portOf(n))));
  const last = put && own.findLast(({ status, answeredMs }) => status === 200 && answeredMs <= put.atMs + 1);
  if (!post || !last) {
    const said = sent.filter(({ summary }) => summary.includes(String(portOf(n)))).map(({ summary }) => summary);
    console.error(`check ${n} has no ${post ? 'answer' : 'POST'}; hopcheck said: ${said.join(' | ')}`);
    return undefined;
  }
  return {
    askedMs,
    postMs: post.leftMs,
    answeredMs: last.answeredMs,
    beforeMs: post.leftMs - askedMs,
    afterMs: Math.max(0, put.atMs - last.answeredMs),
  };
}

async function callsOf(process: Parameters<typeof end>[0]['process']): Promise<readonly ArmCall[]> {
  const answer = once(process, 'message');
  process.send('calls');
  const [calls] = await answer;
  return z.array(ArmCall).parse(calls);
}

const Azure = z.object({ endpoint: z.string(), ca: z.string(), token: z.string(), expiresOnTimestamp: z.number() });

async function startAzure(topologyFile: string) {
  const child = fork(new URL('azure-server.ts', import.meta.url), [topologyFile]);
  const [told] = await once(child, 'message');
  return { azure: Azure.parse(told), close: () => child.disconnect() };
}

function topology(): string {
  const lines = [
    'name: crowd',
    'title: A subscription and a region for each check',
    'principals:',
    '  - { name: hopcheck, grants: [{ actions: "*" }] }',
    'subscriptions:',
  ];
  for (let at = 0; at < subscriptions; at += 1) {
    lines.push(`  - id: ${subscriptionId(at)}`, `    name: Crowd ${at}`, '    groups:');
    for (let region = 0; region < regions; region += 1) {
      const prefix = `${addressOf(at, region, 0)}/24`;
      const nic = (host: number) =>
        `nics: [{ name: nic-${at}-${region}-${host}, subnet: vnet/all, address: ${addressOf(at, region, host)} }]`;
      lines.push(
        `      - name: rg-${region}`,
        `        region: ${regionOf(region)}`,
        `        watchers: [{ name: nw-${regionOf(region)} }]`,
        `        vnets: [{ name: vnet, prefixes: ${prefix}, subnets: [{ name: all, prefix: ${prefix} }] }]`,
        '        vms:',
        `          - { name: vm-${at}-${region}, ${nic(4)} }`,
        `          - { name: to-${at}-${region}, ${nic(5)} }`,
      );
    }
  }
  return lines.join('\n');
}

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Services } from '../../src/commands/command.ts';
import { createEndings } from '../../src/commands/endings.ts';
import { type Connection, connectAzure } from '../../src/connect.ts';
import type { Clock } from '../../src/core/clock.ts';
import { everyone } from '../../src/policy/grants.ts';
import { readOrder, runCheck } from '../../src/terminal/check.ts';
import { configOf } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let connection: Connection;
let clock: Clock;
beforeAll(async () => {
  clock = createFastClock();
  connection = await connectAzure(configOf(), silent, clock);
});
afterAll(() => connection.close());

async function run(...argv: readonly string[]) {
  const order = readOrder(argv, 'en');
  if ('usage' in order) throw new Error(order.usage);
  const out: string[] = [];
  const err: string[] = [];
  const progress: (string | undefined)[] = [];
  const { arm, inventory } = connection;
  const grants = everyone('test');
  const services: Services = {
    arm,
    inventory,
    clock,
    endings: createEndings(),
    store: {
      remember: async () => {},
      recall: async () => undefined,
      job: async () => undefined,
      unfinished: async () => [],
    },
    grants: () => grants,
    settings: { deadlineMs: 600_000, slowMs: 200, maxInFlight: 10 },
  };
  const exitCode = await runCheck(order, services, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    progress: (line) => progress.push(line),
    signal: new AbortController().signal,
  });
  return { exitCode, out: out.join('\n'), err: err.join('\n'), progress };
}

/** The contract of `--json`. */
const Answer = z.strictObject({
  verdict: z.enum(['Reachable', 'Degraded', 'Unreachable', 'Inconsistent', 'Undetermined']),
  findings: z.array(
    z.strictObject({
      code: z.string(),
      severity: z.string(),
      message: z.string().min(1),
      advice: z.string(),
      rule: z
        .strictObject({
          name: z.string(),
          reportedAs: z.string(),
          securityGroupId: z.string().optional(),
          routeTableId: z.string().optional(),
          priority: z.number().optional(),
          direction: z.string().optional(),
        })
        .optional(),
      resourceId: z.string().optional(),
      hop: z.number().optional(),
    }),
  ),
  path: z.array(
    z.strictObject({
      type: z.string(),
      name: z.string(),
      address: z.string().nullable(),
      resourceId: z.string().optional(),
      roundTripMs: z.number().optional(),
      issues: z.array(z.strictObject({ type: z.string(), origin: z.string(), severity: z.string() })),
    }),
  ),
  latency: z.strictObject({ minMs: z.number(), avgMs: z.number(), maxMs: z.number() }).nullable(),
  probes: z.strictObject({ sent: z.number(), failed: z.number() }),
  source: z.strictObject({ name: z.string(), resourceId: z.string() }),
  destination: z.strictObject({
    name: z.string().optional(),
    resourceId: z.string().optional(),
    address: z.string().optional(),
    port: z.number(),
    protocol: z.string(),
  }),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  azure: z.strictObject({ subscriptionId: z.string(), simulated: z.boolean() }),
});

describe('a check in the terminal', () => {
  const founding: readonly (readonly [
    question: string,
    exitCode: number,
    facts: Partial<z.infer<typeof Answer>>,
    says: RegExp,
  ])[] = [
    [
      'check from MultiTierApp0 to vm Database0 port 80',
      1,
      { verdict: 'Unreachable', probes: { sent: 100, failed: 100 }, latency: null },
      /appNic0[\s\S]*fwNic[\s\S]*auNic[\s\S]*the path breaks here[\s\S]*dbNic0/,
    ],
    ['check from MultiTierApp0 to 13.107.21.200 port 80', 1, { verdict: 'Unreachable', latency: null }, /ROUTE_NONE/],
    [
      'check from MultiTierApp0 to https://bing.com',
      0,
      { verdict: 'Reachable', latency: { minMs: 0, avgMs: 1, maxMs: 7 }, probes: { sent: 100, failed: 0 } },
      /min 0 ms, average 1 ms, max 7 ms/,
    ],
    [
      'check from MultiTierApp0 to https://build2017nwdiag360.blob.core.windows.net/',
      0,
      { verdict: 'Reachable', latency: { minMs: 0, avgMs: 1, maxMs: 7 } },
      /13\.71\.200\.248/,
    ],
  ];
  test.each(founding)('%s', async (question, exitCode, facts, says) => {
    const [text, json] = await Promise.all([run(question), run('--json', `${question} over ipv4`)]);
    expect(text.exitCode).toBe(exitCode);
    expect(text.out).toMatch(says);
    expect(text.progress.at(-1)).toBeUndefined();
    expect(json.exitCode).toBe(exitCode);
    expect(Answer.parse(JSON.parse(json.out))).toMatchObject(facts);
  });

  test('the rule that blocks the founding check is named with its group', async () => {
    const { out } = await run('--json', 'check from MultiTierApp0 to vm Database0 port 80');
    const { findings, path } = Answer.parse(JSON.parse(out));
    expect(findings[0]).toMatchObject({
      code: 'NSG_DENY_OUT',
      hop: 2,
      rule: {
        name: 'Port80',
        reportedAs: 'UserRule_Port80',
        direction: 'Outbound',
        securityGroupId: expect.stringMatching(/\/networkSecurityGroups\/auNsg$/i),
      },
    });
    expect(path.map(({ type, address }) => [type, address])).toEqual([
      ['Source', '10.1.1.4'],
      ['VirtualAppliance', '10.1.2.4'],
      ['VirtualAppliance', '10.1.3.4'],
      ['VnetLocal', '10.1.4.4'],
    ]);
  });

  const exits: readonly (readonly [question: string, exitCode: number, says: RegExp])[] = [
    ['check from app0 to db0 port 1433', 0, /Reachable/],
    ['check from old0 to db0 port 80', 2, /AGENT_MISSING/],
    ['check from batch0 to db0 port 80', 2, /VM_STOPPED/],
    ['check vm db0 port 80', 64, /ShopRG\/app0/],
    ['check from app0 to db0', 64, /port/],
    ['check from app0 to nowhere port 80', 64, /nowhere/],
    ['dance', 64, /dance/],
  ];
  test.each(exits)('%s', async (question, exitCode, says) => {
    const result = await run(question);
    expect(result.exitCode).toBe(exitCode);
    expect(`${result.out}${result.err}`).toMatch(says);
  });

  test('Azure refusing is 69, and --json says so on stdout', async () => {
    for (const on of ['connectivityCheck', 'networkConfigurationDiagnostic', 'nextHop']) {
      connection.simulator?.plant({
        on,
        times: 'always',
        fault: { kind: 'error', status: 403, code: 'AuthorizationFailed' },
      });
    }
    const result = await run('--json', 'check from app0 to 10.2.9.9 port 80');
    connection.simulator?.clearFaults();
    expect(result.exitCode).toBe(69);
    expect(JSON.parse(result.out)).toMatchObject({
      error: { code: 'AZURE_FORBIDDEN', message: expect.any(String), advice: expect.any(String) },
    });
  });

  test.each([[['--colour', 'x']], [[]], [['--language', 'fr', 'x']]])('%j brings the usage', (argv) => {
    expect(readOrder(argv, 'en')).toHaveProperty('usage');
  });
});

test('the command line itself: one process, the answer on stdout, the exit code', async () => {
  const root = join(import.meta.dirname, '..', '..');
  const result = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const argv = ['src/main.ts', 'check', 'check from app0 to db0 port 80'];
    const environment = { PATH: process.env.PATH, HOPCHECK_SPEED: '1000' };
    execFile(process.execPath, argv, { cwd: root, env: environment }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
  expect(result).toMatchObject({ code: 1, stderr: '' });
  expect(result.stdout).toMatch(/^Unreachable: app0 .*nsg-db/s);
}, 30_000);

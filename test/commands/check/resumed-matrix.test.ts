import { afterAll, beforeAll, expect, test } from 'vitest';
import { runMatrix } from '../../../src/commands/check/matrix.ts';
import type { MatrixRow } from '../../../src/commands/check/matrix-card.ts';
import type { Services } from '../../../src/commands/command.ts';
import { createEndings } from '../../../src/commands/endings.ts';
import { type Connection, connectAzure } from '../../../src/connect.ts';
import type { Question } from '../../../src/core/check.ts';
import type { Json } from '../../../src/core/json.ts';
import { everyone } from '../../../src/policy/grants.ts';
import { configOf } from '../../support/app.ts';
import { createFastClock } from '../../support/clock.ts';

const clock = createFastClock();
const nothing = async () => undefined;
const posted: string[] = [];
let connection: Connection;
let services: Services;
beforeAll(async () => {
  const config = configOf();
  const debug = (call: object) => {
    const { method, path } = call as { method: string; path: string };
    if (method === 'POST') posted.push(path.split('/').at(-1) ?? '');
  };
  const log = { debug, info: () => {}, warn: () => {}, error: () => {} };
  connection = await connectAzure(config, log, clock);
  const { arm, inventory } = connection;
  const grants = everyone('test');
  const store = { remember: nothing, recall: nothing, job: nothing, unfinished: async () => [] };
  services = { arm, inventory, store, clock, grants: () => grants, settings: config, endings: createEndings() };
});
afterAll(() => connection.close());

test('a matrix that was interrupted goes on with what is out, and asks nothing twice', async () => {
  const estate = await services.inventory.estate();
  if (!estate.ok) throw new Error(estate.failure.code);
  const machine = (name: string) => {
    const found = estate.value.find({ kind: 'vm', name });
    if (found.kind !== 'one') throw new Error(`no ${name}`);
    return found.machine;
  };
  const questions = [80, 1433, 3389].map(
    (port): Question => ({
      source: machine('app0'),
      destination: { kind: 'vm', machine: machine('db0') },
      port,
      protocol: 'Tcp',
      protocolAsked: false,
    }),
  );
  const kept: Json[] = [];
  const shown: (readonly MatrixRow[])[] = [];
  const run = (signal: AbortSignal, before?: Json) =>
    runMatrix(services, {
      questions,
      estate: estate.value,
      startedAtMs: clock.now(),
      deadlineMs: clock.now() + 600_000,
      locale: 'en',
      ...(before !== undefined && { kept: before }),
      signal,
      keep: async (state) => void kept.push(JSON.parse(JSON.stringify(state))),
      progress: (rows) => void shown.push(rows),
      place: (_subscriptionId, work) => work(),
    });

  const process = new AbortController();
  const first = run(process.signal);
  // All three questions are Azure's, none is answered.
  while (posted.filter((path) => path === 'connectivityCheck').length < 3 || kept.length < 3) await clock.sleep(500);
  process.abort(new Error('stopped'));
  await expect(first).rejects.toThrow('stopped');
  const left = { ...(kept.at(-1) as object), 2: { cell: { port: 3389, state: 'Reachable' } } };

  const rows = await run(new AbortController().signal, left);
  expect(posted.filter((path) => path === 'connectivityCheck')).toHaveLength(3);
  expect(rows).toEqual([
    {
      from: 'app0',
      to: 'db0',
      cells: [
        { port: 80, state: 'Unreachable', cause: 'nsg-db/deny-80' },
        { port: 1433, state: 'Reachable' },
        { port: 3389, state: 'Reachable' },
      ],
    },
  ]);
  // The rule is named while the probe is still out.
  const early = shown.flat().flatMap((row) => row.cells.filter((cell) => cell.state === 'pending' && cell.cause));
  expect(early[0]).toEqual({ port: 80, state: 'pending', cause: 'nsg-db/deny-80' });
});

import { describe, expect, test } from 'vitest';
import { createArm } from '../../src/azure/arm.ts';
import { clouds } from '../../src/azure/cloud.ts';
import { createInventory } from '../../src/azure/inventory.ts';
import { terminalServices } from '../../src/check-once.ts';
import type { Command, Services, Turn } from '../../src/commands/command.ts';
import type { CommandTask } from '../../src/commands/endings.ts';
import { machinesOf } from '../../src/commands/may-read.ts';
import type { People } from '../../src/commands/people.ts';
import { tasksOf } from '../../src/commands/tasks.ts';
import { systemClock } from '../../src/core/clock.ts';
import { ShownError } from '../../src/core/errors.ts';
import type { Job } from '../../src/jobs/job.ts';
import { jobOf } from '../jobs/job.ts';
import { configOf } from '../support/app.ts';

const arm = createArm({
  cloud: clouds.AzureCloud,
  credential: { getToken: () => Promise.reject(new Error('Azure is not asked')) },
  simulated: true,
  log: () => {},
});
const inventory = createInventory({ arm, clock: systemClock, subscriptions: [], skipped: () => {} });
const bot = terminalServices({ arm, inventory, close: async () => {} }, configOf());
const reader: Services = { ...bot, rights: 'reader' };

/** Answers with whose rights it was run. */
const asked: Command = {
  name: 'asked',
  words: { name: 'asked', words: ['asked'] },
  examples: 0,
  read: () => ({ ok: false, problem: { code: 'NOT_UNDERSTOOD', facts: {} } }),
  runsAsBot: (request) => request === 'run',
  task: (services): CommandTask => ({
    run: async () => services.rights ?? 'bot',
    fail: () => null,
    cancel: () => null,
    draw: () => ({ card: 'notice', data: {}, summary: '' }),
  }),
};

const peopleWith = (servicesFor: (turn: Turn) => Promise<Services | undefined>): People => ({
  servicesFor,
  placeFor: async () => undefined,
  invitation: () => Promise.reject(new Error('a job invites nobody')),
});

const hooks = { signal: new AbortController().signal, keep: async () => {}, show() {} };
const run = (request: Job['request'], people?: People) =>
  tasksOf([asked], bot, people)('asked')?.run({ ...jobOf('1'), request }, hooks);

describe('a job runs', () => {
  test('with the bot’s rights where nobody signs in', async () => {
    expect(await run('begin')).toBe('bot');
  });

  test('with those of whoever asked, found out when it runs', async () => {
    const asking: string[] = [];
    const people = peopleWith(async ({ requester }) => {
      asking.push(requester.id);
      return reader;
    });
    expect(await run('begin', people)).toBe('reader');
    expect(asking).toEqual([jobOf('1').requester.id]);
  });

  test('with the bot’s where its command says so, signed in or not', async () => {
    const nobody = peopleWith(() => Promise.reject(new Error('nobody is asked')));
    expect(await run('run', nobody)).toBe('bot');
  });

  test('not at all without a sign-in', async () => {
    const gone = peopleWith(async () => undefined);
    await expect(run('begin', gone)).rejects.toThrow(ShownError);
    await expect(run('begin', gone)).rejects.toMatchObject({ problem: { code: 'SIGN_IN_NEEDED' } });
  });
});

describe('the machines of a stored question', () => {
  const id = (name: string) => `/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/${name}`;
  const machine = (name: string) => ({ name, resourceId: id(name), nics: [] });

  test('are its ends, once each, and not what was met on the way', () => {
    const job = {
      request: { question: { source: machine('A'), destination: { kind: 'vm', machine: machine('b') } } },
      outcome: {
        rows: [{ question: { source: machine('a'), destination: { kind: 'vm', machine: machine('c') } } }],
        path: [{ resourceId: id('hop') }, { resourceId: '/subscriptions/s/other', nics: [] }],
        raw: null,
      },
    };
    expect([...machinesOf(job)]).toEqual(['a', 'b', 'c'].map((name) => id(name).toLowerCase()));
  });
});

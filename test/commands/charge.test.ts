import { describe, expect, test } from 'vitest';
import { authorize } from '../../src/commands/authorize.ts';
import { charge, chargeRun } from '../../src/commands/charge.ts';
import type { Services } from '../../src/commands/command.ts';
import { decidedSoFar, deliberating } from '../../src/commands/deliberation.ts';
import type { Machine } from '../../src/core/check.ts';
import type { Job } from '../../src/jobs/job.ts';
import { type Grants, readGrants } from '../../src/policy/grants.ts';
import { createRates, finish } from '../../src/policy/rates.ts';
import { jobOf } from '../jobs/job.ts';
import { channel, machine, onCall } from '../policy/people.ts';

const [shop, mail] = [machine('app0', 'ShopRG'), machine('mx0', 'MailRG')];

function read(rates: string): Grants {
  const reading = readGrants(
    `
tenants: [t]
rates: ${rates}
rules:
  - { name: shop, who: anyone, where: anywhere, commands: [check], machines: [{ subscription: sub-1, group: ShopRG }], destinations: { vnets: true, ports: any } }
  - { name: mail, who: anyone, where: anywhere, commands: [check], machines: [{ subscription: sub-1, group: MailRG }], destinations: { vnets: true, ports: any }, rates: { person: { perMinute: 1 } } }
`,
    'test',
  );
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.grants;
}

const turn = { requester: onCall, conversation: channel, locale: 'en' as const };
const subject = (...machines: readonly Machine[]) => ({
  command: 'check',
  machines,
  destination: { inVnet: true },
  ports: [80],
});

/** As much of the services as decisions and limits need; anything else is an error. */
function servicesOf(rates: string, jobs: readonly Job[] = []) {
  const grants = read(rates);
  const needed = {
    grants: () => grants,
    inventory: { held: undefined },
    rates: createRates(),
    clock: { now: () => 0, sleep: () => Promise.reject(new Error('nothing waits here')) },
    store: { job: async (id: string) => jobs.find((job) => job.id === id) },
  };
  return needed as unknown as Services & { readonly rates: ReturnType<typeof createRates> };
}

const ask = (services: Services, jobId: string, ...of: readonly Machine[]) =>
  deliberating(async () => {
    for (const one of of) authorize(services, turn, subject(one, one));
    return charge(services, turn, jobId);
  });

describe('who may check both ends, but not together', () => {
  test('hears so, with the rule and the groups; a machine that may not be seen stays unseen', () => {
    const services = servicesOf('{}');
    expect(authorize(services, turn, subject(shop, mail))).toMatchObject({
      code: 'DENIED',
      facts: { rule: 'shop', ids: 'machines sub-1/MailRG', grantable: 'yes' },
    });
    expect(authorize(services, turn, subject(shop, machine('hr0', 'HrRG')))).toMatchObject({
      code: 'VM_NOT_FOUND',
      facts: { name: 'hr0' },
    });
  });
});

describe('what is charged', () => {
  test('each check once, under the tightest of its rules', async () => {
    const services = servicesOf('{ person: { perMinute: 5 } }');
    expect(await ask(services, 'a', shop, shop)).toMatchObject({ ok: true, checks: 2 });
    // The rule for mail lets one a minute through.
    expect(await ask(services, 'b', shop, mail)).toMatchObject({
      ok: false,
      problem: { code: 'RATE_LIMITED', facts: { of: 'person', what: 'perMinute', most: 1, when: 'never' } },
    });
    expect(await ask(services, 'a', shop, shop)).toMatchObject({ ok: true });
    expect(await ask(services, 'c', shop, shop, shop)).toMatchObject({ ok: true });
    expect(await ask(services, 'd', shop)).toMatchObject({ problem: { facts: { when: 'seconds', seconds: 60 } } });
  });

  test('a refusal is among the decisions', async () => {
    const services = servicesOf('{ person: { inFlight: 1 } }');
    await ask(services, 'a', shop);
    await deliberating(async () => {
      authorize(services, turn, subject(shop, shop));
      expect(await charge(services, turn, 'b')).toMatchObject({ problem: { facts: { when: 'running', most: 1 } } });
      expect(decidedSoFar().at(-1)?.decision).toMatchObject({ allowed: false, reason: 'rate' });
    });
  });

  test('what ended on another instance counts no longer', async () => {
    const services = servicesOf('{ person: { inFlight: 1 } }', [jobOf('a', { state: 'delivered' })]);
    expect(await ask(services, 'a', shop)).toMatchObject({ ok: true });
    expect(await ask(services, 'b', shop)).toMatchObject({ ok: true });
    expect(await ask(services, 'c', shop)).toMatchObject({ ok: false });
  });

  test('undone, it was never counted', async () => {
    const services = servicesOf('{ person: { perMinute: 1 } }');
    const charged = await ask(services, 'a', shop);
    if (charged.ok) charged.undo();
    expect(await ask(services, 'b', shop)).toMatchObject({ ok: true });
  });
});

describe('when it begins to run', () => {
  const run = (services: Services, job: Job) =>
    deliberating(async () => {
      authorize(services, job, subject(shop, shop));
      return chargeRun(services, job);
    });
  const job = (id: string, more: Partial<Job> = {}) => jobOf(id, { requester: onCall, conversation: channel, ...more });

  test('what was let in is counted and not judged again, here or after a restart', async () => {
    const services = servicesOf('{ person: { inFlight: 1, perMinute: 1 } }');
    expect(await run(services, job('a', { admitted: true }))).toBeUndefined();
    expect(await run(services, job('b', { state: 'running' }))).toBeUndefined();
    expect(await ask(services, 'c', shop)).toMatchObject({ problem: { facts: { what: 'inFlight' } } });
    finish(services.rates, 'a');
    finish(services.rates, 'b');
    expect(await ask(services, 'c', shop)).toMatchObject({ ok: true });
  });

  test('what was not known when it was asked is judged now', async () => {
    const services = servicesOf('{ person: { perMinute: 1 } }');
    expect(await run(services, job('a'))).toBeUndefined();
    expect(await run(services, job('b'))).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('a watch’s run counts against its subscription alone', async () => {
    const services = servicesOf('{ person: { perMinute: 1 }, subscription: { perMinute: 2 } }');
    expect(await run(services, job('a', { command: 'watch' }))).toBeUndefined();
    expect(await run(services, job('b', { command: 'watch' }))).toBeUndefined();
    expect(await run(services, job('c', { command: 'watch' }))).toMatchObject({ facts: { of: 'subscription' } });
  });
});

import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSigningKeys, type SigningKeys } from '../../src/teams/signing-keys.ts';
import { type Issuer, type KeyPair, makeKey, startIssuer } from '../security/support/issuer.ts';
import { createManualClock, type ManualClock, settle } from '../support/clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let first: KeyPair;
let next: KeyPair;
let issuer: Issuer;
let clock: ManualClock;
let keys: SigningKeys;
let failures: string[];

beforeAll(async () => {
  [first, next] = await Promise.all([makeKey('first'), makeKey('next')]);
});
beforeEach(async () => {
  issuer = await startIssuer([first.jwk]);
  clock = createManualClock();
  failures = [];
  keys = createSigningKeys({
    metadataUrl: issuer.metadataUrl,
    clock,
    timeoutMs: 300,
    failed: (reason) => failures.push(reason),
  });
});
afterEach(async () => {
  keys.close();
  await issuer.close();
});

describe('the keys of the token issuer', () => {
  test('are not there until they were had, and then with what they may speak for', async () => {
    expect(keys.ready()).toBe(false);
    await keys.warm();
    expect(keys.ready()).toBe(true);
    expect(await keys.find('first')).toMatchObject({ endorsements: ['msteams'] });
    expect(await keys.find('next')).toBeUndefined();
  });

  test('are fetched once at a time, however many ask', async () => {
    const gate = Promise.withResolvers<void>();
    issuer.behaviour = { wait: gate.promise };
    const asking = Promise.all([keys.warm(), ...Array.from({ length: 50 }, () => keys.find('first'))]);
    gate.resolve();
    const [, ...found] = await asking;
    expect(found.every((key) => key !== undefined)).toBe(true);
    expect(issuer.asked).toMatchObject({ metadata: 1, keys: 1 });
  });

  test('are asked for no more than once a minute for ids that nobody knows', async () => {
    await keys.warm();
    await Promise.all(Array.from({ length: 200 }, (_, index) => keys.find(`unknown-${index}`)));
    expect(issuer.asked.keys).toBe(1);
    await clock.advance(minuteMs);
    await Promise.all(Array.from({ length: 200 }, (_, index) => keys.find(`unknown-${index}`)));
    expect(issuer.asked.keys).toBe(2);
    await clock.advance(minuteMs - 1);
    await keys.find('unknown');
    expect(issuer.asked.keys).toBe(2);
  });

  test('let no more than 64 requests wait for them', async () => {
    await keys.warm();
    await clock.advance(minuteMs);
    const gate = Promise.withResolvers<void>();
    issuer.behaviour = { wait: gate.promise };
    let settled = 0;
    const asking = Array.from({ length: 1000 }, () => keys.find('unknown').finally(() => (settled += 1)));
    await settle();
    expect(settled).toBe(1000 - 64);
    gate.resolve();
    await Promise.all(asking);
  });

  test('roll over: the new one is fetched when it is first met, the old one is gone with the document', async () => {
    await keys.warm();
    await clock.advance(minuteMs);
    issuer.keys = [next.jwk];
    expect(await keys.find('first')).toBeDefined();
    expect(await keys.find('next')).toBeDefined();
    expect(await keys.find('first')).toBeUndefined();
  });

  test('are fetched anew after six hours, in the background', async () => {
    await keys.warm();
    issuer.keys = [first.jwk, next.jwk];
    await clock.advance(6 * hourMs - 1);
    await keys.find('first');
    expect(issuer.asked.keys).toBe(1);
    await clock.advance(1);
    expect(await keys.find('first')).toBeDefined();
    await expect.poll(() => issuer.asked.keys).toBe(2);
  });

  test.each(['fail', 'silence', 'redirect', 'garbage', 'endless'] as const)(
    'stay while the document does this: %s',
    async (behaviour) => {
      await keys.warm();
      issuer.behaviour = behaviour;
      await clock.advance(7 * hourMs);
      expect(await keys.find('unknown')).toBeUndefined();
      expect(await keys.find('first')).toBeDefined();
      expect(keys.ready()).toBe(true);
      expect(failures).toHaveLength(1);
      expect(issuer.asked.elsewhere).toBe(0);
    },
  );

  test.each([[[]], [[{ kty: 'EC', kid: 'first' }]]])(
    'stay when the document suddenly holds none that can be used: %j',
    async (document) => {
      await keys.warm();
      issuer.keys = document;
      await clock.advance(minuteMs);
      expect(await keys.find('unknown')).toBeUndefined();
      expect(await keys.find('first')).toBeDefined();
    },
  );

  test('are tried again and again at the start, with growing pauses', async () => {
    issuer.behaviour = 'fail';
    const warming = keys.warm();
    for (const pauseMs of [1000, 2000, 4000]) {
      await expect.poll(() => clock.sleepers).toBe(1);
      await clock.advance(pauseMs - 1);
      expect(clock.sleepers).toBe(1);
      if (pauseMs === 4000) issuer.behaviour = 'answer';
      await clock.advance(1);
    }
    await warming;
    expect(keys.ready()).toBe(true);
    expect(issuer.asked.metadata).toBe(4);
  });

  test('are missed with a reason that says what happened', async () => {
    await issuer.close();
    const warming = keys.warm();
    await expect.poll(() => failures.length).toBe(1);
    expect(failures[0]).toMatch(/ECONNREFUSED/);
    keys.close();
    await warming;
  });

  test('are no longer waited for once closed', async () => {
    issuer.behaviour = 'silence';
    const warming = keys.warm();
    await expect.poll(() => issuer.asked.metadata).toBe(1);
    keys.close();
    await warming;
    expect(keys.ready()).toBe(false);
  });
});

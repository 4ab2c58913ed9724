import { UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { createArm } from '../../src/azure/arm.ts';
import { clouds } from '../../src/azure/cloud.ts';
import { createInventory } from '../../src/azure/inventory.ts';
import { terminalServices } from '../../src/check-once.ts';
import type { Command } from '../../src/commands/command.ts';
import { commands, commandsFor } from '../../src/commands/registry.ts';
import { openSqliteStore } from '../../src/jobs/sqlite-store.ts';
import { readCommand } from '../../src/language/commands.ts';
import { createSignIn } from '../../src/teams/sign-in.ts';
import { jobOf } from '../jobs/job.ts';
import { configOf } from '../support/app.ts';
import { createManualClock } from '../support/clock.ts';

const clock = createManualClock();
const audience = clouds.AzureCloud.audience;
const turn = jobOf('1');

/** One of several processes that share a store and a token service. */
function instanceOver(store: ReturnType<typeof openSqliteStore>, kept: Map<string, string>) {
  const arm = createArm({
    cloud: clouds.AzureCloud,
    credential: { getToken: () => Promise.reject(new Error('Azure is not asked')) },
    simulated: true,
    log: () => {},
  });
  const inventory = createInventory({ arm, clock, subscriptions: [], skipped: () => {} });
  return createSignIn({
    tokens: {
      fetch: async (userId) => kept.get(userId),
      invite: () => Promise.reject(new Error('nobody is invited')),
      exchange: () => Promise.reject(new Error('no client has a token')),
      forget: async (userId) => void kept.delete(userId),
    },
    connection: 'azure-sign-in',
    appId: 'bot',
    audience,
    exchange: () => Promise.reject(new Error('the token is for Azure')),
    open: () => ({ arm, inventory }),
    services: terminalServices({ arm, inventory, close: async () => {} }, configOf()),
    ownChat: async () => undefined,
    store,
    replier: {
      send: () => Promise.reject(new Error('nothing is said')),
      update: () => Promise.reject(new Error('nothing is said')),
    },
    clock,
    signedIn: async () => {},
    failed: (_, reason) => {
      throw new Error(reason);
    },
  });
}

test('who signs out of one instance has signed out of all that share its store', async () => {
  const store = openSqliteStore();
  const kept = new Map<string, string>();
  const [one, other] = [instanceOver(store, kept), instanceOver(store, kept)];
  const signIn = () => {
    const token = new UnsecuredJWT({ oid: turn.requester.objectId, tid: turn.conversation.tenantId, aud: audience });
    kept.set(turn.requester.id, token.setExpirationTime(new Date(clock.now() + 3_600_000)).encode());
  };
  const isSignedIn = async () =>
    Promise.all([one, other].map(async (each) => (await each.servicesFor(turn)) !== undefined));

  signIn();
  expect(await isSignedIn()).toEqual([true, true]);
  await clock.advance(1000);
  expect(await one.signOut(turn)).toBe(true);
  expect(kept.size).toBe(0);
  expect(await isSignedIn()).toEqual([false, false]);
  await clock.advance(1000);
  signIn();
  expect(await isSignedIn()).toEqual([true, true]);
  await store.close();
});

test('where nobody signs in there is no such command', () => {
  const read = (all: readonly Command[]) =>
    readCommand(
      ['sign', 'out'],
      all.map((command) => command.words),
    );
  expect(read(commands)).toMatchObject({ ok: false, problem: { code: 'UNKNOWN_COMMAND' } });
  expect(read(commandsFor({ signOut: async () => true }))).toMatchObject({ ok: true, value: { command: 'sign-out' } });
});

test('who cannot be told apart has nothing to sign out of', async () => {
  const store = openSqliteStore();
  const nobody = { ...turn, requester: { id: '29:nobody' } };
  expect(await instanceOver(store, new Map()).signOut(nobody)).toBe(true);
  await store.close();
});

import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { ask, contoso, handClock, machineId, watcher } from './support/wire.ts';

/** The same seed, the same questions, the same hour: the same ids, durations, latencies and answers. */
async function play(seed: number) {
  const clock = handClock();
  const simulator = await startSimulator({ seed, topology: 'hub-and-spoke', now: clock.now });
  const lab = '/subscriptions/33333333-3333-4333-8333-333333333333';
  const path = watcher.replace(contoso, lab).replace('westcentralus', 'westeurope');
  const answers: unknown[] = [];
  for (const port of [1433, 3389, 8080]) {
    const started = await ask(simulator, `${path}/connectivityCheck?api-version=2025-01-01`, {
      body: {
        source: { resourceId: machineId('ShopRG', 'shop-app0', lab) },
        destination: { resourceId: machineId('BillingRG', 'billing-db0', lab), port },
      },
    });
    let polls = 0;
    for (;;) {
      clock.turn(0.5);
      polls += 1;
      const poll = await ask(simulator, String(started.headers.location));
      if (poll.status === 200) {
        answers.push({ id: started.headers['x-ms-request-id'], polls, body: poll.body });
        break;
      }
    }
  }
  await simulator.close();
  return answers;
}

test('a run replays from its seed', async () => {
  const first = await play(5);
  expect(await play(5)).toEqual(first);
  expect(await play(6)).not.toEqual(first);
});

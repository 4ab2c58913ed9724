import { describe, expect, test } from 'vitest';
import { createReadiness, isReady, type ReadinessOptions } from '../src/readiness.ts';
import { product } from '../src/version.ts';
import { boot } from './support/app.ts';
import { createManualClock } from './support/clock.ts';

const remember = async () => undefined;
const usual = { keys: () => true, token: () => true, store: { remember } };

describe('what a process needs to do its work', () => {
  const rows: readonly (readonly [what: string, lacking: Partial<ReadinessOptions>, answer: object])[] = [
    ['all is there', {}, { keys: true, store: true, token: true }],
    ['no keys', { keys: () => false }, { keys: false, store: true, token: true }],
    ['no token', { token: () => false }, { keys: true, store: true, token: false }],
    [
      'a store that takes no write',
      { store: { remember: () => Promise.reject(new Error('full')) } },
      { keys: true, store: false, token: true },
    ],
  ];
  test.each(rows)('%s', async (_what, lacking, answer) => {
    const readiness = await createReadiness({ ...usual, clock: createManualClock(), ...lacking })();
    expect(readiness).toEqual(answer);
    expect(isReady(readiness)).toBe(Object.keys(lacking).length === 0);
  });

  test('a store that does not answer counts as missing', async () => {
    const store = { remember: () => new Promise<void>(() => {}) };
    const ready = createReadiness({ ...usual, store, clock: createManualClock(), patienceMs: 20 });
    expect(await ready()).toEqual({ keys: true, store: false, token: true });
  });

  test('the store is asked once in five seconds, however often anybody asks', async () => {
    const clock = createManualClock();
    let writes = 0;
    const store = {
      async remember() {
        writes += 1;
      },
    };
    const ready = createReadiness({ ...usual, store, clock });
    await Promise.all(Array.from({ length: 100 }, ready));
    await clock.advance(4999);
    await ready();
    expect(writes).toBe(1);
    await clock.advance(1);
    await ready();
    expect(writes).toBe(2);
  });
});

describe('over http', () => {
  test('each part is named, and so is the version', async () => {
    const booted = await boot();
    const get = async (path: string) => {
      const response = await fetch(`${booted.app.url}${path}`);
      return { status: response.status, body: await response.json() };
    };
    expect(await get('/readyz')).toEqual({
      status: 200,
      body: { status: 'ready', keys: true, store: true, token: true },
    });
    expect(await get('/version')).toEqual({ status: 200, body: product });
    expect(Object.keys(product).toSorted()).toEqual(['name', 'node', 'version']);
    await booted.stop();
  });
});

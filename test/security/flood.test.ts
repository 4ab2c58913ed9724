import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDoor, post } from './support/door.ts';
import { unsignedToken } from './support/flood.ts';
import { makeKey, startIssuer } from './support/issuer.ts';

const requests = process.env.SOAK === undefined ? 1000 : 100_000;
const atOnce = 50;

// What it costs is measured in bench/door.ts.
test(`${requests} unsigned tokens are refused, leave nothing behind and cause no fetch`, async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const issuer = await startIssuer([(await makeKey('key-1')).jwk]);
  const door = await openDoor(issuer.metadataUrl, { keep: false });
  const seed = Date.now() & 0x7fffffff;
  const seeds = fc.sample(fc.uuid(), { numRuns: requests, seed });
  const send = async (id: string) =>
    (await post(door.port, '{}', { authorization: `Bearer ${unsignedToken(id)}` })).status;
  const flood = async (ids: readonly string[]) => {
    const statuses = new Set<number>();
    for (let at = 0; at < ids.length; at += atOnce) {
      for (const status of await Promise.all(ids.slice(at, at + atOnce).map(send))) statuses.add(status);
    }
    return [...statuses];
  };
  try {
    await flood(seeds.slice(0, 200));
    collect();
    const before = process.memoryUsage().heapUsed;
    expect(await flood(seeds), `seed ${seed}`).toEqual([401]);
    collect();
    const grownMegabytes = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
    expect(grownMegabytes, `seed ${seed}`).toBeLessThan(20);
    expect(issuer.asked).toEqual({ metadata: 1, keys: 1, elsewhere: 0 });
  } finally {
    await door.close();
    await issuer.close();
  }
});

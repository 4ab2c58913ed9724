import { openDoor } from '../test/security/support/door.ts';
import { makeKey, startIssuer } from '../test/security/support/issuer.ts';

/** The door in a process of its own, so that its figures are not those of whoever floods it. Ends with its parent. */
const issuer = await startIssuer([(await makeKey('key-1')).jwk]);
const door = await openDoor(issuer.metadataUrl, { keep: false });

process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({ cpuMicros: user + system, heapUsed, rss });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: door.port });

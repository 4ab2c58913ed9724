import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { everyone } from '../../src/policy/grants.ts';
import { ListenError } from '../../src/teams/server.ts';
import { configOf } from '../support/app.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test('a taken port is one clear sentence, and ends nothing else', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const grants = everyone('test');
  const starting = createApp(configOf({ PORT: String(port) }), { log: silent, grants: () => grants });
  await expect(starting).rejects.toThrow(ListenError);
  await expect(starting).rejects.toThrow(
    `127.0.0.1:${port} is taken by another program: stop it, or set PORT to a free port`,
  );
  await new Promise((resolve) => other.close(resolve));
});

import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { ask } from './support/wire.ts';

let simulator: Simulator;
let endpoint: string;
let header: string;
beforeAll(async () => {
  simulator = await startSimulator({ identityPort: 0, seed: 1 });
  if (simulator.identity === undefined) throw new Error('no identity endpoint');
  ({ endpoint, header } = simulator.identity);
});
afterAll(() => simulator.close());

const granted = z.object({
  access_token: z.string(),
  expires_on: z.string(),
  token_type: z.string(),
  resource: z.string(),
});

const resource = 'resource=https://management.azure.com/';

test('the form of 2019: X-IDENTITY-HEADER, seconds since 1970, and a token that ARM accepts', async () => {
  const response = await fetch(`${endpoint}?${resource}&api-version=2019-08-01`, {
    headers: { 'X-IDENTITY-HEADER': header },
  });
  const body = granted.parse(await response.json());
  expect(response.status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer', resource: 'https://management.azure.com/' });
  const claims = decodeJwt(body.access_token);
  expect(String(claims.exp)).toBe(body.expires_on);
  expect(claims).toMatchObject({ tid: simulator.topology.tenantId, aud: 'https://management.azure.com/' });
  expect((await ask(simulator, '/subscriptions?api-version=2022-12-01', { token: body.access_token })).status).toBe(
    200,
  );
});

test('the form of 2017: Secret, and a date that azure-cli can read', async () => {
  const response = await fetch(`${endpoint}/?${resource}&api-version=2017-09-01`, { headers: { Secret: header } });
  const body = granted.parse(await response.json());
  expect(body.expires_on).toMatch(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d \+00:00$/);
});

test('another principal by its client id', async () => {
  const reader = simulator.topology.principals.find((one) => one.name === 'reader');
  const url = `${endpoint}?${resource}&api-version=2019-08-01&client_id=${reader?.clientId}`;
  const response = await fetch(url, { headers: { 'X-IDENTITY-HEADER': header } });
  const body = granted.parse(await response.json());
  expect(decodeJwt(body.access_token)).toMatchObject({ oid: reader?.objectId });
});

test.each([
  ['no secret', `?${resource}&api-version=2019-08-01`, {}, 401],
  ['the secret of the other form', `?${resource}&api-version=2019-08-01`, { Secret: 'x' }, 401],
  ['another version', `?${resource}&api-version=2020-01-01`, {}, 400],
  ['no resource', '?api-version=2019-08-01', undefined, 400],
  ['another path', '/../other', {}, 404],
  ['an unknown client', `?${resource}&api-version=2019-08-01&client_id=nobody`, undefined, 400],
])('refuses %s', async (_why, query, headers, status) => {
  const given = headers ?? { 'X-IDENTITY-HEADER': header };
  expect((await fetch(`${endpoint}${query}`, { headers: given })).status).toBe(status);
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readGrants } from '../../src/policy/grants.ts';
import { people, tenantId } from '../../src/web/people.ts';
import { type Booted, boot, cardOf, summaryOf, textsOf } from '../support/app.ts';

/** Names that lead where their askers may not go; the probe alone knows. */
const hosts = {
  'metadata.lab.example': '169.254.169.254',
  'wire.lab.example': '168.63.129.16',
  'self.lab.example': '127.0.0.1',
  'inside.lab.example': '10.2.9.9',
  'open.lab.example': '8.8.4.4',
};

const [onCall, networkTeam] = people.map(({ objectId }) => objectId);
const grants = readGrants(
  `
tenants: [${tenantId}]
rules:
  - name: internet only
    who: [${onCall}]
    where: anywhere
    commands: [check]
    machines: all
    destinations: { internet: true, ports: any }
  - name: by name
    who: [${networkTeam}]
    where: anywhere
    commands: [check]
    machines: all
    destinations: { hosts: ["*.lab.example"], ports: any }
`,
  'test',
);

let booted: Booted;
const folder = mkdtempSync(join(tmpdir(), 'hopcheck-resolved-'));
beforeAll(async () => {
  const file = join(folder, 'network.yaml');
  const listed = Object.entries(hosts).map(
    ([name, address]) => `  - names: [${name}]\n    addresses: [${address}]\n    listens: [{ port: 443, http: 200 }]\n`,
  );
  const contoso = readFileSync(new URL('../../src/simulator/topologies/contoso.yaml', import.meta.url), 'utf8');
  writeFileSync(file, contoso.replace('\nhosts:\n', `\nhosts:\n${listed.join('')}`).replace(/^expect:[\s\S]*/m, ''));
  if (!grants.ok) throw new Error(JSON.stringify(grants.problems));
  booted = await boot({ HOPCHECK_TOPOLOGY: file }, { grants: grants.grants });
});
afterAll(async () => {
  await booted.stop();
  rmSync(folder, { recursive: true });
});

const ask = async (host: string, person: 'on-call' | 'network-team') => {
  const before = booted.asked('/networkConfigurationDiagnostic') + booted.asked('/nextHop');
  const answer = await booted.ask(`check from app0 to https://${host}/`, { person });
  return {
    summary: summaryOf(answer),
    text: textsOf(cardOf(answer)).join('\n'),
    further: booted.asked('/networkConfigurationDiagnostic') + booted.asked('/nextHop') - before,
  };
};

test.each([
  ['metadata.lab.example', 'on-call', 'link-local (169.254.0.0/16)'],
  ['metadata.lab.example', 'network-team', 'link-local (169.254.0.0/16)'],
  ['wire.lab.example', 'network-team', 'Azure platform (168.63.129.16/32)'],
  ['self.lab.example', 'on-call', 'loopback (127.0.0.0/8)'],
  ['inside.lab.example', 'on-call', 'internet only'],
] as const)('%s asked by %s is refused by %s once it is resolved', async (host, person, rule) => {
  const { summary, text, further } = await ask(host, person);
  expect(summary).toContain('is not granted here');
  expect(text).toContain(`Rule: ${rule.startsWith('internet') ? '' : 'never: '}${rule}`);
  expect(text).not.toMatch(/Reachable|hops?\b.*10\.2\.9\.9|Raw JSON/);
  expect(further).toBe(0);
});

test.each([
  ['open.lab.example', 'on-call'],
  ['inside.lab.example', 'network-team'],
] as const)('%s asked by %s is answered', async (host, person) => {
  expect((await ask(host, person)).summary).toMatch(/^(Reachable|Degraded|Unreachable|Inconsistent)/);
});

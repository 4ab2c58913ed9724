import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '../../../src/jobs/audit.ts';
import { examine, linesOf } from '../../../src/jobs/audit-book.ts';
import { readSqliteAudit } from '../../../src/jobs/audit-reader.ts';
import { type Grants, readGrants } from '../../../src/policy/grants.ts';
import { people, tenantId } from '../../../src/web/people.ts';
import { boot } from '../../support/app.ts';

const [onCall, networkTeam] = people.map(({ objectId }) => objectId);

/** On-call may check the shop, the Network team everything, each with these rates. */
export function grantsWith(rates: string, more = ''): Grants {
  const text = `
tenants: [${tenantId}]
operators: [${networkTeam}]
rates: ${rates}
rules:
  - name: On-call checks the shop
    who: [${onCall}]
    where: anywhere
    commands: [check, again, cancel, flow, use, vms]
    machines: [{ subscription: 00000000-0000-0000-0000-000000000000, group: ShopRG }]
    destinations: { vnets: true, ports: [80, 1433] }
  - name: Network team asks everything
    who: [${networkTeam}]
    where: anywhere
    commands: all
    machines: all
    destinations: { vnets: true, internet: true, ports: any }
${more}`;
  const reading = readGrants(text, 'test');
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.grants;
}

/** The product on a folder of its own, whose audit is read as an operator would, while it runs. */
export async function bootOnDisk(grants: Grants, environment: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-ledger-'));
  const booted = await boot({ HOPCHECK_DATA_DIR: folder, ...environment }, { grants });
  const read = async <T>(from: (tables: Parameters<typeof linesOf>[0]) => Promise<T>): Promise<T> => {
    const reader = await readSqliteAudit(folder);
    try {
      return await from(reader.tables);
    } finally {
      await reader.close();
    }
  };
  return {
    ...booted,
    folder,
    entries: () =>
      read(async (tables) => {
        const found: AuditEntry[] = [];
        for await (const line of linesOf(tables)) found.push(JSON.parse(line).entry);
        return found;
      }),
    flaws: () => read(async (tables) => (await examine(tables)).flaws),
    async stop() {
      await booted.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

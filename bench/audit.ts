import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../src/jobs/sqlite-store.ts';
import type { Store } from '../src/jobs/store.ts';
import { jobOf } from '../test/jobs/job.ts';
import { type Figure, percentile, under } from './figure.ts';

const crowd = 2000;

/** What the audit adds to a message, on a disk: an entry alone, and how much longer a crowd of stored messages takes with one each. */
export async function benchAudit(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-audit-bench-'));
  const store = openSqliteStore(folder);
  try {
    const alone: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const startedMs = performance.now();
      await write(store, `alone-${index}`);
      alone.push(performance.now() - startedMs);
    }
    await take(store, 'warm', true);
    const bare = Math.min(await take(store, 'bare-1', false), await take(store, 'bare-2', false));
    const audited = Math.min(await take(store, 'audited-1', true), await take(store, 'audited-2', true));
    return [
      under('audit: an entry alone, p50 (SQLite, one flush)', percentile(alone, 0.5), 'ms', 10),
      under(`audit: added to each of ${crowd} messages at once`, (audited - bare) / crowd, 'ms', 0.5),
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

function write(store: Store, reference: string) {
  return store.audit.write({
    event: 'accepted',
    reference,
    who: { id: '29:on-call', objectId: '00000000-0000-4000-8000-000000000001' },
    where: { id: '19:network@thread.tacv2;messageid=1', kind: 'channel', channelId: '19:network@thread.tacv2' },
    command: 'check',
    understood: 'check from app0 to db0 port 80',
    decisions: [{ allowed: true, rule: 'On-call checks the shop' }],
  });
}

/** Milliseconds for a crowd of messages, each written down before it is stored. */
async function take(store: Store, name: string, audited: boolean): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: crowd }, async (_, index) => {
      if (audited) await write(store, `${name}-${index}`);
      await store.insert(jobOf(`${name}-${index}`));
    }),
  );
  return performance.now() - startedMs;
}

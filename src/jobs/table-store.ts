import type { Audit } from './audit.ts';
import { createHistory } from './history.ts';
import { columnsOfChange, columnsOfJob, jobFromRow } from './job-row.ts';
import { createPruning } from './pruning.ts';
import { createRuns } from './runs.ts';
import type { Store } from './store.ts';
import type { Statement, Tables } from './tables.ts';
import { createWatches } from './watch-store.ts';

export type TableStoreOptions = {
  readonly tables: Tables;
  /** Runs the statement that stores a job, with all that has to be stored in the same breath. */
  readonly insert: (statement: Statement, jobId: string) => Promise<number>;
  readonly close: () => Promise<void>;
  readonly audit: Audit;
};

/** A store over tables that are there (`migrate`). */
export function createTableStore({ tables, insert, close, audit }: TableStoreOptions): Store {
  const { prefix, write, rows } = tables;
  const update = (
    columns: ReturnType<typeof columnsOfChange>,
    where: string,
    values: readonly string[],
  ): Promise<number> => {
    const sets = columns.map(([name]) => `${name} = ?`).join(', ');
    return write(`UPDATE ${prefix}job SET ${sets} WHERE ${where}`, [...columns.map(([, value]) => value), ...values]);
  };

  return {
    watches: createWatches(tables),
    runs: createRuns(tables),
    history: createHistory(tables),
    pruning: createPruning(tables),
    async insert(job, deliveryKey) {
      const columns = columnsOfJob(job, deliveryKey);
      const names = columns.map(([name]) => name).join(', ');
      const places = columns.map(() => '?').join(', ');
      const text = `INSERT INTO ${prefix}job (${names}) VALUES (${places}) ON CONFLICT DO NOTHING`;
      const values = columns.map(([, value]) => value);
      return (await insert([text, values], job.id)) === 1 ? 'stored' : 'duplicate';
    },
    async job(id) {
      const [row] = await rows(`SELECT * FROM ${prefix}job WHERE id = ?`, [id]);
      return row && jobFromRow(row);
    },
    async advance(id, from, to, change = {}) {
      return (await update([['state', to], ...columnsOfChange(change)], 'id = ? AND state = ?', [id, from])) === 1;
    },
    async amend(id, change) {
      const columns = columnsOfChange(change);
      if (columns.length > 0) await update(columns, 'id = ?', [id]);
    },
    async unfinished() {
      const found = await rows(
        `SELECT * FROM ${prefix}job WHERE state NOT IN ('delivered', 'abandoned') ORDER BY created_at_ms, id`,
      );
      return found.map(jobFromRow);
    },
    async spend(jobId, nonce) {
      const text = `INSERT INTO ${prefix}spent_nonce (job_id, nonce) VALUES (?, ?) ON CONFLICT DO NOTHING`;
      return (await write(text, [jobId, nonce])) === 1;
    },
    async remember(conversationId, key, value) {
      await write(
        `INSERT INTO ${prefix}conversation_setting (conversation_id, key, value) VALUES (?, ?, ?)
         ON CONFLICT (conversation_id, key) DO UPDATE SET value = excluded.value`,
        [conversationId, key, JSON.stringify(value)],
      );
    },
    async recall(conversationId, key) {
      const [row] = await rows(
        `SELECT value FROM ${prefix}conversation_setting WHERE conversation_id = ? AND key = ?`,
        [conversationId, key],
      );
      return row && JSON.parse(String(row.value));
    },
    audit,
    close,
  };
}

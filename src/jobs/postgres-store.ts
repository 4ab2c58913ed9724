import { columnsOfChange, columnsOfJob, type JobRow, jobFromRow } from './job-row.ts';
import { guardSql, type Sql, type SqlResult } from './sql.ts';
import type { Store } from './store.ts';

export type PostgresStoreOptions = {
  readonly sql: Sql;
  readonly schema: string;
  /** Puts a new job before the engine, in the transaction that stores it. */
  readonly enqueue: (jobId: string, tx: Pick<Sql, 'query'>) => Promise<void>;
};

/** A store in PostgreSQL, for any number of processes. Its tables are there (`migrate`). */
export function createPostgresStore({ sql, schema, enqueue }: PostgresStoreOptions): Store {
  const run = (text: string, values: readonly unknown[] = []): Promise<SqlResult> =>
    guardSql(() => sql.query(text, values));
  const update = (columns: readonly (readonly [string, unknown])[], where: string, values: readonly unknown[]) => {
    const sets = columns.map(([name], index) => `${name} = $${values.length + index + 1}`).join(', ');
    return run(`UPDATE ${schema}.job SET ${sets} WHERE ${where}`, [...values, ...columns.map(([, value]) => value)]);
  };

  return {
    async insert(job, deliveryKey) {
      const columns = columnsOfJob(job, deliveryKey);
      const names = columns.map(([name]) => name).join(', ');
      const places = columns.map((_, index) => `$${index + 1}`).join(', ');
      return guardSql(() =>
        sql.transaction(async (tx) => {
          const { rowCount } = await tx.query(
            `INSERT INTO ${schema}.job (${names}) VALUES (${places}) ON CONFLICT DO NOTHING`,
            columns.map(([, value]) => value),
          );
          if (rowCount === 0) return 'duplicate';
          await enqueue(job.id, tx);
          return 'stored';
        }),
      );
    },
    async job(id) {
      const { rows } = await run(`SELECT * FROM ${schema}.job WHERE id = $1`, [id]);
      return rows[0] && jobFromRow(rows[0] as JobRow);
    },
    async advance(id, from, to, more = {}) {
      const { rowCount } = await update([['state', to], ...columnsOfChange(more)], 'id = $1 AND state = $2', [
        id,
        from,
      ]);
      return rowCount === 1;
    },
    async amend(id, more) {
      const columns = columnsOfChange(more);
      if (columns.length > 0) await update(columns, 'id = $1', [id]);
    },
    async unfinished() {
      const { rows } = await run(
        `SELECT * FROM ${schema}.job WHERE state NOT IN ('delivered', 'abandoned') ORDER BY created_at_ms, id`,
      );
      return rows.map((row) => jobFromRow(row as JobRow));
    },
    async spend(jobId, nonce) {
      const { rowCount } = await run(
        `INSERT INTO ${schema}.spent_nonce (job_id, nonce) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
        [jobId, nonce],
      );
      return rowCount === 1;
    },
    async remember(conversationId, key, value) {
      await run(
        `INSERT INTO ${schema}.conversation_setting (conversation_id, key, value) VALUES ($1, $2, $3)
         ON CONFLICT (conversation_id, key) DO UPDATE SET value = excluded.value`,
        [conversationId, key, JSON.stringify(value)],
      );
    },
    async recall(conversationId, key) {
      const { rows } = await run(
        `SELECT value FROM ${schema}.conversation_setting WHERE conversation_id = $1 AND key = $2`,
        [conversationId, key],
      );
      return rows[0] ? JSON.parse(String(rows[0].value)) : undefined;
    },
    close: () => sql.close(),
  };
}

import type { Tables } from './tables.ts';

export type Pruning = {
  /**
   * Deletes up to `most` jobs that are over and were asked before `beforeMs`, with all that hangs on them; not those whose card
   * a watch still edits. Resolves with how many.
   */
  jobs(beforeMs: number, most: number): Promise<number>;
  /** Forgets which job had a question where that job is not there any more, and on which days before this one was tidied up. */
  leftovers(beforeDay: string): Promise<void>;
};

export function createPruning({ prefix, together, rows }: Tables): Pruning {
  return {
    async jobs(beforeMs, most) {
      const found = await rows(
        `SELECT id FROM ${prefix}job WHERE created_at_ms < ? AND state IN ('delivered', 'abandoned')
           AND id NOT IN (SELECT id FROM ${prefix}watch WHERE state <> 'ended')
         ORDER BY created_at_ms LIMIT ?`,
        [beforeMs, most],
      );
      if (found.length === 0) return 0;
      const ids = found.map((row) => String(row.id)).sort();
      const places = ids.map(() => '?').join(', ');
      const [, deleted = 0] = await together([
        [`DELETE FROM ${prefix}spent_nonce WHERE job_id IN (${places})`, ids],
        [`DELETE FROM ${prefix}job WHERE id IN (${places})`, ids],
      ]);
      return deleted;
    },
    async leftovers(beforeDay) {
      await together([
        [`DELETE FROM ${prefix}run WHERE job_id NOT IN (SELECT id FROM ${prefix}job)`, []],
        [`DELETE FROM ${prefix}spent_nonce WHERE job_id = 'retention' AND nonce < ?`, [beforeDay]],
      ]);
    },
  };
}

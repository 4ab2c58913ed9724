import type { Tables } from './tables.ts';

/** Which job asks a question of Azure, while others that want to know the same wait for its answer. */
export type Runs = {
  /** The job that has the question: the given one where no job had it. It keeps it until another one succeeds it. */
  claim(question: string, jobId: string): Promise<string>;
  /**
   * Gives a question from one job to another, in one step with the operation that was recorded for it where that is to be
   * gone on with. False when the first one did not have the question any more.
   */
  succeed(question: string, fromId: string, toId: string, inherit: boolean): Promise<boolean>;
  /** Those of the jobs that have no outcome yet. */
  underWay(jobIds: readonly string[]): Promise<ReadonlySet<string>>;
};

/** Statements of few lengths, so that prepared ones are found again. */
const mostAtOnce = 256;

export function createRuns({ prefix, write, together, rows }: Tables): Runs {
  return {
    async claim(question, jobId) {
      const text = `INSERT INTO ${prefix}run (question, job_id) VALUES (?, ?) ON CONFLICT DO NOTHING`;
      for (;;) {
        if ((await write(text, [question, jobId])) === 1) return jobId;
        const [row] = await rows(`SELECT job_id FROM ${prefix}run WHERE question = ?`, [question]);
        // Without a row it was pruned in between.
        if (row) return String(row.job_id);
      }
    },
    async succeed(question, fromId, toId, inherit) {
      const [moved] = await together([
        [`UPDATE ${prefix}run SET job_id = ? WHERE question = ? AND job_id = ?`, [toId, question, fromId]],
        ...(inherit
          ? ([
              [
                `UPDATE ${prefix}job SET operation = (SELECT operation FROM ${prefix}job WHERE id = ?)
                 WHERE id = ? AND EXISTS (SELECT 1 FROM ${prefix}run WHERE question = ? AND job_id = ?)`,
                [fromId, toId, question, toId],
              ],
            ] as const)
          : []),
      ]);
      return moved === 1;
    },
    async underWay(jobIds) {
      const found = new Set<string>();
      for (let start = 0; start < jobIds.length; start += mostAtOnce) {
        const ids = padded(jobIds.slice(start, start + mostAtOnce));
        const places = ids.map(() => '?').join(', ');
        const text = `SELECT id FROM ${prefix}job WHERE id IN (${places}) AND state IN ('queued', 'running')`;
        for (const row of await rows(text, ids)) found.add(String(row.id));
      }
      return found;
    },
  };
}

/** As many as the next power of two, the first one repeated. */
function padded(ids: readonly string[]): readonly string[] {
  const [first = ''] = ids;
  const length = 2 ** Math.ceil(Math.log2(Math.max(1, ids.length)));
  return [...ids, ...Array.from({ length: length - ids.length }, () => first)];
}

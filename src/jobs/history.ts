import type { Tables } from './tables.ts';

/** An answer as it is looked for: the rest of it is in its job. */
export type PastAnswer = {
  readonly jobId: string;
  readonly question: string;
  readonly verdict: string;
  readonly createdAtMs: number;
};

export type History = {
  /** Answers given in a room, newest first: those before one of them, and those to one question, where that is said. */
  answers(
    room: string,
    which: {
      readonly most: number;
      readonly question?: string;
      readonly before?: Pick<PastAnswer, 'createdAtMs' | 'jobId'>;
    },
  ): Promise<readonly PastAnswer[]>;
};

export function createHistory({ prefix, rows }: Tables): History {
  return {
    async answers(room, { most, question, before }) {
      const found = await rows(
        `SELECT id, question, verdict, created_at_ms FROM ${prefix}job
         WHERE room = ? AND question IS NOT NULL
         ${question === undefined ? '' : 'AND question = ?'}
         ${before === undefined ? '' : 'AND (created_at_ms < ? OR (created_at_ms = ? AND id < ?))'}
         ORDER BY created_at_ms DESC, id DESC LIMIT ?`,
        [
          room,
          ...(question === undefined ? [] : [question]),
          ...(before === undefined ? [] : [before.createdAtMs, before.createdAtMs, before.jobId]),
          most,
        ],
      );
      return found.map((row) => ({
        jobId: String(row.id),
        question: String(row.question),
        verdict: String(row.verdict),
        createdAtMs: Number(row.created_at_ms),
      }));
    },
  };
}

import { guardSql, type Sql } from './sql.ts';
import type { Statement, Tables } from './tables.ts';

export function createPostgresTables(sql: Sql, schema: string): Tables {
  return {
    prefix: `${schema}.`,
    write: (text, values) => guardSql(async () => (await sql.query(numbered(text), values)).rowCount),
    together: (statements) => guardSql(() => sql.transaction((tx) => runAll(tx, statements))),
    rows: (text, values = []) => guardSql(async () => (await sql.query(numbered(text), values)).rows),
  };
}

/** Within a transaction that is under way. */
export async function runAll(tx: Pick<Sql, 'query'>, statements: readonly Statement[]): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const [text, values] of statements) counts.push((await tx.query(numbered(text), values)).rowCount);
  return counts;
}

function numbered(text: string): string {
  let place = 0;
  return text.replace(/\?/g, () => {
    place += 1;
    return `$${place}`;
  });
}

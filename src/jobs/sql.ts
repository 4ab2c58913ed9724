import { z } from 'zod';
import { StoreError, type StoreFault } from './store.ts';

/** A PostgreSQL, as far as the store and its engine need one. */
export type Sql = {
  /** Runs one statement with its values, or several without any. */
  query(text: string, values?: readonly unknown[]): Promise<SqlResult>;
  /** Runs on one connection between BEGIN and COMMIT; a rejection rolls back. */
  transaction<T>(run: (sql: Pick<Sql, 'query'>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export type SqlResult = { readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly rowCount: number };

/** Turns what a driver throws into a StoreError. */
export async function guardSql<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(faultOf(error), { cause: error });
  }
}

const SqlFault = z.object({ code: z.string().regex(/^[0-9A-Z]{5}$/) });

/** By SQLSTATE. What carries none comes from the connection, not from the server. */
function faultOf(error: unknown): StoreFault {
  const parsed = SqlFault.safeParse(error);
  if (!parsed.success) return 'unreachable';
  const { code } = parsed.data;
  if (code.startsWith('08') || code.startsWith('57P') || code === '53300') return 'unreachable';
  if (code === '53100') return 'full';
  if (code === '55P03' || code.startsWith('40')) return 'locked';
  if (code === 'XX001' || code === 'XX002') return 'damaged';
  return 'other';
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Statement } from './tables.ts';

/** Runs statements in one transaction, on the disk when it returns; gives the number of rows that each changed. */
export type Transaction = (statements: readonly Statement[]) => readonly number[];

export type Prepare = (text: string) => StatementSync;

/** Each statement is compiled once. */
export function preparing(db: DatabaseSync): Prepare {
  const prepared = new Map<string, StatementSync>();
  return (text) => {
    const statement = prepared.get(text) ?? db.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
}

export function transacting(db: DatabaseSync, prepare: Prepare): Transaction {
  return (statements) => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const counts = statements.map(([text, values]) => Number(prepare(text).run(...values).changes));
      db.exec('COMMIT');
      return counts;
    } catch (error) {
      // A full disk has rolled back already.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
}

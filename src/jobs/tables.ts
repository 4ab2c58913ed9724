/** What a column takes: JSON goes in as text, so that it comes back to the letter. */
export type Value = string | number | null;

/** A 64-bit number comes as a string from PostgreSQL. */
export type Row = Readonly<Record<string, unknown>>;

export type Statement = readonly [text: string, values: readonly Value[]];

/**
 * The tables of a store, for statements that SQLite and PostgreSQL both read: places are `?`, and table names follow `prefix`.
 * Errors: a StoreError, and then nothing was written.
 */
export type Tables = {
  /** Of every table's name, such as `hopcheck.`. */
  readonly prefix: string;
  /** Resolves with the number of rows changed, when that is durable. */
  write(text: string, values: readonly Value[]): Promise<number>;
  /** All of them or none, in their order. */
  together(statements: readonly Statement[]): Promise<readonly number[]>;
  rows(text: string, values?: readonly Value[]): Promise<readonly Row[]>;
};

import type { Sql } from './sql.ts';
import { StoreUnusable } from './store.ts';

/** One entry a version, run in order. Never edit one that shipped. */
const migrations: readonly string[] = [
  `CREATE TABLE job (
     id text PRIMARY KEY, delivery_key text UNIQUE, command text NOT NULL, state text NOT NULL, request text NOT NULL,
     requester text NOT NULL, conversation text NOT NULL, locale text NOT NULL, nonce text NOT NULL,
     created_at_ms bigint NOT NULL, deadline_ms bigint NOT NULL, message_id text, operation text, outcome text
   );
   CREATE INDEX job_unfinished ON job (created_at_ms) WHERE state NOT IN ('delivered', 'abandoned');
   CREATE TABLE spent_nonce (job_id text NOT NULL, nonce text NOT NULL, PRIMARY KEY (job_id, nonce));
   CREATE TABLE conversation_setting (
     conversation_id text NOT NULL, key text NOT NULL, value text NOT NULL, PRIMARY KEY (conversation_id, key)
   );`,
  `ALTER TABLE job ADD COLUMN room text NOT NULL DEFAULT '', ADD COLUMN question text, ADD COLUMN verdict text,
     ADD COLUMN admitted integer NOT NULL DEFAULT 0;
   CREATE INDEX job_history ON job (room, created_at_ms, id, question, verdict) WHERE question IS NOT NULL;
   CREATE INDEX job_age ON job (created_at_ms);
   CREATE TABLE run (question text PRIMARY KEY, job_id text NOT NULL);
   CREATE TABLE watch (
     id text PRIMARY KEY, room text NOT NULL, number integer NOT NULL, state text NOT NULL, runs integer NOT NULL,
     next_at_ms bigint NOT NULL, body text NOT NULL, ending text, UNIQUE (room, number)
   );
   CREATE INDEX watch_due ON watch (next_at_ms) WHERE state <> 'ended';
   CREATE TABLE audit (
     instance text NOT NULL, sequence bigint NOT NULL, at_ms bigint NOT NULL, entry text NOT NULL, hash text NOT NULL,
     reference text, PRIMARY KEY (instance, sequence)
   );
   CREATE INDEX audit_reference ON audit (reference) WHERE reference IS NOT NULL;
   CREATE TABLE audit_head (
     instance text PRIMARY KEY, sequence bigint NOT NULL, at_ms bigint NOT NULL, hash text NOT NULL
   );`,
];

/** Any number does, as long as every hopcheck takes the same. */
const lockId = 7_204_411_902;

/** Where pg-boss keeps its own tables. It makes that schema too, but two that start together fail over it. */
export const queueSchemaOf = (schema: string): string => `${schema}_queue`;

/** Brings the tables up to date; of several instances that start together one does it and the others wait. */
export async function migrate(sql: Sql, schema: string): Promise<void> {
  await sql.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [lockId]);
    await tx.query(
      `CREATE SCHEMA IF NOT EXISTS ${schema}; CREATE SCHEMA IF NOT EXISTS ${queueSchemaOf(schema)}; CREATE TABLE IF NOT EXISTS ${schema}.schema_version (version integer NOT NULL);`,
    );
    const { rows } = await tx.query(`SELECT version FROM ${schema}.schema_version`);
    const version = Number(rows[0]?.version ?? 0);
    if (version > migrations.length) {
      throw new StoreUnusable(
        `the database was written by a newer hopcheck (schema ${version}, this one knows ${migrations.length}): run that version, or use another DATABASE_URL`,
      );
    }
    for (const statements of migrations.slice(version)) {
      await tx.query(`SET LOCAL search_path TO ${schema}; ${statements}`);
    }
    await tx.query(
      `DELETE FROM ${schema}.schema_version; INSERT INTO ${schema}.schema_version VALUES (${migrations.length});`,
    );
  });
}

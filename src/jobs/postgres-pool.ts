import pg from 'pg';
import type { Sql, SqlResult } from './sql.ts';

export type PostgresOptions = {
  /** `postgres://user:password@host:port/database?sslmode=require`. */
  readonly url: string;
  /** Asked at each connection where the URL has no password: an Entra token, for example. */
  readonly password?: () => Promise<string>;
  /** An idle connection that the server or the network cut. A new one is made when it is needed. */
  readonly cut: (error: unknown) => void;
};

/** A server that does not answer within these is as good as gone. */
const connectMs = 5000;
const answerMs = 10_000;

export function openPool({ url, password, cut }: PostgresOptions): Sql {
  const pool = new pg.Pool({
    ...addressOf(url, password),
    application_name: 'hopcheck',
    max: 10,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
  });
  pool.on('error', cut);
  return {
    query: async (text, values) => resultOf(await pool.query(limited(text, values))),
    async transaction(run) {
      const client = await pool.connect();
      // Without a listener a connection that is cut between two statements ends the process.
      const onError = () => undefined;
      client.on('error', onError);
      let broken: unknown;
      try {
        await client.query(limited('BEGIN'));
        const result = await run({
          query: async (text, values) => resultOf(await client.query(limited(text, values))),
        });
        await client.query(limited('COMMIT'));
        return result;
      } catch (error) {
        await client.query(limited('ROLLBACK')).catch((unsettled: unknown) => {
          broken = unsettled;
        });
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken !== undefined);
      }
    },
    close: () => pool.end(),
  };
}

/** Statements without values may be several, and then may take long: pg-boss's migrations are. */
function limited(text: string, values?: readonly unknown[]) {
  return { text, ...(values && { values: [...values], query_timeout: answerMs }) };
}

function resultOf(result: pg.QueryResult | pg.QueryResult[]): SqlResult {
  const results = Array.isArray(result) ? result : [result];
  return { rows: results.flatMap(({ rows }) => rows), rowCount: results.at(-1)?.rowCount ?? 0 };
}

/** The driver takes a URL without a password as one with an empty password, so a URL that needs one is taken apart. */
function addressOf(url: string, password: PostgresOptions['password']): pg.PoolConfig {
  const parsed = new URL(url);
  if (!password || parsed.password !== '') return { connectionString: url };
  const mode = parsed.searchParams.get('sslmode') ?? 'prefer';
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    database: decodeURIComponent(parsed.pathname.slice(1)) || 'postgres',
    password,
    ...(['require', 'verify-ca', 'verify-full'].includes(mode) && { ssl: true }),
  };
}

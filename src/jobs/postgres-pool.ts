import pg from 'pg';
import type { Sql, SqlResult } from './sql.ts';

export type PostgresOptions = {
  /** `postgres://user:password@host:port/database?sslmode=require`. */
  readonly url: string;
  /** Asked at each connection where the URL has no password: an Entra token, for example. */
  readonly password?: () => Promise<string>;
  /** An idle connection that the server or the network cut. A new one is made when it is needed. */
  readonly cut: (error: unknown) => void;
  readonly patience?: Patience;
};

/** A server that does not answer within these is as good as gone. */
export type Patience = { readonly connectMs: number; readonly answerMs: number };

const usual: Patience = { connectMs: 5000, answerMs: 10_000 };
/** For several statements at once, which may take long: pg-boss's migrations do. */
const longMs = 600_000;
/** Idle connections are asked after this whether anybody is at their other end. */
const probeMs = 10_000;

export function openPool({ url, password, cut, patience: { connectMs, answerMs } = usual }: PostgresOptions): Sql {
  const pool = new pg.Pool({
    ...addressOf(url, password),
    application_name: 'hopcheck',
    max: 10,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: probeMs,
  });
  pool.on('error', cut);
  const limited = (text: string, values?: readonly unknown[], limitMs = values ? answerMs : longMs) => ({
    text,
    query_timeout: limitMs,
    ...(values && { values: [...values] }),
  });
  // What a connection leaves open that nobody hears of any more would keep its locks for hours.
  const begin = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${answerMs}`;
  return {
    query: async (text, values) => resultOf(await pool.query(limited(text, values))),
    async transaction(run) {
      const client = await pool.connect();
      // Without a listener a connection that is cut between two statements ends the process.
      const onError = () => undefined;
      client.on('error', onError);
      let isBroken = false;
      const ask = (...statement: Parameters<typeof limited>) =>
        client.query(limited(...statement)).catch((error: unknown) => {
          isBroken ||= !(error instanceof pg.DatabaseError);
          throw error;
        });
      const control = (text: string) => ask(text, undefined, answerMs);
      try {
        await control(begin);
        const result = await run({ query: async (text, values) => resultOf(await ask(text, values)) });
        await control('COMMIT');
        return result;
      } catch (error) {
        // The server rolls back by itself what loses its connection.
        if (!isBroken) await control('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        client.off('error', onError);
        client.release(isBroken);
      }
    },
    close: () => pool.end(),
  };
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

import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { openPool } from '../../src/jobs/postgres-pool.ts';
import type { Sql } from '../../src/jobs/sql.ts';

/**
 * A PostgreSQL for tests: the one that TEST_DATABASE_URL names (`pglite` for that), else a private one started from an
 * installed package, else PGlite inside this process.
 */
export type Database = {
  readonly name: string;
  readonly backend: 'postgres' | 'pglite';
  /** Absent for PGlite, which has no wire. */
  readonly url?: string;
  connect(): Sql;
  /** Takes the server away, and brings it back; only of a private one. */
  readonly server?: { stop(): void; start(): void };
  close(): Promise<void>;
};

export async function openDatabase(): Promise<Database> {
  const named = process.env.TEST_DATABASE_URL;
  if (named === 'pglite') return openPglite();
  if (named) return served('the PostgreSQL of TEST_DATABASE_URL', named, async () => {});
  const folder = findServer();
  if (folder) return startServer(folder);
  console.warn('no PostgreSQL here: the store is tried on PGlite, and what needs several processes is skipped');
  return openPglite();
}

function served(name: string, url: string, close: () => Promise<void>): Database {
  return { name, backend: 'postgres', url, connect: () => openPool({ url, cut: () => {} }), close };
}

function findServer(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')));
}

async function startServer(bin: string): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-postgres-'));
  const data = join(folder, 'data');
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'test');
  // The server refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    const ids = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' });
    const id = Number(ids.stdout);
    for (const path of [folder, secret]) chownSync(path, id, id);
  }
  const run = (...command: string[]) => {
    const [program = '', ...rest] = asRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    const done = spawnSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    if (done.status !== 0) throw new Error(`${command.join(' ')}: ${done.stderr}`);
  };
  run(join(bin, 'initdb'), '-D', data, '-U', 'hopcheck', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8');
  const port = await freePort();
  const options = `-p ${port} -h 127.0.0.1 -k ${folder} -c max_connections=200`;
  const start = () => run(join(bin, 'pg_ctl'), '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  const stop = () => run(join(bin, 'pg_ctl'), '-D', data, '-w', '-m', 'immediate', 'stop');
  start();
  const url = `postgres://hopcheck:test@127.0.0.1:${port}/postgres`;
  const database = served('a private PostgreSQL', url, async () => {
    stop();
    rmSync(folder, { recursive: true });
  });
  return { ...database, server: { start, stop } };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function openPglite(): Database {
  const pglite = new PGlite();
  const over = (db: Pick<PGlite, 'query' | 'exec'>): Pick<Sql, 'query'> => ({
    async query(text, values) {
      if (values?.length) {
        const { rows, affectedRows } = await db.query<Record<string, unknown>>(text, [...values]);
        return { rows, rowCount: rows.length || (affectedRows ?? 0) };
      }
      const results = await db.exec(text);
      return { rows: results.flatMap(({ rows }) => rows), rowCount: results.at(-1)?.affectedRows ?? 0 };
    },
  });
  return {
    name: 'PGlite',
    backend: 'pglite',
    connect: () => ({
      ...over(pglite),
      transaction: (run) => pglite.transaction((tx) => run(over(tx))),
      close: async () => {},
    }),
    close: () => pglite.close(),
  };
}

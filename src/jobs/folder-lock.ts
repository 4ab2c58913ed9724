import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { StoreUnusable } from './store.ts';

const Holder = z.object({ pid: z.number(), host: z.string(), since: z.string() });

/**
 * Takes a folder for this process alone. The lock is SQLite's on a file of its own, so the kernel gives it back however the
 * process ends; `holder.json` only says who to look for. Returns how to let go.
 * Errors: StoreUnusable, naming the process that has the folder.
 */
export function lockFolder(folder: string): () => void {
  const db = new DatabaseSync(join(folder, 'hopcheck.lock'));
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw new StoreUnusable(`the data folder ${folder} is in use by ${describeHolder(folder)}`, { cause: error });
  }
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  writeFileSync(join(folder, 'holder.json'), JSON.stringify(holder satisfies z.infer<typeof Holder>));
  return () => db.close();
}

function describeHolder(folder: string): string {
  try {
    const { pid, host, since } = Holder.parse(JSON.parse(readFileSync(join(folder, 'holder.json'), 'utf8')));
    return `process ${pid} on ${host}, since ${since}: stop that one, or name another HOPCHECK_DATA_DIR`;
  } catch {
    return 'another process: stop that one, or name another HOPCHECK_DATA_DIR';
  }
}

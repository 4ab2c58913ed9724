import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { preparing, transacting } from './sqlite-transaction.ts';
import type { Statement } from './tables.ts';

/** What a thread is started with. The file has its tables. */
export type ThreadOrders = { readonly file: string; readonly pragmas: string };

/** Sent to the thread; without statements it closes the file and ends. */
export type ThreadTask = { readonly statements: readonly Statement[] } | { readonly statements?: undefined };

export type ThreadResult =
  | { readonly counts: readonly number[] }
  | { readonly message: string; readonly errcode?: unknown };

/** A commit waits for the disk, and this thread with it: the process goes on meanwhile. */
function serve({ file, pragmas }: ThreadOrders) {
  const db = new DatabaseSync(file);
  db.exec(pragmas);
  const transact = transacting(db, preparing(db));
  const answer = (result: ThreadResult) => parentPort?.postMessage(result);
  parentPort?.on('message', ({ statements }: ThreadTask) => {
    if (!statements) {
      db.close();
      parentPort?.close();
      return;
    }
    try {
      answer({ counts: transact(statements) });
    } catch (error) {
      const { message, errcode }: { message: string; errcode?: unknown } =
        error instanceof Error ? error : new Error(String(error));
      answer({ message, errcode });
    }
  });
}

serve(workerData);

import { Worker } from 'node:worker_threads';
import type { ThreadOrders, ThreadResult, ThreadTask } from './sqlite-thread.ts';
import type { Transaction } from './sqlite-transaction.ts';
import type { Statement } from './tables.ts';

/** Puts transactions on the disk, one at a time. */
export type Committer = {
  /** As a `Transaction`. Errors: what SQLite says, with its `errcode`. */
  commit(statements: readonly Statement[]): Promise<readonly number[]>;
  close(): Promise<void>;
};

/** For a database in memory, which knows no disk to wait for, and no other thread. */
export function commitHere(transact: Transaction): Committer {
  return { commit: async (statements) => transact(statements), close: async () => {} };
}

/** Beside this file, in the source as in a bundle. */
const script = new URL(`./sqlite-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** It keeps little: statements come and go. */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** In a thread of its own. One that dies is replaced; whether what it was about to commit is on the disk is not known then. */
export function commitElsewhere(orders: ThreadOrders): Committer {
  let thread: Worker | undefined;

  const start = (): Worker => {
    const worker = new Worker(script, { workerData: orders, resourceLimits, name: 'sqlite' });
    // Alone it keeps no process from ending.
    worker.unref();
    // Without a listener the error of a thread that nobody waits for would end the process.
    worker.on('error', () => {});
    worker.once('exit', () => {
      if (thread === worker) thread = undefined;
    });
    thread = worker;
    return worker;
  };

  const ask = (worker: Worker, task: ThreadTask): Promise<ThreadResult | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<ThreadResult | undefined>();
    const ended = () => resolve(undefined);
    worker.once('message', resolve).once('error', reject).once('exit', ended);
    worker.ref();
    worker.postMessage(task);
    return promise.finally(() => {
      worker.off('message', resolve).off('error', reject).off('exit', ended);
      worker.unref();
    });
  };

  start();
  return {
    async commit(statements) {
      const result = await ask(thread ?? start(), { statements });
      if (!result) throw new Error('the thread that writes to the store has ended');
      if ('counts' in result) return result.counts;
      throw Object.assign(new Error(result.message), { errcode: result.errcode });
    },
    async close() {
      if (thread) await ask(thread, {});
    },
  };
}

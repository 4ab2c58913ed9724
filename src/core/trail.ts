import { AsyncLocalStorage } from 'node:async_hooks';

/** What is worked on at the moment; each line of the log says so by itself. */
export type Trail = {
  readonly jobId: string;
  /** The conversation's id. */
  readonly conversation: string;
  /** Azure's names for the requests that were made on the way, the last of them. */
  readonly armRequestIds: readonly string[];
};

type Kept = Trail & { readonly armRequestIds: string[] };

const current = new AsyncLocalStorage<Kept>();

const mostIds = 50;

export function follow<T>(job: Pick<Trail, 'jobId' | 'conversation'>, run: () => T): T {
  return current.run({ ...job, armRequestIds: [] }, run);
}

export function trail(): Trail | undefined {
  return current.getStore();
}

/** For what is about no job, wherever it was begun. */
export function apart<T>(run: () => T): T {
  return current.exit(run);
}

export function noteArmRequest(id: string | undefined): void {
  const ids = current.getStore()?.armRequestIds;
  if (!ids || id === undefined) return;
  ids.push(id);
  if (ids.length > mostIds) ids.shift();
}
